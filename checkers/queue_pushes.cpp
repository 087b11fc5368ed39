// What is delivered was pushed, under that id, with that payload; ids grow; and so do they along
// first deliveries.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "checkers/queue_frontier.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

class Origins {
 public:
  Origins(QueueView& view, const QueueContext& context) : view_(view), context_(context) {
    for (const auto& [value, push] : view.open_pushes) {
      first_open_ = std::min(first_open_, push->invoked);
    }
  }

  void judge(Message& message);
  void judge_growth() const;

 private:
  void judge_seen(Message& message, const QueueOperation& seen);
  void judge_payload(Message& message, const QueueOperation& seen);
  [[nodiscard]] const QueueOperation* open_push(const QueueOperation& seen) const;
  void report_unexpected(const QueueOperation& seen, const QueueOperation* push) const;
  void report_corrupt(const QueueOperation& seen, const QueueOperation* push) const;
  void report_reused(Message& message, const QueueOperation* a, const QueueOperation* b,
                     const QueueOperation* seen) const;

  QueueView& view_;
  const QueueContext& context_;
  Instant first_open_ = never_at;            ///< of pushes without an answer
  std::map<std::int64_t, MessageId> taken_;  ///< by payload: what became of such a push
};

void Origins::judge(Message& message) {
  for (std::size_t i = 1; i < message.pushes.size(); ++i) {
    report_reused(message, message.pushes[i - 1], message.pushes[i], nullptr);
  }
  Pointers all = message.pops;
  all.insert(all.end(), message.found.begin(), message.found.end());
  for (const QueueOperation* seen : all) judge_seen(message, *seen);
}

/// The push without an answer that carried the payload of `seen` and can have been before it.
const QueueOperation* Origins::open_push(const QueueOperation& seen) const {
  const auto at = view_.open_pushes.find(seen.value);
  if (!seen.has_value || at == view_.open_pushes.end()) return nullptr;
  return at->second->invoked <= seen.answered ? at->second : nullptr;
}

void Origins::judge_seen(Message& message, const QueueOperation& seen) {
  const bool is_damaged = seen.cause == name::damaged;
  const QueueOperation* push = message.pushes.empty() ? nullptr : message.pushes.front();
  if (is_damaged) report_corrupt(seen, push);
  if (push != nullptr) {
    if (seen.answered < push->invoked) return report_unexpected(seen, push);
    return is_damaged ? void() : judge_payload(message, seen);
  }
  if (is_damaged || !seen.has_value) {  // which one it was cannot be told
    return first_open_ <= seen.answered ? void() : report_unexpected(seen, nullptr);
  }
  const QueueOperation* const open = open_push(seen);
  const bool is_mine =
      open != nullptr && taken_.emplace(open->value, message.id).first->second == message.id;
  if (!is_mine) return report_unexpected(seen, open);
  message.origin = open;
}

void Origins::judge_payload(Message& message, const QueueOperation& seen) {
  const auto carries = [&](const auto* push) { return push->value == seen.value; };
  if (!seen.has_value || std::any_of(message.pushes.begin(), message.pushes.end(), carries)) return;
  const QueueOperation* const open = open_push(seen);
  if (open == nullptr) return report_corrupt(seen, message.pushes.front());
  if (!message.reused) report_reused(message, message.pushes.front(), open, &seen);
}

void Origins::report_unexpected(const QueueOperation& seen, const QueueOperation* push) const {
  context_.findings.violation(id::queue_unexpected, [&] {
    const std::string_view why = push == nullptr ? ", but no push can have stored it"
                                 : push->id == seen.id
                                     ? ", before it was pushed"
                                     : ", but that payload is another message already";
    return context_.violation(view_,
                              cat(context_.message_words(seen.id, view_),
                                  seen.f == name::pop ? " was delivered" : " was found", why),
                              {push, &seen});
  });
}

void Origins::report_corrupt(const QueueOperation& seen, const QueueOperation* push) const {
  context_.findings.violation(id::queue_corrupt, [&] {
    const std::string what = seen.cause == name::damaged
                                 ? std::string("a payload that does not match its digest")
                                 : cat("the payload ", seen.value, " instead of ", push->value);
    return context_.violation(
        view_,
        cat(context_.message_words(seen.id, view_),
            seen.f == name::pop ? " was delivered" : " was found", " with ", what),
        {push, &seen});
  });
}

void Origins::report_reused(Message& message, const QueueOperation* a, const QueueOperation* b,
                            const QueueOperation* seen) const {
  message.reused = true;
  context_.findings.violation(id::id_reused, [&] {
    return context_.violation(
        view_,
        cat("the id ", message.id.value, " of ", context_.name(view_.key),
            " was given to two messages, payloads ", a->value, " and ", b->value),
        {a, b, seen});
  });
}

/// An id must be greater than all those that were answered before its push began.
void Origins::judge_growth() const {
  Pointers pushes;
  for (const Message& message : view_.messages) {
    if (message.pushes.size() == 1) pushes.push_back(message.pushes.front());
  }
  Pointers by_answer = pushes;
  std::sort(pushes.begin(), pushes.end(),
            [](const auto* a, const auto* b) { return a->invoked < b->invoked; });
  std::sort(by_answer.begin(), by_answer.end(),
            [](const auto* a, const auto* b) { return a->answered < b->answered; });
  const QueueOperation* greatest = nullptr;
  auto next = by_answer.begin();
  for (const QueueOperation* push : pushes) {
    for (; next != by_answer.end() && (*next)->answered < push->invoked; ++next) {
      if (greatest == nullptr || greatest->id < (*next)->id) greatest = *next;
    }
    if (greatest == nullptr || greatest->id < push->id) continue;
    context_.findings.violation(id::id_reused, [&] {
      return context_.violation(
          view_,
          cat("a push to ", context_.name(view_.key), " was given the id ", push->id.value,
              ", though the id ", greatest->id.value, " had been given before it began"),
          {greatest, push});
    });
  }
}

/// The first delivery of each message that may be asked for its place.
class FirstDeliveries {
 public:
  FirstDeliveries(const QueueView& view, const QueueContext& context)
      : view_(view), context_(context) {
    for (const Message& message : view.messages) {
      const bool judged =
          !message.reused && !view.is_damaged(message.id) && message.redrives.empty();
      if (!judged || message.pops.empty()) continue;
      const QueueOperation* const pop = message.pops.front();
      const QueueOperation* const push = message.pushes.empty() ? nullptr : message.pushes.front();
      if (push != nullptr && !may_be_back(*push, *pop)) later_.emplace_back(pop, push);
      if (!may_be_elsewhere(*pop)) earlier_.push_back(pop);
    }
    std::sort(later_.begin(), later_.end(),
              [](const auto& a, const auto& b) { return a.first->invoked < b.first->invoked; });
    std::sort(earlier_.begin(), earlier_.end(),
              [](const auto* a, const auto* b) { return a->answered < b->answered; });
  }

  void judge() const {
    Frontier highest;
    auto next = earlier_.begin();
    for (const auto& [pop, push] : later_) {
      for (; next != earlier_.end() && (*next)->answered < pop->invoked; ++next) {
        highest.add((*next)->invoked, (*next)->id.value, *next);
      }
      const QueueOperation* const before = highest.top_after(push->answered);
      if (before != nullptr && before->id > pop->id) report(*before, *pop, *push);
    }
  }

 private:
  /// Whether, beside `pop`, another one may have had a message that waits in this history: one of
  /// unknown end, or one that failed in the end and gave it back.
  [[nodiscard]] bool may_be_elsewhere(const QueueOperation& pop) const {
    return view_.holds.touch(pop.invoked, pop.answered);
  }

  /// Whether the message may have been a dead letter, by deliveries that nobody saw, until that was
  /// forgotten.
  [[nodiscard]] bool may_be_back(const QueueOperation& push, const QueueOperation& pop) const {
    return context_.params.attempts_max > 0 &&
           view_.unknown_pops.touch(push.invoked, pop.answered) &&
           view_.forgotten_until(pop.answered, context_.attempts_durable) >= push.invoked;
  }

  void report(const QueueOperation& before, const QueueOperation& pop,
              const QueueOperation& push) const {
    context_.findings.violation(id::queue_reordered, [&] {
      return context_.violation(
          view_,
          cat(context_.message_words(before.id, view_), " was delivered before message ",
              pop.id.value, ", which was waiting with a lower id and had never been delivered"),
          {&push, &before, &pop});
    });
  }

  const QueueView& view_;
  const QueueContext& context_;
  std::vector<std::pair<const QueueOperation*, const QueueOperation*>> later_;  ///< with its push
  Pointers earlier_;
};

}  // namespace

void judge_pushes(QueueView& view, const QueueContext& context) {
  Origins origins(view, context);
  for (Message& message : view.messages) origins.judge(message);
  origins.judge_growth();
}

void judge_order(const QueueView& view, const QueueContext& context) {
  FirstDeliveries(view, context).judge();
}

}  // namespace lockstep::checkers
