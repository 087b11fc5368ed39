#include "checkers/queue.hpp"

#include <algorithm>
#include <variant>

#include "checkers/queue_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

bool is_set(const Params& params, std::string_view name) {
  return std::any_of(params.extra.begin(), params.extra.end(), [&](const auto& extra) {
    const bool* const value = std::get_if<bool>(&extra.second);
    return extra.first == name && value != nullptr && *value;
  });
}

void count_told(const QueueOperation& operation, Findings& findings) {
  if (operation.f == name::push) findings.exercised(Property::pushed);
  if (operation.f == name::pop) findings.exercised(Property::delivered);
  if (operation.f == name::ack) findings.exercised(Property::acked);
  if (operation.f == name::nack) findings.exercised(Property::nacked);
  if (operation.f == name::extend) findings.exercised(Property::extended);
  if (operation.f == name::redrive) findings.exercised(Property::redriven);
  if (operation.f == name::damage) findings.exercised(Property::damage_reported);
}

void count(const QueueView& view, const QueueContext& context) {
  const QueueOperation* opened = nullptr;
  for (const QueueOperation& operation : view.operations) {
    const bool is_unknown = operation.outcome == Outcome::unknown || operation.resolved;
    if (is_unknown) context.findings.exercised(Property::unknown);
    if (operation.outcome == Outcome::denied) {
      context.findings.exercised(Property::stale_receipt);
    }
    if (!operation.is_told()) continue;
    count_told(operation, context.findings);
    if (operation.f != name::open) continue;
    if (opened != nullptr) {
      context.findings.exercised(Property::reopened);
      const bool crashed = view.crashes.touch(opened->answered, operation.invoked);
      if (crashed) context.findings.exercised(Property::crash_recovered);
    }
    opened = &operation;
  }
}

bool is_answered(const QueueView& view) {
  return std::any_of(view.operations.begin(), view.operations.end(), [](const auto& operation) {
    return operation.outcome != Outcome::unknown && !operation.resolved;
  });
}

/// Whether there can be a message to account for.
bool is_used(const QueueView& view) {
  return std::any_of(view.operations.begin(), view.operations.end(), [](const auto& operation) {
    return operation.f == name::push && operation.may();
  });
}

void judge_extent(const std::vector<QueueView>& views, const QueueContext& context) {
  Findings& findings = context.findings;
  if (context.history.dropped > 0) {
    findings.unknown(cat(context.history.dropped, " events were not recorded"));
  }
  if (std::none_of(views.begin(), views.end(), is_answered)) {
    findings.unknown("no operation on a queue was answered");
  }
  for (const QueueView& view : views) {
    if (is_used(view) && view.last_survey == nullptr) {
      findings.unknown(cat("no final drain of ", context.name(view.key),
                           ": no complete survey at the end, before the final mark"));
    }
    if (view.nameless) {
      findings.unknown(
          cat("an answer or a receipt of ", context.name(view.key), " names no message"));
    }
  }
}

}  // namespace

Report check_queue(const History& history, const Params& params, Judge judge) {
  Report report;
  report.verdict = Verdict::valid;
  report.model = queue_model;
  report.judge = judge;
  Findings findings(report);
  const QueueContext context{history, params, findings, is_set(params, "drained"),
                             is_set(params, "attempts_durable")};
  std::vector<QueueView> views = queue_views(history, judge, is_set(params, "shared"));
  judge_extent(views, context);
  const bool is_intact = is_set(params, "intact");
  for (QueueView& view : views) {
    if (is_intact) view.forget_damage();
    count(view, context);
    if (view.nameless) continue;
    judge_pushes(view, context);
    judge_order(view, context);
    judge_acks(view, context);
    judge_duplicates(view, context);
    judge_dead(view, context);
    judge_final(view, context);
  }
  return report;
}

}  // namespace lockstep::checkers
