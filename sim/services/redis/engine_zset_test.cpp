// Sorted sets and lists: order, scores as they are written, errors. That replies are Redis's own is
// tested against redis-server elsewhere.
#include <gtest/gtest.h>

#include <limits>

#include "sim/services/redis/engine_fixture.hpp"
#include "sim/services/redis/score_text.hpp"
#include "sim/services/redis/value.hpp"

namespace lockstep::sim::redis {
namespace {

class SortedSetTest : public ::testing::Test, protected EngineFixture {};

TEST_F(SortedSetTest, members_are_in_order_of_score_and_then_of_their_bytes) {
  EXPECT_EQ(say({"ZADD", "z", "2", "b", "1", "c", "2", "a"}), "(integer) 3");
  EXPECT_EQ(say({"ZRANGE", "z", "0", "-1"}), R"(["c", "a", "b"])");
  EXPECT_EQ(say({"ZRANGE", "z", "0", "0", "REV", "WITHSCORES"}), R"(["b", "2"])");
  EXPECT_EQ(say({"ZADD", "z", "CH", "3", "c", "2", "a"}), "(integer) 1");
  EXPECT_EQ(say({"ZPOPMIN", "z", "2"}), R"(["a", "2", "b", "2"])");
  EXPECT_EQ(say({"ZRANK", "z", "c"}), "(integer) 0");
  EXPECT_EQ(say({"ZREM", "z", "c", "d"}), "(integer) 1");
  EXPECT_EQ(say({"EXISTS", "z"}), "(integer) 0") << "an empty set is gone";
}

TEST_F(SortedSetTest, conditions_hold_members_back) {
  run({"ZADD", "z", "5", "m"});
  EXPECT_EQ(say({"ZADD", "z", "NX", "CH", "9", "m"}), "(integer) 0");
  EXPECT_EQ(say({"ZADD", "z", "GT", "CH", "4", "m"}), "(integer) 0");
  EXPECT_EQ(say({"ZADD", "z", "LT", "CH", "4", "m"}), "(integer) 1");
  EXPECT_EQ(say({"ZADD", "z", "XX", "1", "new"}), "(integer) 0");
  EXPECT_EQ(say({"ZADD", "z", "XX", "INCR", "1", "new"}), "(nil)");
  EXPECT_EQ(say({"ZADD", "z", "INCR", "1.5", "m"}), "\"5.5\"");
  EXPECT_TRUE(run({"ZADD", "z", "NX", "XX", "1", "m"}).is_error());
  EXPECT_TRUE(run({"ZADD", "z", "NX", "GT", "1", "m"}).is_error());
}

TEST_F(SortedSetTest, scores_are_written_with_seventeen_digits) {
  const auto score = [this](const std::string& text) {
    run({"DEL", "z"});
    run({"ZADD", "z", text, "m"});
    return say({"ZSCORE", "z", "m"});
  };
  EXPECT_EQ(score("3.1"), "\"3.1000000000000001\"");
  EXPECT_EQ(score("3.0"), "\"3\"");
  EXPECT_EQ(score("1e20"), "\"1e+20\"");
  EXPECT_EQ(score("123456789012345678"), "\"1.2345678901234568e+17\"");
  EXPECT_EQ(score("-inf"), "\"-inf\"");
  EXPECT_EQ(score("-0"), "\"0\"") << "a small set forgets the sign";
  EXPECT_EQ(say({"ZINCRBY", "z", "-inf", "m"}), "\"-inf\"");
  EXPECT_EQ(say({"ZINCRBY", "z", "inf", "m"}), "(error) ERR resulting score is not a number (NaN)");
  for (const char* text : {"nan", "x", "", " 1", "1 ", "1e400", "1e-400"}) {
    EXPECT_EQ(say({"ZADD", "z", text, "m"}), "(error) ERR value is not a valid float") << text;
  }
  EXPECT_EQ(to_text(-0.0), "-0");
}

TEST_F(SortedSetTest, ranges_of_scores_exclude_their_ends_when_told) {
  for (const char* score : {"1", "2", "3", "4"}) run({"ZADD", "z", score, score});
  EXPECT_EQ(say({"ZRANGEBYSCORE", "z", "(1", "3"}), R"(["2", "3"])");
  EXPECT_EQ(say({"ZRANGEBYSCORE", "z", "-inf", "+inf", "LIMIT", "1", "2"}), R"(["2", "3"])");
  EXPECT_EQ(say({"ZRANGE", "z", "+inf", "(2", "BYSCORE", "REV"}), R"(["4", "3"])");
  EXPECT_EQ(say({"ZRANGEBYSCORE", "z", "3", "2"}), "[]");
  EXPECT_EQ(say({"ZCOUNT", "z", "2", "(4"}), "(integer) 2");
  EXPECT_EQ(say({"ZRANGEBYSCORE", "z", "x", "2"}), "(error) ERR min or max is not a float");
  EXPECT_EQ(say({"ZREMRANGEBYSCORE", "z", "2", "3"}), "(integer) 2");
  EXPECT_EQ(say({"ZCARD", "z"}), "(integer) 2");
}

TEST_F(SortedSetTest, lists_are_pushed_and_popped_at_both_ends) {
  EXPECT_EQ(say({"RPUSH", "l", "b", "c"}), "(integer) 2");
  EXPECT_EQ(say({"LPUSH", "l", "a", "z"}), "(integer) 4");
  EXPECT_EQ(say({"LRANGE", "l", "0", "-1"}), R"(["z", "a", "b", "c"])");
  EXPECT_EQ(say({"LINDEX", "l", "-1"}), "\"c\"");
  EXPECT_EQ(say({"LTRIM", "l", "1", "-2"}), "OK");
  EXPECT_EQ(say({"LLEN", "l"}), "(integer) 2");
  EXPECT_EQ(say({"RPOP", "l"}), "\"b\"");
  EXPECT_EQ(say({"LPOP", "l", "5"}), R"(["a"])");
  EXPECT_EQ(say({"EXISTS", "l"}), "(integer) 0") << "an empty list is gone";
  EXPECT_EQ(say({"LPOP", "l"}), "(nil)");
}

TEST_F(SortedSetTest, wrong_types_are_told) {
  run({"SET", "s", "v"});
  run({"ZADD", "z", "1", "m"});
  run({"RPUSH", "l", "v"});
  EXPECT_EQ(run({"ZADD", "s", "1", "m"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(run({"ZRANGE", "l", "0", "-1"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(run({"ZPOPMIN", "s"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(run({"RPUSH", "z", "v"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(run({"LPOP", "s"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(run({"GET", "z"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(run({"INCR", "l"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(say({"TYPE", "z"}), "zset");
  EXPECT_EQ(say({"TYPE", "l"}), "list");
}

TEST_F(SortedSetTest, an_entry_of_a_key_stayed_as_small_as_it_was) {
  EXPECT_LE(sizeof(Value), sizeof(std::variant<std::string, Hash>));
}

}  // namespace
}  // namespace lockstep::sim::redis
