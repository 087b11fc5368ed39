// Executes planned faults through the verbs of a world, undoes them at their ends, heals everything
// at a given time, and tells what came of each.
//
// Faults that overlap on one node or direction are held together: it is freed when the last of them
// ends. Verbs are called for every fault, also for one that finds its target already held, so that
// the supplier counts it. Added latencies sum; of several drifts the latest holds, and after the
// last the rate is 0 ppm, whatever the node started with.
//
// Not here: when faults happen (plan.hpp). Nothing is drawn here that `pick` does not determine.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "faults/plan.hpp"
#include "impl/base/result.hpp"
#include "sim/verbs.hpp"

namespace lockstep::faults {

/// What the nemesis did, for histories and traces.
struct NemesisEvent {
  enum class What : std::uint8_t { begin, end, no_target, refused, heal_all };
  What what = What::begin;
  const PlannedFault* fault = nullptr;  ///< nullptr for heal_all
  std::vector<NodeId> nodes{};          ///< whom it hit; empty for heal_all and no_target
  Error error{};                        ///< refused: what the world said
};

struct NemesisOptions {
  /// When everything is healed and no fault may begin or end any more; none: never.
  std::optional<Nanos> heal_at{};
  /// Called after each step, outside every node. May be empty.
  std::function<void(const NemesisEvent&)> observer{};
};

/// Numbers of planned faults. fired: it found a target and was applied. effective: it touched at
/// least one byte, timer, event, key or unsynced range, as the world counts.
struct Tally {
  std::uint64_t scheduled = 0;
  std::uint64_t fired = 0;
  std::uint64_t effective = 0;
  friend bool operator==(const Tally&, const Tally&) = default;
};

class Nemesis {
 public:
  /// `verbs` must outlive the nemesis, and the nemesis every step that verbs still has to run.
  Nemesis(sim::Verbs& verbs, std::vector<PlannedFault> faults, NemesisOptions options);
  ~Nemesis();
  Nemesis(const Nemesis&) = delete;
  Nemesis& operator=(const Nemesis&) = delete;

  /// Schedules every fault and the healing. Once, before true time passes the first of them.
  void start();
  /// Ends every fault that lasts and heals the world now; later begins and ends do nothing.
  void heal_now();
  [[nodiscard]] bool healed() const;

  /// By kind, in the order of the enum.
  [[nodiscard]] std::array<Tally, kind_count> by_kind() const;
  /// By entry of the scenario: index = entry; as long as the greatest entry of the plan needs.
  [[nodiscard]] std::vector<Tally> by_entry() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep::faults
