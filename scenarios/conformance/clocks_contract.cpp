// Clocks and randomness.
#include <set>

#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {
namespace {

TEST_P(EnvContract, the_monotonic_clock_never_goes_back_and_moves_while_one_sleeps) {
  run([](Env& env) -> Task<void> {
    MonoTime last = env.clock.now();
    for (int i = 0; i < 200; ++i) {
      const MonoTime now = env.clock.now();
      EXPECT_GE(now, last);
      co_await env::sleep_for(env, Nanos(i * 1000));
      EXPECT_GE(env.clock.now(), now + Nanos(i * 1000));
      last = now;
    }
  });
}

TEST_P(EnvContract, the_wall_clock_moves_while_one_sleeps) {
  run([](Env& env) -> Task<void> {
    const WallTime before = env.clock.wall();
    co_await env::sleep_for(env, moment);
    EXPECT_NE(env.clock.wall(), before);
  });
}

TEST_P(EnvContract, random_words_do_not_repeat_and_use_all_bits) {
  run([](Env& env) -> Task<void> {
    std::set<std::uint64_t> seen;
    std::uint64_t ones = 0;
    std::uint64_t zeros = 0;
    for (int i = 0; i < 1000; ++i) {
      const std::uint64_t word = env.random.next();
      seen.insert(word);
      ones |= word;
      zeros |= ~word;
    }
    EXPECT_EQ(seen.size(), 1000U);
    EXPECT_EQ(ones & zeros, ~0ULL);
    co_return;
  });
}

TEST_P(EnvContract, jitter_stays_in_its_range_and_reaches_both_ends) {
  run([](Env& env) -> Task<void> {
    std::set<std::int64_t> seen;
    for (int i = 0; i < 1000; ++i) {
      seen.insert(env::jitter(env.random, Nanos(-2), Nanos(2)).count());
    }
    EXPECT_EQ(seen, (std::set<std::int64_t>{-2, -1, 0, 1, 2}));
    co_return;
  });
}

}  // namespace
}  // namespace lockstep::conformance
