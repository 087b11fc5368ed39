// QueueState: what is ready, in flight and delayed, as a plain machine: no storage, no waiting, no
// clock of its own. Its owner reads and writes for it and tells it what came of it.
//
// Story. Events never handed out are known by a cursor: those below it that are not held are read
// ahead, in order; those from it on are in the store alone. Events that were handed out and are not
// acked are held, each by id, in one of: handing (its count is being written), in_flight, ready
// again, delayed, dying (to be buried). So memory grows with what is in flight, not with the
// backlog. A change that is written begins (begin_*), and is done (done_*) or given up (undo_*)
// when the write ended.
//
// Order of hand-out: the front, the last nacked first; then by place. The place of an event is its
// id; nacked to the back, it is behind the event that was pushed last.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/queue/store.hpp"
#include "impl/queue/types.hpp"

namespace lockstep::queue {

/// To be handed out: read it if `payload` is missing, write its count if `counted`, then
/// done_hand().
struct HandOut {
  EventId id{};
  std::uint32_t attempt = 0;
  bool counted = false;
  std::optional<std::string> payload;
};
/// Read events of [from, last], then done_load().
struct NeedLoad {
  EventId from{};
  EventId last{};
};
/// Its deliveries are used up: read it, bury it, then done_bury().
struct Bury {
  EventId id{};
  std::uint32_t attempts = 0;
  DeadCause cause{};
};
/// Nothing is ready, at least until `until`.
struct NothingReady {
  MonoTime until = never;
};
using NextStep = std::variant<HandOut, NeedLoad, Bury, NothingReady>;

/// An event that may be erased.
struct Erase {
  EventId id{};
  std::uint64_t bytes = 0;
  bool counted = false;  ///< with a record of its attempts
  bool is_known = true;  ///< false: only the store knows whether it is there, and its size
};
/// nullopt: there is no such event.
using AckStep = Result<std::optional<Erase>>;

class QueueState {
 public:
  QueueState(const QueueOptions& options, const Meta& meta, std::vector<StoredAttempt> attempts,
             MonoTime now);

  // ---- pushing ----------------------------------------------------------------------------------
  /// The first of `payloads.size()` new ids in a row. Errors, definite: limit - which bound.
  [[nodiscard]] Result<EventId> begin_push(const std::vector<std::string>& payloads);
  void done_push(EventId first, std::vector<std::string> payloads);
  void undo_push(const std::vector<std::string>& payloads);

  // ---- handing out ------------------------------------------------------------------------------
  [[nodiscard]] NextStep next(MonoTime now);
  void done_load(Loaded loaded);
  /// It could not be read.
  void undo_load() { loading_ = false; }
  [[nodiscard]] bool is_loading() const { return loading_; }
  [[nodiscard]] Receipt done_hand(const HandOut& out, std::uint64_t bytes, MonoTime now);
  /// Nobody got it: it is ready again, at its place.
  void undo_hand(EventId id);
  void done_bury(EventId id);
  /// It could not be read for now: to be buried later.
  void undo_bury(const Bury& what) { dying_.push_back(what.id); }
  /// It is in the store no more, or cannot be read: nothing of it is left here.
  void forget(EventId id);

  // ---- settling ---------------------------------------------------------------------------------
  [[nodiscard]] bool is_stale(const Receipt& receipt);
  /// Errors, definite: stale; receipt_required.
  [[nodiscard]] AckStep begin_ack(const Receipt& receipt);
  [[nodiscard]] AckStep begin_ack(EventId id);
  void done_ack(EventId id, std::uint64_t bytes);
  /// The store does not have it.
  void undo_ack(EventId id);
  /// What a nack leads to: a delay to be written, a burial, or (neither) nothing to be written.
  struct NackStep {
    std::optional<Attempt> delayed;
    std::optional<Bury> bury;
  };
  /// Errors, definite: stale; not_found; receipt_required.
  [[nodiscard]] Result<NackStep> begin_nack(const Receipt& receipt, const Nack& nack,
                                            std::uint64_t jitter);
  /// Of the last hand-out. Errors, definite: receipt_required, not_found.
  [[nodiscard]] Result<Receipt> receipt_of(EventId id) const;
  void done_delay(EventId id, Nanos delay, MonoTime now);
  /// Errors, definite: stale; not_found.
  [[nodiscard]] Result<void> extend(const Receipt& receipt, Nanos from_now, MonoTime now);
  /// False: another call redrives or purges that dead letter now.
  [[nodiscard]] bool begin_redrive(EventId id) { return redriving_.insert(id).second; }
  void end_redrive(EventId id) { redriving_.erase(id); }
  void done_redrive(EventId id, std::uint64_t bytes);
  void done_purge(std::uint64_t bytes);

  // ---- looking ----------------------------------------------------------------------------------
  [[nodiscard]] QueueCounts counts() const;
  /// No unacked event is below it.
  [[nodiscard]] EventId first_id() const;
  [[nodiscard]] EventId last_id() const { return last_id_; }
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  /// The store counted anew, around damage.
  void recounted(const Meta& meta);

 private:
  enum class State : std::uint8_t { handing, in_flight, ready, delayed, dying };
  using Place = std::pair<std::uint64_t, std::uint64_t>;  ///< an id, and an order behind it
  struct Held {
    State state = State::ready;
    bool receipt_valid = false;  ///< of the last attempt
    bool recorded = false;       ///< there is a record of its attempts in the store
    bool sized = true;           ///< `bytes` is known
    bool settling = false;       ///< an ack is being written
    bool in_front = false;
    DeadCause cause{};
    std::uint32_t attempts = 0;
    std::uint64_t bytes = 0;
    MonoTime due = never;  ///< of in_flight and delayed
    Place place{};         ///< of ready
  };
  using HeldMap = std::map<EventId, Held>;

  void move_to(HeldMap::iterator at, State state, MonoTime due = never);
  void leave(HeldMap::iterator at);
  void set_back(HeldMap::iterator at, Place place);
  void drop(EventId id);
  void tick(MonoTime now);
  void exhaust(HeldMap::iterator at, DeadCause cause);
  [[nodiscard]] HandOut begin_hand(EventId id, std::optional<std::string> payload);
  [[nodiscard]] bool is_used_up(std::uint32_t attempts) const {
    return options_.attempts_max > 0 && attempts >= options_.attempts_max;
  }
  [[nodiscard]] NextStep begin_bury();
  [[nodiscard]] bool is_unread(EventId id) const { return id >= cursor_ && id <= last_id_; }
  [[nodiscard]] bool is_ahead(EventId id) const;
  [[nodiscard]] std::uint64_t take_ahead(EventId id);
  [[nodiscard]] Result<HeldMap::iterator> find(const Receipt& receipt);

  QueueOptions options_;
  std::uint64_t generation_ = 0;
  HeldMap held_;
  std::vector<EventId> front_;
  std::map<Place, EventId> returned_;
  std::set<std::pair<MonoTime, EventId>> timers_;
  std::deque<EventId> dying_;
  std::set<EventId> redriving_;
  std::deque<StoredEvent> ahead_;  ///< read, never handed out
  std::size_t ahead_bytes_ = 0;
  std::set<EventId> acked_ahead_;  ///< from the cursor on, while they may be being read
  EventId cursor_{};               ///< the first that was not read ahead
  EventId last_id_{};              ///< of pushes that are done
  EventId next_id_{};
  std::uint64_t live_ = 0;
  std::uint64_t dead_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t in_flight_ = 0;  ///< handing, in_flight, dying
  std::uint64_t delayed_ = 0;
  std::uint64_t pushing_ = 0;  ///< events whose push has begun
  std::uint64_t pushing_bytes_ = 0;
  std::uint64_t back_order_ = 0;
  bool loading_ = false;
};

}  // namespace lockstep::queue
