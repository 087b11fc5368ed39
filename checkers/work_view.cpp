#include "checkers/work_view.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

WorkerId worker_of(const Event& event) {
  if (event.lease.value != 0) return {event.lease.value, 0};
  return {0, event.owner.value};
}

Outcome outcome_of(const Event& completion) {
  switch (completion.type) {
    case EventType::ok: return Outcome::done;
    case EventType::fail:
      return completion.error == name::stale ? Outcome::denied : Outcome::failed;
    default: return Outcome::unknown;
  }
}

WorkOperation operation_of(const History& history, EventIndex index) {
  const Event& invocation = history.events[index.value];
  WorkOperation operation;
  operation.asked = instant_of(history, index);
  operation.invoked = operation.asked;
  operation.value = invocation.value;
  operation.worker = worker_of(invocation);
  operation.token = invocation.token;
  operation.event = index;
  operation.f = invocation.f;
  if (invocation.pair == no_event) return operation;
  const Event& completion = history.events[invocation.pair.value];
  operation.completed = instant_of(history, invocation.pair);
  operation.outcome = outcome_of(completion);
  if (operation.outcome == Outcome::unknown) return operation;
  operation.answered = operation.completed;
  if (completion.has_value) operation.value = completion.value;
  return operation;
}

std::vector<WorkOperation>& list_of(WorkView& view, NameId f) {
  if (f == name::emit) return view.emits;
  if (f == name::load) return view.loads;
  if (f == name::apply) return view.applies;
  return f == name::save ? view.saves : view.dispatches;
}

}  // namespace

std::vector<WorkView> work_views(const History& history, Judge judge) {
  std::vector<const Resolution*> known(judge == Judge::oracle ? history.events.size() : 0);
  if (!known.empty()) {
    for (const Resolution& resolution : history.resolutions) {
      known[resolution.operation.value] = &resolution;
    }
  }
  std::map<NameId, WorkView> by_name;  // few of the names are keys
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.type != EventType::invoke || !is_work(event.f)) continue;
    WorkView& view = by_name[event.key];
    view.key = event.key;
    WorkOperation operation = operation_of(history, EventIndex{i});
    if (!known.empty() && known[i] != nullptr) resolve(operation, *known[i]);
    list_of(view, event.f).push_back(operation);
  }
  const auto earlier = [](const WorkOperation& a, const WorkOperation& b) {
    return std::tie(a.invoked, a.event) < std::tie(b.invoked, b.event);
  };
  std::vector<WorkView> views;
  for (auto& [key, view] : by_name) {
    for (auto* list : {&view.emits, &view.loads, &view.applies, &view.saves, &view.dispatches}) {
      std::sort(list->begin(), list->end(), earlier);
    }
    views.push_back(std::move(view));
  }
  return views;
}

std::string WorkContext::worker_words(const WorkOperation& operation) const {
  const Event& event = history.events[operation.event.value];
  std::string node(name(event.node));
  if (node.empty()) node = cat("process ", event.process.value);
  return operation.worker.lease == 0 ? node : cat("lease ", operation.worker.lease, " of ", node);
}

Violation work_violation(const WorkView& view, const WorkContext& context, std::string sentence,
                         std::initializer_list<const WorkOperation*> witness) {
  Violation violation;
  violation.sentence = std::move(sentence);
  violation.keys.emplace_back(context.name(view.key));
  for (const WorkOperation* operation : witness) {
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
