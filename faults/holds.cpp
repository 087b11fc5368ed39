#include "faults/holds.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"

namespace lockstep::faults {

namespace {

std::int64_t sum_of(const auto& holders) {
  std::int64_t sum = 0;  // at most faults_max minutes: far from overflow
  for (const auto& holder : holders) sum += holder.ended ? 0 : holder.amount;
  return sum;
}

std::int64_t latest_of(const auto& holders) {
  std::int64_t latest = 0;
  for (const auto& holder : holders) latest = holder.ended ? latest : holder.amount;
  return latest;
}

constexpr std::int64_t disarm = -1;  // of Verbs::disk

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
  own->ended = true;
  reduce(fault, grip, holders);
  if (!std::ranges::all_of(holders, &Holder::ended)) return;
  free(fault, grip, holders);
  held_.erase(found);
}

void Holds::reduce(FaultId fault, const Grip& grip, const std::vector<Holder>& holders) {
  if (grip.what == Grip::What::slowed) {
    verbs_.slow(fault, {grip.node, grip.other}, Nanos(sum_of(holders)));
  }
  if (grip.what == Grip::What::drifting) verbs_.drift(fault, grip.node, {latest_of(holders)});
}

void Holds::free(FaultId last, const Grip& grip, const std::vector<Holder>& holders) {
  const sim::Direction direction{grip.node, grip.other};
  switch (grip.what) {
    case Grip::What::down: return verbs_.restart(last, grip.node);
    case Grip::What::refused: return verbs_.refuse(last, grip.node, false);
    case Grip::What::bad_certificate: return verbs_.bad_certificate(last, grip.node, false);
    case Grip::What::skewed: return verbs_.slew_wall(last, grip.node);
    case Grip::What::slowed:
    case Grip::What::drifting: return;  // reduced to nothing already
    case Grip::What::disk: {
      // The supplier knew the verb when the fault began, so it cannot refuse to end it.
      ASSERT(verbs_.disk(last, grip.node, grip.verb, disarm).has_value());
      return;
    }
    case Grip::What::paused:
    case Grip::What::cut:
    case Grip::What::clogged: break;  // suppliers may count these
  }
  for (const Holder& holder : holders) {
    if (grip.what == Grip::What::paused) verbs_.resume(holder.fault, grip.node);
    if (grip.what == Grip::What::cut) verbs_.heal(holder.fault, direction);
    if (grip.what == Grip::What::clogged) verbs_.unclog(holder.fault, direction);
  }
}

}  // namespace lockstep::faults
