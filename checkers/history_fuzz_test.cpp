// Any bytes are read without harm; and what was altered is noticed.
#include <gtest/gtest.h>

#include "checkers/history_file.hpp"
#include "checkers/registry.hpp"
#include "checkers/timeline.hpp"
#include "impl/base/draw.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

std::string sample() {
  Timeline timeline;
  timeline.params().extra.emplace_back("backend", std::string("redis"));
  timeline.acquire("client/1", 1, {0, 2, Ending::ok, 5});
  timeline.acquire("client/2", 2, {1, 3, Ending::denied});
  const std::size_t lost = timeline.renew("client/1", 1, {4, 6, Ending::info});
  const std::size_t write = timeline.write("client/1", 1, {5, 7, Ending::ok, 5});
  timeline.committed(write, 3, 6);
  timeline.mark(name::clock_step, 8, "redis/0", -5);
  timeline.release("client/1", 1, {9, 0, Ending::open});
  timeline.resolve(lost, true, 5);
  return write_history(timeline.history());
}

/// Changes `text` in a way drawn from `seed`.
std::string damaged(std::string text, std::uint64_t seed) {
  const auto roll = [&](std::uint64_t what, std::uint64_t bound) {
    return below(draw(Seed{seed}, DrawStream::test, what), bound);
  };
  const std::size_t at = roll(0, text.size());
  switch (roll(1, 5)) {
    case 0: return text.substr(0, at);
    case 1: text[at] = static_cast<char>(text[at] ^ static_cast<char>(1U << roll(2, 8))); break;
    case 2: text[at] = static_cast<char>(roll(2, 256)); break;
    case 3: text.erase(at, roll(2, 40) + 1); break;
    default: text.insert(at, text.substr(roll(2, text.size()), roll(3, 60))); break;
  }
  return text;
}

TEST(HistoryFuzz, damage_never_crashes_and_never_passes) {
  const std::string whole = sample();
  ASSERT_TRUE(parse_history(whole, "whole").has_value());
  const std::uint64_t seeds = test_seeds(60'000);
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const std::string text = damaged(whole, seed);
    const auto history = parse_history(text, "damaged");
    // One change passes: the newline at the very end may be missing.
    const bool same = text == whole || text + "\n" == whole;
    ASSERT_EQ(history.has_value(), same) << "seed " << seed << "\n" << text;
    if (history.has_value()) continue;
    ASSERT_FALSE(history.error().indefinite()) << "seed " << seed;
    ASSERT_EQ(history.error().detail.substr(0, 8), "damaged:") << "seed " << seed;
  }
}

/// Changes some digits of `text`, so that much of it can still be read.
std::string miscounted(std::string text, std::uint64_t seed) {
  for (std::uint64_t i = 0; i < 4; ++i) {
    const std::uint64_t bits = draw(Seed{seed}, DrawStream::test, 9, i);
    const std::size_t at = text.find_first_of("0123456789", below(bits, text.size()));
    if (at == std::string::npos) continue;
    text[at] = static_cast<char>('0' + below(draw(Seed{seed}, DrawStream::test, 10, i), 10));
  }
  return text;
}

/// Without a hash in the footer much damage cannot be noticed, and must be judged without harm.
TEST(HistoryFuzz, what_is_read_can_be_judged) {
  std::string whole = sample();
  whole.erase(whole.find(",\"hash\""));
  whole += "}\n";
  ASSERT_TRUE(parse_history(whole, "whole").has_value());
  const std::uint64_t seeds = test_seeds(60'000);
  std::uint64_t judged = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const std::string text = miscounted(whole, seed);
    const auto history = parse_history(text, "damaged");
    if (!history.has_value()) continue;
    const auto both = judge_both(*history);
    judged += both.has_value() ? 1U : 0U;
    ASSERT_EQ(parse_history(write_history(*history), "again").has_value(), true) << seed;
  }
  EXPECT_GT(judged, seeds / 100);
}

TEST(HistoryFuzz, random_bytes_are_refused) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    std::string text;
    const std::uint64_t length = below(draw(Seed{seed}, DrawStream::test, 0), 300);
    for (std::uint64_t i = 0; i < length; ++i) {
      text.push_back(static_cast<char>(draw(Seed{seed}, DrawStream::test, 1, i)));
    }
    ASSERT_FALSE(parse_history(text, "noise").has_value()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace lockstep::checkers
