// The end: what a final survey should have found, and what it should not.
#include <algorithm>
#include <map>
#include <string>

#include "checkers/queue_windows.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// A message that must be accounted for, with the push it comes from.
struct Owed {
  const Message* message = nullptr;
  const QueueOperation* push = nullptr;
  bool is_lost = false;
};

class Final {
 public:
  Final(const QueueView& view, const QueueContext& context)
      : view_(view), context_(context), survey_(*view.last_survey) {
    for (const QueueOperation& operation : view.operations) {
      const bool counts = operation.f == name::push && operation.is_told();
      if (counts) last_push_ = std::max(last_push_, operation.invoked);
    }
  }

  void judge();

 private:
  void judge_undrained(const Message& message) const;
  [[nodiscard]] const QueueOperation* owed_push(const Message& message) const;
  [[nodiscard]] bool is_missing(const Message& message) const;
  [[nodiscard]] const QueueOperation* exhausted_by(const Message& message) const;
  void report_neither(const Message& message, const QueueOperation& last) const;
  void judge_producer(OwnerId producer, std::vector<Owed>& owed) const;
  void report_lost(OwnerId producer, const std::vector<Owed>& owed, std::size_t from,
                   std::size_t to) const;

  const QueueView& view_;
  const QueueContext& context_;
  const QueueOperation& survey_;
  Instant last_push_ = long_ago;  ///< the last acknowledged push began
};

void Final::judge() {
  std::map<OwnerId, std::vector<Owed>> by_producer;
  for (const Message& message : view_.messages) {
    if (message.reused) continue;
    judge_undrained(message);
    const QueueOperation* const push = owed_push(message);
    if (push == nullptr) continue;
    bool is_lost = is_missing(message);
    const QueueOperation* const last = is_lost ? exhausted_by(message) : nullptr;
    if (last != nullptr) {
      report_neither(message, *last);
      is_lost = false;
    }
    by_producer[push->owner].push_back({&message, push, is_lost});
  }
  for (auto& [producer, owed] : by_producer) judge_producer(producer, owed);
}

void Final::judge_undrained(const Message& message) const {
  if (!context_.drained) return;
  for (const QueueOperation* found : message.found) {
    if (found->event < survey_.event || found->cause == name::dead) continue;
    context_.findings.violation(id::queue_undrained, [&] {
      return context_.violation(
          view_,
          cat(context_.message_words(message.id, view_), " was still ", context_.name(found->cause),
              " after everything was to be drained"),
          {message.pushes.empty() ? message.origin : message.pushes.front(), found});
    });
  }
}

/// The push that must not be forgotten: one that was acknowledged; or one without an answer whose
/// message was delivered before an acknowledged push began.
const QueueOperation* Final::owed_push(const Message& message) const {
  if (!message.pushes.empty()) return message.pushes.front();
  if (message.origin == nullptr) return nullptr;
  const bool is_covered = std::any_of(message.pops.begin(), message.pops.end(),
                                      [&](const auto* pop) { return pop->answered < last_push_; });
  return is_covered ? message.origin : nullptr;
}

bool Final::is_missing(const Message& message) const {
  const bool is_found =
      std::any_of(message.found.begin(), message.found.end(),
                  [&](const auto* found) { return found->event > survey_.event; });
  return !is_found && !message.may_be_acked() && !view_.is_damaged(message.id);
}

/// Its last delivery, if it had no attempt left and its window can have ended.
const QueueOperation* Final::exhausted_by(const Message& message) const {
  const std::int64_t most = context_.params.attempts_max;
  if (most == 0 || message.pops.empty() || message.pops.back()->receipt.attempt < most) {
    return nullptr;
  }
  const Windows windows(view_, message, context_);
  const Delivery& last = windows.deliveries().back();
  const Instant from = last.pop->invoked;
  const bool is_ended = last.expires_ns <= survey_.answered.time_ns ||
                        view_.crashes.touch(from, survey_.answered) ||
                        view_.opens.touch(from, survey_.answered) ||
                        windows.may_be_returned(last.pop->receipt, from, survey_.answered);
  return is_ended ? last.pop : nullptr;
}

void Final::report_neither(const Message& message, const QueueOperation& last) const {
  context_.findings.violation(id::dlq_neither, [&] {
    return context_.violation(
        view_,
        cat(context_.message_words(message.id, view_), " had its last attempt, number ",
            last.receipt.attempt,
            ", and is gone: neither a dead letter nor acked, waiting or reported damaged"),
        {owed_push(message), &last, &survey_});
  });
}

/// Neighbours that are lost are told together.
void Final::judge_producer(OwnerId producer, std::vector<Owed>& owed) const {
  std::sort(owed.begin(), owed.end(),
            [](const Owed& a, const Owed& b) { return a.push->event < b.push->event; });
  for (std::size_t from = 0; from < owed.size(); ++from) {
    if (!owed[from].is_lost) continue;
    std::size_t to = from + 1;
    while (to < owed.size() && owed[to].is_lost) ++to;
    report_lost(producer, owed, from, to);
    from = to;
  }
}

void Final::report_lost(OwnerId producer, const std::vector<Owed>& owed, std::size_t from,
                        std::size_t to) const {
  context_.findings.violation(id::queue_lost, [&] {
    const std::size_t count = to - from;
    const std::uint64_t first = owed[from].message->id.value;
    const std::uint64_t last = owed[to - 1].message->id.value;
    std::string_view range = "from the middle";
    if (from == 0) range = "a prefix";
    if (to == owed.size()) range = from == 0 ? "all" : "a postfix";
    const std::string what =
        count == 1 ? cat("message ", first, " is") : cat("messages ", first, " to ", last, " are");
    const std::string whose = producer.value == 0 ? std::string("the acknowledged pushes")
                                                  : cat("the pushes of producer ", producer.value);
    return context_.violation(
        view_,
        cat(what, " lost, ", range, " of ", whose, " to ", context_.name(view_.key), " (", count,
            " of ", owed.size(), "): neither acked, dead, waiting nor reported damaged"),
        {owed[from].push, owed[to - 1].push, &survey_});
  });
}

}  // namespace

void judge_final(const QueueView& view, const QueueContext& context) {
  if (view.last_survey != nullptr) Final(view, context).judge();
}

}  // namespace lockstep::checkers
