// The story: a lease is certainly held from the answer that proves it until its ttl can first have
// run out, or until its release was sent. A success that lease_chain condemned does not prolong a
// hold: it revives the lease, which begins a new hold. If another lease was certainly held all the
// while, the success was a foreign one, and proves no hold at all.
#include "checkers/hold_builder.hpp"

#include <algorithm>

namespace lockstep::checkers {
namespace {

class HoldBuilder {
 public:
  HoldBuilder(LockView& view, const Context& context, Revivals revivals)
      : view_(view), context_(context), revivals_(revivals) {}

  void build();

 private:
  void add_lease(std::uint32_t lease);
  void take(std::uint32_t at);
  void close(bool is_last);
  const Condemned* pass_condemned(std::uint32_t at);
  [[nodiscard]] bool is_release_condemned(const Lease& lease) const;
  [[nodiscard]] bool proves_nothing(const Condemned& success) const {
    return revivals_ == Revivals::left_out || success.covering != none;
  }
  [[nodiscard]] bool is_cut_at(const Condemned& success) const {
    return proves_nothing(success) || context_.params.single_copy;
  }
  void release(Hold& hold, const Lease& lease) const;

  LockView& view_;
  const Context& context_;
  Revivals revivals_;
  std::uint32_t lease_ = 0;
  std::size_t condemned_next_ = 0;  // of this lease, not yet passed
  std::size_t condemned_end_ = 0;   // of this lease
  Hold open_;
  bool is_open_ = false;
};

/// The condemned success at `at`, if it is one. Asked in the order of operations.
const Condemned* HoldBuilder::pass_condemned(std::uint32_t at) {
  if (condemned_next_ == condemned_end_) return nullptr;
  const Condemned& next = view_.condemned[condemned_next_];
  if (next.operation != at) return nullptr;
  ++condemned_next_;
  return &next;
}

/// A condemned release stands behind the condemned renewals of its lease.
bool HoldBuilder::is_release_condemned(const Lease& lease) const {
  return condemned_next_ != condemned_end_ &&
         view_.condemned[condemned_end_ - 1].operation == lease.ok_release;
}

void HoldBuilder::take(std::uint32_t at) {
  const Operation& operation = context_.operation(at);
  const Lease& lease = view_.leases[lease_];
  const Condemned* const late = pass_condemned(at);
  const bool cut = late != nullptr && is_cut_at(*late);
  if (cut) close(false);
  if (cut && proves_nothing(*late)) return;
  const Instant end = from_time(later(operation.invoked.time_ns, lease.bounds.least_ns));
  if (cut || at == lease.first) {
    open_ = {cut ? operation.answered : lease.proved, end, lease_, at, at};
    is_open_ = true;
  } else if (is_open_ && open_.end < end) {
    open_.end = end;
    open_.proof = at;
  }
}

/// A hold ends where its client let go: for certain alive until a release that succeeded was sent
/// (unless the lease may have returned for it); no longer certain once one was sent whose answer is
/// missing or was "not owned".
void HoldBuilder::release(Hold& hold, const Lease& lease) const {
  const bool counts = lease.ok_release != none && !lease.may_return && !is_release_condemned(lease);
  const Instant sent = counts ? context_.operation(lease.ok_release).invoked : never_at;
  Instant doubtful = std::min(lease.unknown_release, lease.denied_release);
  if (lease.ok_release != none && !counts) {
    doubtful = std::min(doubtful, context_.operation(lease.ok_release).invoked);
  }
  if (counts && sent <= doubtful) {
    hold.end = sent;
    hold.proof = lease.ok_release;
  } else {
    hold.end = std::min(hold.end, doubtful);
  }
}

void HoldBuilder::close(bool is_last) {
  if (!is_open_) return;
  is_open_ = false;
  const Lease& lease = view_.leases[lease_];
  if (is_last) {
    release(open_, lease);
  } else {
    open_.end = std::min({open_.end, lease.unknown_release, lease.denied_release});
  }
  if (open_.start < open_.end) view_.holds.push_back(open_);
}

void HoldBuilder::add_lease(std::uint32_t number) {
  lease_ = number;
  const Lease& lease = view_.leases[number];
  condemned_next_ = condemned_end_;
  while (condemned_end_ < view_.condemned.size() &&
         view_.condemned[condemned_end_].lease == number) {
    ++condemned_end_;
  }
  if (lease.first == none || !lease.judged) return;
  for (std::uint32_t i = lease.begin; i < lease.end; ++i) {
    const std::uint32_t at = view_.by_lease[i];
    const Operation& operation = context_.operation(at);
    const bool proves = operation.outcome == Outcome::done && operation.kind != Kind::release;
    if (proves && at >= lease.first) take(at);
  }
  close(true);
}

void HoldBuilder::build() {
  view_.holds.clear();
  for (std::uint32_t i = 0; i < view_.leases.size(); ++i) add_lease(i);
  std::sort(view_.holds.begin(), view_.holds.end(), [](const Hold& a, const Hold& b) {
    return a.start != b.start ? a.start < b.start : a.first < b.first;
  });
}

}  // namespace

void build_holds(LockView& view, const Context& context, Revivals revivals) {
  HoldBuilder(view, context, revivals).build();
}

}  // namespace lockstep::checkers
