// The smallest plan so far, and whether another one may take its place. Internal to
// scenarios/shrink.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/shrink/nodes_hit.hpp"
#include "scenarios/shrink/shrinker.hpp"

namespace lockstep::shrink {

class Search {
 public:
  /// All of them outlive the search.
  Search(scenarios::Plan plan, std::string_view anomaly, const scenarios::Runner& runner,
         const Options& options);

  /// Runs the plan as given. False: it does not show the anomaly.
  [[nodiscard]] Result<bool> begin();
  /// Runs `candidate` and makes it the best if it fails in the same way. False as well if it is the
  /// best already, or once the search is over.
  bool attempt(scenarios::Plan candidate);
  /// Budget or patience is at an end.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool was_interrupted() const;

  [[nodiscard]] const scenarios::Plan& best() const { return best_; }
  /// Of the best plan's first violation of the id: when the last event of its witness happened.
  [[nodiscard]] Nanos proved_at() const { return proved_at_; }
  /// Whom a fault of the best plan hit in its run; empty if nobody was there.
  [[nodiscard]] std::vector<std::string> hit_by(const faults::PlannedFault& fault) const {
    return nodes_hit(fault, history_);
  }
  [[nodiscard]] std::uint64_t runs() const { return runs_; }
  void set_pass(std::string_view pass) { pass_ = pass; }

 private:
  [[nodiscard]] scenarios::RunOptions run_options() const;
  [[nodiscard]] bool shows(const scenarios::RunResult& run) const;
  void take_up(scenarios::RunResult run);
  void report() const;

  scenarios::Plan best_;
  std::string anomaly_;
  const scenarios::Runner& runner_;
  const Options& options_;
  const Nanos begun_;
  std::set<std::string> known_;  ///< ids that the original shows
  std::uint64_t runs_ = 0;
  Nanos proved_at_{};
  checkers::History history_;  ///< of the best plan's run
  std::string_view pass_ = "plan";
};

/// Takes away what it can of a list of `count`: halves first, then ever smaller pieces, single ones
/// last. `attempt` is told which to keep, and says whether that still fails.
void take_away(std::size_t count,
               const std::function<bool(const std::vector<bool>& keep)>& attempt);

}  // namespace lockstep::shrink
