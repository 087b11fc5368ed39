// Histories of a correct outbox under faults are valid for both judges.
#include <gtest/gtest.h>

#include <string>

#include "checkers/history_file.hpp"
#include "checkers/outbox.hpp"
#include "checkers/outbox_world.hpp"
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

constexpr std::uint64_t worlds = 20'000;

TEST(OutboxProperty, a_correct_outbox_is_valid_for_both_judges) {
  Exercised exercised;
  for (std::uint64_t seed = 0; seed < test_seeds(worlds); ++seed) {
    OutboxWorld world(any_outbox_world(seed));
    world.run(250 + static_cast<std::int64_t>(seed % 600));
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
  const auto last = static_cast<std::size_t>(Property::inbox_duplicate);
  for (auto p = static_cast<std::size_t>(Property::commit); p <= last; ++p) {
    EXPECT_GE(exercised.of(static_cast<Property>(p)), test_seeds(worlds) / 20)
        << name_of(static_cast<Property>(p));
  }
}

}  // namespace
}  // namespace lockstep::checkers
