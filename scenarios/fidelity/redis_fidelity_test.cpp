// The simulated Redis answers as redis-server 7 does: generated sequences of commands and scripts
// go to both, at one standing wall clock, and every reply must be equal.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "scenarios/fidelity/redis_commands.hpp"
#include "scenarios/fidelity/redis_scripts.hpp"
#include "scenarios/fidelity/twin_redis.hpp"

namespace lockstep::scenarios {
namespace {

class RedisFidelity : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = RealRedis::start();
    ASSERT_TRUE(started) << to_text(started.error());
    real_ = std::move(*started);
    const auto version = real_->process().ask({"EVAL", "return redis.REDIS_VERSION", "0"});
    ASSERT_TRUE(version) << to_text(version.error());
    if (!version->starts_with("7.0.")) {
      real_.reset();
      GTEST_SKIP() << "compares with redis-server 7.0, found " << *version;
    }
  }
  static void TearDownTestSuite() { real_.reset(); }
  void SetUp() override {
    if (real_ == nullptr) GTEST_SKIP() << "no redis-server 7.0 to compare with";
  }

  static void expect_agreement(const std::vector<TwinStep>& steps) {
    const auto difference = first_difference(*real_, steps);
    EXPECT_EQ(difference.value_or(""), "");
  }

  static std::unique_ptr<RealRedis> real_;
};

std::unique_ptr<RealRedis> RedisFidelity::real_;

TwinStep now(std::vector<std::string> words) { return {0, milliseconds(0), std::move(words)}; }
TwinStep after(int ms, std::vector<std::string> words) {
  return {0, milliseconds(ms), std::move(words)};
}

TEST_F(RedisFidelity, generated_commands_get_the_same_replies) {
  EXPECT_TRUE(rc::check([] {
    const auto difference = first_difference(*real_, *command_sequences());
    if (difference) RC_FAIL(*difference);
  }));
}

TEST_F(RedisFidelity, generated_scripts_get_the_same_replies) {
  EXPECT_TRUE(rc::check([] {
    const auto difference = first_difference(*real_, *script_sequences());
    if (difference) RC_FAIL(*difference);
  }));
}

TEST_F(RedisFidelity, every_script_agrees_on_its_own) {
  for (const Script& script : scripts()) {
    std::vector<std::string> words = {"EVAL", script.body, std::to_string(script.keys)};
    for (int n = 0; n < script.keys; ++n) words.push_back("k" + std::to_string(n));
    for (std::size_t n = 0; n < script.arguments.size(); ++n) words.push_back("7");
    expect_agreement({now(words), after(1, words)});
  }
}

TEST_F(RedisFidelity, a_lock_lives_and_ends_at_the_same_millisecond) {
  const std::vector<std::string> take = {"SET", "lock", "me", "NX", "PX", "100"};
  expect_agreement({now(take), after(99, {"PTTL", "lock"}), after(1, {"PTTL", "lock"}), now(take),
                    now({"GET", "lock"}), after(1, {"GET", "lock"}), now(take),
                    after(50, {"PEXPIRE", "lock", "100"}), after(100, {"EXISTS", "lock"}),
                    after(1, {"EXISTS", "lock"}), now({"PTTL", "lock"})});
}

TEST_F(RedisFidelity, a_wall_clock_that_jumps_moves_expiries_alike) {
  expect_agreement({now({"SET", "k", "v", "PX", "1000"}), after(-5000, {"PTTL", "k"}),
                    after(5999, {"PTTL", "k"}), after(1, {"PTTL", "k"}), after(1, {"PTTL", "k"}),
                    after(-3000, {"EXISTS", "k"})});
}

TEST_F(RedisFidelity, locks_with_fencing_tokens_agree_through_contention_expiry_and_flush) {
  const std::string acquire =
      "if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then "
      "return redis.call('INCR', KEYS[2]) else return false end";
  const std::string release =
      "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return "
      "0";
  const std::string renew =
      "if redis.call('GET', KEYS[1]) == ARGV[1] then "
      "return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";
  const auto eval = [](int ms, const std::string& body, std::vector<std::string> keys,
                       const std::vector<std::string>& arguments) {
    std::vector<std::string> words = {"EVAL", body, std::to_string(keys.size())};
    words.insert(words.end(), keys.begin(), keys.end());
    words.insert(words.end(), arguments.begin(), arguments.end());
    return after(ms, words);
  };
  expect_agreement({eval(0, acquire, {"l", "f"}, {"a", "100"}),
                    eval(10, acquire, {"l", "f"}, {"b", "100"}),
                    eval(10, renew, {"l"}, {"b", "50"}), eval(0, renew, {"l"}, {"a", "50"}),
                    eval(50, acquire, {"l", "f"}, {"b", "100"}),
                    eval(1, acquire, {"l", "f"}, {"b", "100"}), eval(0, release, {"l"}, {"a"}),
                    eval(0, release, {"l"}, {"b"}), eval(0, release, {"l"}, {"b"}),
                    now({"SCRIPT", "FLUSH"}), eval(0, acquire, {"l", "f"}, {"a", "0"}),
                    eval(0, acquire, {"l", "f"}, {"a", "x"}), now({"GET", "f"})});
}

TEST_F(RedisFidelity, unknown_commands_quote_their_arguments_alike) {
  expect_agreement({now({"NOPE"}), now({"nope", "a", "b"}), now({"NOPE", std::string(200, 'a')}),
                    now({"NOPE", std::string(80, 'a'), std::string(80, 'b'), "c"}),
                    now({std::string(200, 'x'), "y"}), now({"CLIENT|ID"}), now({""}),
                    now({"CLIENT", std::string(200, 'x')})});
}

}  // namespace
}  // namespace lockstep::scenarios
