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
