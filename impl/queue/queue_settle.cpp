// Acks, nacks, extensions, and what comes back from the dead letters.
#include <algorithm>

#include "impl/base/assert.hpp"
#include "impl/queue/backoff.hpp"
#include "impl/queue/queue_state.hpp"

namespace lockstep::queue {
namespace {

std::string receipt_words(const Receipt& receipt) {
  return "the receipt of attempt " + std::to_string(receipt.attempt) + " of event " +
         std::to_string(receipt.id.value);
}

Error stale(const Receipt& receipt) {
  return definite(Errc::stale, receipt_words(receipt) +
                                   " is stale: handed out again, nacked, dead, or of an earlier "
                                   "opening of the queue");
}

Error receipt_required() {
  return definite(Errc::receipt_required,
                  "this queue hands events out again after a time, or counts deliveries: an id "
                  "alone does not say which delivery is meant");
}

}  // namespace

bool QueueState::is_ahead(EventId id) const {
  const auto at =
      std::lower_bound(ahead_.begin(), ahead_.end(), id,
                       [](const StoredEvent& event, EventId i) { return event.id < i; });
  return at != ahead_.end() && at->id == id;
}

/// Removes an event that was read ahead; its size.
std::uint64_t QueueState::take_ahead(EventId id) {
  const auto at =
      std::lower_bound(ahead_.begin(), ahead_.end(), id,
                       [](const StoredEvent& event, EventId i) { return event.id < i; });
  ASSERT(at != ahead_.end() && at->id == id);
  const std::uint64_t bytes = at->payload.size();
  ahead_bytes_ -= at->payload.size();
  ahead_.erase(at);
  return bytes;
}

/// The event that a receipt is about, if the receipt is good.
Result<QueueState::HeldMap::iterator> QueueState::find(const Receipt& receipt) {
  const auto at = held_.find(receipt.id);
  if (at == held_.end()) {
    if (is_ahead(receipt.id) || is_unread(receipt.id)) return fail(stale(receipt));
    return fail(definite(Errc::not_found, "there is no event " + std::to_string(receipt.id.value)));
  }
  const Held& held = at->second;
  const bool is_last = receipt.generation == generation_ && receipt.attempt == held.attempts;
  if (!is_last || !held.receipt_valid) return fail(stale(receipt));
  return at;
}

bool QueueState::is_stale(const Receipt& receipt) {
  const auto found = find(receipt);
  return !found && found.error().code == Errc::stale;
}

AckStep QueueState::begin_ack(const Receipt& receipt) {
  const auto found = find(receipt);
  if (!found && found.error().code == Errc::not_found) return std::nullopt;
  if (!found) return fail(found.error());
  Held& held = (*found)->second;
  if (held.settling) return std::nullopt;  // by the ack before; its end is written first
  held.settling = true;
  if (held.state == State::ready) move_to(*found, State::in_flight);
  return Erase{receipt.id, held.bytes, held.recorded, held.sized};
}

AckStep QueueState::begin_ack(EventId id) {
  if (options_.leases()) return fail(receipt_required());
  auto at = held_.find(id);
  if (at == held_.end()) {
    const bool was_ahead = is_ahead(id);
    if (!was_ahead && !is_unread(id)) return std::nullopt;
    const std::uint64_t bytes = was_ahead ? take_ahead(id) : 0;
    at = held_.emplace(id, Held{}).first;
    at->second.place = {id.value, 0};
    at->second.bytes = bytes;
    at->second.sized = was_ahead;
    returned_.emplace(at->second.place, id);
  }
  Held& held = at->second;
  if (held.settling) return std::nullopt;
  held.settling = true;
  move_to(at, State::in_flight);
  return Erase{id, held.bytes, held.recorded, held.sized};
}

void QueueState::done_ack(EventId id, std::uint64_t bytes) {
  drop(id);
  live_ -= 1;
  bytes_ -= bytes;
  if (loading_ && id >= cursor_) acked_ahead_.insert(id);
}

void QueueState::undo_ack(EventId id) { drop(id); }

Result<QueueState::NackStep> QueueState::begin_nack(const Receipt& receipt, const Nack& nack,
                                                    std::uint64_t jitter) {
  const auto found = find(receipt);
  if (!found) return fail(found.error());
  const HeldMap::iterator at = *found;
  Held& held = at->second;
  if (held.settling) return fail(stale(receipt));
  held.receipt_valid = false;
  if (is_used_up(held.attempts)) {
    move_to(at, State::dying);
    held.cause = DeadCause::nacked;
    return NackStep{.bury = Bury{receipt.id, held.attempts, DeadCause::nacked}};
  }
  if (nack.to == NackTo::later) {
    Nanos delay = nack.delay;
    if (delay.count() <= 0) {
      delay = backoff_of(options_.backoff_base, options_.backoff_max, held.attempts, jitter);
    }
    move_to(at, State::in_flight);  // until the delay is written
    return NackStep{.delayed = Attempt{held.attempts, delay}};
  }
  if (nack.to == NackTo::back) {
    set_back(at, {last_id_.value, ++back_order_});
  } else {
    set_back(at, {receipt.id.value, 0});
    returned_.erase(held.place);
    held.in_front = true;
    front_.push_back(receipt.id);
  }
  return NackStep{};
}

Result<Receipt> QueueState::receipt_of(EventId id) const {
  if (options_.leases()) return fail(receipt_required());
  const auto at = held_.find(id);
  if (at == held_.end() || !at->second.receipt_valid) {
    return fail(
        definite(Errc::not_found, "event " + std::to_string(id.value) + " is not in flight"));
  }
  return Receipt{id, generation_, at->second.attempts};
}

void QueueState::done_delay(EventId id, Nanos delay, MonoTime now) {
  const auto at = held_.find(id);
  ASSERT(at != held_.end());
  at->second.recorded = true;
  move_to(at, State::delayed, saturating_add(now, delay));
}

Result<void> QueueState::extend(const Receipt& receipt, Nanos from_now, MonoTime now) {
  const auto found = find(receipt);
  if (!found) return fail(found.error());
  if ((*found)->second.settling) return fail(stale(receipt));
  move_to(*found, State::in_flight, saturating_add(now, from_now));
  return {};
}

void QueueState::done_redrive(EventId id, std::uint64_t bytes) {
  const auto at = held_.emplace(id, Held{}).first;
  at->second.place = {id.value, 0};
  at->second.bytes = bytes;
  returned_.emplace(at->second.place, id);
  dead_ -= 1;
  live_ += 1;
}

void QueueState::done_purge(std::uint64_t bytes) {
  dead_ -= 1;
  bytes_ -= bytes;
}

}  // namespace lockstep::queue
