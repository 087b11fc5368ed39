// The operations of one outbox, as one judge knows them, by entry; and the rules over them.
// Internal to outbox.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/findings.hpp"
#include "checkers/operations.hpp"
#include "checkers/outbox.hpp"
#include "checkers/spans.hpp"

namespace lockstep::checkers {

struct OutboxOperation {
  Instant asked;                 ///< when its client began
  Instant invoked;               ///< from when on it may have taken effect
  Instant answered = never_at;   ///< until when; never_at: unknown
  Instant completed = never_at;  ///< its client stopped waiting, or crashed; never_at: it waits
  std::int64_t value = 0;
  std::uint64_t position = 0;  ///< in the broker's log, if has_commit
  std::int64_t commit_ns = 0;  ///< the same
  MessageId id{};
  FencingToken token{};
  EventIndex event{};  ///< its invocation
  EventIndex completion = no_event;
  NameId f{};
  NameId key{};
  NameId node{};
  NameId sink{};
  NameId cause{};
  NameId error{};
  std::uint16_t attempt = 0;
  Outcome outcome = Outcome::unknown;  ///< denied: by a fence
  bool has_value = false;
  bool has_commit = false;
  bool resolved = false;  ///< its client knows less

  /// It happened, and its client was told.
  [[nodiscard]] bool is_told() const { return outcome == Outcome::done && !resolved; }
  [[nodiscard]] bool is_done() const { return outcome == Outcome::done; }
  [[nodiscard]] bool may() const { return is_done() || outcome == Outcome::unknown; }
  /// Its client cannot know.
  [[nodiscard]] bool is_open() const { return outcome == Outcome::unknown || resolved; }
};

using OutboxPointers = std::vector<const OutboxOperation*>;

/// All that has to do with one value. Lists by `asked`.
struct Entry {
  std::int64_t value = 0;
  NameId key{};
  MessageId id{};  ///< 0: nobody said
  OutboxPointers commits;
  OutboxPointers publishes;
  OutboxPointers marks;
  OutboxPointers listed;                      ///< by any survey of the broker
  std::vector<std::uint64_t> positions;       ///< of `listed` that say one, ascending, each once
  const OutboxOperation* in_store = nullptr;  ///< by the final survey of the store
  /// How often the broker holds it, at least: by `positions`; without any, by the final survey.
  std::size_t copies = 0;
  std::size_t senders = 0;  ///< publishes that may have happened
  std::size_t tries = 0;    ///< publishes that may have, as far as clients know
  bool is_sane = true;      ///< one commit at most, one key, one id

  /// The one that may have happened; nullptr: none.
  [[nodiscard]] const OutboxOperation* commit() const;
  /// For certain: answered so, or known to the oracle, or found.
  [[nodiscard]] bool is_published() const;
  /// The broker holds it more often than the history can tell why.
  [[nodiscard]] bool has_strays() const {
    return copies > tries || (tries == 0 && !listed.empty());
  }
  /// Publishes that were accepted. All that may have been, if the broker holds as many.
  [[nodiscard]] OutboxPointers accepted() const;
};

/// A final survey, and what it found.
struct FinalSurvey {
  const OutboxOperation* survey = nullptr;  ///< nullptr: there is none
  OutboxPointers found;
};

struct Inbox {
  FinalSurvey last;
  OutboxPointers consumes;  ///< by `asked`
  OutboxPointers found;     ///< by any survey
};

/// Its entries point to its operations.
struct OutboxView {
  OutboxView() = default;
  OutboxView(const OutboxView&) = delete;
  OutboxView& operator=(const OutboxView&) = delete;
  OutboxView(OutboxView&&) = default;
  OutboxView& operator=(OutboxView&&) = default;
  ~OutboxView() = default;

  std::vector<OutboxOperation> operations;  ///< by `asked`
  std::vector<Entry> entries;               ///< by value
  std::map<NameId, Inbox> inboxes;
  FinalSurvey store;
  FinalSurvey broker;
  std::map<NameId, Spans> unblocks;       ///< by key
  std::set<NameId> may_unblock;           ///< keys with an unblock of unknown end
  std::map<NameId, Spans> interruptions;  ///< crashes and restarts by node
  OutboxPointers nameless;                ///< that may have happened, without a value
  std::vector<NameId> locks;              ///< keys of what was acquired and raised, ascending
  std::map<NameId, Spans> acquires;       ///< by node: that may have made it the leader
  std::map<NameId, Instant> led_from;     ///< by node: it was first told that it leads

  /// Whether a node crashed or was started again between two points; one without a name may be any.
  [[nodiscard]] bool is_interrupted(NameId node, Instant from, Instant to) const;
  /// Whether it may have become the leader, perhaps again.
  [[nodiscard]] bool is_elected(NameId node, Instant from, Instant to) const;
};

[[nodiscard]] OutboxView outbox_view(const History& history, Judge judge);
/// Finds the final surveys. The operations are there, the entries are not.
void find_surveys(OutboxView& view, const History& history);

struct OutboxContext {
  const History& history;
  const Params& params;
  Findings& findings;
  bool drained = false;  ///< of the parameters
  bool trimmed = false;  ///< of the parameters
  bool elected = false;  ///< of the parameters

  [[nodiscard]] std::string_view name(NameId id) const { return history.text(id); }
  /// "relay/1", or "process 3"
  [[nodiscard]] std::string who(const OutboxOperation& operation) const;
  /// "entry 7 of account/1 (value 103)"
  [[nodiscard]] std::string words(const Entry& entry) const;
  /// The same, as far as an operation says it.
  [[nodiscard]] std::string words(const OutboxOperation& operation) const;
  [[nodiscard]] Violation violation(NameId key, std::string sentence,
                                    std::initializer_list<const OutboxOperation*> witness) const;
};

/// Reports what is missing or left over at the end.
void judge_ends(const OutboxView& view, const OutboxContext& context);
/// Reports ghosts, marks without a publish, and first publications out of order.
void judge_publishes(const OutboxView& view, const OutboxContext& context);
/// Reports publications without a cause.
void judge_again(const OutboxView& view, const OutboxContext& context);
/// Reports old tokens that were accepted, and two leaders.
void judge_relays(const OutboxView& view, const OutboxContext& context);
/// Reports what inboxes applied twice or never.
void judge_inboxes(const OutboxView& view, const OutboxContext& context);

}  // namespace lockstep::checkers
