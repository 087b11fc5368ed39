// RelayMachine: what a relay does next, as a plain machine: no waiting, no storage, no clock of its
// own. Its owner performs steps, several at once, and tells it what came of each.
//
// Story. Entries are fetched in the order of ids into lanes, one per aggregate. A batch takes what
// is ready from the lanes in turns; a lane with entries on their way waits for them, so that two
// entries of one aggregate are never in two batches at once. What was published is to be marked;
// marks are gathered, one call at a time, and tried until they succeed: a mark that failed is never
// a reason to publish again. A batch that failed as a whole is published again as a whole. An entry
// that failed by itself is noted in the store; its lane waits with backoff or, when the store says
// that it is blocked, is emptied.
//
// What keeps order and counts while fetches, marks and blocks overlap: a fetch leaves out, for each
// aggregate, what the relay holds or held when the fetch began. A lane that did not keep everything
// is closed: it takes nothing until a fetch that began after it ran empty comes over what it left.
// A fetch that reached the end is followed by one from the beginning, so that nothing is passed for
// good.
//
// Source: the transactional outbox (Richardson, Microservices Patterns, 2018, section 3.3).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "impl/base/time.hpp"
#include "impl/relay/outbox_store.hpp"
#include "impl/relay/publisher.hpp"

namespace lockstep::relay {

struct MachineOptions {
  std::size_t batch_max = 32;               ///< entries published by one call
  std::size_t batch_bytes_max = 4U << 20U;  ///< payloads of these; one entry at least
  std::size_t in_flight_max = 4;            ///< calls of the publisher at once
  Nanos poll = milliseconds(500);
  Nanos backoff_base = milliseconds(500);  ///< after a failure, doubled up to backoff_max
  Nanos backoff_max = seconds(30);
  std::uint32_t failures_max = 0;  ///< of one entry, until it is blocked; 0: never
};

/// Fetch so many, then fetched() or fetch_failed().
struct FetchStep {
  EntryId from{};
  std::size_t limit = 0;
  std::size_t bytes_max = 0;
  std::uint64_t epoch = 0;
  After after;
};
/// Publish, then published(), publish_failed().
struct PublishStep {
  std::uint64_t batch = 0;
  std::vector<Entry> entries;
};
/// Mark, then marked() or mark_failed().
struct MarkStep {
  std::vector<EntryRef> entries;
};
/// Note a failure, then noted() or note_failed().
struct NoteStep {
  FailureNote note;
};
/// Nothing to be done before `until`, unless something comes to its end or is new in the store.
struct WaitStep {
  MonoTime until = never;
};
/// After drain(): nothing is on its way and nothing is to be marked.
struct DoneStep {};
using RelayStep = std::variant<FetchStep, PublishStep, MarkStep, NoteStep, WaitStep, DoneStep>;

class RelayMachine {
 public:
  explicit RelayMachine(const MachineOptions& options) : options_(options) {}
  RelayMachine(const RelayMachine&) = delete;
  RelayMachine& operator=(const RelayMachine&) = delete;

  /// @param jitter  A drawn number, for backoffs that begin now.
  [[nodiscard]] RelayStep next(MonoTime now, std::uint64_t jitter);

  void fetched(Fetched fetched, MonoTime now);
  void fetch_failed(MonoTime now);
  void published(std::uint64_t batch, const std::vector<EntryOutcome>& outcomes);
  /// Of definite and indefinite ends: the batch will be published again. But an entry that is
  /// refused alone, before it was sent (limit, invalid_argument), has failed by itself.
  void publish_failed(std::uint64_t batch, const Error& error, MonoTime now);
  void marked();
  void mark_failed(MonoTime now);
  void noted(const Noted& outcome, MonoTime now);
  void note_failed(MonoTime now);

  /// Something may be new: fetch at once.
  void news(MonoTime now);
  /// Nothing more is fetched or published; what was published is still marked.
  void drain();

 private:
  /// What a lane waits for, and under which it is found. Nothing: it has no entries, or some of
  /// them are on their way or being noted.
  enum class Wait : std::uint8_t { nothing, turn, backoff, note };

  struct Lane {
    std::deque<Entry> entries;  ///< the first `in_flight` of them are on their way
    std::size_t in_flight = 0;
    Wait wait = Wait::nothing;
    std::size_t unmarked = 0;          ///< published, and not marked yet
    EntryId last{};                    ///< the last that it took
    EntryId left{};                    ///< closed: the first that it did not keep; 0: open
    bool is_noting = false;            ///< its failure is being noted
    bool is_asked = false;             ///< the present fetch comes over what it left
    MonoTime retry_at{};               ///< after a failure
    std::optional<std::string> cause;  ///< the first one failed: to be noted

    [[nodiscard]] bool is_over() const {
      return entries.empty() && unmarked == 0 && left.value == 0;
    }
  };
  using Lanes = std::map<std::string, Lane, std::less<>>;
  using LaneAt = Lanes::iterator;
  /// An entry that is on its way or to be marked. Its lane is there as long as it is.
  struct Known {
    EntryId id{};
    LaneAt lane;
  };
  using Batch = std::vector<Known>;

  [[nodiscard]] std::optional<RelayStep> next_mark(MonoTime now);
  [[nodiscard]] std::optional<RelayStep> next_note(MonoTime now);
  [[nodiscard]] std::optional<RelayStep> next_batch(MonoTime now);
  [[nodiscard]] std::optional<RelayStep> next_fetch(MonoTime now);
  [[nodiscard]] RelayStep wait() const;
  [[nodiscard]] bool wants_entries() const;
  [[nodiscard]] bool may_publish() const;
  void wake_lanes(MonoTime now);
  void take_in(Entry entry);
  [[nodiscard]] bool take_turn(PublishStep& step, Batch& batch, std::size_t& bytes);
  void let_go(Lane& lane, std::size_t kept);
  void settle(const Known& entry, const EntryOutcome& outcome);
  void come_back(const Batch& batch);
  [[nodiscard]] EntryId wanted_after(Lane& lane, EntryId& from) const;
  /// Puts a lane, whose wait is `nothing`, where what it waits for now is found.
  void file(LaneAt lane);
  [[nodiscard]] Nanos backoff(std::uint32_t failures) const;
  [[nodiscard]] Nanos call_backoff(std::uint32_t failures) const;

  MachineOptions options_;
  Lanes lanes_;
  std::deque<LaneAt> ready_;                                     ///< in turns
  std::set<std::pair<MonoTime, std::string_view>> backing_off_;  ///< names of lanes
  std::set<std::string_view> to_note_;                           ///< names of lanes
  std::size_t ready_entries_ = 0;
  std::map<std::uint64_t, Batch> batches_;
  std::uint64_t last_batch_ = 0;
  std::uint32_t publish_failures_ = 0;  ///< in a row
  MonoTime publish_at_{};
  std::vector<Known> to_mark_;
  std::vector<Known> marking_;
  std::uint32_t mark_failures_ = 0;
  MonoTime mark_at_{};
  std::optional<std::string> noting_;  ///< whose lane
  std::uint32_t note_failures_ = 0;
  MonoTime note_at_{};
  std::size_t held_ = 0;       ///< entries in lanes, and those to be marked
  EntryId cursor_{1};          ///< fetching goes on there
  std::uint64_t epoch_ = 0;    ///< as the last fetch gave it
  std::uint64_t fetches_ = 0;  ///< begun
  MonoTime next_fetch_{};
  std::uint32_t fetch_failures_ = 0;
  std::uint64_t jitter_ = 0;
  bool fetching_ = false;
  bool has_news_ = false;  ///< since the present fetch began
  bool draining_ = false;
};

}  // namespace lockstep::relay
