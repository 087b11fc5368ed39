#include "impl/lock/keeper_machine.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"
#include "impl/lock/lease.hpp"

namespace lockstep::lock {

using Kind = KeeperMachine::Input::Kind;

KeeperMachine::Actions KeeperMachine::step(MonoTime now, const Input& input) {
  ASSERT(phase_ != Phase::finished);
  Actions actions;
  if (input.kind == Kind::worker_ended) end_worker();  // it was gone before time is looked at
  pass_time(now, actions);  // before any answer: a deadline that passed is final
  take(now, input, actions);
  pass_time(now, actions);
  advance(now, input, actions);
  return actions;
}

void KeeperMachine::take(MonoTime now, const Input& input, Actions& actions) {
  started_ = true;
  switch (input.kind) {
    case Kind::look: break;
    case Kind::acquired: on_acquired(now, input, actions); break;
    case Kind::contended:
      ASSERT(phase_ == Phase::acquiring);
      maybe_held_ = false;
      retry_later(now, input);
      break;
    case Kind::acquire_failed:
      ASSERT(phase_ == Phase::acquiring);
      maybe_held_ = maybe_held_ || input.unknown;
      reuse_until_ = input.reuse_until;
      retry_later(now, input);
      break;
    case Kind::renewed: on_renewed(now, input.deadline, actions); break;
    case Kind::renew_failed:
      ASSERT(renewing_);
      renewing_ = false;
      renew_at_ = saturating_add(now, config_.renew_retry_interval);
      break;
    case Kind::lost:
      ASSERT(renewing_);
      renewing_ = false;
      maybe_held_ = false;
      if (holding_) lose(false, now, actions);
      break;
    case Kind::released:
      ASSERT(phase_ == Phase::releasing);
      after_release(now, input);
      break;
    case Kind::release_failed: on_release_failed(now, input, actions); break;
    case Kind::worker_ended: break;
    case Kind::stop: stopping_ = true; break;
  }
}

void KeeperMachine::end_worker() {
  ASSERT(phase_ == Phase::working && worker_running_);
  worker_running_ = false;
  worker_quit_ = !worker_asked_;
}

void KeeperMachine::on_acquired(MonoTime now, const Input& input, Actions& actions) {
  ASSERT(phase_ == Phase::acquiring);
  maybe_held_ = true;
  set_deadline(input.deadline);
  if (stopping_ || now >= stop_at_) {  // no time for work: give it back
    start_release(actions);
    return;
  }
  phase_ = Phase::working;
  holding_ = true;
  worker_running_ = true;
  worker_asked_ = false;
  worker_cancelled_ = false;
  worker_quit_ = false;
  cancel_at_ = never;
  actions.start_worker = true;
}

void KeeperMachine::on_renewed(MonoTime now, MonoTime deadline, Actions& actions) {
  ASSERT(renewing_);
  renewing_ = false;
  if (!holding_) return;  // too late to count
  set_deadline(std::max(deadline_, deadline));
  renew_at_ = std::max(renew_at_, saturating_add(now, Nanos(1)));
  actions.move_deadline = true;
}

void KeeperMachine::set_deadline(MonoTime deadline) {
  deadline_ = deadline;
  stop_at_ = deadline - config_.effective_stop_grace();
  // refresh_interval after the grant or renewal was sent, at which the ttl began
  renew_at_ = deadline - (config_.ttl - margin_of(config_.ttl) - config_.refresh_interval);
}

void KeeperMachine::on_release_failed(MonoTime now, const Input& input, Actions& actions) {
  ASSERT(phase_ == Phase::releasing);
  if (release_attempts_ < release_attempts_max) {
    start_release(actions);
  } else {
    after_release(now, input);  // it expires by its ttl
  }
}

void KeeperMachine::pass_time(MonoTime now, Actions& actions) {
  if (holding_ && now >= deadline_) lose(true, now, actions);
  if (holding_ && now >= stop_at_) ask_worker_to_stop(actions);
  if (!worker_running_ || worker_cancelled_ || now < cancel_at_) return;
  worker_cancelled_ = true;
  actions.cancel_worker = true;
}

void KeeperMachine::lose(bool by_deadline, MonoTime now, Actions& actions) {
  holding_ = false;
  actions.report_lost = true;
  actions.by_deadline = by_deadline;
  cancel_at_ = std::min(deadline_, saturating_add(now, config_.effective_stop_grace()));
  ask_worker_to_stop(actions);
}

void KeeperMachine::ask_worker_to_stop(Actions& actions) {
  if (!worker_running_ || worker_asked_) return;
  worker_asked_ = true;
  actions.request_stop = true;
}

void KeeperMachine::advance(MonoTime now, const Input& input, Actions& actions) {
  if (phase_ == Phase::working) {
    if (stopping_) ask_worker_to_stop(actions);
    if (!worker_running_) {
      leave_work(now, input, actions);
    } else if (holding_ && !renewing_ && now >= renew_at_) {
      renewing_ = true;
      actions.renew = true;
    }
  }
  if (phase_ != Phase::idle) return;
  if (stopping_ || worker_quit_) {
    if (maybe_held_) return start_release(actions);
    phase_ = Phase::finished;
    actions.finish = true;
    return;
  }
  if (now < retry_at_) return;
  phase_ = Phase::acquiring;
  release_attempts_ = 0;
  const bool again = maybe_held_ && now < reuse_until_;
  actions.acquire_again = again;
  actions.acquire_new = !again;
}

/// The worker is gone; so must the lease be, once no renewal of it is on its way.
void KeeperMachine::leave_work(MonoTime now, const Input& input, Actions& actions) {
  if (renewing_) return;
  holding_ = false;
  if (maybe_held_) {
    start_release(actions);
  } else {
    after_release(now, input);
  }
}

void KeeperMachine::start_release(Actions& actions) {
  phase_ = Phase::releasing;
  ++release_attempts_;
  reuse_until_ = MonoTime::min();  // a token that was given back acquires no more
  actions.release = true;
}

void KeeperMachine::after_release(MonoTime now, const Input& input) {
  maybe_held_ = false;
  retry_later(now, input);
}

void KeeperMachine::retry_later(MonoTime now, const Input& input) {
  phase_ = Phase::idle;
  const Nanos pause = between(input.jitter_bits, config_.retry_interval,
                              config_.retry_interval + config_.retry_jitter);
  retry_at_ = saturating_add(now, pause);
}

MonoTime KeeperMachine::wake_at() const {
  MonoTime at = never;
  if (phase_ == Phase::idle) at = retry_at_;
  if (phase_ != Phase::working) return at;
  if (holding_) {
    at = deadline_;
    if (worker_running_ && !worker_asked_) at = std::min(at, stop_at_);
    if (worker_running_ && !renewing_) at = std::min(at, renew_at_);
  }
  if (worker_running_ && !worker_cancelled_) at = std::min(at, cancel_at_);
  return at;
}

}  // namespace lockstep::lock
