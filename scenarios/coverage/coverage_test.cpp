#include "scenarios/coverage/coverage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "checkers/verdict.hpp"

namespace lockstep::scenarios {
namespace {

using env::Signal;

void tell(NodeCoverage& node, Signal signal) { node.on({signal, "k", 0, Errc::ok}); }

std::set<std::string> names_of(const Reached& reached) {
  std::set<std::string> out;
  for (const std::uint32_t state : reached.states) out.insert(state_name(state));
  return out;
}

TEST(Coverage, counts_probes_and_names_pairs_of_steps_per_node) {
  Coverage coverage;
  NodeCoverage& one = coverage.add_node();
  NodeCoverage& other = coverage.add_node();
  one.started();
  tell(one, Signal::lease_acquired);
  tell(other, Signal::connected);  // between two steps of the first node
  one.answered(checkers::name::acquire, Ending::ok);
  one.answered(checkers::name::renew, Ending::info);
  tell(one, Signal::lease_lost);
  const Reached reached = coverage.reached();
  EXPECT_EQ(names_of(reached),
            (std::set<std::string>{"start > start", "start > lease_acquired", "start > connected",
                                   "lease_acquired > acquire ok", "acquire ok > renew info",
                                   "renew info > lease_lost"}));
  EXPECT_EQ(reached.probes[static_cast<std::size_t>(Signal::lease_acquired)], 1U);
  EXPECT_EQ(reached.probes[static_cast<std::size_t>(Signal::lease_renewed)], 0U);
}

TEST(Coverage, a_state_is_counted_once_and_numbers_ascend) {
  Coverage coverage;
  NodeCoverage& node = coverage.add_node();
  for (int i = 0; i < 10; ++i) {
    tell(node, Signal::lease_renewed);
    tell(node, Signal::connected);
  }
  const Reached reached = coverage.reached();
  EXPECT_EQ(reached.states.size(), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(reached.states));
  EXPECT_EQ(reached.probes[static_cast<std::size_t>(Signal::connected)], 10U);
}

TEST(Coverage, names_the_fault_that_began_last_and_is_not_over) {
  Coverage coverage;
  NodeCoverage& node = coverage.add_node();
  coverage.fault_begins(faults::Kind::pause);
  tell(node, Signal::connected);
  coverage.fault_begins(faults::Kind::partition);
  tell(node, Signal::lease_lost);
  coverage.fault_ends(faults::Kind::partition);
  tell(node, Signal::lease_contended);
  coverage.healed();
  tell(node, Signal::lease_acquired);
  EXPECT_EQ(names_of(coverage.reached()),
            (std::set<std::string>{
                "start > connected during pause", "connected > lease_lost during partition",
                "lease_lost > lease_contended during pause", "lease_contended > lease_acquired"}));
}

TEST(Coverage, a_fault_that_does_not_last_is_over_when_the_next_begins) {
  Coverage coverage;
  NodeCoverage& node = coverage.add_node();
  ASSERT_FALSE(faults::spec_of(faults::Kind::reset).lasts);
  coverage.fault_begins(faults::Kind::reset);
  tell(node, Signal::connection_lost);
  coverage.fault_begins(faults::Kind::pause);
  coverage.fault_ends(faults::Kind::pause);
  tell(node, Signal::connected);
  EXPECT_EQ(names_of(coverage.reached()),
            (std::set<std::string>{"start > connection_lost during reset",
                                   "connection_lost > connected"}));
}

TEST(Coverage, numbers_of_states_are_dense_and_named_apart) {
  const Step last(Step::count - 1);
  EXPECT_EQ(state_number(Step::start(), Step::start(), std::nullopt), 0U);
  EXPECT_EQ(state_number(last, last, static_cast<faults::Kind>(faults::kind_count - 1)),
            state_count - 1);
  std::set<std::string> names;
  for (std::uint32_t number = 0; number < Step::count; ++number) {
    names.insert(Step(number).text());
  }
  EXPECT_EQ(names.size(), Step::count);
}

/// A scenario requires either by name.
TEST(Coverage, no_probe_is_called_as_a_property_of_the_checkers) {
  ASSERT_EQ(probes().size(), env::signal_count);
  for (const Probe& probe : probes()) {
    EXPECT_FALSE(checkers::property_of(probe.name).has_value()) << probe.name;
    EXPECT_FALSE(probe.about.empty());
  }
}

}  // namespace
}  // namespace lockstep::scenarios
