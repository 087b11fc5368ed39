#include "checkers/registry.hpp"

#include <algorithm>
#include <array>

#include "checkers/fifo.hpp"
#include "checkers/lease_lock.hpp"
#include "checkers/outbox.hpp"
#include "checkers/queue.hpp"
#include "checkers/text.hpp"
#include "checkers/work.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::array<AnomalyInfo, 16> lease_lock_anomalies{{
    {id::stale_write_accepted, "a fenced sink took an older token than it had answered"},
    {id::token_reused, "one fencing token was given out twice"},
    {id::token_went_back, "a later grant got a lower fencing token"},
    {id::double_grant, "two leases of one key were certainly held at the same time"},
    {id::foreign_release, "a release succeeded while somebody else held the lock"},
    {id::foreign_renew, "a renewal succeeded while somebody else held the lock"},
    {id::granted_early, "granted before the lease before it can have been over"},
    {id::granted_expired, "a grant reached its client after it had expired"},
    {id::late_handover, "after the crash of a holder a waiter was not granted the lock in time"},
    {id::lost_early, "a holder was told its lease is gone before anything can have ended it"},
    {id::refused_own, "refused, though nobody but the caller itself can have held it"},
    {id::release_after_expiry, "a release succeeded after the lease must have been over"},
    {id::renewed_after_expiry, "a renewal succeeded after the lease must have been over"},
    {id::spurious_refusal, "refused, though nobody can have held it", true},
    {id::stuck, "after the heal a free lock was granted to none of those who asked"},
    {id::use_after_expiry, "an unfenced sink was used by who no longer held the lock"},
}};

constexpr std::array<AnomalyInfo, 4> work_anomalies{{
    {id::lost_event, "the resume token passed an event that was never applied"},
    {id::no_takeover, "after the heal nobody worked on what was waiting"},
    {id::two_workers, "two workers processed one collection, or one period of a task, at once"},
    {id::unexplained_duplicate, "an event or a period was done twice, and nothing explains it"},
}};

constexpr std::array<AnomalyInfo, 15> queue_anomalies{{
    {id::dlq_both, "a dead letter was also waiting, or was delivered though nobody redrove it"},
    {id::dlq_neither, "a message had its last attempt, and is neither a dead letter nor acked"},
    {id::dlq_premature, "a dead letter that cannot have had all its deliveries"},
    {id::acked_twice, "two acks were told that they removed one message"},
    {id::attempt_not_monotonic, "a later delivery of a message does not count higher"},
    {id::queue_corrupt, "a message came with another payload than it was pushed with"},
    {id::id_reused, "an id was given out that was given out before, or is lower than one that was"},
    {id::lease_overlap, "one message was certainly in two hands at the same time"},
    {id::queue_lost, "an acknowledged push is neither acked, dead, waiting nor reported damaged"},
    {id::redelivered_after_ack, "a message came back after its ack had been answered"},
    {id::queue_reordered, "a message was delivered before a lower id that was waiting"},
    {id::stale_ack_accepted, "an ack, nack or extend with an old receipt was accepted"},
    {id::queue_undrained, "after everything was to be drained a message was left"},
    {id::queue_unexpected, "a message was delivered or found that nobody can have pushed"},
    {id::queue_duplicate, "a message was delivered again, and nothing explains it"},
}};

constexpr std::array<AnomalyInfo, 5> fifo_anomalies{{
    {id::fifo_empty, "a queue was said to be empty while an element was in it"},
    {id::fifo_fresh, "an element came out that nobody can have pushed before"},
    {id::fifo_lost, "an acknowledged element never came out, though one pushed later did"},
    {id::fifo_order, "an element came out before one that was in the queue first"},
    {id::fifo_repeat, "an element came out twice"},
}};

constexpr std::array<AnomalyInfo, 11> outbox_anomalies{{
    {id::applied_twice, "an inbox applied one entry twice"},
    {id::inbox_lost, "an entry that the broker holds was never applied by an inbox"},
    {id::outbox_ghost, "an entry was published that was rolled back, or that nobody committed"},
    {id::outbox_lost, "a committed entry is neither published nor in the store"},
    {id::marked_unpublished, "an entry was marked as published before anybody published it"},
    {id::outbox_reordered, "a later entry of a key was published before an earlier one"},
    {id::outbox_skipped, "an entry is left that was committed after a higher id was published"},
    {id::two_leaders, "two relays published as the leader at the same time"},
    {id::outbox_undrained, "after everything was to be published an entry was left, not blocked"},
    {id::outbox_duplicate, "an entry was published again, and nothing explains it"},
    {id::zombie_relay, "a relay's older token was accepted after a higher one had been"},
}};

constexpr std::array<CheckerInfo, 5> all{{
    {fifo_model,
     "a queue in strict order whose elements are unique and whose pops remove at once: nothing "
     "lost, "
     "repeated, made up or overtaken; chosen by name only",
     fifo_anomalies, &check_fifo},
    {lease_lock_model,
     "locks with a ttl, an owner and fencing tokens: exclusion, expiry, fencing, progress",
     lease_lock_anomalies, &check_lease_lock},
    {outbox_model,
     "transactions, relays and inboxes around an outbox: nothing lost, order by key, no duplicate "
     "without a cause, one leader; and the leaders' lock",
     outbox_anomalies, &check_outbox},
    {queue_model,
     "a queue that delivers at least once: nothing lost, no duplicate without a cause, receipts, "
     "order, dead letters",
     queue_anomalies, &check_queue},
    {work_model,
     "workers under a lock: one at a time, no event lost, none done twice without a cause, "
     "takeover; and the locks themselves",
     work_anomalies, &check_work},
}};

bool has_lock_operations(const History& history) {
  return std::any_of(history.events.begin(), history.events.end(), [](const Event& event) {
    return event.f == name::acquire || event.f == name::renew || event.f == name::release;
  });
}

bool has_work_operations(const History& history) {
  return std::any_of(history.events.begin(), history.events.end(),
                     [](const Event& event) { return is_work(event.f); });
}

bool has_queue_operations(const History& history) {
  return std::any_of(history.events.begin(), history.events.end(),
                     [](const Event& event) { return is_queue(event.f); });
}

bool has_outbox_operations(const History& history) {
  return std::any_of(history.events.begin(), history.events.end(),
                     [](const Event& event) { return is_outbox(event.f); });
}

std::string known_names() {
  std::string names;
  for (const CheckerInfo& checker : all) names += cat(names.empty() ? "" : ", ", checker.name);
  return names;
}

/// A refusal by nobody is a warning, one by the caller itself a violation. Who knows that the
/// caller's own acquire never happened sees the former where clients see the latter.
bool is_only_refused_otherwise(const Report& black_box, const Report& oracle) {
  return black_box.found.size() == 1 + (black_box.has(id::spurious_refusal) ? 1U : 0U) &&
         black_box.has(id::refused_own) && oracle.has(id::spurious_refusal);
}

}  // namespace

std::span<const CheckerInfo> checkers() { return all; }

const CheckerInfo* find_checker(std::string_view name) {
  const auto* const found = std::find_if(
      all.begin(), all.end(), [&](const CheckerInfo& checker) { return checker.name == name; });
  return found == all.end() ? nullptr : found;
}

bool is_known_anomaly(std::string_view id) {
  return std::any_of(all.begin(), all.end(), [&](const CheckerInfo& checker) {
    return std::any_of(checker.anomalies.begin(), checker.anomalies.end(),
                       [&](const AnomalyInfo& anomaly) { return anomaly.id == id; });
  });
}

Result<const CheckerInfo*> checker_for(const History& history, std::string_view model) {
  const std::string_view wanted = model.empty() ? history.header.model : model;
  if (wanted.empty()) {
    if (has_outbox_operations(history)) return find_checker(outbox_model);
    if (has_work_operations(history)) return find_checker(work_model);
    if (has_queue_operations(history)) return find_checker(queue_model);
    if (has_lock_operations(history)) return find_checker(lease_lock_model);
    return fail(definite(
        Errc::invalid_argument,
        "no checker fits: the history has no operation on a lock, a collection, a task, a queue or "
        "an outbox; name the model, one of " +
            known_names()));
  }
  const CheckerInfo* const checker = find_checker(wanted);
  if (checker != nullptr) return checker;
  return fail(definite(Errc::invalid_argument,
                       cat("unknown model '", wanted, "', expected one of ", known_names())));
}

Result<Report> judge(const History& history, std::string_view model, Judge judge) {
  const auto checker = checker_for(history, model);
  if (!checker) return fail(checker.error());
  return (*checker)->check(history, history.header.params, judge);
}

Result<Judgement> judge_both(const History& history, std::string_view model) {
  const auto checker = checker_for(history, model);
  if (!checker) return fail(checker.error());
  Judgement both;
  both.black_box = (*checker)->check(history, history.header.params, Judge::black_box);
  if (history.resolutions.empty()) {  // the oracle knows nothing more
    both.oracle = both.black_box;
    both.oracle.judge = Judge::oracle;
    return both;
  }
  both.oracle = (*checker)->check(history, history.header.params, Judge::oracle);
  const bool disagree = both.black_box.verdict == Verdict::invalid &&
                        both.oracle.verdict == Verdict::valid && both.oracle.doubts == 0 &&
                        !is_only_refused_otherwise(both.black_box, both.oracle);
  if (disagree) {
    both.disagreement =
        cat("the clients' view alone is invalid (", both.black_box.violations.front().id,
            "), but valid with what the services know: a bug of the checker ", (*checker)->name,
            ", or of what resolved its unknown operations");
  }
  return both;
}

}  // namespace lockstep::checkers
