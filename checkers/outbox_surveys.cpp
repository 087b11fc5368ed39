// Which surveys are final: nothing that changes what they list went on beside them, or after.
#include <algorithm>
#include <map>
#include <utility>

#include "checkers/outbox_view.hpp"

namespace lockstep::checkers {
namespace {

/// Whether an operation may change what a survey of `sink` lists.
bool changes(const OutboxOperation& operation, NameId sink) {
  const NameId f = operation.f;
  if (sink == name::publisher) return f == name::publish;
  if (sink != name::store) return f == name::consume && operation.sink == sink;
  return f == name::commit || (f >= name::mark && f <= name::unblock);
}

/// When the last thing that changes what is listed was sent, or answered. One without an answer may
/// take effect at any time, so that only its beginning counts.
Instant last_change(const OutboxView& view, NameId sink) {
  Instant last = long_ago;
  for (const OutboxOperation& operation : view.operations) {
    if (!changes(operation, sink) || !operation.may()) continue;
    last = std::max(last, operation.is_told() ? operation.answered : operation.asked);
  }
  return last;
}

std::int64_t final_event_of(const History& history) {
  for (std::size_t i = history.events.size(); i-- > 0;) {
    const Event& event = history.events[i];
    if (event.process == nemesis && event.f == name::final_mark) {
      return static_cast<std::int64_t>(i);
    }
  }
  return -1;
}

bool is_final(const OutboxView& view, const FinalSurvey& last, std::int64_t final_event) {
  const auto is_late = [&](const OutboxOperation* operation) {
    return !operation->is_told() || final_event < operation->completion.value;
  };
  return !is_late(last.survey) && std::none_of(last.found.begin(), last.found.end(), is_late) &&
         last_change(view, last.survey->sink) < last.survey->asked;
}

}  // namespace

void find_surveys(OutboxView& view, const History& history) {
  std::map<NameId, FinalSurvey> last;
  for (const OutboxOperation& operation : view.operations) {
    if (operation.f == name::survey) last[operation.sink] = {&operation, {}};
    const auto survey = operation.f == name::found ? last.find(operation.sink) : last.end();
    if (survey != last.end()) survey->second.found.push_back(&operation);
  }
  const std::int64_t final_event = final_event_of(history);
  for (auto& [sink, survey] : last) {
    if (!is_final(view, survey, final_event)) continue;
    FinalSurvey& mine = sink == name::store       ? view.store
                        : sink == name::publisher ? view.broker
                                                  : view.inboxes[sink].last;
    mine = std::move(survey);
  }
}

}  // namespace lockstep::checkers
