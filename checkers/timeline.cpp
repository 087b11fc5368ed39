#include "checkers/timeline.hpp"

#include <algorithm>

namespace lockstep::checkers {
namespace {

NameId denial_of(NameId f) {
  if (f == name::acquire) return name::contended;
  if (f == name::renew) return name::lost;
  return f == name::release ? name::not_owned : name::stale;
}

EventType type_of(Ending ending) {
  if (ending == Ending::ok) return EventType::ok;
  return ending == Ending::info ? EventType::info : EventType::fail;
}

}  // namespace

Timeline::Timeline() {
  params_.single_copy = true;
  ttl(10);
  key("k");
}

Timeline& Timeline::order(Order order) {
  order_ = order;
  return *this;
}

Timeline& Timeline::key(std::string_view key) {
  key_ = names_.intern(key);
  return *this;
}

Timeline& Timeline::sink(std::string_view sink) {
  sink_ = names_.intern(sink);
  return *this;
}

Timeline& Timeline::owner(std::uint32_t owner) {
  owner_ = OwnerId{owner};
  return *this;
}

Timeline& Timeline::ttl(std::int64_t ttl) {
  ttl_ns_ = ttl * unit_ns;
  return *this;
}

std::size_t Timeline::add(NameId f, std::string_view node, std::uint64_t lease, Span span) {
  const bool is_use = f >= name::write;  // or of the work model
  Event event;
  event.time_ns = span.sent * unit_ns;
  event.f = f;
  event.node = names_.intern(node);
  event.key = key_;
  event.lease = LeaseId{lease};
  event.owner = owner_;
  event.process = ProcessId{static_cast<std::uint32_t>(operations_)};
  if (is_use) event.sink = sink_;
  if (is_use) event.token = FencingToken{span.token};
  if (f == name::acquire || f == name::renew) event.ttl_ns = ttl_ns_;
  items_.push_back({event, operations_, false});
  if (span.ending != Ending::open) {
    event.time_ns = span.answered * unit_ns;
    event.type = type_of(span.ending);
    if (span.ending == Ending::ok && f == name::acquire) event.token = FencingToken{span.token};
    if (span.ending == Ending::denied) event.error = denial_of(f);
    if (span.ending == Ending::failed) event.error = names_.intern("refused");
    if (span.ending == Ending::info) event.error = names_.intern("no_reply");
    items_.push_back({event, operations_, true});
  }
  return operations_++;
}

std::size_t Timeline::acquire(std::string_view node, std::uint64_t lease, Span span) {
  return add(name::acquire, node, lease, span);
}
std::size_t Timeline::renew(std::string_view node, std::uint64_t lease, Span span) {
  return add(name::renew, node, lease, span);
}
std::size_t Timeline::release(std::string_view node, std::uint64_t lease, Span span) {
  return add(name::release, node, lease, span);
}
std::size_t Timeline::write(std::string_view node, std::uint64_t lease, Span span) {
  return add(name::write, node, lease, span);
}
std::size_t Timeline::read(std::string_view node, std::uint64_t lease, Span span) {
  return add(name::read, node, lease, span);
}
std::size_t Timeline::raise(std::string_view node, std::uint64_t lease, Span span) {
  return add(name::raise, node, lease, span);
}

std::size_t Timeline::work(NameId f, std::string_view node, std::uint64_t lease, Span span,
                           std::int64_t value) {
  const bool answer_says = f == name::emit || f == name::load;
  const std::size_t operation = add(f, node, lease, span);
  for (auto item = items_.rbegin(); item != items_.rend() && item->operation == operation; ++item) {
    const bool says = item->completes ? item->event.type == EventType::ok : !answer_says;
    item->event.has_value = says;
    item->event.value = says ? value : 0;
  }
  return operation;
}

std::size_t Timeline::queue(NameId f, std::string_view node, Span span, const QueueWords& words) {
  const bool answer_says = f == name::push || f == name::pop || f == name::open;
  const std::size_t operation = add(f, node, 0, span);
  for (auto item = items_.rbegin(); item != items_.rend() && item->operation == operation; ++item) {
    Event& event = item->event;
    const bool ok = item->completes && event.type == EventType::ok;
    event.sink = name::none;
    event.ttl_ns = words.ttl * unit_ns;
    if (event.error == name::stale) event.error = words.error;
    if (words.value && (ok || f != name::pop)) {
      event.value = *words.value;
      event.has_value = true;
    }
    if (answer_says && !ok) continue;
    event.id = MessageId{words.id};
    event.attempt = words.attempt;
    event.token = FencingToken{words.generation};
    event.cause = words.cause;
  }
  return operation;
}

std::size_t Timeline::outbox(NameId f, std::string_view node, Span span, const OutboxWords& words) {
  const std::size_t operation = add(f, node, 0, span);
  for (auto item = items_.rbegin(); item != items_.rend() && item->operation == operation; ++item) {
    Event& event = item->event;
    const bool ok = item->completes && event.type == EventType::ok;
    event.sink = names_.intern(words.sink);
    event.token = FencingToken{words.token};
    event.cause = words.cause;
    event.attempt = words.attempt;
    if (event.error == name::stale) event.error = words.error;
    if (f != name::commit || ok) event.id = MessageId{words.id};
    event.has_value = words.value.has_value();
    event.value = words.value.value_or(0);
  }
  return operation;
}

void Timeline::committed(std::size_t operation, std::uint64_t index, std::int64_t at) {
  for (Item& item : items_) {
    if (item.operation != operation || !item.completes) continue;
    item.event.has_commit = true;
    item.event.commit_index = index;
    item.event.commit_ns = at * unit_ns;
  }
}

void Timeline::mark(NameId what, std::int64_t time, std::string_view node, std::int64_t value) {
  Event event;
  event.time_ns = time * unit_ns;
  event.f = what;
  event.node = names_.intern(node);
  event.process = nemesis;
  event.type = EventType::info;
  event.value = value * unit_ns;
  event.has_value = value != 0;
  items_.push_back({event, operations_++, false});
}

void Timeline::resolve(std::size_t operation, bool happened, std::int64_t at) {
  resolved_.push_back({operation, happened, at * unit_ns});
}

std::vector<Timeline::Item> Timeline::sorted() const {
  std::vector<Item> items = items_;
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const std::int64_t left = items_[a].event.time_ns;
    const std::int64_t right = items_[b].event.time_ns;
    return left != right ? left < right : a < b;
  });
  for (std::size_t i = 0; i < order.size(); ++i) items[i] = items_[order[i]];
  return items;
}

History Timeline::history() const {
  History history;
  history.header.params = params_;
  history.header.order = order_;
  history.names = names_;
  std::vector<EventIndex> invoked(operations_, no_event);
  for (Item& item : sorted()) {
    const EventIndex index{static_cast<std::uint32_t>(history.events.size())};
    if (item.completes) {
      item.event.pair = invoked[item.operation];
      history.events[item.event.pair.value].pair = index;
    } else {
      invoked[item.operation] = index;
    }
    history.events.push_back(item.event);
  }
  for (const Resolved& resolved : resolved_) {
    history.resolutions.push_back(
        {invoked[resolved.operation], resolved.happened, resolved.happened ? resolved.at : 0});
  }
  return history;
}

std::uint32_t Timeline::event_of(std::size_t operation) const {
  const std::vector<Item> items = sorted();
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) {
    return item.operation == operation && !item.completes;
  });
  return static_cast<std::uint32_t>(found - items.begin());
}

}  // namespace lockstep::checkers
