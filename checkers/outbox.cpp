#include "checkers/outbox.hpp"

#include <algorithm>
#include <variant>

#include "checkers/lease_lock.hpp"
#include "checkers/outbox_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

bool is_set(const Params& params, std::string_view name) {
  return std::any_of(params.extra.begin(), params.extra.end(), [&](const auto& extra) {
    const bool* const value = std::get_if<bool>(&extra.second);
    return extra.first == name && value != nullptr && *value;
  });
}

bool has(const History& history, NameId first, NameId last) {
  return std::any_of(history.events.begin(), history.events.end(),
                     [&](const Event& event) { return event.f >= first && event.f <= last; });
}

/// Judges the lock of the leaders. Without a fence a raise promises nothing, and who raises need
/// not hold the lock.
Report judge_locks(const History& history, const Params& params, Judge judge) {
  if (!has(history, name::acquire, name::release)) return {.verdict = Verdict::valid};
  if (params.fenced || !has(history, name::raise, name::raise)) {
    return check_lease_lock(history, params, judge);
  }
  History locks = history;
  for (Event& event : locks.events) {
    if (event.f == name::raise) event.f = name::none;
  }
  return check_lease_lock(locks, params, judge);
}

void count(const OutboxOperation& operation, Findings& findings) {
  const NameId f = operation.f;
  if (is_outbox(f) && operation.is_open()) findings.exercised(Property::unknown);
  const bool is_step = f == name::publish || f == name::mark;
  if (is_step && operation.outcome == Outcome::denied) findings.exercised(Property::refused);
  if (operation.outcome == Outcome::failed && !operation.resolved) {
    const bool rolled_back = f == name::commit && operation.error == name::rolled_back;
    if (rolled_back) findings.exercised(Property::rolled_back);
    const bool known = f == name::consume && operation.error == name::duplicate;
    if (known) findings.exercised(Property::inbox_duplicate);
  }
  if (!operation.is_told()) return;
  if (f == name::commit) findings.exercised(Property::commit);
  if (f == name::publish) findings.exercised(Property::publish);
  if (f == name::block) findings.exercised(Property::blocked);
  if (f == name::consume) findings.exercised(Property::consume);
}

/// Publishing went on under another token.
void count_changes(const OutboxView& view, Findings& findings) {
  FencingToken before{};
  for (const OutboxOperation& publish : view.operations) {
    if (publish.f != name::publish || !publish.is_told() || publish.token <= before) continue;
    if (before.value != 0) findings.exercised(Property::relay_change);
    if (before.value != 0) findings.exercised(Property::takeover);
    before = publish.token;
  }
}

/// When an accepted operation took effect, as far as is known: at the latest, its answer.
std::int64_t effect_ns(const OutboxOperation& operation) {
  const std::int64_t answered_ns = operation.answered.time_ns;
  return operation.has_commit ? std::min(operation.commit_ns, answered_ns) : answered_ns;
}

/// The soonest accepted publication that its client was told of; endless: none.
std::int64_t published_ns(const Entry& entry) {
  std::int64_t first_ns = endless;
  for (const OutboxOperation* publish : entry.publishes) {
    if (publish->is_told()) first_ns = std::min(first_ns, effect_ns(*publish));
  }
  return first_ns;
}

/// From the highest id down: the soonest publication of those above.
void count_late_commits(const OutboxView& view, Findings& findings) {
  std::vector<const Entry*> order;
  for (const Entry& entry : view.entries) {
    if (entry.is_sane && entry.id.value != 0 && entry.commit() != nullptr) order.push_back(&entry);
  }
  std::sort(order.begin(), order.end(),
            [](const Entry* a, const Entry* b) { return a->id > b->id; });
  std::int64_t soonest_ns = endless;
  for (const Entry* entry : order) {
    const OutboxOperation& commit = *entry->commit();
    if (commit.is_told() && soonest_ns < effect_ns(commit)) {
      findings.exercised(Property::late_commit);
    }
    soonest_ns = std::min(soonest_ns, published_ns(*entry));
  }
}

void measure(const OutboxView& view, Findings& findings) {
  for (const Entry& entry : view.entries) {
    const OutboxOperation* const commit = entry.commit();
    const std::int64_t first_ns = published_ns(entry);
    if (commit == nullptr || !commit->is_told() || first_ns == endless) continue;
    const std::int64_t lag_ns = std::max<std::int64_t>(first_ns - commit->answered.time_ns, 0);
    findings.sample("lag", Nanos(lag_ns), Nanos(0));
  }
}

void judge_names(const OutboxView& view, const OutboxContext& context) {
  Findings& findings = context.findings;
  for (const OutboxOperation* operation : view.nameless) {
    findings.unknown(cat("operation ", operation->event.value, " (", context.name(operation->f),
                         ") names no entry"));
  }
  for (const Entry& entry : view.entries) {
    if (!entry.is_sane) {
      findings.unknown(cat("the value ", entry.value,
                           " is ambiguous: committed twice, or known by two keys or ids, or by the "
                           "id of another"));
    } else if (entry.commit() != nullptr && entry.commit()->is_told() && entry.id.value == 0) {
      findings.unknown(cat("nothing says the id of the entry with the value ", entry.value));
    }
  }
  if (view.locks.size() > 1) {
    findings.unknown("there is more than one lock, so that tokens cannot be compared");
  }
}

void judge_extent(const OutboxView& view, const OutboxContext& context) {
  Findings& findings = context.findings;
  if (context.history.dropped > 0) {
    findings.unknown(cat(context.history.dropped, " events were not recorded"));
  }
  const auto& all = view.operations;
  const bool is_answered = std::any_of(all.begin(), all.end(), [](const auto& operation) {
    return is_outbox(operation.f) && !operation.is_open();
  });
  if (!is_answered) findings.unknown("no operation on an outbox was answered");
  const bool is_used = std::any_of(all.begin(), all.end(), [](const auto& operation) {
    return operation.f == name::commit && operation.may();
  });
  if (is_used && view.store.survey == nullptr) {
    findings.unknown(
        "no final survey of the store: none that is complete, after everything else, and followed "
        "by the final mark");
  }
  judge_names(view, context);
}

}  // namespace

Report check_outbox(const History& history, const Params& params, Judge judge) {
  Report report = judge_locks(history, params, judge);
  report.model = outbox_model;
  report.judge = judge;
  Findings findings(report);
  const OutboxContext context{history,
                              params,
                              findings,
                              is_set(params, "drained"),
                              is_set(params, "trimmed"),
                              is_set(params, "elected")};
  const OutboxView view = outbox_view(history, judge);
  judge_extent(view, context);
  for (const OutboxOperation& operation : view.operations) count(operation, findings);
  count_changes(view, findings);
  count_late_commits(view, findings);
  measure(view, findings);
  judge_ends(view, context);
  judge_publishes(view, context);
  judge_again(view, context);
  judge_relays(view, context);
  judge_inboxes(view, context);
  return report;
}

}  // namespace lockstep::checkers
