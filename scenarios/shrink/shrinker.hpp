// From a plan that fails to the smallest one found that fails in the same way: delta debugging over
// what a plan lists (faults, operations), then over who takes part, then over its numbers.
//
// Every candidate is a plan, runs in a world of its own, and is taken up only if it shows the same
// anomaly and no id that the original did not show. What was promised is never touched: lock, queue
// and liveness settings stay, so that a shrunk plan breaks the promise that the original broke. Its
// seed may be another: a seed draws what plans do not list.
// The result depends on the plan and on how many runs the budget allowed, on nothing else.
//
// Not here: the words of what is left (story.hpp), files (shrunk_failure.hpp).
// Not done: failures that end the process (a failed ASSERT) cannot be tried again and again in it.
//
// Source of list reduction: ddmin, by complements (Zeller and Hildebrandt, TSE 2002).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/run.hpp"

namespace lockstep::shrink {

/// What makes a plan long to read.
struct Size {
  std::size_t faults = 0;
  std::size_t operations = 0;  ///< of clients; schedulers and tasks have none
  std::size_t clients = 0;
  std::size_t nodes = 0;  ///< clients included
  Nanos horizon{};        ///< from the start to the heal
  friend bool operator==(const Size&, const Size&) = default;
};
[[nodiscard]] Size size_of(const scenarios::Plan& plan);
/// "3 faults, 4 operations, 2 clients, 4 nodes, 12.5s".
[[nodiscard]] std::string to_text(const Size& size);

struct Progress {
  std::string_view pass;  ///< what is being tried: "faults"
  std::uint64_t runs = 0;
  Size size;  ///< of the smallest plan so far
};

struct Options {
  /// No candidate begins after this much wall time; the best so far is the result. 0: none begins.
  Nanos budget = std::chrono::seconds(60);
  std::uint64_t runs_max = 1'000'000;              ///< the same, in runs
  bool whole = false;                              ///< every run goes to its end: RunOptions::whole
  std::vector<std::string> foreseen{};             ///< RunOptions::foreseen
  std::function<Nanos()> now;                      ///< wall time, monotonic
  const std::atomic<bool>* interrupted = nullptr;  ///< set by others to stop early
  std::function<void(const Progress&)> progress;   ///< after each run; may be empty
};

enum class End : std::uint8_t {
  smallest,        ///< nothing that is tried makes it smaller
  budget_spent,    ///< there may be more to take away
  interrupted,     ///< the same
  not_reproduced,  ///< the plan does not show the anomaly, in this build: `plan` is as given
};

struct Shrunk {
  scenarios::Plan plan;
  End end = End::smallest;
  Size before;
  Size after;
  std::uint64_t runs = 0;
};

/// Shrinks `plan`, which shows `anomaly` ("lock/double-grant"). Requires options.now.
/// Errors: what the runner says of the plan as given (invalid_argument: this build cannot run it).
[[nodiscard]] Result<Shrunk> shrink(const scenarios::Plan& plan, std::string_view anomaly,
                                    const scenarios::Runner& runner, const Options& options);

}  // namespace lockstep::shrink
