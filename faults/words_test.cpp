// Planned faults in words.
#include "faults/words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lockstep::faults {
namespace {

/// A fault of `kind` as its defaults make it, at its default target.
PlannedFault planned(Kind kind, Nanos lasts = {}) {
  const FaultEntry entry = default_entry(kind);
  PlannedFault fault;
  fault.kind = kind;
  fault.lasts = lasts;
  fault.target = entry.target;
  for (const ParameterRange& range : entry.parameters) {
    fault.parameters.push_back(range.choices.empty() ? range.low : range.choices.front());
  }
  return fault;
}

TEST(FaultWords, say_who_and_for_how_long) {
  EXPECT_EQ(in_words(planned(Kind::pause, seconds(5)), "client/0"),
            "client/0 stands still while its clocks run on, for 5s");
  EXPECT_EQ(in_words(planned(Kind::crash, seconds(2)), "client/1"),
            "client/1 crashes, and starts again after 2s");
}

TEST(FaultWords, name_the_target_where_nobody_knows_whom_it_hit) {
  EXPECT_EQ(in_words(planned(Kind::redis_restart_empty), ""), "redis restarts without its data");
}

TEST(FaultWords, tell_directions_and_peers) {
  PlannedFault fault = planned(Kind::blackhole, seconds(3));
  fault.parameters = {static_cast<std::int64_t>(Flow::in)};
  fault.peer = "redis/0";
  EXPECT_EQ(in_words(fault, "client/0"), "what client/0 is sent by redis/0 is lost, for 3s");
  fault.parameters = {static_cast<std::int64_t>(Flow::both)};
  fault.peer = "any";
  EXPECT_EQ(in_words(fault, "client/0"), "what client/0 sends and is sent is lost, for 3s");
}

TEST(FaultWords, tell_which_way_a_clock_jumps) {
  PlannedFault fault = planned(Kind::clock_step);
  fault.parameters = {-1'500'000'000};
  EXPECT_EQ(in_words(fault, "redis/0"), "the wall clock of redis/0 jumps back by 1.5s");
  fault.parameters = {60'000'000'000};
  EXPECT_EQ(in_words(fault, "redis/0"), "the wall clock of redis/0 jumps forward by 60s");
}

TEST(FaultWords, every_kind_has_words_that_name_whom_it_hit) {
  for (const KindSpec& spec : kinds()) {
    const PlannedFault fault = planned(spec.kind, spec.lasts ? seconds(1) : Nanos(0));
    ASSERT_EQ(why_invalid(fault), "") << spec.name;
    const std::string words = in_words(fault, "node/7");
    EXPECT_NE(words.find("node/7"), std::string::npos) << spec.name << ": " << words;
    EXPECT_EQ(words.find("1s") != std::string::npos, spec.lasts) << spec.name << ": " << words;
  }
}

}  // namespace
}  // namespace lockstep::faults
