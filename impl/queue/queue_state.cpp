#include "impl/queue/queue_state.hpp"

#include <algorithm>
#include <limits>

#include "impl/base/assert.hpp"

namespace lockstep::queue {
namespace {

EventId after(EventId id) { return EventId{id.value + 1}; }

Error bound_reached(std::string_view which, std::uint64_t bound) {
  return definite(Errc::limit, std::string(which) + " would exceed " + std::to_string(bound));
}

}  // namespace

QueueState::QueueState(const QueueOptions& options, const Meta& meta,
                       std::vector<StoredAttempt> attempts, MonoTime now)
    : options_(options),
      generation_(meta.generation),
      cursor_{meta.first_id},
      last_id_{meta.last_id},
      next_id_{meta.last_id + 1},
      live_(meta.live),
      dead_(meta.dead),
      bytes_(meta.bytes) {
  for (const StoredAttempt& stored : attempts) {
    const auto at = held_.emplace(stored.id, Held{}).first;
    at->second.recorded = true;
    at->second.sized = false;
    at->second.attempts = stored.attempt.attempts;
    at->second.place = {stored.id.value, 0};
    returned_.emplace(at->second.place, stored.id);
    if (is_used_up(stored.attempt.attempts)) {
      exhaust(at, DeadCause::reopened);
    } else if (stored.attempt.delay.count() > 0) {
      move_to(at, State::delayed, saturating_add(now, stored.attempt.delay));
    }
  }
}

// ---- states -------------------------------------------------------------------------------------

void QueueState::leave(HeldMap::iterator at) {
  Held& held = at->second;
  if (held.due != never) timers_.erase({held.due, at->first});
  held.due = never;
  if (held.state == State::delayed) {
    --delayed_;
  } else if (held.state != State::ready) {
    --in_flight_;
  } else if (held.in_front) {
    front_.erase(std::find(front_.begin(), front_.end(), at->first));
    held.in_front = false;
  } else {
    returned_.erase(held.place);
  }
}

/// To every state but ready, which set_back() is for.
void QueueState::move_to(HeldMap::iterator at, State state, MonoTime due) {
  leave(at);
  at->second.state = state;
  at->second.due = due;
  if (due != never) timers_.emplace(due, at->first);
  ++(state == State::delayed ? delayed_ : in_flight_);
}

void QueueState::set_back(HeldMap::iterator at, Place place) {
  leave(at);
  at->second.state = State::ready;
  at->second.place = place;
  returned_.emplace(place, at->first);
}

void QueueState::drop(EventId id) {
  const auto at = held_.find(id);
  ASSERT(at != held_.end());
  leave(at);
  held_.erase(at);
}

void QueueState::exhaust(HeldMap::iterator at, DeadCause cause) {
  move_to(at, State::dying);
  at->second.receipt_valid = false;
  at->second.cause = cause;
  dying_.push_back(at->first);
}

void QueueState::tick(MonoTime now) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto at = held_.find(timers_.begin()->second);
    const bool timed_out = at->second.state == State::in_flight;
    if (timed_out && at->second.settling) {  // its ack is being written
      timers_.erase(timers_.begin());
      at->second.due = never;
    } else if (timed_out && is_used_up(at->second.attempts)) {
      exhaust(at, DeadCause::timed_out);
    } else {
      set_back(at, {at->first.value, 0});
    }
  }
}

// ---- pushing ------------------------------------------------------------------------------------

Result<EventId> QueueState::begin_push(const std::vector<std::string>& payloads) {
  std::uint64_t bytes = 0;
  for (const std::string& payload : payloads) {
    bytes += payload.size();
    if (payload.size() > options_.payload_max_bytes) {
      return fail(bound_reached("a payload of " + std::to_string(payload.size()) + " bytes",
                                options_.payload_max_bytes));
    }
  }
  const std::uint64_t len = live_ + dead_ + pushing_ + payloads.size();
  if (options_.len_max > 0 && len > options_.len_max) {
    return fail(bound_reached("the length of the queue", options_.len_max));
  }
  if (options_.bytes_max > 0 && bytes_ + pushing_bytes_ + bytes > options_.bytes_max) {
    return fail(bound_reached("the bytes of the queue", options_.bytes_max));
  }
  if (next_id_.value > std::numeric_limits<std::uint64_t>::max() / 2 - payloads.size()) {
    return fail(definite(Errc::limit, "the ids of the queue are used up"));
  }
  const EventId first = next_id_;
  next_id_.value += payloads.size();
  pushing_ += payloads.size();
  pushing_bytes_ += bytes;
  return first;
}

void QueueState::undo_push(const std::vector<std::string>& payloads) {
  pushing_ -= payloads.size();
  for (const std::string& payload : payloads) pushing_bytes_ -= payload.size();
}

void QueueState::done_push(EventId first, std::vector<std::string> payloads) {
  undo_push(payloads);
  EventId id = first;
  for (std::string& payload : payloads) {
    live_ += 1;
    bytes_ += payload.size();
    // what was given up between two pushes left no events: the cursor may step over those ids
    const bool all_read = cursor_ > last_id_ && !loading_;
    const bool has_room = ahead_.size() < options_.ahead_max &&
                          ahead_bytes_ + payload.size() <= options_.ahead_bytes_max;
    last_id_ = id;
    if (all_read && has_room) {
      ahead_bytes_ += payload.size();
      ahead_.push_back({id, std::move(payload)});
      cursor_ = after(id);
    } else if (all_read) {
      cursor_ = id;
    }
    id = after(id);
  }
}

// ---- handing out --------------------------------------------------------------------------------

NextStep QueueState::next(MonoTime now) {
  tick(now);
  if (!dying_.empty()) return begin_bury();
  if (!front_.empty()) return begin_hand(front_.back(), std::nullopt);
  const EventId unread = ahead_.empty() ? cursor_ : ahead_.front().id;
  const bool has_unread = !ahead_.empty() || cursor_ <= last_id_;
  const bool returned_first =
      !returned_.empty() && (!has_unread || returned_.begin()->first.first < unread.value);
  if (returned_first) return begin_hand(returned_.begin()->second, std::nullopt);
  if (!ahead_.empty()) {
    StoredEvent event = std::move(ahead_.front());
    ahead_.pop_front();
    ahead_bytes_ -= event.payload.size();
    return begin_hand(event.id, std::move(event.payload));
  }
  if (cursor_ <= last_id_ && !loading_) {
    loading_ = true;
    return NeedLoad{cursor_, last_id_};
  }
  return NothingReady{timers_.empty() ? never : timers_.begin()->first};
}

NextStep QueueState::begin_bury() {
  const EventId id = dying_.front();
  dying_.pop_front();
  const Held& held = held_.at(id);
  return Bury{id, held.attempts, held.cause};
}

HandOut QueueState::begin_hand(EventId id, std::optional<std::string> payload) {
  auto at = held_.find(id);
  if (at == held_.end()) {
    at = held_.emplace(id, Held{}).first;
    returned_.emplace(Place{id.value, 0}, id);  // where move_to() finds it
    at->second.place = {id.value, 0};
  }
  move_to(at, State::handing);
  Held& held = at->second;
  held.receipt_valid = false;
  held.attempts += 1;
  const bool counted = options_.leases() || held.recorded;
  return HandOut{id, held.attempts, counted, std::move(payload)};
}

void QueueState::done_load(Loaded loaded) {
  loading_ = false;
  for (StoredEvent& event : loaded.events) {
    if (held_.contains(event.id) || acked_ahead_.contains(event.id)) continue;
    ahead_bytes_ += event.payload.size();
    ahead_.push_back(std::move(event));
  }
  cursor_ = std::max(cursor_, loaded.next);
  acked_ahead_.clear();
}

Receipt QueueState::done_hand(const HandOut& out, std::uint64_t bytes, MonoTime now) {
  const Receipt receipt{out.id, generation_, out.attempt};
  const auto at = held_.find(out.id);
  // acked by its id meanwhile
  if (at == held_.end() || at->second.state != State::handing) return receipt;
  Held& held = at->second;
  held.recorded = held.recorded || out.counted;
  held.receipt_valid = true;
  held.bytes = bytes;
  held.sized = true;
  const bool ends = options_.visibility.count() > 0;
  move_to(at, State::in_flight, ends ? saturating_add(now, options_.visibility) : never);
  return receipt;
}

void QueueState::undo_hand(EventId id) {
  const auto at = held_.find(id);
  if (at == held_.end() || at->second.state != State::handing) return;
  at->second.attempts -= 1;
  set_back(at, {id.value, 0});
}

void QueueState::done_bury(EventId id) {
  drop(id);
  live_ -= 1;
  dead_ += 1;
}

void QueueState::forget(EventId id) { drop(id); }

// ---- looking ------------------------------------------------------------------------------------

QueueCounts QueueState::counts() const {
  const std::uint64_t held = in_flight_ + delayed_;
  return {.ready = live_ - std::min(live_, held),
          .in_flight = in_flight_,
          .delayed = delayed_,
          .dead = dead_,
          .bytes = bytes_};
}

EventId QueueState::first_id() const {
  EventId first = ahead_.empty() ? cursor_ : std::min(ahead_.front().id, cursor_);
  if (!held_.empty()) first = std::min(first, held_.begin()->first);
  // dead letters that this very write may bring back
  if (!redriving_.empty()) first = std::min(first, *redriving_.begin());
  return first;
}

void QueueState::recounted(const Meta& meta) {
  live_ = meta.live;
  dead_ = meta.dead;
  bytes_ = meta.bytes;
}

}  // namespace lockstep::queue
