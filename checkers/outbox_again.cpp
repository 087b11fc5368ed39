// Every publication of an entry after the first has a cause.
#include <algorithm>
#include <string>

#include "checkers/outbox_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

class Again {
 public:
  Again(const Entry& entry, const OutboxView& view, const OutboxContext& context)
      : entry_(entry), view_(view), context_(context) {}

  void judge() {
    const OutboxPointers accepted = entry_.accepted();
    if (accepted.size() > 1) find_tries();
    for (std::size_t i = 1; i < accepted.size(); ++i) judge_pair(*accepted[i - 1], *accepted[i]);
    if (entry_.copies > 1 && entry_.copies > entry_.senders) report_copies();
  }

 private:
  /// Publishes and marks that give cause to try again: their clients cannot know what became of
  /// them, or know that a mark failed.
  void find_tries();
  void judge_pair(const OutboxOperation& before, const OutboxOperation& again) const;
  [[nodiscard]] bool has_cause(const OutboxOperation& before, const OutboxOperation& again) const;
  [[nodiscard]] bool is_open_between(const OutboxOperation& before,
                                     const OutboxOperation& again) const;
  void report(const OutboxOperation& before, const OutboxOperation& again) const;
  void report_copies() const;

  const Entry& entry_;
  const OutboxView& view_;
  const OutboxContext& context_;
  OutboxPointers open_;         ///< publishes, by `asked`
  std::vector<Instant> reach_;  ///< of each and those before: the latest end
  Spans marks_;
};

void Again::find_tries() {
  for (const OutboxOperation* publish : entry_.publishes) {
    if (!publish->is_open()) continue;
    open_.push_back(publish);
    const Instant before = reach_.empty() ? long_ago : reach_.back();
    reach_.push_back(std::max(before, publish->completed));
  }
  for (const OutboxOperation* mark : entry_.marks) {
    if (!mark->is_told()) marks_.add(mark->asked, mark->completed);
  }
  marks_.finish();
}

void Again::judge_pair(const OutboxOperation& before, const OutboxOperation& again) const {
  if (!has_cause(before, again)) return report(before, again);
  context_.findings.exercised(Property::duplicate);
}

bool Again::has_cause(const OutboxOperation& before, const OutboxOperation& again) const {
  if (before.node != again.node || before.token != again.token) return true;
  if (view_.is_interrupted(before.node, before.asked, again.asked)) return true;
  if (view_.is_elected(before.node, before.asked, again.asked)) return true;
  const bool is_hidden = context_.elected && again.token.value == 0 && view_.acquires.empty();
  if (is_hidden) return true;  // leaders may have changed unseen
  const auto touches = [&](const Spans& spans) { return spans.touch(before.asked, again.asked); };
  const auto unblocked = view_.unblocks.find(entry_.key);
  if (unblocked != view_.unblocks.end() && touches(unblocked->second)) return true;
  return touches(marks_) || is_open_between(before, again);
}

/// A publish of unknown end, other than `again`, that its client had to do with between the two.
bool Again::is_open_between(const OutboxOperation& before, const OutboxOperation& again) const {
  const auto later = std::partition_point(open_.begin(), open_.end(), [&](const auto* publish) {
    return publish->asked <= again.asked;
  });
  auto count = static_cast<std::size_t>(later - open_.begin());
  for (; count > 0 && open_[count - 1]->asked == again.asked; --count) {
    if (open_[count - 1] != &again && open_[count - 1]->completed >= before.asked) return true;
  }
  return count > 0 && reach_[count - 1] >= before.asked;
}

void Again::report(const OutboxOperation& before, const OutboxOperation& again) const {
  context_.findings.violation(id::outbox_duplicate, [&] {
    const bool is_marked = !entry_.marks.empty() && entry_.marks.front()->is_told() &&
                           entry_.marks.front()->answered < again.asked;
    Violation violation = context_.violation(
        entry_.key,
        cat(context_.words(entry_), " was published by ", context_.who(before), " and again by ",
            before.node == again.node ? "the same" : context_.who(again),
            is_marked ? ", though it had been marked as published" : ", and nothing explains it"),
        {&before, is_marked ? entry_.marks.front() : nullptr, &again});
    violation.because.push_back(
        "between the two was no crash, restart or change of leader, no unblock of the key, no "
        "publish of unknown end and no mark that failed or is of unknown end");
    return violation;
  });
}

void Again::report_copies() const {
  context_.findings.violation(id::outbox_duplicate, [&] {
    OutboxPointers shown = entry_.accepted();
    shown.resize(1);
    return context_.violation(
        entry_.key,
        cat(context_.words(entry_), " stands in the broker's log ", entry_.copies,
            " times, though no more than ", entry_.senders, " of its publishes can have happened"),
        {shown.front(), entry_.listed.front(), entry_.listed.back()});
  });
}

}  // namespace

void judge_again(const OutboxView& view, const OutboxContext& context) {
  for (const Entry& entry : view.entries) Again(entry, view, context).judge();
}

}  // namespace lockstep::checkers
