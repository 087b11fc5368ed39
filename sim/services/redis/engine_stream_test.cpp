// Streams and their consumer groups: ids and the server's clock, macro nodes, what is pending, and
// what replicas are told. That replies are Redis's own is tested against redis-server elsewhere.
#include <gtest/gtest.h>

#include <sstream>

#include "sim/services/redis/engine.hpp"
#include "sim/services/redis/engine_fixture.hpp"
#include "sim/services/redis/listpack_size.hpp"

namespace lockstep::sim::redis {
namespace {

class StreamTest : public ::testing::Test, protected EngineFixture {
 protected:
  // A command as one line; words hold no spaces.
  std::string tell(const std::string& line) {
    std::istringstream text(line);
    std::vector<std::string> words;
    for (std::string word; text >> word;) words.push_back(word);
    return say(std::move(words));
  }
  void add(const std::string& key, int count) {
    for (int n = 0; n < count; ++n) tell("XADD " + key + " * f v");
  }
  // What replicas were told since the last call.
  std::vector<std::string> effects() {
    std::vector<std::string> lines;
    for (const Effect& effect : engine.take_effects()) {
      std::string line;
      for (const std::string& word : effect.command) line += (line.empty() ? "" : " ") + word;
      lines.push_back(line);
    }
    return lines;
  }
  // Two entries, both read by alice of the group g.
  void two_pending() {
    tell("XADD s 1-1 f a");
    tell("XADD s 2-1 f b");
    tell("XGROUP CREATE s g 0");
    tell("XREADGROUP GROUP g alice STREAMS s >");
  }
};

using Lines = std::vector<std::string>;

TEST_F(StreamTest, ids_follow_the_servers_clock_and_never_go_back) {
  EXPECT_EQ(tell("XADD s * f v"), "\"1700000000000-0\"");
  EXPECT_EQ(tell("XADD s * f v"), "\"1700000000000-1\"");
  advance(seconds(-60));
  EXPECT_EQ(tell("XADD s * f v"), "\"1700000000000-2\"");
  advance(seconds(61));
  EXPECT_EQ(tell("XADD s * f v"), "\"1700000001000-0\"");
  EXPECT_EQ(tell("XADD s 1700000001000-* f v"), "\"1700000001000-1\"");
  EXPECT_EQ(tell("XADD s 1700000002000-* f v"), "\"1700000002000-0\"");
}

TEST_F(StreamTest, an_id_that_is_not_greater_is_refused_and_makes_no_stream) {
  tell("XADD s 5-5 f v");
  for (const char* id : {"5-5", "5-4", "4-*", "0-1"}) {
    EXPECT_NE(tell("XADD s " + std::string(id) + " f v").find("equal or smaller"),
              std::string::npos);
  }
  EXPECT_NE(tell("XADD new 0-0 f v").find("greater than 0-0"), std::string::npos);
  EXPECT_EQ(tell("XADD new NOMKSTREAM * f v"), "(nil)");
  EXPECT_EQ(tell("EXISTS new"), "(integer) 0");
  tell("XADD s 18446744073709551615-18446744073709551615 f v");
  EXPECT_NE(tell("XADD s * f v").find("exhausted"), std::string::npos);
}

TEST_F(StreamTest, ranges_take_both_directions_and_exclude_ends) {
  for (const char* id : {"1-1", "1-2", "2-1"}) tell("XADD s " + std::string(id) + " f v");
  EXPECT_EQ(tell("XRANGE s (1-1 +"), R"([["1-2", ["f", "v"]], ["2-1", ["f", "v"]]])");
  EXPECT_EQ(tell("XRANGE s 1 1 COUNT 1"), R"([["1-1", ["f", "v"]]])");
  EXPECT_EQ(tell("XREVRANGE s (2-1 -"), R"([["1-2", ["f", "v"]], ["1-1", ["f", "v"]]])");
  EXPECT_EQ(tell("XRANGE s - + COUNT 0"), "(nil)");
  EXPECT_EQ(tell("XRANGE none - +"), "[]");
}

TEST_F(StreamTest, approximate_trimming_removes_whole_nodes_of_a_hundred) {
  add("s", 250);
  EXPECT_EQ(tell("XTRIM s MAXLEN ~ 160"), "(integer) 0");
  EXPECT_EQ(tell("XTRIM s MAXLEN ~ 150"), "(integer) 100");
  EXPECT_EQ(tell("XTRIM s MAXLEN ~ 0 LIMIT 99"), "(integer) 0");
  EXPECT_EQ(tell("XTRIM s MAXLEN 120"), "(integer) 30");
  EXPECT_EQ(tell("XLEN s"), "(integer) 120");
  EXPECT_EQ(tell("XTRIM s MAXLEN ~ 0"), "(integer) 120");
  EXPECT_EQ(tell("EXISTS s"), "(integer) 1") << "an empty stream stays";
}

TEST_F(StreamTest, a_node_is_full_by_bytes_too) {
  const std::string kilobyte(1000, 'x');
  for (int n = 0; n < 8; ++n) run({"XADD", "s", "*", "f", kilobyte});
  EXPECT_EQ(tell("XTRIM s MAXLEN ~ 5"), "(integer) 0");
  EXPECT_EQ(tell("XTRIM s MAXLEN ~ 4"), "(integer) 4");
  EXPECT_EQ(listpack::element_bytes(std::string_view("127")), 2U);
  EXPECT_EQ(listpack::element_bytes(std::string_view("-1")), 3U);
  EXPECT_EQ(listpack::element_bytes(std::string_view("127.0")), 7U);
  EXPECT_EQ(listpack::element_bytes(std::string_view(kilobyte)), 1004U);
}

TEST_F(StreamTest, a_group_delivers_each_entry_once_until_it_is_acknowledged) {
  two_pending();
  EXPECT_EQ(tell("XREADGROUP GROUP g bob STREAMS s >"), "(nil)");
  EXPECT_EQ(tell("XACK s g 1-1 1-1 9-9"), "(integer) 1");
  EXPECT_EQ(tell("XREADGROUP GROUP g alice STREAMS s 0"), R"([["s", [["2-1", ["f", "b"]]]]])");
  EXPECT_EQ(tell("XREADGROUP GROUP g bob STREAMS s 0"), R"([["s", []]])");
  EXPECT_EQ(tell("XPENDING s g"), R"([(integer) 1, "2-1", "2-1", [["alice", "1"]]])");
  EXPECT_EQ(tell("XGROUP DELCONSUMER s g alice"), "(integer) 1");
  EXPECT_EQ(tell("XPENDING s g"), "[(integer) 0, (nil), (nil), (nil)]");
  EXPECT_EQ(run({"XREADGROUP", "GROUP", "h", "c", "STREAMS", "s", ">"}).error_code(), "NOGROUP");
}

TEST_F(StreamTest, idle_entries_are_claimed_and_dead_ones_dropped) {
  two_pending();
  advance(milliseconds(50));
  EXPECT_EQ(tell("XCLAIM s g bob 51 1-1"), "[]");
  EXPECT_EQ(tell("XCLAIM s g bob 50 1-1"), R"([["1-1", ["f", "a"]]])");
  EXPECT_EQ(tell("XPENDING s g - + 9 bob"), R"([["1-1", "bob", (integer) 0, (integer) 2]])");
  tell("XDEL s 2-1");
  EXPECT_EQ(tell("XAUTOCLAIM s g carol 50 - COUNT 1"), R"(["0-0", [], ["2-1"]])");
  advance(milliseconds(50));
  EXPECT_EQ(tell("XAUTOCLAIM s g carol 50 - COUNT 1 JUSTID"), R"(["0-0", ["1-1"], []])");
  EXPECT_EQ(tell("XPENDING s g IDLE 1 - + 9"), "[]");
}

TEST_F(StreamTest, replicas_are_told_what_happened_not_what_was_asked) {
  engine.record_effects(true);
  add("s", 101);
  effects();
  tell("XADD s MAXLEN ~ 2 LIMIT 200 * f v");
  EXPECT_EQ(effects(), Lines({"XADD s MAXLEN = 2 LIMIT 200 1700000000000-101 f v"}));
  tell("DEL s");
  effects();
  two_pending();
  EXPECT_EQ(effects(), Lines({"XADD s 1-1 f a", "XADD s 2-1 f b", "XGROUP CREATE s g 0",
                              "XCLAIM s g alice 0 1-1 TIME 1700000000000 RETRYCOUNT 1 FORCE "
                              "JUSTID LASTID 1-1",
                              "XCLAIM s g alice 0 2-1 TIME 1700000000000 RETRYCOUNT 1 FORCE "
                              "JUSTID LASTID 2-1"}));
  tell("XREADGROUP GROUP g alice STREAMS s 0");
  EXPECT_EQ(effects(), Lines()) << "as redis-server, which forgets this delivery too";
  tell("XACK s g 1-1");
  advance(milliseconds(7));
  tell("XAUTOCLAIM s g bob 7 -");
  EXPECT_EQ(effects(), Lines({"XACK s g 1-1",
                              "XCLAIM s g bob 0 2-1 TIME 1700000000007 RETRYCOUNT 3 FORCE "
                              "JUSTID LASTID 2-1"}));
  tell("XADD s 3-1 f c");
  tell("XREADGROUP GROUP g carol NOACK STREAMS s >");
  EXPECT_EQ(effects(), Lines({"XADD s 3-1 f c", "XGROUP CREATECONSUMER s g carol",
                              "XGROUP SETID s g 3-1 ENTRIESREAD 3"}));
}

TEST_F(StreamTest, a_script_and_a_transaction_use_streams) {
  EXPECT_EQ(eval("redis.call('XADD', KEYS[1], '*', 'f', ARGV[1]) "
                 "return redis.call('XRANGE', KEYS[1], '-', '+')[1][2][2]",
                 {"s"}, {"v"}),
            "\"v\"");
  tell("MULTI");
  tell("XADD s * f w");
  tell("XREAD BLOCK 0 STREAMS s $");
  EXPECT_EQ(tell("EXEC"), R"(["1700000000000-1", (nil)])");
  EXPECT_NE(eval("return redis.call('XREAD', 'BLOCK', 0, 'STREAMS', KEYS[1], '$')", {"s"})
                .find("not allowed with BLOCK"),
            std::string::npos);
  run({"XGROUP", "CREATE", "s", "g", "0"});
  EXPECT_TRUE(
      run({"EVAL_RO", "return redis.call('XREADGROUP','GROUP','g','c','STREAMS',KEYS[1],'>')", "1",
           "s"})
          .is_error());
}

TEST_F(StreamTest, waiting_is_refused_where_it_would_wait) {
  tell("XADD s 1-1 f v");
  EXPECT_EQ(tell("XREAD BLOCK 100 STREAMS s 0"), R"([["s", [["1-1", ["f", "v"]]]]])");
  EXPECT_EQ(tell("XREAD BLOCK 100 STREAMS s $"), "(error) ERR waiting with BLOCK is not simulated");
}

TEST_F(StreamTest, a_replica_reads_but_writes_nothing) {
  two_pending();
  engine.set_replica(true);
  EXPECT_EQ(tell("XLEN s"), "(integer) 2");
  for (const char* line :
       {"XADD s * f v", "XREADGROUP GROUP g alice STREAMS s 0", "XACK s g 1-1",
        "XAUTOCLAIM s g bob 0 -", "XGROUP CREATECONSUMER s g c", "XTRIM s MAXLEN 0"}) {
    EXPECT_TRUE(tell(line).starts_with("(error) READONLY")) << line;
  }
}

TEST_F(StreamTest, wrong_types_are_told_everywhere) {
  run({"SET", "k", "v"});
  tell("XADD s 1-1 f v");
  for (const char* line : {"XADD k * f v",
                           "XLEN k",
                           "XRANGE k - +",
                           "XREVRANGE k + -",
                           "XDEL k 1-1",
                           "XTRIM k MAXLEN 0",
                           "XREAD STREAMS k 0",
                           "XREADGROUP GROUP g c STREAMS k >",
                           "XGROUP CREATE k g $",
                           "XGROUP DESTROY k g",
                           "XACK k g 1-1",
                           "XCLAIM k g c 0 1-1",
                           "XAUTOCLAIM k g c 0 -",
                           "XPENDING k g",
                           "XINFO STREAM k",
                           "XINFO GROUPS k",
                           "XSETID k 1-1",
                           "GET s",
                           "HGET s f",
                           "ZADD s 1 m",
                           "RPUSH s v"}) {
    EXPECT_TRUE(tell(line).starts_with("(error) WRONGTYPE")) << line;
  }
  EXPECT_EQ(tell("TYPE s"), "stream");
}

TEST_F(StreamTest, a_stream_expires_and_is_evicted_like_any_key) {
  add("s", 3);
  tell("PEXPIRE s 10");
  add("s", 1);
  EXPECT_EQ(tell("PTTL s"), "(integer) 10");
  advance(milliseconds(11));
  EXPECT_EQ(tell("XLEN s"), "(integer) 0");
  add("s", 1);
  EXPECT_EQ(engine.evict(1, "*", [](std::uint64_t) { return 0U; }, now), 1U);
  EXPECT_EQ(tell("EXISTS s"), "(integer) 0");
}

TEST_F(StreamTest, a_snapshot_rebuilds_entries_groups_and_what_is_pending) {
  two_pending();
  for (const char* line :
       {"XADD s 3-1 f c", "XADD s 4-1 f d", "XREADGROUP GROUP g bob STREAMS s >", "XADD s 5-1 f e",
        "XDEL s 3-1", "XTRIM s MINID 2", "XGROUP CREATE s h 3-1", "XGROUP CREATECONSUMER s h idle",
        "XGROUP CREATE empty g $ MKSTREAM", "XADD gone 1-1 f v", "XGROUP CREATE gone g 0",
        "XREADGROUP GROUP g alice STREAMS gone >", "XTRIM gone MAXLEN 0", "ZADD z 1.5 a inf b",
        "RPUSH l a b"}) {
    EXPECT_FALSE(tell(line).starts_with("(error)")) << line;
  }
  Engine copy;
  for (const Effect& effect : engine.snapshot()) {
    ASSERT_TRUE(copy.apply(effect, now)) << effect.command[0];
  }
  EXPECT_EQ(copy.snapshot(), engine.snapshot());
  Session& client = copy.open_session();
  for (const auto& words :
       std::vector<std::vector<std::string_view>>{{"XINFO", "STREAM", "s", "FULL"},
                                                  {"XINFO", "GROUPS", "gone"},
                                                  {"XPENDING", "gone", "g"}}) {
    EXPECT_EQ(to_text(copy.execute(client, words, now), 4096),
              to_text(engine.execute(session, words, now), 4096));
  }
}

}  // namespace
}  // namespace lockstep::sim::redis
