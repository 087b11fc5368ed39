#include "scenarios/shrink/shrinker.hpp"

#include <utility>

#include "impl/base/assert.hpp"
#include "impl/base/duration.hpp"
#include "scenarios/shrink/passes.hpp"
#include "scenarios/shrink/search.hpp"

namespace lockstep::shrink {

namespace {

using scenarios::Plan;

std::string counted(std::size_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " ";
  text += noun;
  return count == 1 ? text : text + "s";
}

/// Every pass once. What takes most away, and makes runs shorter, comes first.
void pass_once(Search& search) {
  shrink_horizon(search);
  shrink_faults(search);
  name_targets(search);
  calm_world(search);
  shrink_operations(search);
  shrink_cast(search);
  shrink_horizon(search);
  shrink_values(search);
  shrink_schedule(search);
  shrink_with_other_draws(search);
}

End end_of(const Search& search) {
  if (search.was_interrupted()) return End::interrupted;
  return search.is_over() ? End::budget_spent : End::smallest;
}

}  // namespace

Size size_of(const Plan& plan) {
  Size size;
  size.faults = plan.faults.size();
  size.operations = plan.operations.size();
  size.clients = static_cast<std::size_t>(plan.config.workload.clients);
  size.nodes = plan.config.clocks.size();
  size.horizon = plan.config.duration;
  return size;
}

std::string to_text(const Size& size) {
  return counted(size.faults, "fault") + ", " + counted(size.operations, "operation") + ", " +
         counted(size.clients, "client") + ", " + counted(size.nodes, "node") + ", " +
         lockstep::to_text(size.horizon);
}

Result<Shrunk> shrink(const Plan& plan, std::string_view anomaly, const scenarios::Runner& runner,
                      const Options& options) {
  ASSERT(options.now);
  Search search(plan, anomaly, runner, options);
  const Result<bool> is_shown = search.begin();
  if (!is_shown) return fail(is_shown.error());
  Shrunk shrunk{.plan = plan, .before = size_of(plan)};
  if (*is_shown) {
    Plan before;
    do {
      before = search.best();
      pass_once(search);
    } while (!search.is_over() && !(search.best() == before));
    shrunk.plan = search.best();
    shrunk.end = end_of(search);
  } else {
    shrunk.end = End::not_reproduced;
  }
  shrunk.after = size_of(shrunk.plan);
  shrunk.runs = search.runs();
  return shrunk;
}

}  // namespace lockstep::shrink
