// The engine's own promises: expiry to the millisecond, what replicas are told, sessions, faults.
// That replies are Redis's own is tested against redis-server elsewhere.
#include "sim/services/redis/engine.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "sim/services/redis/engine_fixture.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis {
namespace {

class EngineTest : public ::testing::Test, protected EngineFixture {};

TEST_F(EngineTest, strings_are_set_and_read) {
  EXPECT_EQ(say({"SET", "k", "v"}), "OK");
  EXPECT_EQ(say({"get", "k"}), "\"v\"");
  EXPECT_EQ(say({"GET", "none"}), "(nil)");
  EXPECT_EQ(say({"SET", "k", "w", "GET"}), "\"v\"");
  EXPECT_EQ(say({"MGET", "k", "none"}), "[\"w\", (nil)]");
  EXPECT_EQ(say({"DEL", "k", "none"}), "(integer) 1");
  EXPECT_EQ(say({"DBSIZE"}), "(integer) 0");
}

TEST_F(EngineTest, set_nx_px_grants_once_until_expiry) {
  EXPECT_EQ(say({"SET", "lock", "a", "NX", "PX", "100"}), "OK");
  EXPECT_EQ(say({"SET", "lock", "b", "NX", "PX", "100"}), "(nil)");
  EXPECT_EQ(say({"PTTL", "lock"}), "(integer) 100");
  advance(milliseconds(100));
  EXPECT_EQ(say({"PTTL", "lock"}), "(integer) 0");
  EXPECT_EQ(say({"SET", "lock", "b", "NX", "PX", "100"}), "(nil)") << "at equality it is held";
  advance(milliseconds(1));
  EXPECT_EQ(say({"EXISTS", "lock"}), "(integer) 0");
  EXPECT_EQ(say({"SET", "lock", "b", "NX", "PX", "100"}), "OK");
}

TEST_F(EngineTest, expiry_follows_the_wall_clock_in_both_directions) {
  run({"SET", "k", "v", "PX", "1000"});
  advance(seconds(-10));
  EXPECT_EQ(say({"PTTL", "k"}), "(integer) 11000");
  advance(milliseconds(11'001));
  EXPECT_EQ(say({"PTTL", "k"}), "(integer) -2");
}

TEST_F(EngineTest, keepttl_persist_and_plain_set_treat_the_expiry_as_told) {
  run({"SET", "k", "v", "EX", "10"});
  run({"SET", "k", "w", "KEEPTTL"});
  EXPECT_EQ(say({"TTL", "k"}), "(integer) 10");
  run({"INCRBY", "n", "5"});
  run({"PEXPIRE", "n", "700"});
  run({"INCR", "n"});
  EXPECT_EQ(say({"PTTL", "n"}), "(integer) 700");
  EXPECT_EQ(say({"PERSIST", "n"}), "(integer) 1");
  EXPECT_EQ(say({"TTL", "n"}), "(integer) -1");
  run({"SET", "k", "x"});
  EXPECT_EQ(say({"TTL", "k"}), "(integer) -1");
}

TEST_F(EngineTest, hashes_keep_their_order_of_insertion) {
  EXPECT_EQ(say({"HSET", "h", "b", "1", "a", "2", "b", "3"}), "(integer) 2");
  EXPECT_EQ(say({"HGETALL", "h"}), R"(["b", "3", "a", "2"])");
  EXPECT_EQ(say({"HDEL", "h", "b"}), "(integer) 1");
  run({"HSET", "h", "b", "4"});
  EXPECT_EQ(say({"HKEYS", "h"}), R"(["a", "b"])");
  EXPECT_EQ(say({"HINCRBY", "h", "a", "-5"}), "(integer) -3");
  run({"HDEL", "h", "a", "b"});
  EXPECT_EQ(say({"EXISTS", "h"}), "(integer) 0") << "an empty hash is gone";
}

TEST_F(EngineTest, a_wrong_type_is_said_so) {
  run({"HSET", "h", "f", "v"});
  run({"SET", "s", "v"});
  EXPECT_EQ(run({"GET", "h"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(run({"INCR", "h"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(run({"HGET", "s", "f"}).error_code(), "WRONGTYPE");
  EXPECT_EQ(say({"MGET", "h", "s"}), "[(nil), \"v\"]");
}

TEST_F(EngineTest, counters_refuse_what_is_no_integer_and_what_overflows) {
  run({"SET", "n", "9223372036854775807"});
  EXPECT_EQ(say({"INCR", "n"}), "(error) ERR increment or decrement would overflow");
  run({"SET", "n", "01"});
  EXPECT_EQ(say({"INCR", "n"}), "(error) ERR value is not an integer or out of range");
  EXPECT_EQ(say({"DECRBY", "m", "-9223372036854775808"}), "(error) ERR decrement would overflow");
}

TEST_F(EngineTest, scan_finds_every_key_that_stays_while_others_come_and_go) {
  for (int n = 0; n < 500; ++n) run({"SET", "stay:" + std::to_string(n), "v"});
  std::set<std::string> seen;
  std::string cursor = "0";
  int step = 0;
  do {
    const Reply page = run({"SCAN", cursor, "MATCH", "stay:*", "COUNT", "7"});
    for (const Reply& key : page.items()[1].items()) seen.insert(key.text());
    cursor = page.items()[0].text();
    run({"SET", "come:" + std::to_string(step), "v"});
    run({"DEL", "come:" + std::to_string(step - 3)});
    ++step;
  } while (cursor != "0");
  EXPECT_EQ(seen.size(), 500U);
  EXPECT_GT(step, 50);
}

TEST_F(EngineTest, databases_are_apart) {
  run({"SET", "k", "0"});
  EXPECT_EQ(say({"SELECT", "1"}), "OK");
  EXPECT_EQ(say({"GET", "k"}), "(nil)");
  run({"SET", "k", "1"});
  EXPECT_EQ(say({"FLUSHDB"}), "OK");
  run({"SELECT", "0"});
  EXPECT_EQ(say({"GET", "k"}), "\"0\"");
  run({"FLUSHALL"});
  EXPECT_EQ(engine.key_count(), 0U);
}

TEST_F(EngineTest, a_transaction_runs_as_a_whole_or_not_at_all) {
  EXPECT_EQ(say({"MULTI"}), "OK");
  EXPECT_EQ(say({"SET", "k", "1"}), "QUEUED");
  EXPECT_EQ(say({"INCR", "k"}), "QUEUED");
  EXPECT_EQ(say({"EXEC"}), "[OK, (integer) 2]");
  run({"MULTI"});
  EXPECT_EQ(run({"NOPE"}).error_code(), "ERR");
  run({"SET", "k", "9"});
  EXPECT_EQ(run({"EXEC"}).error_code(), "EXECABORT");
  EXPECT_EQ(say({"GET", "k"}), "\"2\"");
}

TEST_F(EngineTest, a_watched_key_that_changes_or_expires_breaks_the_transaction) {
  Session& other = engine.open_session();
  run({"WATCH", "k"});
  run_as(other, {"SET", "k", "x"});
  run_as(other, {"DEL", "k"});
  run({"MULTI"});
  run({"SET", "mine", "1"});
  EXPECT_EQ(say({"EXEC"}), "(nil)");
  run({"SET", "e", "v", "PX", "5"});
  run({"WATCH", "e"});
  advance(milliseconds(6));
  run({"MULTI"});
  run({"SET", "mine", "1"});
  EXPECT_EQ(say({"EXEC"}), "(nil)");
  EXPECT_EQ(say({"EXISTS", "mine"}), "(integer) 0");
  run({"WATCH", "k"});
  run({"UNWATCH"});
  run_as(other, {"SET", "k", "y"});
  engine.close_session(other);
  run({"MULTI"});
  run({"SET", "mine", "1"});
  EXPECT_EQ(say({"EXEC"}), "[OK]");
}

TEST(Engine, a_password_is_wanted_before_anything_else) {
  Engine engine({.password = "secret"});
  Session& session = engine.open_session();
  const WallTime now{seconds(1)};
  EXPECT_EQ(engine.execute(session, {"GET", "k"}, now).error_code(), "NOAUTH");
  EXPECT_EQ(engine.execute(session, {"HELLO", "2"}, now).error_code(), "NOAUTH");
  EXPECT_EQ(engine.execute(session, {"AUTH", "wrong"}, now).error_code(), "WRONGPASS");
  EXPECT_EQ(engine.execute(session, {"AUTH", "nobody", "secret"}, now).error_code(), "WRONGPASS");
  EXPECT_TRUE(engine.execute(session, {"AUTH", "secret"}, now).is_status("OK"));
  EXPECT_TRUE(engine.execute(session, {"GET", "k"}, now).is_nil());
  EXPECT_TRUE(engine.execute(session, {"RESET"}, now).is_status("RESET"));
  EXPECT_EQ(engine.execute(session, {"GET", "k"}, now).error_code(), "NOAUTH");
  EXPECT_TRUE(engine.execute(session, {"AUTH", "default", "secret"}, now).is_status("OK"));
}

TEST_F(EngineTest, hello_offers_resp2_only) {
  EXPECT_EQ(run({"HELLO", "3"}).error_code(), "NOPROTO");
  EXPECT_EQ(run({"HELLO", "2"}).items()[5], Reply::integer(2));
}

TEST_F(EngineTest, a_replica_refuses_writes_also_from_scripts) {
  run({"SET", "k", "v"});
  engine.set_replica(true);
  EXPECT_EQ(say({"GET", "k"}), "\"v\"");
  EXPECT_EQ(run({"SET", "k", "w"}).error_code(), "READONLY");
  EXPECT_EQ(run({"EVAL", "return redis.call('SET','k','w')", "0"}).error_code(), "READONLY");
  EXPECT_EQ(say({"GET", "k"}), "\"v\"");
  EXPECT_EQ(run({"ROLE"}).items()[0], Reply::bulk("slave"));
}

TEST_F(EngineTest, too_many_keys_are_out_of_memory) {
  Engine small({.keys_max = 2});
  Session& client = small.open_session();
  for (const char* key : {"a", "b"}) {
    EXPECT_TRUE(small.execute(client, {"SET", key, "v"}, now).is_status("OK"));
  }
  EXPECT_EQ(small.execute(client, {"SET", "c", "v"}, now).error_code(), "OOM");
  EXPECT_EQ(small.execute(client, {"DEL", "a"}, now), Reply::integer(1));
  EXPECT_TRUE(small.execute(client, {"SET", "c", "v"}, now).is_status("OK"));
}

class EffectsTest : public EngineTest {
 protected:
  EffectsTest() { engine.record_effects(true); }
  std::string effects() {
    std::string text;
    for (const Effect& effect : engine.take_effects()) {
      if (!text.empty()) text += "; ";
      for (const std::string& word : effect.command) text += word + " ";
      text.pop_back();
    }
    return text;
  }
};

TEST_F(EffectsTest, relative_times_become_absolute) {
  run({"SET", "k", "v", "NX", "PX", "5"});
  EXPECT_EQ(effects(), "SET k v PXAT 1700000000005");
  run({"EXPIRE", "k", "10"});
  EXPECT_EQ(effects(), "PEXPIREAT k 1700000010000");
  run({"PEXPIRE", "k", "-1"});
  EXPECT_EQ(effects(), "DEL k");
  run({"SET", "k", "v"});
  run({"GETEX", "k", "PX", "1"});
  EXPECT_EQ(effects(), "SET k v; PEXPIREAT k 1700000000001");
}

TEST_F(EffectsTest, what_changed_nothing_is_not_told) {
  run({"GET", "k"});
  run({"DEL", "k"});
  run({"PERSIST", "k"});
  run({"INCRBY", "k", "x"});
  run({"SET", "k", "v", "XX"});
  EXPECT_EQ(effects(), "");
}

TEST_F(EffectsTest, an_expired_key_is_a_del_in_front_of_what_found_it) {
  run({"SET", "k", "v", "PX", "5"});
  effects();
  advance(milliseconds(6));
  run({"INCR", "k"});
  EXPECT_EQ(effects(), "DEL k; INCR k");
}

TEST_F(EffectsTest, a_script_is_its_writes) {
  run({"EVAL",
       "redis.call('SET',KEYS[1],'v','PX',ARGV[1]) redis.call('GET','k') "
       "redis.call('INCR','n') return 1",
       "1", "k", "50"});
  EXPECT_EQ(effects(), "SET k v PXAT 1700000000050; INCR n");
  run({"MULTI"});
  run({"INCR", "n"});
  run({"INCR", "n"});
  EXPECT_EQ(effects(), "");
  run({"EXEC"});
  EXPECT_EQ(effects(), "INCR n; INCR n");
}

TEST_F(EffectsTest, a_replica_that_applies_them_becomes_equal) {
  Engine replica;
  replica.set_replica(true);
  run({"SET", "k", "v", "PX", "5"});
  run({"HSET", "h", "f", "1", "g", "2"});
  run({"HINCRBY", "h", "f", "41"});
  run({"SELECT", "3"});
  run({"SET", "z", "w", "EX", "100"});
  advance(milliseconds(20));
  run({"SELECT", "0"});
  run({"EXISTS", "k"});
  for (const Effect& effect : engine.take_effects()) ASSERT_TRUE(replica.apply(effect, now));
  EXPECT_EQ(replica.snapshot(), engine.snapshot());
  EXPECT_EQ(replica.key_count(), 2U);
}

TEST_F(EffectsTest, nothing_expires_while_effects_are_applied) {
  Engine replica;
  replica.set_replica(true);
  EXPECT_TRUE(replica.apply({0, {"SET", "n", "5", "PXAT", "1000"}}, now));
  EXPECT_TRUE(replica.apply({0, {"INCR", "n"}}, now));
  EXPECT_EQ(replica.key_count(), 1U);
  Session& reader = replica.open_session();
  EXPECT_TRUE(replica.execute(reader, {"GET", "n"}, now).is_nil());
  EXPECT_EQ(replica.execute(reader, {"GET", "n"}, WallTime(seconds(1))), Reply::bulk("6"));
}

TEST_F(EffectsTest, effects_that_do_not_fit_are_refused) {
  Engine replica;
  EXPECT_TRUE(replica.apply({0, {"SET", "k", "v"}}, now));
  EXPECT_FALSE(replica.apply({0, {"HSET", "k", "f", "v"}}, now));
  EXPECT_FALSE(replica.apply({0, {"NOPE"}}, now));
  EXPECT_FALSE(replica.apply({0, {"SET", "k"}}, now));
  EXPECT_FALSE(replica.apply({0, {"EVAL", "return 1", "0"}}, now));
  EXPECT_FALSE(replica.apply({0, {}}, now));
  EXPECT_FALSE(replica.apply({16, {"SET", "k", "v"}}, now));
}

TEST_F(EffectsTest, a_snapshot_rebuilds_everything) {
  run({"SET", "k", "v", "PX", "500"});
  run({"HSET", "h", "b", "1", "a", "2"});
  Engine copy;
  for (const Effect& effect : engine.snapshot()) ASSERT_TRUE(copy.apply(effect, now));
  EXPECT_EQ(copy.snapshot(), engine.snapshot());
}

TEST_F(EffectsTest, an_eviction_takes_matching_keys_and_is_told) {
  for (const char* key : {"lock:a", "lock:b", "other"}) run({"SET", key, "v"});
  effects();
  EXPECT_EQ(engine.evict(5, "lock:*", [](std::uint64_t) { return 0U; }, now), 2U);
  EXPECT_EQ(say({"KEYS", "*"}), "[\"other\"]");
  EXPECT_EQ(effects().size(), std::string("DEL lock:a; DEL lock:b").size());
}

TEST_F(EffectsTest, reaping_removes_the_expired_step_by_step) {
  for (int n = 0; n < 100; ++n) run({"SET", "k" + std::to_string(n), "v", "PX", "5"});
  run({"SET", "stays", "v"});
  effects();
  EXPECT_EQ(engine.reap(1000, now), 0U);
  advance(milliseconds(6));
  EXPECT_EQ(engine.key_count(), 101U);
  std::uint64_t reaped = 0;
  for (int n = 0; n < 12; ++n) reaped += engine.reap(10, now);
  EXPECT_EQ(reaped, 100U);
  EXPECT_EQ(engine.key_count(), 1U);
  EXPECT_TRUE(effects().starts_with("DEL k"));
}

TEST_F(EngineTest, changes_count_only_what_changed) {
  const auto before = engine.changes();
  run({"GET", "k"});
  run({"DEL", "k"});
  EXPECT_EQ(engine.changes(), before);
  run({"SET", "k", "v"});
  EXPECT_GT(engine.changes(), before);
}

TEST(Text, integers_are_canonical) {
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_integer("0"), 0);
  for (const char* text : {"", "-", "-0", "01", "+1", " 1", "1 ", "1.0", "9223372036854775808"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

TEST(Text, globs_match_as_redis_does) {
  const auto matches = [](const char* pattern, const char* text) {
    return glob_matches(pattern, text);
  };
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("h?llo", "hallo"));
  EXPECT_TRUE(matches("h[ae]llo", "hello"));
  EXPECT_TRUE(matches("h[^e]llo", "hallo"));
  EXPECT_FALSE(matches("h[^e]llo", "hello"));
  EXPECT_TRUE(matches("h[a-b]llo", "hbllo"));
  EXPECT_TRUE(matches("h[b-a]llo", "hallo"));
  EXPECT_TRUE(matches("a\\*b", "a*b"));
  EXPECT_FALSE(matches("a\\*b", "axb"));
  EXPECT_TRUE(matches("*a*b*c", "xxaxxbxxbc"));
  EXPECT_FALSE(matches("*a*b*c", "xxaxxbxxb"));
  EXPECT_FALSE(matches("", "x"));
  const std::string stars = "a*a*a*a*a*a*a*a*a*a*b";
  EXPECT_FALSE(glob_matches(stars, std::string(5000, 'a'))) << "and it ends soon";
}

}  // namespace
}  // namespace lockstep::sim::redis
