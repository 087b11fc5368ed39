#include "checkers/recorder.hpp"

#include <algorithm>
#include <utility>

#include "impl/base/assert.hpp"

namespace lockstep::checkers {

ThreadId Recorder::thread() {
  const ThreadId id{static_cast<std::uint32_t>(threads_.size())};
  threads_.push_back({new_process(), no_event});
  thread_of_.push_back(id);
  return id;
}

EventIndex Recorder::append(const Event& event) {
  ASSERT(event.time_ns >= 0 && event.time_ns < time_max_ns);
  auto& events = history_.events;
  ASSERT(history_.header.order != Order::total || events.empty() ||
         events.back().time_ns <= event.time_ns);
  if (events.size() >= events_max) {
    ++history_.dropped;
    return no_event;
  }
  events.push_back(event);
  return EventIndex{static_cast<std::uint32_t>(events.size() - 1)};
}

EventIndex Recorder::invoke(ThreadId thread, const Invocation& what) {
  Thread& state = threads_[thread.value];
  ASSERT(state.open == no_event);
  Event event;
  event.time_ns = what.time.count();
  event.lease = what.lease;
  event.token = what.token;
  event.ttl_ns = what.ttl.count();
  event.value = what.value.value_or(0);
  event.has_value = what.value.has_value();
  event.process = state.process;
  event.f = what.f;
  event.node = what.node;
  event.key = what.key;
  event.sink = what.sink;
  event.owner = what.owner;
  event.id = what.id;
  event.cause = what.cause;
  event.attempt = what.attempt;
  const EventIndex position = append(event);
  state.open = position == no_event ? no_event : handle_of(position);
  return state.open;
}

EventIndex Recorder::position_of(EventIndex handle) const {
  if (handle == no_event) return no_event;
  if (handle.value >= first_unmoved_) return EventIndex{handle.value - forgotten_};
  const auto moved = std::ranges::lower_bound(moved_, handle, {}, &Moved::handle);
  return moved != moved_.end() && moved->handle == handle ? moved->position : no_event;
}

EventIndex Recorder::handle_of(EventIndex position) const {
  if (position.value + forgotten_ >= first_unmoved_) {
    return EventIndex{position.value + forgotten_};
  }
  const auto moved = std::ranges::lower_bound(moved_, position, {}, &Moved::position);
  ASSERT(moved != moved_.end() && moved->position == position);
  return moved->handle;
}

void Recorder::forget(const std::vector<bool>& needed) {
  auto& events = history_.events;
  ASSERT(needed.size() == events.size() && history_.resolutions.empty());
  std::vector<EventIndex> place(events.size(), no_event);
  std::vector<Moved> moved;
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    if (!needed[i]) continue;
    place[i] = EventIndex{kept++};
    const bool open = events[i].type == EventType::invoke && events[i].pair == no_event;
    if (open) moved.push_back({handle_of(EventIndex{i}), place[i]});
  }
  first_unmoved_ = static_cast<std::uint32_t>(events.size()) + forgotten_;
  forgotten_ += static_cast<std::uint32_t>(events.size()) - kept;
  moved_ = std::move(moved);
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    if (!needed[i]) continue;
    Event& event = events[place[i].value] = events[i];
    if (event.pair == no_event) continue;
    event.pair = place[event.pair.value];
    ASSERT(event.pair != no_event);
  }
  events.resize(kept);
}

void Recorder::complete(EventIndex handle, EventType type, const Answer& answer) {
  const EventIndex operation = position_of(handle);
  if (operation == no_event) return;
  Event event = history_.events[operation.value];
  ASSERT(event.type == EventType::invoke && event.pair == no_event);
  event.time_ns = answer.time.count();
  event.type = type;
  event.pair = operation;
  if (answer.lease.value != 0) event.lease = answer.lease;
  if (answer.token.value != 0) event.token = answer.token;
  event.seen = answer.seen;
  event.error = answer.error;
  if (answer.id.value != 0) event.id = answer.id;
  if (answer.attempt != 0) event.attempt = answer.attempt;
  if (answer.cause != name::none) event.cause = answer.cause;
  if (answer.value) event.value = *answer.value;
  event.has_value = event.has_value || answer.value.has_value();
  event.has_commit = answer.commit.has_value();
  if (answer.commit) event.commit_index = answer.commit->index;
  if (answer.commit) event.commit_ns = answer.commit->at.count();
  history_.events[operation.value].pair = append(event);
  Thread& thread = threads_[thread_of_[event.process.value].value];
  if (thread.open == handle) thread.open = no_event;
}

void Recorder::ok(EventIndex operation, const Answer& answer) {
  complete(operation, EventType::ok, answer);
}

void Recorder::fail(EventIndex operation, const Answer& answer) {
  complete(operation, EventType::fail, answer);
}

void Recorder::info(EventIndex operation, const Answer& answer) {
  const EventIndex position = position_of(operation);
  if (position == no_event) return;
  complete(operation, EventType::info, answer);
  const ProcessId retired = history_.events[position.value].process;
  const ThreadId thread = thread_of_[retired.value];
  if (threads_[thread.value].process == retired) abandon(thread);
}

void Recorder::abandon(ThreadId thread) {
  threads_[thread.value] = {new_process(), no_event};
  thread_of_.push_back(thread);
}

EventIndex Recorder::mark(const Marker& what) {
  Event event;
  event.time_ns = what.time.count();
  event.value = what.value.value_or(0);
  event.has_value = what.value.has_value();
  event.process = nemesis;
  event.f = what.f;
  event.node = what.node;
  event.type = EventType::info;
  return append(event);
}

bool Recorder::resolve(EventIndex operation, bool happened, Nanos at) {
  if (operation == no_event) return false;
  const Event& event = history_.events[operation.value];
  ASSERT(event.type == EventType::invoke && (!happened || at.count() >= event.time_ns));
  const bool answered =
      event.pair != no_event && history_.events[event.pair.value].type != EventType::info;
  if (resolved_.size() <= operation.value) resolved_.resize(history_.events.size());
  if (answered || resolved_[operation.value]) return false;
  resolved_[operation.value] = true;
  history_.resolutions.push_back({operation, happened, happened ? at.count() : 0});
  return true;
}

}  // namespace lockstep::checkers
