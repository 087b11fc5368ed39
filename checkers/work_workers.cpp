// Two workers at once: on one collection, or on one period of a task.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "checkers/text.hpp"
#include "checkers/work_view.hpp"

namespace lockstep::checkers {
namespace {

/// From the first to the last thing that a worker did to a collection.
struct WorkSpan {
  const WorkOperation* first = nullptr;
  const WorkOperation* last = nullptr;  ///< the one that ended last
  Instant end;
};

/// Until when its client was at it for certain: one that died waiting, at the invocation.
Instant end_of(const WorkOperation& apply) {
  return apply.completed == never_at ? apply.asked : apply.completed;
}

std::vector<WorkSpan> spans_of(const WorkView& view) {
  std::map<WorkerId, WorkSpan> by_worker;
  for (const WorkOperation& apply : view.applies) {
    if (!apply.worker.is_named()) continue;
    WorkSpan& span = by_worker[apply.worker];
    if (span.first == nullptr) span = {&apply, &apply, end_of(apply)};
    if (apply.asked < span.first->asked) span.first = &apply;
    if (span.end < end_of(apply)) span = {span.first, &apply, end_of(apply)};
  }
  std::vector<WorkSpan> spans;
  for (const auto& [worker, span] : by_worker) spans.push_back(span);
  std::sort(spans.begin(), spans.end(), [](const WorkSpan& a, const WorkSpan& b) {
    return std::tie(a.first->asked, a.first->event) < std::tie(b.first->asked, b.first->event);
  });
  return spans;
}

/// Without a fence: whoever still works when the next one has begun.
void judge_spans(const WorkView& view, const WorkContext& context) {
  const std::vector<WorkSpan> spans = spans_of(view);
  const WorkSpan* longest = nullptr;
  for (const WorkSpan& span : spans) {
    if (longest != nullptr && span.first->asked < longest->end) {
      context.findings.violation(id::two_workers, [&] {
        Violation violation = work_violation(
            view, context,
            cat(context.worker_words(*span.first), " began to work on ", context.name(view.key),
                " at ", moment_text(span.first->asked.time_ns), ", while ",
                context.worker_words(*longest->first), " still did until ",
                moment_text(longest->end.time_ns)),
            {longest->first, span.first, longest->last});
        for (const WorkSpan* shown : {longest, &span}) {
          violation.stretches.push_back({context.worker_words(*shown->first),
                                         shown->first->asked.time_ns, shown->end.time_ns});
        }
        return violation;
      });
    }
    if (longest == nullptr || longest->end < span.end) longest = &span;
  }
}

/// With a fence: what an older worker did after a newer one.
void judge_fence(const WorkView& view, const WorkContext& context) {
  std::vector<const WorkOperation*> answered;
  for (const WorkOperation& apply : view.applies) {
    if (apply.is_done() && apply.token.value != 0) answered.push_back(&apply);
  }
  const std::vector<const WorkOperation*> invoked = answered;
  std::sort(answered.begin(), answered.end(), [](const WorkOperation* a, const WorkOperation* b) {
    return std::tie(a->answered, a->event) < std::tie(b->answered, b->event);
  });
  const WorkOperation* newest = nullptr;
  std::size_t next = 0;
  for (const WorkOperation* apply : invoked) {
    for (; next < answered.size() && answered[next]->answered < apply->invoked; ++next) {
      if (newest == nullptr || newest->token < answered[next]->token) newest = answered[next];
    }
    if (newest == nullptr || newest->token <= apply->token) continue;
    context.findings.violation(id::two_workers, [&] {
      return work_violation(
          view, context,
          cat("event ", apply->value, " of ", context.name(view.key), " was accepted from ",
              context.worker_words(*apply), " with fencing token ", apply->token.value, ", after ",
              context.worker_words(*newest), " had worked with ", newest->token.value),
          {newest, apply});
    });
  }
}

}  // namespace

void judge_workers(const WorkView& view, const WorkContext& context) {
  context.params.fenced ? judge_fence(view, context) : judge_spans(view, context);
}

void judge_periods(const WorkView& view, const WorkContext& context) {
  std::map<std::int64_t, const WorkOperation*> started;  // by period: the first
  for (const WorkOperation& dispatch : view.dispatches) {
    if (!dispatch.is_done()) continue;
    const auto [first, is_new] = started.try_emplace(dispatch.value, &dispatch);
    if (is_new || !dispatch.worker.is_named() || !first->second->worker.is_named()) continue;
    const WorkOperation& before = *first->second;
    const bool same = before.worker == dispatch.worker;
    context.findings.violation(same ? id::unexplained_duplicate : id::two_workers, [&] {
      return work_violation(view, context,
                            cat("period ", dispatch.value, " of ", context.name(view.key),
                                " was started by ", context.worker_words(before), " and again by ",
                                same ? std::string("the same") : context.worker_words(dispatch)),
                            {&before, &dispatch});
    });
  }
}

}  // namespace lockstep::checkers
