// Acks: one per message, by the receipt of its last delivery, and for good.
#include <algorithm>
#include <map>
#include <string>

#include "checkers/queue_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

class Acks {
 public:
  Acks(const QueueView& view, const Message& message, const QueueContext& context)
      : view_(view), message_(message), context_(context) {
    for (const QueueOperation* ack : message.acks) {
      if (ack->is_told()) told_.push_back(ack);
    }
    for (const QueueOperation* redrive : message.redrives) redrives_.add(*redrive);
    redrives_.finish();
    for (const QueueOperation* pop : message.pops) by_receipt_[pop->receipt].push_back(pop);
    first_answered_ = message.pops;
    for (std::size_t i = first_answered_.size(); i-- > 1;) {
      const QueueOperation* const next = first_answered_[i];
      if (next->answered < first_answered_[i - 1]->answered) first_answered_[i - 1] = next;
    }
  }

  void judge_twice() const;
  void judge_forgotten() const;
  void judge_stale() const;

 private:
  [[nodiscard]] bool is_forgiven(const QueueOperation& ack, const QueueOperation& after) const;
  void report_forgotten(const QueueOperation& ack, const QueueOperation& seen,
                        std::string_view how) const;
  void judge_stale(const QueueOperation& use) const;
  [[nodiscard]] bool may_be_given_again(Instant from, Instant to) const;
  [[nodiscard]] std::string words() const { return context_.message_words(message_.id, view_); }

  const QueueView& view_;
  const Message& message_;
  const QueueContext& context_;
  Spans redrives_;
  Pointers told_;  ///< by `invoked`
  std::map<Receipt, Pointers> by_receipt_;
  Pointers first_answered_;  ///< of each delivery and those invoked after it
};

void Acks::judge_twice() const {
  for (std::size_t i = 1; i < told_.size(); ++i) {
    if (is_forgiven(*told_[i - 1], *told_[i])) continue;
    context_.findings.violation(id::acked_twice, [&] {
      return context_.violation(
          view_,
          cat(words(), " was acked twice: both times the answer was that this ack removed it"),
          {told_[i - 1], told_[i]});
    });
  }
}

/// A message that was acked is gone for good, whatever crashes.
void Acks::judge_forgotten() const {
  Pointers latest = told_;  // by `answered`: of each ack and those before, the one invoked last
  std::sort(latest.begin(), latest.end(),
            [](const auto* a, const auto* b) { return a->answered < b->answered; });
  Pointers by_answer = latest;
  for (std::size_t i = 1; i < latest.size(); ++i) {
    if (latest[i]->invoked < latest[i - 1]->invoked) latest[i] = latest[i - 1];
  }
  const auto judge = [&](const QueueOperation& seen, std::string_view how) {
    const auto after =
        std::partition_point(by_answer.begin(), by_answer.end(),
                             [&](const auto* ack) { return ack->answered < seen.invoked; });
    if (after == by_answer.begin()) return;
    const QueueOperation& ack = *latest[static_cast<std::size_t>(after - by_answer.begin()) - 1];
    if (!is_forgiven(ack, seen)) report_forgotten(ack, seen, how);
  };
  for (const QueueOperation* pop : message_.pops) judge(*pop, "delivered");
  for (const QueueOperation* found : message_.found) judge(*found, "found in the queue");
}

/// Damage may have taken the ack.
bool Acks::is_forgiven(const QueueOperation& ack, const QueueOperation& after) const {
  return view_.damages.touch(ack.invoked, after.answered);
}

void Acks::report_forgotten(const QueueOperation& ack, const QueueOperation& seen,
                            std::string_view how) const {
  context_.findings.violation(id::redelivered_after_ack, [&] {
    return context_.violation(
        view_, cat(words(), " was ", how, ", though its ack had been answered before"),
        {&ack, &seen});
  });
}

void Acks::judge_stale() const {
  for (const auto* list : {&message_.acks, &message_.nacks, &message_.extends}) {
    for (const QueueOperation* use : *list) {
      if (use->is_told()) judge_stale(*use);
    }
  }
}

/// After a redrive attempts are counted from 1 again: a pop of unknown end may give out a receipt
/// that was given out before.
bool Acks::may_be_given_again(Instant from, Instant to) const {
  return redrives_.touch(from, to) && view_.unknown_pops.touch(from, to);
}

/// A receipt is stale once its message was delivered again after the delivery that gave it out.
void Acks::judge_stale(const QueueOperation& use) const {
  const auto same = by_receipt_.find(use.receipt);
  if (use.receipt.is_bare() || same == by_receipt_.end()) return;
  const auto after =
      std::partition_point(same->second.begin(), same->second.end(),
                           [&](const auto* pop) { return pop->invoked <= use.answered; });
  if (after == same->second.begin()) return;
  const QueueOperation& own = **(after - 1);
  const auto again = static_cast<std::size_t>(
      std::partition_point(message_.pops.begin(), message_.pops.end(),
                           [&](const auto* pop) { return pop->invoked <= own.answered; }) -
      message_.pops.begin());
  if (again == message_.pops.size() || first_answered_[again]->answered >= use.invoked) return;
  if (may_be_given_again(own.invoked, use.answered)) return;
  const QueueOperation& newer = *first_answered_[again];
  context_.findings.violation(id::stale_ack_accepted, [&] {
    return context_.violation(
        view_,
        cat("the ", context_.name(use.f), " of ", context_.delivery_words(own), " of ", words(),
            " was accepted, though it had been delivered again before (",
            context_.delivery_words(newer), ", generation ", newer.receipt.token.value, ")"),
        {&own, &newer, &use});
  });
}

}  // namespace

void judge_acks(const QueueView& view, const QueueContext& context) {
  for (const Message& message : view.messages) {
    if (message.reused) continue;
    const Acks acks(view, message, context);
    acks.judge_twice();
    acks.judge_forgotten();
    acks.judge_stale();
  }
}

}  // namespace lockstep::checkers
