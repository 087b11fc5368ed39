#include "checkers/outbox_view.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

Outcome outcome_of(const Event& completion) {
  if (completion.type == EventType::ok) return Outcome::done;
  if (completion.type == EventType::info) return Outcome::unknown;
  return completion.error == name::stale ? Outcome::denied : Outcome::failed;
}

bool is_listing(NameId f) { return f == name::survey || f == name::found; }

/// Where no sink is recorded there is only one that can be meant.
NameId sink_of(const Event& event) {
  if (event.sink != name::none || is_listing(event.f)) return event.sink;
  return event.f == name::publish ? name::publisher : name::store;
}

void add_answer(OutboxOperation& operation, const History& history, EventIndex completion) {
  const Event& answer = history.events[completion.value];
  operation.completion = completion;
  operation.completed = instant_of(history, completion);
  operation.outcome = outcome_of(answer);
  operation.error = answer.error;
  if (operation.outcome == Outcome::unknown) return;
  operation.answered = operation.completed;
  operation.id = answer.id;
  operation.attempt = answer.attempt;
  operation.cause = answer.cause;
  operation.has_commit = answer.has_commit;
  operation.position = answer.commit_index;
  operation.commit_ns = answer.commit_ns;
  if (!answer.has_value) return;
  operation.value = answer.value;
  operation.has_value = true;
}

OutboxOperation operation_of(const History& history, EventIndex index) {
  const Event& invocation = history.events[index.value];
  OutboxOperation operation;
  operation.asked = instant_of(history, index);
  operation.invoked = operation.asked;
  operation.value = invocation.value;
  operation.has_value = invocation.has_value;
  operation.id = invocation.id;
  operation.token = invocation.token;
  operation.event = index;
  operation.f = invocation.f;
  operation.key = invocation.key;
  operation.node = invocation.node;
  operation.sink = sink_of(invocation);
  operation.cause = invocation.cause;
  operation.attempt = invocation.attempt;
  if (invocation.pair != no_event) add_answer(operation, history, invocation.pair);
  return operation;
}

bool is_read(NameId f) { return is_outbox(f) || f == name::raise || f == name::acquire; }

class ViewBuilder {
 public:
  ViewBuilder(const History& history, OutboxView& view) : history_(history), view_(view) {}

  void build(Judge judge) {
    add_interruptions();
    add_operations(judge);
    for (const OutboxOperation& operation : view_.operations) sort_in(operation);
    for (auto& [key, unblocks] : view_.unblocks) unblocks.finish();
    find_surveys(view_, history_);
    add_listed();
    for (auto& [value, entry] : by_value_) {
      finish(entry);
      view_.entries.push_back(std::move(entry));
    }
    doubt_ids();
  }

 private:
  void add_interruptions() {
    for (std::uint32_t i = 0; i < history_.events.size(); ++i) {
      const Event& event = history_.events[i];
      const bool is_one = event.f == name::crash || event.f == name::restart;
      if (event.process != nemesis || !is_one) continue;
      const Instant at = instant_of(history_, EventIndex{i});
      view_.interruptions[event.node].add(at, at);
      if (event.f == name::crash) crashes_[event.node].add(at, at);
    }
    for (auto& [node, spans] : view_.interruptions) spans.finish();
    for (auto& [node, spans] : crashes_) spans.finish();
  }

  void add_operations(Judge judge) {
    std::vector<const Resolution*> known(judge == Judge::oracle ? history_.events.size() : 0);
    if (!known.empty()) {
      for (const Resolution& resolution : history_.resolutions) {
        known[resolution.operation.value] = &resolution;
      }
    }
    std::set<NameId> locks;
    for (std::uint32_t i = 0; i < history_.events.size(); ++i) {
      const Event& event = history_.events[i];
      const bool is_mine = is_read(event.f) || (is_listing(event.f) && event.sink != name::none);
      if (event.type != EventType::invoke || !is_mine) continue;
      OutboxOperation operation = operation_of(history_, EventIndex{i});
      const auto crash = crashes_.find(event.node);
      const bool died = operation.completion == no_event && crash != crashes_.end();
      if (died) operation.completed = crash->second.after(operation.asked);
      if (!known.empty() && known[i] != nullptr) resolve(operation, *known[i]);
      const bool is_lock = event.f == name::acquire || event.f == name::raise;
      if (is_lock) locks.insert(event.key);
      if (event.f == name::acquire) {
        add_acquire(operation);
      } else {
        view_.operations.push_back(operation);
      }
    }
    view_.locks.assign(locks.begin(), locks.end());
    for (auto& [node, acquires] : view_.acquires) acquires.finish();
    std::sort(view_.operations.begin(), view_.operations.end(), [](const auto& a, const auto& b) {
      return std::tie(a.asked, a.event) < std::tie(b.asked, b.event);
    });
  }

  void add_acquire(const OutboxOperation& acquire) {
    if (!acquire.is_done() && !acquire.is_open()) return;
    view_.acquires[acquire.node].add(acquire.asked, acquire.completed);
    if (!acquire.is_told()) return;
    const auto [first, is_new] = view_.led_from.try_emplace(acquire.node, acquire.answered);
    if (!is_new) first->second = std::min(first->second, acquire.answered);
  }

  void sort_in(const OutboxOperation& operation) {
    const NameId f = operation.f;
    if (f == name::unblock && (operation.may() || operation.resolved)) {
      view_.unblocks[operation.key].add(operation.asked, operation.completed);
      if (operation.may() && operation.is_open()) view_.may_unblock.insert(operation.key);
    }
    if (f == name::raise || f == name::fetch || f == name::survey) return;
    const bool matters = f == name::found ? operation.is_told() : operation.may();
    if (!operation.has_value) {
      if (matters && f != name::unblock) view_.nameless.push_back(&operation);
      return;
    }
    if (f == name::consume) {
      if (operation.may()) view_.inboxes[operation.sink].consumes.push_back(&operation);
      return;
    }
    if (f == name::found && operation.sink != name::store && operation.sink != name::publisher) {
      if (operation.is_told()) view_.inboxes[operation.sink].found.push_back(&operation);
      return;
    }
    if (f == name::found && !operation.is_told()) return;
    Entry& entry = by_value_[operation.value];
    entry.value = operation.value;
    if (f == name::commit) entry.commits.push_back(&operation);
    if (f == name::publish) entry.publishes.push_back(&operation);
    if (f == name::mark) entry.marks.push_back(&operation);
    if (f == name::found && operation.sink == name::publisher) entry.listed.push_back(&operation);
    if (matters) recognize(entry, operation);
  }

  /// All that may have happened must mean one entry by one value.
  static void recognize(Entry& entry, const OutboxOperation& operation) {
    const bool same_key = entry.key == name::none || entry.key == operation.key;
    const bool same_id = entry.id.value == 0 || operation.id.value == 0 || entry.id == operation.id;
    if (!same_key || !same_id) entry.is_sane = false;
    if (entry.key == name::none) entry.key = operation.key;
    if (entry.id.value == 0) entry.id = operation.id;
  }

  void add_listed() {
    for (const OutboxOperation* found : view_.store.found) {
      by_value_[found->value].in_store = found;
    }
    for (const OutboxOperation* found : view_.broker.found) ++by_value_[found->value].copies;
  }

  void finish(Entry& entry) const {
    for (const OutboxOperation* found : entry.listed) {
      if (found->has_commit) entry.positions.push_back(found->position);
    }
    std::sort(entry.positions.begin(), entry.positions.end());
    const auto repeated = std::unique(entry.positions.begin(), entry.positions.end());
    entry.positions.erase(repeated, entry.positions.end());
    entry.copies = entry.positions.empty() ? entry.copies : entry.positions.size();
    for (const OutboxOperation* publish : entry.publishes) {
      if (publish->may()) ++entry.senders;
      if (publish->may() || publish->resolved) ++entry.tries;
    }
    const auto commits = std::count_if(entry.commits.begin(), entry.commits.end(),
                                       [](const auto* commit) { return commit->may(); });
    if (commits > 1) entry.is_sane = false;
  }

  /// An id that stands for two values says nothing of either.
  void doubt_ids() {
    std::vector<Entry*> order;
    for (Entry& entry : view_.entries) {
      if (entry.id.value != 0 && entry.commit() != nullptr) order.push_back(&entry);
    }
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
      return std::tie(a->id, a->value) < std::tie(b->id, b->value);
    });
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (order[i - 1]->id != order[i]->id) continue;
      order[i - 1]->is_sane = false;
      order[i]->is_sane = false;
    }
  }

  const History& history_;
  OutboxView& view_;
  std::map<std::int64_t, Entry> by_value_;
  std::map<NameId, Spans> crashes_;
};

}  // namespace

const OutboxOperation* Entry::commit() const {
  const auto at = std::find_if(commits.begin(), commits.end(),
                               [](const OutboxOperation* commit) { return commit->may(); });
  return at == commits.end() ? nullptr : *at;
}

bool Entry::is_published() const {
  return !listed.empty() ||
         std::any_of(publishes.begin(), publishes.end(),
                     [](const OutboxOperation* publish) { return publish->is_done(); });
}

OutboxPointers Entry::accepted() const {
  OutboxPointers list;
  for (const OutboxOperation* publish : publishes) {
    const bool is_accepted = publish->is_done() || (publish->may() && copies == senders);
    if (is_accepted) list.push_back(publish);
  }
  return list;
}

bool OutboxView::is_interrupted(NameId node, Instant from, Instant to) const {
  return std::any_of(interruptions.begin(), interruptions.end(), [&](const auto& one) {
    const bool is_its = node == name::none || one.first == name::none || one.first == node;
    return is_its && one.second.touch(from, to);
  });
}

bool OutboxView::is_elected(NameId node, Instant from, Instant to) const {
  const auto own = acquires.find(node);
  return own != acquires.end() && own->second.touch(from, to);
}

OutboxView outbox_view(const History& history, Judge judge) {
  OutboxView view;
  ViewBuilder(history, view).build(judge);
  return view;
}

std::string OutboxContext::who(const OutboxOperation& operation) const {
  if (operation.node != name::none) return std::string(name(operation.node));
  return cat("process ", history.events[operation.event.value].process.value);
}

std::string OutboxContext::words(const Entry& entry) const {
  if (entry.id.value == 0) return cat("the entry of ", name(entry.key), ", value ", entry.value);
  return cat("entry ", entry.id.value, " of ", name(entry.key), " (value ", entry.value, ")");
}

std::string OutboxContext::words(const OutboxOperation& operation) const {
  return words(Entry{.value = operation.value, .key = operation.key, .id = operation.id});
}

Violation OutboxContext::violation(NameId key, std::string sentence,
                                   std::initializer_list<const OutboxOperation*> witness) const {
  Violation violation;
  violation.sentence = std::move(sentence);
  violation.keys.emplace_back(name(key));
  for (const OutboxOperation* operation : witness) {
    if (operation == nullptr) continue;
    violation.witness.push_back(operation->event.value);
    violation.tokens.push_back(operation->token.value);
  }
  std::sort(violation.tokens.begin(), violation.tokens.end());
  const auto repeated = std::unique(violation.tokens.begin(), violation.tokens.end());
  violation.tokens.erase(repeated, violation.tokens.end());
  return violation;
}

}  // namespace lockstep::checkers
