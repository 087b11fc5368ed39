// The simulated Redis keeps streams, sorted sets and lists as redis-server 7 does: every reply is
// equal, and so is what the append-only file brings back.
#include "scenarios/fidelity/redis_collections.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <functional>
#include <iostream>

#include "scenarios/fidelity/twin_redis.hpp"

namespace lockstep::scenarios {
namespace {

class RedisCollections : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = RealRedis::start();
    ASSERT_TRUE(started) << to_text(started.error());
    if (is_compared(**started)) real_ = std::move(*started);
  }
  static void TearDownTestSuite() { real_.reset(); }
  void SetUp() override {
    if (real_ == nullptr) GTEST_SKIP() << "no redis-server 7.0 to compare with";
  }

  static bool is_compared(RealRedis& real) {
    const auto version = real.process().ask({"EVAL", "return redis.REDIS_VERSION", "0"});
    return version && version->starts_with("7.0.");
  }
  static void expect_agreement(const std::vector<TwinStep>& steps) {
    const auto difference = first_difference(*real_, steps);
    EXPECT_EQ(difference.value_or(""), "");
  }
  // RC_PARAMS="max_success=... max_size=..." in the environment makes it more of them.
  static void expect_agreement_of_all(const std::function<rc::Gen<std::vector<TwinStep>>()>& all) {
    std::size_t commands = 0;
    EXPECT_TRUE(rc::check([&] {
      const std::vector<TwinStep> sequence = *all();
      const auto difference = first_difference(*real_, sequence);
      if (difference) RC_FAIL(*difference);
      commands += sequence.size();
    }));
    report(commands);
  }
  static void report(std::size_t commands) {
    RecordProperty("commands", std::to_string(commands));
    std::cout << commands << " commands compared\n";
  }

  static std::unique_ptr<RealRedis> real_;
};

std::unique_ptr<RealRedis> RedisCollections::real_;

TwinStep now(std::vector<std::string> words) { return {0, milliseconds(0), std::move(words)}; }
TwinStep after(int ms, std::vector<std::string> words) {
  return {0, milliseconds(ms), std::move(words)};
}

TEST_F(RedisCollections, generated_stream_commands_get_the_same_replies) {
  expect_agreement_of_all(stream_sequences);
}

TEST_F(RedisCollections, generated_sorted_set_and_list_commands_get_the_same_replies) {
  expect_agreement_of_all(sorted_set_sequences);
}

TEST_F(RedisCollections, streams_come_back_from_the_append_only_file_alike) {
  constexpr std::size_t sequences_max = 50;  // of one server: every reload plays back all of them
  std::unique_ptr<RealRedis> with_file;
  std::size_t sequences = 0;
  std::size_t commands = 0;
  EXPECT_TRUE(rc::check([&] {
    if (sequences++ % sequences_max == 0) {
      auto started = RealRedis::start(true);
      RC_ASSERT(started.has_value());
      with_file = std::move(*started);
    }
    const std::vector<TwinStep> sequence = *stream_sequences_with_reloads();
    const auto difference = first_difference(*with_file, sequence);
    if (difference) RC_FAIL(*difference);
    commands += sequence.size();
  }));
  report(commands);
}

// Entries of many shapes, drawn by a generator of the script's own: integers of every width, texts
// around every bound of their packing, ids far apart. The answer says how many nodes there are.
TEST_F(RedisCollections, macro_nodes_are_full_at_the_same_byte) {
  const std::string script =
      "local state = tonumber(ARGV[1]) "
      "local function draw(n) state = (state * 16807) % 2147483647 return state % n end "
      "local function of(list) return list[1 + draw(#list)] end "
      "local widths, sizes = {0, 127, 4095, 32767, 8388607, 2147483647, 2^50}, "
      "{0, 0, 5, 20, 61, 123, 200, 2100} "
      "local function integer() return string.format('%.0f', "
      "(of(widths) + draw(4) - 1) * (1 - 2 * draw(2))) end "
      "local function word() if draw(2) == 0 then return string.rep('x', of(sizes) + draw(5)) end "
      "return integer() end "
      "local ms = 0 "
      "for i = 1, 150 do ms = ms + draw(of({2, 50, 3000, 2000000})) + 1 "
      "local entry = {string.format('%.0f-%.0f', ms, draw(300)), 'f', word()} "
      "for pair = 1, draw(3) do entry[#entry + 1] = word() entry[#entry + 1] = word() end "
      "redis.call('XADD', KEYS[1], unpack(entry)) "
      "if draw(20) == 0 then redis.call('XDEL', KEYS[1], entry[1]) end end "
      "return redis.call('XINFO', 'STREAM', KEYS[1])";
  std::vector<TwinStep> steps;
  for (int seed = 1; seed <= 150; ++seed) {
    steps.push_back(now({"DEL", "s"}));
    steps.push_back(now({"EVAL", script, "1", "s", std::to_string(seed * 7919)}));
    steps.push_back(now({"XTRIM", "s", "MAXLEN", "~", "70"}));
  }
  expect_agreement(steps);
}

// The same word many times per entry: a byte more or less of one shows in the number of nodes.
TEST_F(RedisCollections, every_kind_of_word_takes_the_same_bytes) {
  std::vector<std::string> words = {"",
                                    "0",
                                    "127",
                                    "128",
                                    "-1",
                                    "-0",
                                    "007",
                                    "4095",
                                    "4096",
                                    "-4096",
                                    "-4097",
                                    "32767",
                                    "32768",
                                    "-32768",
                                    "-32769",
                                    "8388607",
                                    "8388608",
                                    "-8388608",
                                    "-8388609",
                                    "2147483647",
                                    "2147483648",
                                    "-2147483648",
                                    "-2147483649",
                                    "9223372036854775807",
                                    "-9223372036854775808",
                                    "9223372036854775808"};
  for (const std::size_t bytes : {1U, 62U, 63U, 64U, 65U, 124U, 125U, 126U, 127U, 1000U}) {
    words.emplace_back(bytes, 'x');
  }
  const std::string script =
      "for i = 1, 250 do local entry = {} for n = 1, tonumber(ARGV[2]) do "
      "entry[2 * n - 1] = 'f' entry[2 * n] = ARGV[1] end "
      "redis.call('XADD', KEYS[1], i .. '-1', 'e', string.rep('y', ARGV[3]), unpack(entry)) end "
      "return redis.call('XINFO', 'STREAM', KEYS[1])";
  std::vector<TwinStep> steps;
  for (const std::string& word : words) {
    const std::string copies = word.size() < 60 ? "10" : "2";
    for (int padding = 0; padding < 20; padding += 2) {
      steps.push_back(now({"DEL", "s"}));
      steps.push_back(now({"EVAL", script, "1", "s", word, copies, std::to_string(padding)}));
    }
  }
  expect_agreement(steps);
}

TEST_F(RedisCollections, a_sorted_set_turns_large_at_the_same_member) {
  for (const int members : {126, 127, 128, 129}) {
    const std::string script =
        "for i = 1, tonumber(ARGV[1]) do redis.call('ZADD', KEYS[1], i, i) end "
        "redis.call('ZADD', KEYS[1], '-0', 'zero') return redis.call('ZSCORE', KEYS[1], 'zero')";
    expect_agreement({now({"EVAL", script, "1", "z", std::to_string(members)})});
  }
  for (const std::size_t bytes : {63U, 64U, 65U}) {
    expect_agreement({now({"ZADD", "z", "-0", std::string(bytes, 'm'), "-0", "n"}),
                      now({"ZRANGE", "z", "0", "-1", "WITHSCORES"})});
  }
}

TEST_F(RedisCollections, an_id_of_its_own_never_goes_back_with_the_clock) {
  expect_agreement({now({"XADD", "s", "*", "f", "1"}), now({"XADD", "s", "*", "f", "2"}),
                    after(-5000, {"XADD", "s", "*", "f", "3"}),
                    after(5001, {"XADD", "s", "*", "f", "4"}), now({"XRANGE", "s", "-", "+"}),
                    now({"XADD", "s", "1700000000001-18446744073709551615", "f", "5"}),
                    now({"XADD", "s", "*", "f", "6"}), now({"XINFO", "STREAM", "s", "FULL"})});
}

TEST_F(RedisCollections, waiting_is_refused_in_scripts_and_useless_in_transactions) {
  const std::string script =
      "return redis.call('xreadgroup', 'GROUP', 'g', 'c', 'BLOCK', '5', "
      "'STREAMS', KEYS[1], '>')";
  expect_agreement(
      {now({"XGROUP", "CREATE", "s", "g", "$", "MKSTREAM"}), now({"EVAL", script, "1", "s"}),
       now({"MULTI"}), now({"XREAD", "BLOCK", "0", "STREAMS", "s", "$"}),
       now({"XREADGROUP", "GROUP", "g", "c", "BLOCK", "5", "STREAMS", "s", ">"}), now({"EXEC"}),
       now({"XADD", "s", "1-1", "f", "v"}), now({"XREAD", "BLOCK", "0", "STREAMS", "s", "0"}),
       now({"XREADGROUP", "GROUP", "g", "c", "BLOCK", "5", "STREAMS", "s", ">"})});
}

TEST_F(RedisCollections, reading_and_acknowledging_break_no_transaction_that_watches) {
  expect_agreement({now({"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"}),
                    now({"XADD", "s", "1-1", "f", "v"}), now({"WATCH", "s"}),
                    now({"XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">"}),
                    now({"XCLAIM", "s", "g", "d", "0", "1-1"}), now({"XACK", "s", "g", "1-1"}),
                    now({"MULTI"}), now({"XLEN", "s"}), now({"EXEC"}), now({"WATCH", "s"}),
                    now({"XDEL", "s", "1-1"}), now({"MULTI"}), now({"XLEN", "s"}), now({"EXEC"})});
}

}  // namespace
}  // namespace lockstep::scenarios
