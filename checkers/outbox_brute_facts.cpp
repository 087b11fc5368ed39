#include "checkers/outbox_brute_facts.hpp"

#include <variant>

namespace lockstep::checkers {
namespace {

OutboxPoint point_of(const History& history, std::size_t i) {
  return {history.events[i].time_ns, static_cast<std::int64_t>(i)};
}

}  // namespace

OutboxDeed OutboxFacts::deed_of(std::size_t i) const {
  const Event& sent = history_.events[i];
  OutboxDeed deed{.said = &sent, .sent = &sent, .f = sent.f};
  deed.place = static_cast<std::int64_t>(i);
  deed.asked = deed.from = point_of(history_, i);
  deed.sink = sent.sink;
  if (deed.sink == name::none) deed.sink = sent.f == name::publish ? name::publisher : name::store;
  deed.may = deed.unsure = true;
  if (sent.pair != no_event) {
    deed.last = sent.pair.value;
    deed.left = point_of(history_, sent.pair.value);
    const Event& answer = history_.events[sent.pair.value];
    if (answer.type != EventType::info) {
      deed.said = &answer;
      deed.to = deed.left;
      deed.unsure = false;
      deed.told = deed.done = deed.may = answer.type == EventType::ok;
    }
  } else {
    for (std::size_t j = i; j < history_.events.size(); ++j) {
      const Event& event = history_.events[j];
      const bool died = event.process == nemesis && event.f == name::crash &&
                        event.node == sent.node && deed.left == outbox_never;
      if (died) deed.left = point_of(history_, j);
    }
  }
  for (const Resolution& known : history_.resolutions) {
    const bool is_mine = judge_ == Judge::oracle && known.operation.value == i && deed.unsure;
    if (!is_mine) continue;
    deed.done = deed.may = known.happened;
    if (!known.happened) continue;
    deed.from = std::max(deed.from, OutboxPoint{known.at_ns, -1});
    deed.to = {known.at_ns, INT64_MAX};
  }
  return deed;
}

OutboxFacts::OutboxFacts(const History& history, Judge judge) : history_(history), judge_(judge) {
  for (std::size_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.type == EventType::invoke && event.process != nemesis) deeds_.push_back(deed_of(i));
  }
}

bool OutboxFacts::is_set(std::string_view what) const {
  const auto& extra = history_.header.params.extra;
  return std::any_of(extra.begin(), extra.end(), [&](const auto& one) {
    const bool* const flag = std::get_if<bool>(&one.second);
    return one.first == what && flag != nullptr && *flag;
  });
}

bool OutboxFacts::interrupted(NameId node, OutboxPoint a, OutboxPoint b) const {
  for (std::size_t i = 0; i < history_.events.size(); ++i) {
    const Event& event = history_.events[i];
    const bool is_one = event.f == name::crash || event.f == name::restart;
    const OutboxPoint at = point_of(history_, i);
    if (event.process == nemesis && is_one && event.node == node && a <= at && at <= b) return true;
  }
  return false;
}

const OutboxDeed* OutboxFacts::end_of(NameId sink) const {
  const OutboxDeed* last = nullptr;
  for (const OutboxDeed& deed : deeds_) {
    if (deed.f == name::survey && deed.sink == sink) last = &deed;
  }
  if (last == nullptr || !last->told) return nullptr;
  std::int64_t final = -1;
  for (std::size_t i = 0; i < history_.events.size(); ++i) {
    if (history_.events[i].f == name::final_mark) final = static_cast<std::int64_t>(i);
  }
  for (const OutboxDeed& deed : deeds_) {
    const bool found = deed.f == name::found && deed.sink == sink && deed.place > last->place;
    const bool of_store = deed.f == name::commit || deed.f == name::mark || deed.f == name::block ||
                          deed.f == name::unblock;
    bool touches = deed.f == name::consume && deed.sink == sink;
    if (sink == name::store) touches = of_store;
    if (sink == name::publisher) touches = deed.f == name::publish;
    if (found && (!deed.told || deed.last > final)) return nullptr;
    if (touches && deed.may && deed.place > last->place) return nullptr;
    if (touches && deed.told && deed.last > last->place) return nullptr;
  }
  return last->last > final ? nullptr : last;
}

std::vector<const OutboxDeed*> OutboxFacts::found_at_end(NameId sink) const {
  const OutboxDeed* const end = end_of(sink);
  if (end == nullptr) return {};
  return all(name::found, [&](const OutboxDeed& found) {
    return found.sink == sink && found.place > end->place;
  });
}

}  // namespace lockstep::checkers
