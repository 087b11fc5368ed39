// Stories: everything that matters in order, what is done over and over once, the rule at the end.
#include "scenarios/shrink/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "checkers/recorder.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::shrink {
namespace {

namespace name = checkers::name;
using checkers::EventIndex;
using scenarios::Plan;

constexpr std::string_view scenario_text = R"({
  "schema": 1, "name": "s", "about": "For stories.",
  "workload": {"kind": "lock", "clients": 2}, "duration": "20s",
  "faults": [{"kind": "pause", "target": "client/0", "at": "4s", "for": "5s"}],
  "expect": {"verdict": "valid"}})";

/// A run as two clients and a pause make it.
class Told {
 public:
  Told() {
    const auto scenario = scenarios::parse_scenario(scenario_text, "s.json");
    EXPECT_TRUE(scenario.has_value());
    plan_ = scenarios::expand(*scenario, Seed{1});
    run_.virtual_time = seconds(30);
  }

  EventIndex done(unsigned client, Nanos at, checkers::NameId f, std::string_view key = "k0") {
    checkers::Invocation asked;
    asked.time = at;
    asked.f = f;
    asked.node = run_.history.names.intern("client/" + std::to_string(client));
    asked.key = run_.history.names.intern(key);
    const EventIndex event = recorder_.invoke(threads_[client], asked);
    checkers::Answer answer;
    answer.time = at + milliseconds(1);
    recorder_.ok(event, answer);
    return event;
  }
  void pause_begins() {
    checkers::Marker marker;
    marker.time = seconds(4);
    marker.f = run_.history.names.intern("pause");
    marker.node = run_.history.names.intern("client/0");
    recorder_.mark(marker);
  }
  void violated(std::vector<EventIndex> witness, std::string key = "k0") {
    checkers::Violation violation;
    violation.id = "lock/double-grant";
    violation.sentence = "two held k0 at once";
    for (const EventIndex event : witness) violation.witness.push_back(event.value);
    violation.keys.push_back(std::move(key));
    run_.judgement.black_box.violations.push_back(std::move(violation));
  }
  [[nodiscard]] std::vector<std::string> story() const {
    return story_of(plan_, run_, "lock/double-grant");
  }

 private:
  Plan plan_;
  scenarios::RunResult run_;
  checkers::Recorder recorder_{run_.history};
  checkers::ThreadId threads_[2]{recorder_.thread(), recorder_.thread()};
};

TEST(Story, tells_setting_events_and_rule_in_order) {
  Told told;
  const EventIndex first = told.done(0, seconds(1), name::acquire);
  told.pause_begins();
  const EventIndex second = told.done(1, seconds(8), name::acquire);
  told.violated({first, second});
  const std::vector<std::string> expected{
      "1. 2 clients with locks on one Redis (ttl 3s); implementation reference",
      "2. 1s  client/0: acquire k0 -> granted",
      "3. 4s  client/0 stands still while its clocks run on, for 5s",
      "4. 8s  client/1: acquire k0 -> granted", "5. two held k0 at once: lock/double-grant"};
  EXPECT_EQ(told.story(), expected);
}

TEST(Story, ends_with_the_witness) {
  Told told;
  const EventIndex event = told.done(0, seconds(1), name::acquire);
  told.done(1, seconds(2), name::release);
  told.violated({event});
  for (const std::string& line : told.story()) {
    EXPECT_EQ(line.find("release"), std::string::npos) << line;
  }
}

TEST(Story, leaves_out_other_keys) {
  Told told;
  told.done(0, seconds(1), name::acquire, "elsewhere");
  told.violated({told.done(1, seconds(2), name::acquire)});
  EXPECT_EQ(told.story().size(), 4U);  // setting, pause, acquire, rule
}

TEST(Story, tells_once_what_is_done_over_and_over_but_a_witness_by_itself) {
  Told told;
  for (int i = 1; i <= 6; ++i) {
    told.done(0, seconds(i), name::renew);
    told.done(1, seconds(i) + milliseconds(500), name::write);
  }
  told.violated({told.done(0, seconds(9), name::renew)});
  const std::vector<std::string> story = told.story();
  EXPECT_EQ(std::ranges::count(story, "2. 1s  client/0: renew k0 -> renewed (6 times, until 6s)"),
            1);
  EXPECT_EQ(std::ranges::count(story, "5. 9s  client/0: renew k0 -> renewed"), 1);
  EXPECT_EQ(story.size(), 6U);
}

TEST(Story, a_long_one_says_how_much_it_leaves_out_and_keeps_its_witness) {
  Told told;
  const EventIndex first = told.done(0, milliseconds(1), name::acquire);
  constexpr std::size_t rounds = 60;
  for (std::size_t i = 0; i < rounds; ++i) {  // three in turn: never the like of the last two
    const Nanos at = milliseconds(100) * static_cast<int>(i + 1);
    told.done(0, at, std::array{name::renew, name::write, name::read}[i % 3]);
  }
  const EventIndex last = told.done(1, seconds(9), name::acquire);
  told.violated({first, last});
  const std::vector<std::string> story = told.story();
  EXPECT_EQ(story.size(), story_lines_max + 3);  // setting, what is left out, rule
  EXPECT_EQ(story[1], "2. (23 lines left out)");
  EXPECT_EQ(story[2], "3. 1ms  client/0: acquire k0 -> granted");
}

TEST(Story, is_empty_for_a_run_that_does_not_show_it) {
  Told told;
  told.done(0, seconds(1), name::acquire);
  EXPECT_TRUE(told.story().empty());
}

}  // namespace
}  // namespace lockstep::shrink
