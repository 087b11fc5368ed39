#include "checkers/queue_view.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

Outcome outcome_of(const Event& completion) {
  if (completion.type == EventType::ok) return Outcome::done;
  if (completion.type == EventType::info) return Outcome::unknown;
  return completion.error == name::stale ? Outcome::denied : Outcome::failed;
}

QueueOperation operation_of(const History& history, EventIndex index) {
  const Event& invocation = history.events[index.value];
  QueueOperation operation;
  operation.invoked = instant_of(history, index);
  operation.event = index;
  operation.f = invocation.f;
  operation.owner = invocation.owner;
  operation.completion = invocation.pair;
  const Event* said = &invocation;
  if (invocation.pair != no_event) {
    const Event& completion = history.events[invocation.pair.value];
    operation.outcome = outcome_of(completion);
    if (operation.outcome != Outcome::unknown) {
      operation.answered = instant_of(history, invocation.pair);
      said = &completion;  // it repeats what the invocation said
    }
  }
  operation.id = said->id;
  operation.receipt = {said->attempt, said->token};
  operation.value = said->value;
  operation.has_value = said->has_value;
  operation.ttl_ns = said->ttl_ns;
  operation.cause = said->cause;
  return operation;
}

/// The crashes of each node; under the empty name, of all.
using Crashes = std::map<NameId, std::vector<std::uint32_t>>;

Crashes crashes_of(const History& history) {
  Crashes crashes;
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.process != nemesis || event.f != name::crash) continue;
    crashes[name::none].push_back(i);
    if (event.node != name::none) crashes[event.node].push_back(i);
  }
  return crashes;
}

class ViewBuilder {
 public:
  ViewBuilder(const History& history, QueueView& view, const std::set<NameId>& nodes,
              const Crashes& crashes)
      : history_(history), view_(view) {
    std::set<std::uint32_t> events;
    for (const NameId node : nodes) {
      const auto own = crashes.find(node);
      if (own != crashes.end()) events.insert(own->second.begin(), own->second.end());
    }
    view.crash_events.assign(events.begin(), events.end());
  }

  void build(std::int64_t final_event) {
    add_crashes();
    date_surveys();
    const auto earlier = [](const QueueOperation& a, const QueueOperation& b) {
      return std::tie(a.invoked, a.event) < std::tie(b.invoked, b.event);
    };
    std::sort(view_.operations.begin(), view_.operations.end(), earlier);
    for (const QueueOperation& operation : view_.operations) sort_in(operation);
    for (auto& [id, message] : by_id_) view_.messages.push_back(std::move(message));
    view_.opens.finish();
    view_.unknown_pops.finish();
    view_.holds.finish();
    view_.damages.finish();
    std::sort(view_.surveys.begin(), view_.surveys.end());
    merge_damage();
    find_last_survey(final_event);
  }

 private:
  /// And ends there what has no answer.
  void add_crashes() {
    for (const std::uint32_t event : view_.crash_events) {
      const Instant at = instant_of(history_, EventIndex{event});
      view_.crashes.add(at, at);
    }
    view_.crashes.finish();
    for (QueueOperation& operation : view_.operations) {
      if (operation.outcome != Outcome::unknown) continue;
      operation.answered = view_.crashes.after(operation.invoked);
    }
  }

  /// What a survey found was so at some moment since the survey began.
  void date_surveys() {
    const QueueOperation* survey = nullptr;
    for (QueueOperation& operation : view_.operations) {  // still by event
      if (operation.f == name::survey) survey = &operation;
      if (operation.f == name::found && survey != nullptr) operation.invoked = survey->invoked;
    }
  }

  void sort_in(const QueueOperation& operation) {
    const NameId f = operation.f;
    if (f == name::survey && operation.is_told()) view_.surveys.push_back(operation.event.value);
    if (f == name::open && operation.may() && !view_.shared) view_.opens.add(operation);
    if (f == name::damage && operation.is_told()) {
      view_.damages.add(operation);
      const auto last = static_cast<std::uint64_t>(std::max<std::int64_t>(operation.value, 0));
      if (operation.id.value <= last) view_.damaged.emplace_back(operation.id.value, last);
    }
    if (f == name::pop && operation.is_open()) {
      view_.unknown_pops.add(operation);
      view_.holds.add(operation.invoked, view_.crashes.after(operation.invoked));
    } else if (f == name::pop && !operation.may() && !operation.resolved) {
      view_.holds.add(operation);
    }
    if (f == name::push && operation.is_open()) {
      view_.open_pushes.emplace(operation.value, &operation);
    }
    if (operation.resolved && !operation.may()) return;  // it never came to the queue
    const bool answer_says = f == name::push || f == name::pop || f == name::found;
    const bool is_receipt = f >= name::ack && f <= name::redrive;
    if (answer_says ? !operation.is_told() : !is_receipt) return;
    if (operation.id.value == 0) {
      view_.nameless = view_.nameless || operation.may();
    } else {
      sort_in(operation, by_id_[operation.id]);
    }
  }

  static void sort_in(const QueueOperation& operation, Message& message) {
    message.id = operation.id;
    const NameId f = operation.f;
    if (f == name::push) message.pushes.push_back(&operation);
    if (f == name::pop) message.pops.push_back(&operation);
    if (f == name::found) message.found.push_back(&operation);
    if (f == name::ack) message.acks.push_back(&operation);
    if (f == name::nack) message.nacks.push_back(&operation);
    if (!operation.may()) return;
    if (f == name::extend) message.extends.push_back(&operation);
    if (f == name::redrive) message.redrives.push_back(&operation);
  }

  void merge_damage() {
    auto& ranges = view_.damaged;
    std::sort(ranges.begin(), ranges.end());
    for (std::size_t i = 1; i < ranges.size(); ++i) {  // ends grow, so that the last one decides
      ranges[i].second = std::max(ranges[i].second, ranges[i - 1].second);
    }
  }

  /// The last survey is a final drain if nothing else went on beside it or came after it, but the
  /// marker final.
  void find_last_survey(std::int64_t final_event) {
    const QueueOperation* last = nullptr;
    for (const QueueOperation& operation : view_.operations) {
      if (operation.f == name::survey && operation.is_told()) last = &operation;
    }
    if (last == nullptr || final_event < last->completion.value) return;
    const auto is_after = [&](const QueueOperation& operation) {
      if (operation.event == last->event || operation.event == no_event) return false;
      const bool is_answered = operation.outcome != Outcome::unknown && !operation.resolved;
      if (operation.f == name::found && operation.event > last->event) {
        return !operation.is_told() || operation.completion > last->completion;
      }
      return operation.event > last->event || (is_answered && operation.completion > last->event);
    };
    const bool crashed =
        !view_.crash_events.empty() && view_.crash_events.back() > last->event.value;
    const bool goes_on = std::any_of(view_.operations.begin(), view_.operations.end(), is_after);
    if (!crashed && !goes_on) view_.last_survey = last;
  }

  const History& history_;
  QueueView& view_;
  std::map<MessageId, Message> by_id_;
};

std::int64_t final_event_of(const History& history) {
  for (std::size_t i = history.events.size(); i-- > 0;) {
    const Event& event = history.events[i];
    if (event.process == nemesis && event.f == name::final_mark) {
      return static_cast<std::int64_t>(i);
    }
  }
  return -1;
}

}  // namespace

std::vector<QueueView> queue_views(const History& history, Judge judge, bool shared) {
  std::vector<const Resolution*> known(judge == Judge::oracle ? history.events.size() : 0);
  if (!known.empty()) {
    for (const Resolution& resolution : history.resolutions) {
      known[resolution.operation.value] = &resolution;
    }
  }
  std::map<NameId, QueueView> by_name;  // few of the names are keys
  std::map<NameId, std::set<NameId>> nodes;
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.type != EventType::invoke || !is_queue(event.f)) continue;
    QueueOperation operation = operation_of(history, EventIndex{i});
    if (!known.empty() && known[i] != nullptr) resolve(operation, *known[i]);
    by_name[event.key].key = event.key;
    by_name[event.key].operations.push_back(operation);
    if (!shared) nodes[event.key].insert(event.node);
  }
  const Crashes crashes = crashes_of(history);
  const std::int64_t final_event = final_event_of(history);
  std::vector<QueueView> views;
  views.reserve(by_name.size());  // messages point to operations
  for (auto& [key, view] : by_name) {
    view.shared = shared;
    ViewBuilder(history, view, nodes[key], crashes).build(final_event);
    views.push_back(std::move(view));
  }
  return views;
}

bool Message::may_be_acked() const {
  return std::any_of(acks.begin(), acks.end(), [](const auto* ack) { return ack->may(); });
}

void QueueView::forget_damage() {
  damages = Spans();
  damages.finish();
  damaged.clear();
}

bool QueueView::is_damaged(MessageId id) const {
  const auto after = std::partition_point(
      damaged.begin(), damaged.end(), [&](const auto& range) { return range.first <= id.value; });
  return after != damaged.begin() && (after - 1)->second >= id.value;
}

Instant QueueView::forgotten_until(Instant point, bool attempts_durable) const {
  const Instant damage = damages.reach(point);
  if (attempts_durable) return damage;
  return std::max({damage, crashes.reach(point), opens.reach(point)});
}

std::string QueueContext::message_words(MessageId id, const QueueView& view) const {
  return cat("message ", id.value, " of ", name(view.key));
}

std::string QueueContext::delivery_words(const QueueOperation& pop) const {
  if (pop.receipt.attempt == 0)
    return cat("the delivery to ", name(history.events[pop.event.value].node));
  return cat("delivery ", pop.receipt.attempt);
}

Violation QueueContext::violation(const QueueView& view, std::string sentence,
                                  std::initializer_list<const QueueOperation*> witness) const {
  Violation violation;
  violation.sentence = std::move(sentence);
  violation.keys.emplace_back(name(view.key));
  for (const QueueOperation* operation : witness) {
    if (operation != nullptr) violation.witness.push_back(operation->event.value);
  }
  return violation;
}

}  // namespace lockstep::checkers
