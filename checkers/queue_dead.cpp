// Dead letters: only after the last attempt, and not also elsewhere.
#include <algorithm>
#include <string>

#include "checkers/queue_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

/// Spans, to ask how many of them have a point between two others.
class Tally {
 public:
  void add(Instant began, Instant ended) {
    began_.push_back(began);
    ended_.push_back(ended);
  }
  void finish() {
    std::sort(began_.begin(), began_.end());
    std::sort(ended_.begin(), ended_.end());
  }
  [[nodiscard]] std::size_t between(Instant from, Instant to) const {
    const auto began = std::upper_bound(began_.begin(), began_.end(), to) - began_.begin();
    const auto ended = std::lower_bound(ended_.begin(), ended_.end(), from) - ended_.begin();
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(began - ended, 0));
  }

 private:
  std::vector<Instant> began_;
  std::vector<Instant> ended_;
};

/// When something may have been delivered that no answer tells of.
Tally hidden_deliveries(const QueueView& view, const QueueContext& context) {
  Tally hidden;
  for (const QueueOperation& operation : view.operations) {
    const bool counts = operation.f == name::pop && operation.is_open();
    if (counts) hidden.add(operation.invoked, operation.answered);
  }
  for (const std::uint32_t event : view.crash_events) {
    const Instant at = instant_of(context.history, EventIndex{event});
    hidden.add(at, at);
  }
  hidden.finish();
  return hidden;
}

class DeadLetters {
 public:
  DeadLetters(const QueueView& view, const Message& message, const QueueContext& context)
      : view_(view), message_(message), context_(context) {
    for (const QueueOperation* redrive : message.redrives) redrives_.add(*redrive);
    redrives_.finish();
    for (const QueueOperation* pop : message.pops) pops_.add(pop->invoked, pop->answered);
    pops_.finish();
  }

  void judge_premature(const Tally& hidden) const;
  void judge_both() const;

 private:
  void judge_premature(const QueueOperation& found, Instant since, const Tally& hidden) const;
  void judge_delivered(const QueueOperation& found) const;
  [[nodiscard]] std::uint32_t survey_of(const QueueOperation& found) const;
  [[nodiscard]] std::string words() const { return context_.message_words(message_.id, view_); }

  const QueueView& view_;
  const Message& message_;
  const QueueContext& context_;
  Spans redrives_;
  Tally pops_;
};

void DeadLetters::judge_premature(const Tally& hidden) const {
  Pointers redrives;
  for (const QueueOperation* redrive : message_.redrives) {
    if (redrive->is_told()) redrives.push_back(redrive);
  }
  std::sort(redrives.begin(), redrives.end(),
            [](const auto* a, const auto* b) { return a->answered < b->answered; });
  const QueueOperation* const push =
      message_.pushes.empty() ? message_.origin : message_.pushes.front();
  Instant since = push == nullptr ? long_ago : push->invoked;
  auto redrive = redrives.begin();
  for (const QueueOperation* found : message_.found) {
    for (; redrive != redrives.end() && (*redrive)->answered < found->invoked; ++redrive) {
      since = std::max(since, (*redrive)->invoked);  // attempts began again
    }
    if (found->cause != name::dead) continue;
    context_.findings.exercised(Property::dead_lettered);
    judge_premature(*found, since, hidden);
  }
}

void DeadLetters::judge_premature(const QueueOperation& found, Instant since,
                                  const Tally& hidden) const {
  const auto most = static_cast<std::size_t>(context_.params.attempts_max);
  const std::size_t known = pops_.between(since, found.answered);
  if (known + hidden.between(since, found.answered) >= most) return;
  context_.findings.violation(id::dlq_premature, [&] {
    return context_.violation(
        view_,
        cat(words(), " was a dead letter after ", known, " of ", most,
            " deliveries, and no pop of unknown end and no crash can make up for the others"),
        {message_.pushes.empty() ? nullptr : message_.pushes.front(),
         message_.pops.empty() ? nullptr : message_.pops.front(), &found});
  });
}

std::uint32_t DeadLetters::survey_of(const QueueOperation& found) const {
  const auto after =
      std::upper_bound(view_.surveys.begin(), view_.surveys.end(), found.event.value);
  return after == view_.surveys.begin() ? no_event.value : *(after - 1);
}

void DeadLetters::judge_both() const {
  for (std::size_t i = 1; i < message_.found.size(); ++i) {
    const QueueOperation& a = *message_.found[i - 1];
    const QueueOperation& b = *message_.found[i];
    const bool differ = (a.cause == name::dead) != (b.cause == name::dead);
    if (!differ || survey_of(a) == no_event.value || survey_of(a) != survey_of(b)) continue;
    context_.findings.violation(id::dlq_both, [&] {
      return context_.violation(
          view_,
          cat("one survey found ", words(), " among the dead letters and also ",
              context_.name(a.cause == name::dead ? b.cause : a.cause)),
          {&a, &b});
    });
  }
  for (const QueueOperation* found : message_.found) {
    if (found->cause == name::dead) judge_delivered(*found);
  }
}

/// The next delivery after it was found dead needs a redrive in between.
void DeadLetters::judge_delivered(const QueueOperation& found) const {
  const auto pop =
      std::partition_point(message_.pops.begin(), message_.pops.end(),
                           [&](const auto* p) { return p->invoked <= found.answered; });
  if (pop == message_.pops.end() || redrives_.touch(found.invoked, (*pop)->answered)) return;
  const Instant forgotten = view_.forgotten_until((*pop)->answered, context_.attempts_durable);
  if (forgotten >= found.invoked) return;
  context_.findings.violation(id::dlq_both, [&] {
    return context_.violation(
        view_, cat(words(), " was delivered after it was a dead letter, though nobody redrove it"),
        {&found, *pop});
  });
}

}  // namespace

void judge_dead(const QueueView& view, const QueueContext& context) {
  const Tally hidden = hidden_deliveries(view, context);
  for (const Message& message : view.messages) {
    if (message.found.empty() || message.reused) continue;
    const DeadLetters letters(view, message, context);
    letters.judge_premature(hidden);
    letters.judge_both();
  }
}

}  // namespace lockstep::checkers
