#include "faults/holds.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"

namespace lockstep::faults {

namespace {

std::int64_t sum_of(const auto& holders) {
  std::int64_t sum = 0;  // at most faults_max minutes: far from overflow
  for (const auto& holder : holders) sum += holder.amount;
  return sum;
}

// What ends a disk fault: no calls left to fail, nothing added; for "full", -1: no limit.
std::int64_t disk_rest(std::string_view verb) { return verb == "full" ? -1 : 0; }

}  // namespace

Holds::Key Holds::key_of(const Grip& grip) { return {grip.what, grip.node, grip.other, grip.verb}; }

Result<void> Holds::take(FaultId fault, const Grip& grip) {
  std::vector<Holder>& holders = held_[key_of(grip)];
  holders.push_back({fault, grip.amount});
  Result<void> applied = apply(fault, grip, sum_of(holders));
  if (!applied) holders.pop_back();
  if (holders.empty()) held_.erase(key_of(grip));
  return applied;
}

Result<void> Holds::apply(FaultId fault, const Grip& grip, std::int64_t total) {
  const sim::Direction direction{grip.node, grip.other};
  switch (grip.what) {
    case Grip::What::down: verbs_.crash(fault, grip.node); break;
    case Grip::What::paused: verbs_.pause(fault, grip.node); break;
    case Grip::What::cut: verbs_.cut(fault, direction); break;
    case Grip::What::clogged: verbs_.clog(fault, direction); break;
    case Grip::What::slowed: verbs_.slow(fault, direction, Nanos(total)); break;
    case Grip::What::refused: verbs_.refuse(fault, grip.node, true); break;
    case Grip::What::bad_certificate: verbs_.bad_certificate(fault, grip.node, true); break;
    case Grip::What::skewed: verbs_.step_wall(fault, grip.node, Nanos(grip.amount)); break;
    case Grip::What::drifting: verbs_.drift(fault, grip.node, {grip.amount}); break;
    case Grip::What::disk: return verbs_.disk(fault, grip.node, grip.verb, grip.amount);
  }
  return {};
}

void Holds::release(FaultId fault, const Grip& grip) {
  const auto found = held_.find(key_of(grip));
  ASSERT(found != held_.end());
  std::vector<Holder>& holders = found->second;
  const auto own = std::ranges::find(holders, fault, &Holder::fault);
  ASSERT(own != holders.end());
  holders.erase(own);
  undo(fault, grip, holders);
  if (holders.empty()) held_.erase(found);
}

void Holds::undo(FaultId fault, const Grip& grip, const std::vector<Holder>& rest) {
  const sim::Direction direction{grip.node, grip.other};
  // Cuts nest in the supplier; added latency and rates are set anew from who still holds.
  if (grip.what == Grip::What::cut) return verbs_.heal(fault, direction);
  if (grip.what == Grip::What::slowed) {
    return verbs_.slow(fault, direction, Nanos(sum_of(rest)));
  }
  if (grip.what == Grip::What::drifting) {
    return verbs_.drift(fault, grip.node, {rest.empty() ? 0 : rest.back().amount});
  }
  if (!rest.empty()) return;
  switch (grip.what) {
    case Grip::What::down: return verbs_.restart(fault, grip.node);
    case Grip::What::paused: return verbs_.resume(fault, grip.node);
    case Grip::What::clogged: return verbs_.unclog(fault, direction);
    case Grip::What::refused: return verbs_.refuse(fault, grip.node, false);
    case Grip::What::bad_certificate: return verbs_.bad_certificate(fault, grip.node, false);
    case Grip::What::skewed: return verbs_.slew_wall(fault, grip.node);
    case Grip::What::disk: {
      // The supplier knew the verb when the fault began, so it cannot refuse to end it.
      const auto ended = verbs_.disk(fault, grip.node, grip.verb, disk_rest(grip.verb));
      ASSERT(ended.has_value());
      return;
    }
    case Grip::What::cut:
    case Grip::What::slowed:
    case Grip::What::drifting: return;
  }
}

}  // namespace lockstep::faults
