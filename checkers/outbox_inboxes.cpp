// Each inbox applies each entry that the broker holds, once.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "checkers/outbox_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// Reports each entry once.
void judge_twice(NameId name, const Inbox& inbox, const OutboxContext& context) {
  std::map<std::int64_t, const OutboxOperation*> applied;
  std::set<std::int64_t> reported;
  const auto report = [&](const OutboxOperation* before, const OutboxOperation& again) {
    if (!reported.insert(again.value).second) return;
    context.findings.violation(id::applied_twice, [&] {
      return context.violation(
          again.key,
          cat(context.words(again), " was applied by the inbox ", context.name(name),
              again.f == name::consume ? std::string(" twice")
                                       : cat(" ", again.attempt, " times, by its own count")),
          {before, &again});
    });
  };
  for (const OutboxOperation* consume : inbox.consumes) {
    if (!consume->is_done()) continue;
    const auto [first, is_new] = applied.try_emplace(consume->value, consume);
    if (!is_new) report(first->second, *consume);
  }
  for (const OutboxOperation* found : inbox.found) {
    if (found->attempt > 1) report(nullptr, *found);
  }
}

/// A publish that was answered, or what a survey of the broker found; nullptr: the broker may have
/// come to hold it after everything was consumed, or never.
const OutboxOperation* held_since(const Entry& entry) {
  for (const OutboxOperation* publish : entry.publishes) {
    if (publish->is_told()) return publish;
  }
  return entry.tries == 0 && !entry.listed.empty() ? entry.listed.front() : nullptr;
}

void judge_lost(NameId name, const Inbox& inbox, const OutboxView& view,
                const OutboxContext& context) {
  if (!context.drained || inbox.last.survey == nullptr) return;
  std::set<std::int64_t> found;
  for (const OutboxOperation* one : inbox.last.found) found.insert(one->value);
  for (const Entry& entry : view.entries) {
    const OutboxOperation* const held = held_since(entry);
    if (held == nullptr || found.contains(entry.value)) continue;
    context.findings.violation(id::inbox_lost, [&] {
      return context.violation(entry.key,
                               cat(context.words(entry), " was published, but the inbox ",
                                   context.name(name), " never applied it"),
                               {entry.commit(), held, inbox.last.survey});
    });
  }
}

}  // namespace

void judge_inboxes(const OutboxView& view, const OutboxContext& context) {
  for (const auto& [name, inbox] : view.inboxes) {
    judge_twice(name, inbox, context);
    judge_lost(name, inbox, view, context);
  }
}

}  // namespace lockstep::checkers
