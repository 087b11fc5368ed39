// The first half of rule 2: each lease alone. When must it have been over at the latest, and which
// successes come after that?
//
// A lease that was proved at its first operation is alive from there to `reach`. Every renewal
// that was invoked by then can have taken effect as late as its answer, or as `reach`, and moves
// reach to T+ after that; the one answered first is used first, because those answered later can
// still be used later. A renewal without an answer may land at any time, so it is kept for when
// nothing else helps. A success invoked after `reach` is condemned, and the lease starts anew
// there. (Exchange argument: of two usable renewals, taking the earlier answer first never reaches
// less.)
#include <algorithm>

#include "checkers/lease_rules.hpp"

namespace lockstep::checkers {
namespace {

class Chain {
 public:
  Chain(LockView& view, const Context& context, std::uint32_t lease)
      : view_(view), context_(context), lease_(view.leases[lease]), number_(lease) {}

  /// Buffers outlive one lease: a history has hundreds of thousands.
  struct Buffers {
    std::vector<std::uint32_t> proofs;  // successes, by invocation
    std::vector<std::int64_t> spares;   // invocations of renewals without an answer
    std::vector<std::uint32_t> usable;  // a heap, earliest answer on top
  };
  void follow(Buffers& buffers);

 private:
  void gather(Buffers& buffers) const;
  void use(std::uint32_t at);
  bool use_spare(const Buffers& buffers);
  void condemn(std::uint32_t at);
  void walk(Buffers& buffers);
  void check_release(const Buffers& buffers);
  [[nodiscard]] Instant latest(std::uint32_t at) const {
    return std::min(context_.operation(at).answered, lease_.ok_release_answered);
  }

  LockView& view_;
  const Context& context_;
  Lease& lease_;
  std::uint32_t number_;
  std::int64_t reach_ns_ = 0;
  std::uint32_t supporter_ = none;
  std::size_t spares_used_ = 0;
};

void Chain::gather(Buffers& buffers) const {
  buffers.proofs.clear();
  buffers.spares.clear();
  buffers.usable.clear();
  for (std::uint32_t i = lease_.begin; i < lease_.end; ++i) {
    const std::uint32_t at = view_.by_lease[i];
    const Operation& operation = context_.operation(at);
    if (operation.kind == Kind::release) continue;
    const bool proves = operation.outcome == Outcome::done && at >= lease_.first;
    if (proves) buffers.proofs.push_back(at);
    if (operation.outcome == Outcome::unknown && operation.kind == Kind::renew) {
      buffers.spares.push_back(operation.invoked.time_ns);
    }
  }
}

void Chain::use(std::uint32_t at) {
  const std::int64_t taken = std::min(latest(at).time_ns, reach_ns_);
  const std::int64_t reached = later(taken, lease_.bounds.most_ns);
  if (reached >= reach_ns_) supporter_ = at;
  reach_ns_ = std::max(reach_ns_, reached);
}

bool Chain::use_spare(const Buffers& buffers) {
  const bool there =
      spares_used_ < buffers.spares.size() && buffers.spares[spares_used_] <= reach_ns_;
  if (!there) return false;
  ++spares_used_;
  reach_ns_ = later(reach_ns_, lease_.bounds.most_ns);
  return true;
}

void Chain::condemn(std::uint32_t at) {
  view_.condemned.push_back({at, number_, supporter_, none});
}

void Chain::walk(Buffers& buffers) {
  const auto later_answer = [this](std::uint32_t a, std::uint32_t b) {
    return latest(b) < latest(a);
  };
  auto& usable = buffers.usable;
  auto next = buffers.proofs.begin();
  for (;;) {
    while (next != buffers.proofs.end() && context_.operation(*next).invoked.time_ns <= reach_ns_ &&
           context_.operation(*next).invoked <= lease_.ok_release_answered) {
      usable.push_back(*next++);
      std::push_heap(usable.begin(), usable.end(), later_answer);
    }
    if (!usable.empty()) {
      std::pop_heap(usable.begin(), usable.end(), later_answer);
      use(usable.back());
      usable.pop_back();
    } else if (next == buffers.proofs.end()) {
      return;
    } else if (context_.operation(*next).invoked > lease_.ok_release_answered ||
               !use_spare(buffers)) {
      condemn(*next);
      supporter_ = *next;
      reach_ns_ = later(context_.operation(*next).answered.time_ns, lease_.bounds.most_ns);
      ++next;
    }
  }
}

/// A release that succeeded needs the lease alive at some time after it may have been released.
void Chain::check_release(const Buffers& buffers) {
  if (lease_.ok_release == none) return;
  const std::int64_t wanted = lease_.may_be_released(context_).time_ns;
  while (wanted > reach_ns_) {
    if (!use_spare(buffers)) return condemn(lease_.ok_release);
  }
}

void Chain::follow(Buffers& buffers) {
  if (lease_.first == none || !lease_.judged || lease_.may_return) return;
  gather(buffers);
  supporter_ = lease_.first;
  const Instant granted = std::min(lease_.proved, lease_.ok_release_answered);
  reach_ns_ = later(granted.time_ns, lease_.bounds.most_ns);
  walk(buffers);
  check_release(buffers);
  while (use_spare(buffers)) {
  }
  lease_.reach_ns = reach_ns_;
}

}  // namespace

void follow_leases(LockView& view, const Context& context) {
  Chain::Buffers buffers;
  for (std::uint32_t i = 0; i < view.leases.size(); ++i) Chain(view, context, i).follow(buffers);
}

}  // namespace lockstep::checkers
