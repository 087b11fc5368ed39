#include "scenarios/live/merge.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

namespace lockstep::scenarios::live {

using checkers::Event;
using checkers::EventIndex;
using checkers::EventType;
using checkers::NameId;

namespace {

constexpr std::array name_fields{&Event::f,     &Event::node,  &Event::key,
                                 &Event::error, &Event::cause, &Event::sink};

Error broken(const char* what) {
  return definite(Errc::protocol, std::string("a worker's history is broken: ") + what);
}

/// At one instant invocations come first and answers last: towards concurrency.
int rank(const Event& event) {
  if (event.type == EventType::invoke) return 0;
  return event.process == checkers::nemesis ? 1 : 2;
}

}  // namespace

LifeId HistoryMerge::begin_life() {
  Life& life = lives_.emplace_back();
  for (std::uint32_t i = 0; i < checkers::name::known.size(); ++i) life.names.push_back(NameId{i});
  return LifeId{static_cast<std::uint32_t>(lives_.size() - 1)};
}

Result<void> HistoryMerge::take(LifeId id, const Message& message) {
  Life& life = lives_.at(id.value);
  if (const auto* name = std::get_if<NewName>(&message)) {
    if (life.names.size() >= checkers::names_max) return fail(broken("too many names"));
    life.names.push_back(history_.names.intern(name->text));
  } else if (const auto* lease = std::get_if<NewLease>(&message)) {
    const checkers::LeaseId next{leases_.size() + 1};
    life.leases.push_back(leases_.try_emplace(lease->token, next).first->second);
  } else if (const auto* event = std::get_if<NewEvent>(&message)) {
    return add(life, event->event);
  }
  return {};
}

bool HistoryMerge::is_sound(const Life& life, const Event& event) const {
  const auto is_named = [&](NameId Event::* field) {
    return (event.*field).value < life.names.size();
  };
  if (!std::ranges::all_of(name_fields, is_named)) return false;
  if (event.lease.value > life.leases.size() || event.type > EventType::info) return false;
  if (event.time_ns < 0 || event.time_ns >= checkers::time_max_ns) return false;
  if (event.type == EventType::invoke) return event.pair == checkers::no_event;
  if (event.pair.value >= life.events.size()) return false;
  if (life.events[event.pair.value] == dropped) return true;
  const Event& invoked = events_[life.events[event.pair.value]];
  return invoked.type == EventType::invoke && invoked.pair == checkers::no_event &&
         invoked.time_ns <= event.time_ns;
}

void HistoryMerge::rename(Life& life, Event& event) {
  for (NameId Event::* field : name_fields) event.*field = life.names[(event.*field).value];
  if (event.lease.value != 0) event.lease = life.leases[event.lease.value - 1];
  const auto [process, is_new] = life.processes.try_emplace(event.process.value);
  if (is_new) process->second = checkers::ProcessId{processes_++};
  event.process = process->second;
}

Result<void> HistoryMerge::add(Life& life, Event event) {
  if (!is_sound(life, event)) return fail(broken("an event refers to what is not there"));
  rename(life, event);
  const bool answers = event.pair != checkers::no_event;
  if (answers) event.pair = EventIndex{life.events[event.pair.value]};
  if (answers) ++completed_;
  const auto position = static_cast<std::uint32_t>(events_.size());
  const bool is_kept = push(event);  // once there is no room, nothing is
  if (is_kept && answers) events_[event.pair.value].pair = EventIndex{position};
  life.events.push_back(is_kept ? position : dropped);
  return {};
}

/// Whether there was room.
bool HistoryMerge::push(const Event& event) {
  const bool is_room = events_.size() < events_max_;
  if (is_room) events_.push_back(event);
  if (!is_room) ++history_.dropped;
  return is_room;
}

void HistoryMerge::mark(const checkers::Marker& what) {
  Event event;
  event.time_ns = what.time.count();
  event.process = checkers::nemesis;
  event.type = EventType::info;
  event.f = what.f;
  event.node = what.node;
  event.has_value = what.value.has_value();
  event.value = what.value.value_or(0);
  static_cast<void>(push(event));
}

void HistoryMerge::finish(Nanos end) {
  std::vector<std::uint32_t> order(events_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) {
    return std::tuple(events_[i].time_ns, rank(events_[i]), i);
  });
  std::vector<EventIndex> place(events_.size(), checkers::no_event);
  for (const std::uint32_t i : order) {
    if (events_[i].time_ns > end.count()) break;
    place[i] = EventIndex{static_cast<std::uint32_t>(history_.events.size())};
    history_.events.push_back(events_[i]);
  }
  for (Event& event : history_.events) {
    if (event.pair != checkers::no_event) event.pair = place[event.pair.value];
  }
}

}  // namespace lockstep::scenarios::live
