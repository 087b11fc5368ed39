// Watches one run for what it reaches (reached.hpp). It only looks: a run has the same hash with or
// without.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "scenarios/coverage/reached.hpp"

namespace lockstep::scenarios {

class Coverage;

/// What one node does, over all its incarnations.
class NodeCoverage final : public env::Observer {
 public:
  explicit NodeCoverage(Coverage& all) : all_(all) {}

  void on(const env::Observation& observation) override;
  void started() { take(Step::start()); }
  /// An operation of its client was answered. `f` is ignored where not every history knows it.
  void answered(checkers::NameId f, Ending ending);

 private:
  void take(Step step);

  Coverage& all_;
  Step before_ = Step::start();
};

class Coverage {
 public:
  Coverage() : states_((state_count + 63) / 64, 0) {}
  Coverage(const Coverage&) = delete;
  Coverage& operator=(const Coverage&) = delete;

  /// A node of its own; its address stays.
  [[nodiscard]] NodeCoverage& add_node() { return nodes_.emplace_back(*this); }

  /// A fault that does not last is over when the next one begins.
  void fault_begins(faults::Kind kind);
  void fault_ends(faults::Kind kind);
  void healed() { faults_.clear(); }

  [[nodiscard]] Reached reached() const;

 private:
  friend class NodeCoverage;
  void count(env::Signal signal) { ++probes_[static_cast<std::size_t>(signal)]; }
  void reach(Step before, Step now);

  std::deque<NodeCoverage> nodes_;
  std::vector<faults::Kind> faults_;  ///< begun and not over, oldest first
  std::array<std::uint64_t, env::signal_count> probes_{};
  std::vector<std::uint64_t> states_;  ///< a bit for each
};

}  // namespace lockstep::scenarios
