// Deliveries of one message: one at a time, counted, and each after the first for a cause.
#include <algorithm>
#include <string>

#include "checkers/queue_frontier.hpp"
#include "checkers/queue_windows.hpp"
#include "checkers/text.hpp"
#include "impl/base/duration.hpp"

namespace lockstep::checkers {
namespace {

class Duplicates {
 public:
  Duplicates(const QueueView& view, const Message& message, const QueueContext& context)
      : view_(view), message_(message), context_(context), windows_(view, message, context) {
    for (const QueueOperation* ack : message.acks) {
      if (ack->is_told()) acked_ = std::min(acked_, ack->answered);
    }
  }

  void judge_overlaps() const;
  void judge_attempts() const;
  void judge_causes() const;

 private:
  void report_overlap(const Delivery& a, const Delivery& b) const;
  [[nodiscard]] Instant forgotten_until(const QueueOperation& pop) const;
  void report_attempt(const QueueOperation& before, const QueueOperation& pop) const;
  void judge_pair(const Delivery& a, const Delivery& b) const;
  [[nodiscard]] bool has_other_cause(const Delivery& a, const Delivery& b) const;
  void report_duplicate(const Delivery& a, const Delivery& b) const;
  [[nodiscard]] std::string words() const { return context_.message_words(message_.id, view_); }

  const QueueView& view_;
  const Message& message_;
  const QueueContext& context_;
  Windows windows_;
  Instant acked_ = never_at;  ///< from then on there is another rule
};

void Duplicates::judge_overlaps() const {
  std::vector<const Delivery*> certain;
  for (const Delivery& delivery : windows_.deliveries()) {
    if (delivery.is_certain()) certain.push_back(&delivery);
  }
  std::sort(certain.begin(), certain.end(), [](const Delivery* a, const Delivery* b) {
    return a->pop->answered < b->pop->answered;
  });
  const Delivery* longest = nullptr;
  for (const Delivery* delivery : certain) {
    if (longest != nullptr && overlap(*longest, *delivery)) report_overlap(*longest, *delivery);
    if (longest == nullptr || longest->end < delivery->end) longest = delivery;
  }
}

void Duplicates::report_overlap(const Delivery& a, const Delivery& b) const {
  context_.findings.violation(id::lease_overlap, [&] {
    Violation violation = context_.violation(
        view_,
        cat(words(), " was delivered again (", context_.delivery_words(*b.pop),
            ") while the window of ", context_.delivery_words(*a.pop), " was certainly open"),
        {a.pop, b.pop});
    const std::int64_t end = std::max(a.pop->answered.time_ns, b.pop->answered.time_ns) + 1;
    for (const Delivery* delivery : {&a, &b}) {
      const bool is_endless = delivery->end == never_at;
      violation.stretches.push_back({context_.delivery_words(*delivery->pop),
                                     delivery->pop->answered.time_ns,
                                     is_endless ? end : delivery->end.time_ns});
    }
    violation.because.push_back(
        a.expires_ns == endless
            ? std::string("its window has no end but an ack, a nack, a crash or a reopening")
            : cat("its window lasts at least until ", moment_text(a.expires_ns)));
    return violation;
  });
}

/// Deliveries that began up to then may not count for `pop`: they are from before a redrive, or
/// from before what may have made them forgotten.
Instant Duplicates::forgotten_until(const QueueOperation& pop) const {
  return std::max(windows_.redriven_until(pop.answered),
                  view_.forgotten_until(pop.answered, context_.attempts_durable));
}

void Duplicates::judge_attempts() const {
  Pointers by_answer = message_.pops;
  std::sort(by_answer.begin(), by_answer.end(),
            [](const auto* a, const auto* b) { return a->answered < b->answered; });
  Frontier highest;
  auto next = by_answer.begin();
  for (const QueueOperation* pop : message_.pops) {
    for (; next != by_answer.end() && (*next)->answered < pop->invoked; ++next) {
      highest.add((*next)->invoked, (*next)->receipt.attempt, *next);
    }
    const QueueOperation* const before = highest.top_after(forgotten_until(*pop));
    if (before == nullptr || pop->receipt.attempt == 0) continue;
    if (before->receipt.attempt >= pop->receipt.attempt) report_attempt(*before, *pop);
  }
}

void Duplicates::report_attempt(const QueueOperation& before, const QueueOperation& pop) const {
  context_.findings.violation(id::attempt_not_monotonic, [&] {
    return context_.violation(view_,
                              cat(words(), " was delivered as attempt ", before.receipt.attempt,
                                  " and later as attempt ", pop.receipt.attempt),
                              {&before, &pop});
  });
}

void Duplicates::judge_causes() const {
  const auto& all = windows_.deliveries();
  for (std::size_t i = 1; i < all.size(); ++i) judge_pair(all[i - 1], all[i]);
}

/// Between the two, in whichever order they took effect, the window of the former was ended.
void Duplicates::judge_pair(const Delivery& a, const Delivery& b) const {
  if (acked_ < b.pop->invoked || overlap(a, b)) return;  // there are other rules for it
  const Instant to = std::max(a.pop->answered, b.pop->answered);
  const bool in_order = a.pop->answered < b.pop->invoked;
  const bool expired = a.expires_ns <= to.time_ns || (!in_order && b.expires_ns <= to.time_ns);
  const bool other = has_other_cause(a, b);
  if (!expired && !other) return report_duplicate(a, b);
  context_.findings.exercised(Property::redelivered);
  if (!other) context_.findings.exercised(Property::expired);
}

bool Duplicates::has_other_cause(const Delivery& a, const Delivery& b) const {
  const Instant from = a.pop->invoked;
  const Instant to = std::max(a.pop->answered, b.pop->answered);
  for (const Spans* spans : {&view_.crashes, &view_.opens}) {
    if (spans->touch(from, to)) return true;
  }
  if (!view_.shared && view_.unknown_pops.touch(from, to)) return true;
  if (windows_.may_be_redriven(from, to)) return true;
  if (windows_.may_be_returned(a.pop->receipt, from, to)) return true;
  const bool in_order = a.pop->answered < b.pop->invoked;
  return !in_order && windows_.may_be_returned(b.pop->receipt, from, to);
}

void Duplicates::report_duplicate(const Delivery& a, const Delivery& b) const {
  context_.findings.violation(id::queue_duplicate, [&] {
    Violation violation =
        context_.violation(view_,
                           cat(words(), " was delivered again (", context_.delivery_words(*b.pop),
                               ") and nothing explains it"),
                           {a.pop, b.pop});
    violation.because.push_back(
        "between the two was no crash, reopening, nack or redrive, and no pop, ack or extend of "
        "unknown end");
    violation.because.push_back(
        a.expires_ns == endless
            ? std::string("the window before does not expire")
            : cat("the window before does not expire before ", moment_text(a.expires_ns)));
    return violation;
  });
}

}  // namespace

void judge_duplicates(const QueueView& view, const QueueContext& context) {
  for (const Message& message : view.messages) {
    if (message.reused || message.pops.size() < 2) continue;
    const Duplicates duplicates(view, message, context);
    duplicates.judge_overlaps();
    duplicates.judge_attempts();
    duplicates.judge_causes();
  }
}

}  // namespace lockstep::checkers
