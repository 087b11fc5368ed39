// What a planned fault does to a world at the moment it begins: whom it hits, what it holds until
// it ends, and what happens at once.
//
// Internal to faults/. The only place where kinds become verbs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "faults/holds.hpp"
#include "faults/plan.hpp"
#include "impl/base/ids.hpp"
#include "sim/verbs.hpp"

namespace lockstep::faults {

/// Something that is over as soon as it is done.
struct Blow {
  enum class What : std::uint8_t { reset, step, service, disk };
  What what = What::reset;
  NodeId node{};
  NodeId other{};           ///< reset: the other end
  std::int64_t amount = 0;  ///< step: ns; disk: the verb's own unit
  std::string_view verb{};  ///< of a service or disk; static storage
  std::string argument{};   ///< of a service
};

struct Effects {
  std::vector<NodeId> nodes{};  ///< whom it hits, for histories; empty: nobody matched
  std::vector<Grip> grips{};
  std::vector<Blow> blows{};
};

/// Resolves selectors against the world as it is now. Calls no verb that changes anything.
/// Without a matching node, or with too few for the shape, all lists are empty.
[[nodiscard]] Effects effects_of(const PlannedFault& fault, const sim::Verbs& verbs);

/// Errors: what Verbs::service or Verbs::disk answered.
Result<void> strike(FaultId fault, const Blow& blow, sim::Verbs& verbs);

}  // namespace lockstep::faults
