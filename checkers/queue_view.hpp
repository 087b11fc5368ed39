// The operations of one queue, as one judge knows them, by message; and the rules over them.
// Internal to queue.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checkers/findings.hpp"
#include "checkers/operations.hpp"
#include "checkers/queue.hpp"
#include "checkers/spans.hpp"

namespace lockstep::checkers {

/// What a delivery is known by, within its message.
struct Receipt {
  std::uint16_t attempt = 0;
  FencingToken token{};  ///< generation
  [[nodiscard]] bool is_bare() const { return attempt == 0 && token.value == 0; }
  friend constexpr auto operator<=>(const Receipt&, const Receipt&) = default;
};

struct QueueOperation {
  Instant invoked;  ///< or, of one without an answer, what the oracle knows
  /// Of one without an answer: the crash that ends it, or never_at, or what the oracle knows.
  Instant answered = never_at;
  MessageId id{};
  std::int64_t value = 0;
  std::int64_t ttl_ns = 0;
  Receipt receipt;
  EventIndex event{};  ///< its invocation
  EventIndex completion = no_event;
  NameId f{};
  NameId cause{};
  OwnerId owner{};
  Outcome outcome = Outcome::unknown;  ///< denied: the receipt is stale
  bool has_value = false;
  bool resolved = false;  ///< its client knows less

  /// It happened, and its client was told.
  [[nodiscard]] bool is_told() const { return outcome == Outcome::done && !resolved; }
  /// It may have happened, but nobody was told.
  [[nodiscard]] bool is_open() const { return outcome == Outcome::unknown || (resolved && may()); }
  [[nodiscard]] bool may() const { return outcome == Outcome::done || outcome == Outcome::unknown; }
};

using Pointers = std::vector<const QueueOperation*>;

/// All that has to do with one id. Each list by `invoked`; what certainly had no effect is only
/// among acks and nacks.
struct Message {
  MessageId id{};
  Pointers pushes;  ///< told
  Pointers pops;    ///< told: its deliveries
  Pointers acks;
  Pointers nacks;
  Pointers extends;
  Pointers redrives;
  Pointers found;                          ///< told
  const QueueOperation* origin = nullptr;  ///< the push without an answer that it comes from
  bool reused = false;                     ///< the id stands for more than one message

  [[nodiscard]] bool may_be_acked() const;
};

struct QueueView {
  NameId key{};
  std::vector<QueueOperation> operations;                     ///< by `invoked`
  std::vector<Message> messages;                              ///< by id; none of id 0
  std::map<std::int64_t, const QueueOperation*> open_pushes;  ///< by value, without an answer
  Spans crashes;
  Spans opens;  ///< that may have happened
  Spans unknown_pops;
  /// When pops that delivered nothing can have held a message: those of unknown end until a crash.
  Spans holds;
  Spans damages;  ///< reports of damage: what was acked or counted before may be forgotten
  std::vector<std::pair<std::uint64_t, std::uint64_t>> damaged;  ///< ranges of ids
  std::vector<std::uint32_t> surveys;                            ///< events, ascending
  std::vector<std::uint32_t> crash_events;
  const QueueOperation* last_survey = nullptr;  ///< if it is a final drain
  bool nameless = false;                        ///< an answer or a receipt says no id
  bool shared = false;  ///< on a server: what its clients' crashes and openings end is nothing

  [[nodiscard]] bool is_damaged(MessageId id) const;
  /// As if no damage had been reported: nothing can have caused any.
  void forget_damage();
  /// The latest moment up to `point` that may have made delivery counts, or that a message is a
  /// dead letter, forgotten; long_ago: none.
  [[nodiscard]] Instant forgotten_until(Instant point, bool attempts_durable) const;
};

/// By key, in the order of their names' numbers.
[[nodiscard]] std::vector<QueueView> queue_views(const History& history, Judge judge, bool shared);

struct QueueContext {
  const History& history;
  const Params& params;
  Findings& findings;
  bool drained = false;           ///< of the parameters
  bool attempts_durable = false;  ///< of the parameters

  [[nodiscard]] std::string_view name(NameId id) const { return history.text(id); }
  /// "delivery 2 of message 7 of k"
  [[nodiscard]] std::string delivery_words(const QueueOperation& pop) const;
  [[nodiscard]] std::string message_words(MessageId id, const QueueView& view) const;
  /// A violation that names its key, with the operations that prove it.
  [[nodiscard]] Violation violation(const QueueView& view, std::string sentence,
                                    std::initializer_list<const QueueOperation*> witness) const;
};

/// Reports what was never pushed, or is another payload, and ids given out twice; marks the
/// messages that those concern, and finds the origins of others. The first rule to run.
void judge_pushes(QueueView& view, const QueueContext& context);
/// Reports first deliveries that overtook another.
void judge_order(const QueueView& view, const QueueContext& context);
/// Reports acks that were one too many, too late, or forgotten.
void judge_acks(const QueueView& view, const QueueContext& context);
/// Reports windows that overlap, attempts that do not grow, deliveries without a cause.
void judge_duplicates(const QueueView& view, const QueueContext& context);
/// Reports dead letters that are none.
void judge_dead(const QueueView& view, const QueueContext& context);
/// Reports what is missing or left over at the end.
void judge_final(const QueueView& view, const QueueContext& context);

}  // namespace lockstep::checkers
