// What is published was committed, was published before it is marked, and in the order of ids.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "checkers/outbox_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// The first that was accepted for certain, by when it was; nullptr: none.
const OutboxOperation* first_accepted(const Entry& entry) {
  const OutboxOperation* first = nullptr;
  for (const OutboxOperation* publish : entry.publishes) {
    const bool is_sooner = first == nullptr || publish->answered < first->answered;
    if (publish->is_done() && is_sooner) first = publish;
  }
  return first;
}

/// Of those that may have happened, the one that can have been the first; nullptr: none.
const OutboxOperation* first_possible(const Entry& entry) {
  const OutboxOperation* first = nullptr;
  for (const OutboxOperation* publish : entry.publishes) {
    const bool is_sooner = first == nullptr || publish->invoked < first->invoked;
    if (publish->may() && is_sooner) first = publish;
  }
  return first;
}

void judge_ghost(const Entry& entry, const OutboxContext& context) {
  if (!entry.is_published()) return;
  const OutboxOperation* const commit = entry.commit();
  const OutboxOperation* const publish = first_accepted(entry);
  const bool is_early =
      commit != nullptr && publish != nullptr && publish->answered < commit->invoked;
  if (commit != nullptr && (!is_early || !entry.is_sane)) return;
  context.findings.violation(id::outbox_ghost, [&] {
    const OutboxOperation* const failed = entry.commits.empty() ? nullptr : entry.commits.front();
    const std::string_view why = is_early            ? "before its commit began"
                                 : failed == nullptr ? "but nobody committed it"
                                                     : "but its transaction was rolled back";
    return context.violation(entry.key, cat(context.words(entry), " was published, ", why),
                             {failed, publish != nullptr ? publish : entry.listed.front()});
  });
}

void judge_marks(const Entry& entry, const OutboxContext& context) {
  if (!entry.is_sane || entry.has_strays()) return;
  const OutboxOperation* const publish = first_possible(entry);
  for (const OutboxOperation* mark : entry.marks) {
    if (!mark->is_done() || (publish != nullptr && publish->invoked <= mark->answered)) continue;
    context.findings.violation(id::marked_unpublished, [&] {
      return context.violation(
          entry.key,
          cat(context.words(entry), " was marked as published by ", context.who(*mark),
              publish == nullptr ? ", but nobody published it"
                                 : ", before any publish of it had been sent"),
          {entry.commit(), mark, publish});
    });
  }
}

/// What is known of when an entry was published first.
struct First {
  const Entry* entry = nullptr;
  /// The first position for certain; otherwise it may be at a lower one.
  bool is_exact = false;
  bool has_position = false;
  std::uint64_t position = 0;
  const OutboxOperation* proof = nullptr;     ///< of the position
  const OutboxOperation* accepted = nullptr;  ///< nullptr: not known
  const OutboxOperation* possible = nullptr;  ///< nullptr: at any time
};

const First* higher(const First* a, const First* b) {
  return a == nullptr || a->entry->id < b->entry->id ? b : a;
}

class OrderOfKey {
 public:
  OrderOfKey(const std::vector<const Entry*>& entries, const OutboxView& view,
             const OutboxContext& context)
      : context_(context), is_whole_(view.broker.survey != nullptr && !context.trimmed) {
    for (const Entry* entry : entries) firsts_.push_back(first_of(*entry));
  }

  void judge() const {
    judge_positions();
    judge_times();
  }

 private:
  [[nodiscard]] First first_of(const Entry& entry) const;
  void judge_positions() const;
  void judge_times() const;
  void report(const First& before, const First& late, bool by_position) const;

  const OutboxContext& context_;
  bool is_whole_;
  std::vector<First> firsts_;
};

First OrderOfKey::first_of(const Entry& entry) const {
  First first{.entry = &entry};
  first.accepted = first_accepted(entry);
  first.possible = entry.has_strays() ? nullptr : first_possible(entry);
  OutboxPointers said = entry.listed;
  bool all_said = !entry.has_strays();
  for (const OutboxOperation* publish : entry.publishes) {
    if (publish->is_done()) said.push_back(publish);
    if (publish->may() && !publish->has_commit) all_said = false;
  }
  for (const OutboxOperation* operation : said) {
    const bool is_lower = !first.has_position || operation->position < first.position;
    if (!operation->has_commit || !is_lower) continue;
    first.has_position = true;
    first.position = operation->position;
    first.proof = operation;
  }
  const bool is_listed = is_whole_ && !entry.listed.empty() && !entry.positions.empty();
  first.is_exact = first.has_position && (is_listed || all_said);
  return first;
}

/// By the broker's own order: one of a higher id stands before this one's first.
void OrderOfKey::judge_positions() const {
  std::vector<const First*> order;
  for (const First& first : firsts_) {
    if (first.has_position) order.push_back(&first);
  }
  std::sort(order.begin(), order.end(),
            [](const First* a, const First* b) { return a->position < b->position; });
  const First* highest = nullptr;
  auto next = order.begin();  // those of one position count as concurrent
  for (const First* first : order) {
    for (; (*next)->position < first->position; ++next) highest = higher(highest, *next);
    if (!first->is_exact || highest == nullptr) continue;
    if (first->entry->id < highest->entry->id) report(*highest, *first, true);
  }
}

/// By time, where a position is missing.
void OrderOfKey::judge_times() const {
  std::vector<const First*> answered;
  std::vector<const First*> sent;
  for (const First& first : firsts_) {
    if (first.accepted != nullptr) answered.push_back(&first);
    if (first.possible != nullptr && first.entry->is_published()) sent.push_back(&first);
  }
  std::sort(answered.begin(), answered.end(), [](const First* a, const First* b) {
    return a->accepted->answered < b->accepted->answered;
  });
  std::sort(sent.begin(), sent.end(), [](const First* a, const First* b) {
    return a->possible->invoked < b->possible->invoked;
  });
  const First* highest = nullptr;
  const First* unplaced = nullptr;  // the highest of those without a position
  auto next = answered.begin();
  for (const First* first : sent) {
    for (; next != answered.end() && (*next)->accepted->answered < first->possible->invoked;
         ++next) {
      highest = higher(highest, *next);
      if (!(*next)->has_position) unplaced = higher(unplaced, *next);
    }
    const First* const before = first->is_exact ? unplaced : highest;
    if (before != nullptr && first->entry->id < before->entry->id) report(*before, *first, false);
  }
}

void OrderOfKey::report(const First& before, const First& late, bool by_position) const {
  context_.findings.violation(id::outbox_reordered, [&] {
    Violation violation = context_.violation(
        late.entry->key,
        cat(context_.words(*before.entry), " was published before ", context_.words(*late.entry),
            ", which was committed before it"),
        {late.entry->commit(), before.entry->commit(), by_position ? before.proof : before.accepted,
         by_position ? late.proof : late.possible});
    violation.because.push_back(
        by_position
            ? cat("in the broker's log ", before.position, " is before ", late.position)
            : cat("the one was answered at ", moment_text(before.accepted->answered.time_ns),
                  ", the other was not sent before ", moment_text(late.possible->invoked.time_ns)));
    return violation;
  });
}

void judge_order(const OutboxView& view, const OutboxContext& context) {
  std::map<NameId, std::vector<const Entry*>> by_key;
  for (const Entry& entry : view.entries) {
    const bool is_judged = entry.is_sane && entry.id.value != 0 && entry.commit() != nullptr;
    if (is_judged && entry.is_published()) by_key[entry.key].push_back(&entry);
  }
  for (const auto& [key, entries] : by_key) OrderOfKey(entries, view, context).judge();
}

}  // namespace

void judge_publishes(const OutboxView& view, const OutboxContext& context) {
  for (const Entry& entry : view.entries) {
    judge_ghost(entry, context);
    judge_marks(entry, context);
  }
  judge_order(view, context);
}

}  // namespace lockstep::checkers
