// What faults hold at a moment: which node is down for whom, which direction is cut for whom. Two
// faults may hold one thing; it is let go, for all of them, when the last lets go. So it does not
// matter whether a supplier counts holders (as for cuts) or not.
//
// Internal to faults/. Not here: which fault holds what (effects.hpp), when (nemesis.cpp).
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "sim/verbs.hpp"

namespace lockstep::faults {

/// One thing that a fault holds until it ends.
struct Grip {
  enum class What : std::uint8_t {
    down,
    paused,
    cut,      ///< from node to other
    clogged,  ///< from node to other
    slowed,   ///< from node to other; amount: ns added
    refused,
    bad_certificate,
    skewed,    ///< amount: ns of the step
    drifting,  ///< amount: ppm
    disk,      ///< verb and amount of Verbs::disk
  };
  What what = What::down;
  NodeId node{};
  NodeId other{};
  std::int64_t amount = 0;
  std::string_view verb{};  ///< static storage
};

class Holds {
 public:
  explicit Holds(sim::Verbs& verbs) : verbs_(verbs) {}

  /// Applies `grip` for `fault`. Errors: what Verbs::disk answered; then nothing is held.
  Result<void> take(FaultId fault, const Grip& grip);
  /// Lets go of what take() of the same fault and grip took.
  void release(FaultId fault, const Grip& grip);

 private:
  struct Holder {
    FaultId fault;
    std::int64_t amount;
    bool ended = false;
  };
  using Key = std::tuple<Grip::What, NodeId, NodeId, std::string_view>;

  [[nodiscard]] static Key key_of(const Grip& grip);
  Result<void> apply(FaultId fault, const Grip& grip, std::int64_t total);
  /// Of verbs whose amounts add up or replace each other: what is left without `fault`.
  void reduce(FaultId fault, const Grip& grip, const std::vector<Holder>& holders);
  void free(FaultId last, const Grip& grip, const std::vector<Holder>& holders);

  sim::Verbs& verbs_;
  std::map<Key, std::vector<Holder>> held_;  // bounded by faults_max times the links of a world
};

}  // namespace lockstep::faults
