#include "checkers/recorder.hpp"

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
  state.open = append(event);
  return state.open;
}

void Recorder::complete(EventIndex operation, EventType type, const Answer& answer) {
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
  if (thread.open == operation) thread.open = no_event;
}

void Recorder::ok(EventIndex operation, const Answer& answer) {
  complete(operation, EventType::ok, answer);
}

void Recorder::fail(EventIndex operation, const Answer& answer) {
  complete(operation, EventType::fail, answer);
}

void Recorder::info(EventIndex operation, const Answer& answer) {
  if (operation == no_event) return;
  complete(operation, EventType::info, answer);
  const ProcessId retired = history_.events[operation.value].process;
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
