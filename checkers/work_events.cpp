// What became of each event: it must not be passed over, and not be applied twice without a cause.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "checkers/text.hpp"
#include "checkers/work_view.hpp"

namespace lockstep::checkers {
namespace {

/// Answers by number: of all operations of a list that happened and covered at least `value`, the
/// one answered first.
class Passed {
 public:
  void add(const WorkOperation& operation) {
    if (operation.is_done()) by_value_.emplace_back(operation.value, &operation);
  }
  void finish() {
    std::sort(by_value_.begin(), by_value_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.first, a.second->event) < std::tie(b.first, b.second->event);
    });
    for (std::size_t i = by_value_.size(); i-- > 1;) {
      const auto& later = by_value_[i].second;
      if (later->answered < by_value_[i - 1].second->answered) by_value_[i - 1].second = later;
    }
  }
  [[nodiscard]] const WorkOperation* first(std::int64_t value) const {
    const auto at = std::partition_point(by_value_.begin(), by_value_.end(),
                                         [&](const auto& pair) { return pair.first < value; });
    return at == by_value_.end() ? nullptr : at->second;
  }

 private:
  std::vector<std::pair<std::int64_t, const WorkOperation*>> by_value_;
};

class Events {
 public:
  Events(const WorkView& view, const WorkContext& context) : view_(view), context_(context) {
    for (const WorkOperation& save : view.saves) saved_.add(save);
    for (const WorkOperation& save : view.saves) passed_.add(save);
    for (const WorkOperation& load : view.loads) passed_.add(load);
    saved_.finish();
    passed_.finish();
    for (const WorkOperation& apply : view.applies) {
      if (apply.may_be_done()) applies_[apply.value].push_back(&apply);
    }
    for (const WorkOperation& load : view.loads) loads_[load.worker].push_back(&load);
  }

  void judge_lost();
  void judge_duplicates();

 private:
  [[nodiscard]] bool is_settled(const WorkOperation& passing) const;
  void report_lost(const WorkOperation& emit, const WorkOperation& passing) const;
  [[nodiscard]] const WorkOperation* last_load(const WorkOperation& apply) const;
  void judge_again(const WorkOperation& before, const WorkOperation& again,
                   const std::set<Instant>& told) const;
  void report_duplicate(const WorkOperation& before, const WorkOperation& again,
                        const WorkOperation* save) const;

  const WorkView& view_;
  const WorkContext& context_;
  Passed saved_;
  Passed passed_;
  std::map<std::int64_t, std::vector<const WorkOperation*>> applies_;  // that may have happened
  std::map<WorkerId, std::vector<const WorkOperation*>> loads_;        // by `asked`
};

/// Whoever passed an event by has had the time to apply it after all.
bool Events::is_settled(const WorkOperation& passing) const {
  return context_.final_ns != endless &&
         later(passing.answered.time_ns, context_.params.bound_ns) <= context_.final_ns;
}

void Events::judge_lost() {
  for (const WorkOperation& emit : view_.emits) {
    if (!emit.is_done() || applies_.contains(emit.value)) continue;
    const WorkOperation* passing = passed_.first(emit.value);
    if (passing == nullptr) continue;
    if (is_settled(*passing)) {
      report_lost(emit, *passing);
    } else if (context_.final_ns == endless) {
      context_.findings.unknown(cat("an event of ", context_.name(view_.key),
                                    " was passed over, but the run was not observed to its end"));
    }
  }
}

void Events::report_lost(const WorkOperation& emit, const WorkOperation& passing) const {
  context_.findings.violation(id::lost_event, [&] {
    const std::string_view how = passing.f == name::save ? "saved" : "loaded";
    return work_violation(
        view_, context_,
        cat("event ", emit.value, " of ", context_.name(view_.key),
            " was emitted and never applied, but ", context_.worker_words(passing), " ", how,
            " the resume token ", passing.value, ", which passes it"),
        {&emit, &passing});
  });
}

const WorkOperation* Events::last_load(const WorkOperation& apply) const {
  const auto own = loads_.find(apply.worker);
  if (own == loads_.end()) return nullptr;
  const auto after =
      std::partition_point(own->second.begin(), own->second.end(),
                           [&](const WorkOperation* load) { return load->asked < apply.asked; });
  return after == own->second.begin() ? nullptr : *(after - 1);
}

void Events::judge_duplicates() {
  for (const auto& [value, applies] : applies_) {
    std::map<WorkerId, std::set<Instant>> told;  // when each worker was told that it had applied it
    for (const WorkOperation* apply : applies) {
      if (apply->is_done() && !apply->resolved) told[apply->worker].insert(apply->answered);
    }
    const WorkOperation* before = nullptr;
    for (const WorkOperation* apply : applies) {
      if (!apply->is_done()) continue;
      if (before != nullptr) judge_again(*before, *apply, told[apply->worker]);
      before = apply;
    }
  }
}

/// A worker has cause to apply an event if, when it asked, it had not been told that it has, since
/// it began, and if the resume token that it began from cannot have covered the event. When the
/// event arrived is another matter.
void Events::judge_again(const WorkOperation& before, const WorkOperation& again,
                         const std::set<Instant>& told) const {
  const WorkOperation* load = last_load(again);
  const WorkOperation* save = saved_.first(again.value);
  const Instant began = load == nullptr ? again.asked : load->asked;
  const auto next = told.lower_bound(again.asked);
  const bool knew = next != told.begin() && (load == nullptr || load->asked < *std::prev(next));
  const bool was_saved = save != nullptr && save->answered < began;
  if (!knew && !was_saved) {
    context_.findings.exercised(Property::explained_duplicate);
  } else if (again.worker.is_named()) {
    report_duplicate(before, again, knew ? nullptr : save);
  }
}

void Events::report_duplicate(const WorkOperation& before, const WorkOperation& again,
                              const WorkOperation* save) const {
  context_.findings.violation(id::unexplained_duplicate, [&] {
    const std::string why =
        save == nullptr ? "that worker had been told that it had"
                        : cat("the resume token ", save->value, " had been saved before it began");
    return work_violation(view_, context_,
                          cat("event ", again.value, " of ", context_.name(view_.key),
                              " was applied by ", context_.worker_words(before), " and again by ",
                              context_.worker_words(again), ", though ", why),
                          {&before, save, last_load(again), &again});
  });
}

}  // namespace

void judge_events(const WorkView& view, const WorkContext& context) {
  Events events(view, context);
  events.judge_lost();
  events.judge_duplicates();
}

}  // namespace lockstep::checkers
