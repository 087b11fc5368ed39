// Histories of a correct queue are valid for both judges; and small random ones, which are not, are
// judged as by brute force.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "checkers/history_file.hpp"
#include "checkers/queue.hpp"
#include "checkers/queue_world.hpp"
#include "checkers/registry.hpp"
#include "checkers/witness_text.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

std::string told(const Report& report, const History& history) {
  std::string text;
  for (const Violation& violation : report.violations) text += describe(violation, history);
  for (const std::string& reason : report.unknown_reasons) text += reason + "\n";
  return text;
}

constexpr std::uint64_t worlds = 60'000;

TEST(QueueProperty, a_correct_queue_is_valid_for_both_judges) {
  Exercised exercised;
  for (std::uint64_t seed = 0; seed < test_seeds(worlds); ++seed) {
    const QueueWorldOptions options = any_queue_world(seed);
    QueueWorld world(options);
    world.run(20 + static_cast<std::int64_t>(seed % 100));
    world.finish();
    const History history = world.timeline().history();
    const auto both = judge_both(history);
    ASSERT_TRUE(both);
    for (const Report* report : {&both->black_box, &both->oracle}) {
      ASSERT_EQ(report->verdict, Verdict::valid)
          << "seed " << seed << " " << name_of(report->judge) << "\n"
          << told(*report, history) << write_history(history);
    }
    exercised.merge(both->black_box.exercised);
  }
  for (auto p = static_cast<std::size_t>(Property::pushed); p < property_count; ++p) {
    EXPECT_GE(exercised.of(static_cast<Property>(p)), test_seeds(worlds) / 20)
        << name_of(static_cast<Property>(p));
  }
}

}  // namespace
}  // namespace lockstep::checkers
