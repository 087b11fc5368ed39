// Histories of correct queues are valid for both judges; and small random ones, which are not, are
// judged as by trying every order.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "checkers/dice.hpp"
#include "checkers/fifo.hpp"
#include "checkers/fifo_brute_force.hpp"
#include "checkers/fifo_world.hpp"
#include "checkers/history_file.hpp"
#include "checkers/registry.hpp"
#include "checkers/timeline.hpp"
#include "checkers/witness_text.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

std::string told(const Report& report, const History& history) {
  std::string text;
  for (const Violation& violation : report.violations) text += describe(violation, history);
  for (const std::string& reason : report.unknown_reasons) text += reason + "\n";
  return text + write_history(history);
}

constexpr std::uint64_t worlds = 20'000;

TEST(FifoProperty, a_correct_queue_is_valid_for_both_judges) {
  Exercised exercised;
  for (std::uint64_t seed = 0; seed < test_seeds(worlds); ++seed) {
    FifoWorld world(any_fifo_world(seed));
    world.run(10 + static_cast<std::int64_t>(seed % 200));
    if (seed % 3 == 0) world.drain();
    const History history = world.timeline().history();
    const auto both = judge_both(history, fifo_model);
    ASSERT_TRUE(both);
    for (const Report* report : {&both->black_box, &both->oracle}) {
      ASSERT_EQ(report->verdict, Verdict::valid)
          << "seed " << seed << " " << name_of(report->judge) << "\n"
          << told(*report, history);
    }
    exercised.merge(both->black_box.exercised);
  }
  for (const Property property : {Property::pushed, Property::delivered, Property::unknown}) {
    EXPECT_GE(exercised.of(property), test_seeds(worlds) / 2) << name_of(property);
  }
}

/// A handful of operations on a few elements, in one of two ways: all drawn, or those of a correct
/// queue with one thing changed.
class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed) : dice_(seed) {
    if (dice_.chance(30)) timeline_.order(Order::real_time);
    horizon_ = dice_.roll(6, 40);
    length_ = dice_.roll(1, horizon_ / 2);
    unknown_ = dice_.chance(70) ? dice_.roll(0, 50) : 0;
    const std::int64_t elements = dice_.roll(1, 5);
    for (std::int64_t element = 1; element <= elements; ++element) add_push(element);
    for (std::int64_t element = 1; element <= elements; ++element) {
      if (dice_.chance(75)) add_pop(element);
    }
    if (dice_.chance(4)) add_push(dice_.roll(1, elements));
    if (dice_.chance(4)) add_pop(dice_.roll(1, elements + 1));
    for (std::int64_t i = dice_.roll(0, 2); i > 0; --i) add_empty();
    for (std::int64_t i = dice_.chance(50) ? dice_.roll(0, 3) : 0; i > 0; --i) add_taker();
  }

  [[nodiscard]] Timeline& timeline() { return timeline_; }
  [[nodiscard]] bool is_unique() const { return is_unique_; }

  /// Says of so many of 100 unknown operations what became of them.
  void resolve(std::int64_t percent) {
    for (const Open& open : open_) {
      if (!dice_.chance(percent)) continue;
      const bool happened = dice_.chance(75);
      const std::int64_t at = open.sent + dice_.roll(0, dice_.chance(60) ? length_ : horizon_);
      timeline_.resolve(open.operation, happened, happened ? at : 0);
    }
  }

 private:
  struct Open {
    std::size_t operation = 0;
    std::int64_t sent = 0;
  };

  void add(NameId f, std::int64_t from, Ending ending, std::int64_t element) {
    const std::int64_t sent = std::max<std::int64_t>(0, from + dice_.roll(-length_, length_));
    QueueWords words;
    words.value = element;
    words.error = name::empty;
    const std::size_t operation =
        timeline_.queue(f, "n", {sent, sent + dice_.roll(0, length_), ending}, words);
    if (ending == Ending::info || ending == Ending::open) open_.push_back({operation, sent});
  }
  Ending unknown() { return dice_.chance(50) ? Ending::info : Ending::open; }

  /// Elements are pushed in their order, more or less, in the first half.
  void add_push(std::int64_t element) {
    Ending ending = dice_.chance(unknown_) ? unknown() : Ending::ok;
    if (dice_.chance(3)) ending = Ending::failed;
    is_unique_ = is_unique_ && (ending == Ending::failed || pushed_.insert(element).second);
    add(name::push, element * horizon_ / 10, ending, element);
  }
  void add_pop(std::int64_t element) {
    const std::int64_t from = horizon_ / 3 + element * horizon_ / 10;
    add(name::pop, from, dice_.chance(3) ? Ending::failed : Ending::ok, element);
  }
  void add_empty() { add(name::pop, dice_.roll(0, horizon_), Ending::denied, 0); }
  void add_taker() { add(name::pop, dice_.roll(0, horizon_), unknown(), 0); }

  Dice dice_;
  Timeline timeline_;
  std::int64_t horizon_ = 0;
  std::int64_t length_ = 0;   ///< of an operation, at most
  std::int64_t unknown_ = 0;  ///< of 100 pushes
  std::set<std::int64_t> pushed_;
  std::vector<Open> open_;
  bool is_unique_ = true;
};

using Counts = std::map<std::string, std::uint64_t>;

/// Where elements are unique, all that was found is what is there, and nothing is unknown.
void compare_all(const Report& report, const FifoTruth& truth) {
  ASSERT_EQ(report.verdict, truth.possible ? Verdict::valid : Verdict::invalid);
  for (const std::string_view id : {id::fifo_fresh, id::fifo_repeat, id::fifo_order}) {
    ASSERT_EQ(report.has(id), truth.of_elements.contains(std::string(id))) << id;
  }
  if (!truth.of_elements.empty()) return;
  ASSERT_EQ(report.has(id::fifo_lost), !truth.possible_without_empties);
  if (!truth.possible_without_empties) return;
  ASSERT_EQ(report.has(id::fifo_empty), !truth.possible);
}

void compare(RandomHistory& random, Judge judge, Counts& found) {
  const History history = random.timeline().history();
  const Report report = check_fifo(history, history.header.params, judge);
  const FifoTruth truth = fifo_by_brute_force(history, judge);
  SCOPED_TRACE(told(report, history));
  if (report.unknown_reasons.empty()) {
    compare_all(report, truth);
  } else {
    ++found["unknown"];
    // What is wrong is wrong all the same.
    if (report.verdict == Verdict::invalid) {
      ASSERT_FALSE(truth.possible);
    }
  }
  for (const auto& [id, count] : report.found) ++found[id];
  if (truth.possible) ++found["nothing"];
}

/// Each many times: else the histories are too tame to prove anything.
void expect_all(Counts& found, std::uint64_t seeds) {
  for (const AnomalyInfo& anomaly : find_checker(fifo_model)->anomalies) {
    EXPECT_GE(found[std::string(anomaly.id)], seeds / 100) << anomaly.id;
  }
  EXPECT_GE(found["nothing"], seeds / 10);
}

constexpr std::uint64_t seeds = 40'000;

TEST(FifoProperty, what_is_found_is_what_every_order_refutes) {
  Counts found;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    RandomHistory random(seed);
    compare(random, Judge::black_box, found);
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
  }
  expect_all(found, test_seeds(seeds));
  for (const auto& [id, count] : found) RecordProperty(id, std::to_string(count));
}

TEST(FifoProperty, what_the_oracle_finds_is_what_every_order_refutes) {
  Counts found;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    RandomHistory random(seed + 1'000'000'000);
    random.resolve(seed % 2 == 0 ? 60 : 100);
    compare(random, Judge::oracle, found);
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
  }
  expect_all(found, test_seeds(seeds));
  for (const auto& [id, count] : found) RecordProperty(id, std::to_string(count));
}

TEST(FifoProperty, who_knows_more_finds_no_less) {
  std::uint64_t more = 0;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    RandomHistory random(seed + 2'000'000'000);
    random.resolve(90);
    const History history = random.timeline().history();
    const auto both = judge_both(history, fifo_model);
    ASSERT_TRUE(both);
    ASSERT_EQ(both->disagreement, "") << "seed " << seed << "\n" << told(both->black_box, history);
    if (both->black_box.verdict == Verdict::valid && both->oracle.verdict == Verdict::invalid) {
      ++more;
    }
  }
  EXPECT_GE(more, test_seeds(seeds) / 50);
}

}  // namespace
}  // namespace lockstep::checkers
