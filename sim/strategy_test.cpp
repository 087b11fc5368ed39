// Strategies and the distribution of latencies.
#include "sim/strategy.hpp"

#include <gtest/gtest.h>

#include <set>

#include "sim/exponential.hpp"

namespace lockstep::sim {
namespace {

constexpr std::uint64_t horizon = 1000;

/// How many of `events` events get a priority other than 0.
int delayed(Strategy& strategy, int events) {
  int count = 0;
  for (int i = 0; i < events; ++i) {
    if (strategy.next(NodeId{0}, static_cast<std::uint64_t>(i)) != 0) ++count;
  }
  return count;
}

TEST(Strategy, fifo_gives_everybody_the_same_priority) {
  Strategy fifo(StrategyKind::fifo, Seed{1}, horizon, 100);
  EXPECT_EQ(delayed(fifo, 1000), 0);
}

TEST(Strategy, delay_bounded_delays_as_many_events_as_it_is_deep) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Strategy none(StrategyKind::delay_bounded, Seed{seed}, horizon, 0);
    EXPECT_EQ(delayed(none, 1000), 0);
    Strategy three(StrategyKind::delay_bounded, Seed{seed}, horizon, 3);
    const int count = delayed(three, 1000);
    EXPECT_LE(count, 3);
    EXPECT_GE(count, 1);  // two of them may coincide
    EXPECT_EQ(delayed(three, 1000), 0) << "beyond the horizon";
  }
}

TEST(Strategy, what_belongs_to_no_node_moves_no_delay) {
  constexpr std::uint64_t events = 50;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Strategy alone(StrategyKind::delay_bounded, Seed{seed}, events, 3);
    Strategy among(StrategyKind::delay_bounded, Seed{seed}, events, 3);
    for (std::uint64_t i = 0; i < events; ++i) {
      EXPECT_EQ(among.next(no_node, i), 0);
      EXPECT_EQ(among.next(NodeId{1}, i), alone.next(NodeId{1}, i)) << seed << ", " << i;
    }
  }
}

TEST(Strategy, pct_keeps_a_nodes_priority_until_a_change_point_and_never_raises_it) {
  Strategy pct(StrategyKind::pct, Seed{1}, horizon, 5);
  std::vector<Priority> last(3, 0);
  int changes = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const std::uint32_t node = i % 3;
    const Priority priority = pct.next(NodeId{node}, i);
    EXPECT_GE(priority, last[node]);
    if (last[node] != 0 && priority != last[node]) ++changes;
    last[node] = priority;
  }
  EXPECT_LE(changes, 5);
  EXPECT_GE(changes, 3);
}

TEST(Strategy, pct_leaves_what_belongs_to_no_node_in_front) {
  Strategy pct(StrategyKind::pct, Seed{1}, horizon, 5);
  EXPECT_EQ(pct.next(no_node, 7), 0);
}

TEST(Strategy, random_depends_on_the_node_and_its_event_only) {
  Strategy a(StrategyKind::random, Seed{9});
  Strategy b(StrategyKind::random, Seed{9});
  const Priority alone = a.next(NodeId{4}, 17);
  for (std::uint64_t i = 0; i < 100; ++i) (void)b.next(NodeId{3}, i);
  EXPECT_EQ(b.next(NodeId{4}, 17), alone);
  std::set<Priority> drawn;
  for (std::uint64_t i = 0; i < 100; ++i) drawn.insert(a.next(NodeId{4}, i));
  EXPECT_GT(drawn.size(), 90U);
}

TEST(Strategy, names_are_read_back_and_others_are_refused_with_those_there_are) {
  for (const StrategyKind kind :
       {StrategyKind::fifo, StrategyKind::random, StrategyKind::pct, StrategyKind::delay_bounded}) {
    const auto parsed = parse_strategy(name_of(kind));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, kind);
  }
  const auto refused = parse_strategy("lifo");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
  EXPECT_EQ(refused.error().detail,
            "unknown strategy 'lifo' (expected one of fifo, random, pct, delay-bounded)");
}

TEST(Exponential, has_the_mean_it_is_asked_for_within_one_percent) {
  for (const Nanos mean : {Nanos(1000), Nanos(150'000), Nanos(seconds(10))}) {
    constexpr std::uint64_t draws = 400'000;  // the standard error is 0.16 %
    std::int64_t sum = 0;
    for (std::uint64_t i = 0; i < draws; ++i) {
      sum += exponential(draw(Seed{1}, DrawStream::test, i), mean).count();
    }
    const std::int64_t average = sum / static_cast<std::int64_t>(draws);
    EXPECT_LE(std::abs(average - mean.count()), mean.count() / 100);
  }
}

TEST(Exponential, stays_between_nothing_and_seven_means) {
  const Nanos mean = seconds(1);
  EXPECT_EQ(exponential(0, mean), Nanos(0));
  EXPECT_LE(exponential(~0ULL, mean), 7 * mean);
  EXPECT_GT(exponential(~0ULL, mean), 6 * mean);
  EXPECT_EQ(exponential(~0ULL, Nanos(0)), Nanos(0));
}

TEST(Exponential, grows_with_its_bits_and_has_the_median_of_the_distribution) {
  const Nanos mean = seconds(1);
  Nanos before{0};
  for (std::uint64_t i = 0; i < 4096; ++i) {
    const Nanos value = exponential(i << 52U, mean);
    EXPECT_GE(value, before);
    before = value;
  }
  const Nanos median = exponential(1ULL << 63U, mean);
  EXPECT_LE(std::abs((median - Nanos(693'147'181)).count()), 20'000);  // ln 2
}

}  // namespace
}  // namespace lockstep::sim
