#include "reports/timeline/deliveries.hpp"

#include <map>
#include <optional>

namespace lockstep::reports {
namespace {

using checkers::Event;
using checkers::EventType;
using checkers::NameId;
namespace name = checkers::name;

/// The operation that has a thing now.
struct Place {
  NameId stage{};
  std::uint64_t key = 0;
  std::uint64_t what = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

class Arrows {
 public:
  explicit Arrows(const checkers::History& history) : history_(history) {}

  void add(std::uint32_t index) {
    const Event& asked = history_.events[index];
    const Event& told =
        asked.pair == checkers::no_event ? asked : history_.events[asked.pair.value];
    if (told.type == EventType::fail) return;
    if (asked.f >= name::push && asked.f <= name::extend) return queue(index, told);
    if (asked.f == name::emit || asked.f == name::apply) return step(index, told, name::emit);
    if (asked.f == name::commit) return outbox(index, told, name::commit, {});
    if (asked.f == name::publish) return outbox(index, told, name::publish, name::commit);
    if (asked.f == name::mark) return outbox(index, told, name::mark, name::publish);
    if (asked.f == name::consume) return outbox(index, told, name::consume, name::publish);
  }

  std::vector<Delivery> done() && { return std::move(arrows_); }

 private:
  void arrow(const Place& from, std::uint32_t to) {
    const auto holder = holders_.find(from);
    if (holder != holders_.end()) arrows_.push_back({holder->second, to, from.what});
  }

  /// push -> each pop; pop -> what its receipt was used for.
  void queue(std::uint32_t index, const Event& told) {
    if (told.id.value == 0) return;
    const Place pushed{name::push, told.key.value, told.id.value};
    const Place popped{name::pop, told.key.value, told.id.value};
    if (told.f == name::push) {
      holders_[pushed] = index;
    } else if (told.f == name::pop) {
      arrow(pushed, index);
      holders_[popped] = index;
    } else {
      arrow(popped, index);
    }
  }

  void step(std::uint32_t index, const Event& told, NameId first) {
    if (!told.has_value) return;
    const Place place{first, told.key.value, static_cast<std::uint64_t>(told.value)};
    if (told.f == first) {
      holders_[place] = index;
    } else {
      arrow(place, index);
    }
  }

  /// Entries are known by their value, which is unique over all keys.
  void outbox(std::uint32_t index, const Event& told, NameId mine, std::optional<NameId> before) {
    if (!told.has_value) return;
    const auto entry = static_cast<std::uint64_t>(told.value);
    if (before) arrow({*before, 0, entry}, index);
    holders_[{mine, 0, entry}] = index;
  }

  const checkers::History& history_;
  std::map<Place, std::uint32_t> holders_;
  std::vector<Delivery> arrows_;
};

}  // namespace

std::vector<Delivery> deliveries(const checkers::History& history) {
  Arrows arrows(history);
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    const bool is_asked = event.type == EventType::invoke && event.process != checkers::nemesis;
    if (is_asked) arrows.add(i);
  }
  return std::move(arrows).done();
}

}  // namespace lockstep::reports
