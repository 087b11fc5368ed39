#include "impl/live/waits.hpp"

#include <boost/asio/post.hpp>

#include "impl/live/os_clock.hpp"

namespace lockstep::live {

namespace {

/// Continuations that run in one turn before the sockets are looked at again: coroutines that keep
/// each other busy must not starve the rest. A turn of so many takes about a millisecond.
constexpr int turn_ops_max = 4096;

// The words of a suspended operation. [0] belongs to Deadlines; [1] holds the code it ends with at
// its deadline; [2] how it was woken: a mark, the code, the bytes.
constexpr std::uint64_t woken_mark = 1;

std::uint64_t packed(env::Outcome outcome) {
  return (std::uint64_t{outcome.n} << 32U) | (static_cast<std::uint64_t>(outcome.code) << 8U) |
         woken_mark;
}

env::Outcome outcome_of(const env::PendingOp& op) {
  const std::uint64_t word = op.supplier_words[2];
  return {static_cast<Errc>((word >> 8U) & 0xffU), static_cast<std::uint32_t>(word >> 32U)};
}

MonoTime now() { return OsClock().now(); }

}  // namespace

LiveWaits::LiveWaits(Loop& loop) : Waits(pool_), loop_(loop), timer_(loop.context()) {}

LiveWaits::~LiveWaits() { ASSERT(!alive_); }

void LiveWaits::suspend(env::PendingOp& op, MonoTime deadline, Errc at_deadline) {
  all_.push_back(op);
  if (deadline == never) return;
  op.supplier_words[1] = static_cast<std::uint64_t>(at_deadline);
  if (deadline <= now()) return wake(op, {at_deadline});
  deadlines_.add(op, deadline);
  if (!in_turn_ && deadline < armed_for_) arm_timer();  // else the turn's end does
}

void LiveWaits::wake(env::PendingOp& op, env::Outcome outcome) {
  if (!alive_ || op.supplier_words[2] != 0) return;
  op.supplier_words[2] = packed(outcome);
  deadlines_.remove(op);
  op.queue_hook.unlink();
  push_ready(op);
}

void LiveWaits::push_ready(env::PendingOp& op) {
  ready_.push_back(op);
  if (!in_turn_) post_turn();
}

void LiveWaits::post_turn() {
  if (turn_posted_) return;
  turn_posted_ = true;
  asio::post(loop_.context(), [self = shared_from_this()] {
    self->turn_posted_ = false;
    const Turn turn(*self);
  });
}

void LiveWaits::begin_turn() {
  ASSERT(!in_turn_);
  in_turn_ = true;
}

void LiveWaits::end_turn() noexcept {
  run_ready();
  in_turn_ = false;
  if (!alive_) return;
  if (!ready_.empty()) post_turn();
  if (deadlines_.earliest() < armed_for_) arm_timer();
}

void LiveWaits::run_ready() noexcept {
  for (int n = 0; n < turn_ops_max && !ready_.empty(); ++n) {
    env::PendingOp& op = ready_.front();
    ready_.pop_front();
    op.owner_hook.unlink();
    op.complete(outcome_of(op));
  }
}

void LiveWaits::post_from_outside(env::PendingOp& op) {
  {
    const std::lock_guard lock(incoming_mutex_);
    incoming_.push_back(&op);
    if (incoming_.size() > 1) return;  // the post of the first takes this one along
  }
  asio::post(loop_.context(), [self = shared_from_this()] {
    if (!self->alive_) return;
    const Turn turn(*self);
    self->take_incoming();
  });
}

void LiveWaits::take_incoming() {
  std::vector<env::PendingOp*> taken;
  {
    const std::lock_guard lock(incoming_mutex_);
    taken.swap(incoming_);
  }
  for (env::PendingOp* op : taken) ready_.push_back(*op);
}

void LiveWaits::arm_timer() {
  armed_for_ = deadlines_.earliest();
  timer_.expires_at(std::chrono::steady_clock::time_point(armed_for_.time_since_epoch()));
  timer_.async_wait([self = shared_from_this(), arming = ++arming_](boost::system::error_code) {
    if (!self->alive_ || arming != self->arming_) return;
    const Turn turn(*self);
    self->armed_for_ = never;
    self->expire();
  });
}

void LiveWaits::expire() {
  const MonoTime present = now();
  while (deadlines_.earliest() <= present) {
    env::PendingOp& op = deadlines_.first();
    wake(op, {static_cast<Errc>(op.supplier_words[1])});
  }
}

void LiveWaits::die() {
  ASSERT(!in_turn_);
  alive_ = false;
  timer_.cancel();
  deadlines_.clear();
  take_incoming();
  // A continuation that is destroyed may take others with it, or hand new ones to a dead node.
  while (!all_.empty() || !ready_.empty()) {
    env::PendingOp& op = all_.empty() ? ready_.front() : all_.front();
    op.owner_hook.unlink();
    op.queue_hook.unlink();
    op.destroy();
  }
}

}  // namespace lockstep::live
