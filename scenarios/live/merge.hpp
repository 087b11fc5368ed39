// One history out of the histories of many processes on one host, whose times are all of the
// host's monotonic clock.
//
// Times are compared, and nothing else: the history is in Order::real_time, where operations that
// touch at one nanosecond are concurrent. Each worker's own times strictly rise, so what one worker
// did one after the other stays in order.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/recorder.hpp"
#include "impl/base/result.hpp"
#include "impl/lock/lease.hpp"
#include "scenarios/live/wire.hpp"

namespace lockstep::scenarios::live {

/// One process from its start to its end.
using LifeId = StrongId<struct LifeTag, std::uint32_t>;

class HistoryMerge {
 public:
  /// `history` has its header, and nothing else; it outlives the merge. Beyond `events_max` events
  /// are counted as dropped, with what answers them: such a history is not judged.
  explicit HistoryMerge(checkers::History& history, std::size_t events_max = checkers::events_max)
      : history_(history), events_max_(events_max) {}

  [[nodiscard]] LifeId begin_life();
  /// Names, leases and events; other messages are not for a history. Errors, definite: protocol - a
  /// message refers to what the life did not say before.
  [[nodiscard]] Result<void> take(LifeId life, const Message& message);
  /// Something that the nemesis did. Names are this history's.
  void mark(const checkers::Marker& what);
  [[nodiscard]] checkers::NameId name(std::string_view text) { return history_.names.intern(text); }

  /// Answers so far.
  [[nodiscard]] std::uint64_t completed() const { return completed_; }

  /// Puts everything in order. What came after `end` is left out: an operation that was answered
  /// then has no answer. Once, and the last call.
  void finish(Nanos end);

 private:
  struct Life {
    std::vector<checkers::NameId> names;
    std::vector<checkers::LeaseId> leases;
    std::vector<std::uint32_t> events;  ///< positions in events_, or `dropped`
    std::map<std::uint32_t, checkers::ProcessId> processes;
  };

  static constexpr std::uint32_t dropped = checkers::no_event.value;

  [[nodiscard]] Result<void> add(Life& life, checkers::Event event);
  [[nodiscard]] bool is_sound(const Life& life, const checkers::Event& event) const;
  void rename(Life& life, checkers::Event& event);
  [[nodiscard]] bool push(const checkers::Event& event);

  checkers::History& history_;
  std::size_t events_max_;
  std::vector<Life> lives_;
  std::map<lock::LeaseToken, checkers::LeaseId> leases_;
  std::uint32_t processes_ = 0;
  std::uint64_t completed_ = 0;
  std::vector<checkers::Event> events_;  ///< as they came; `pair` is a position here
};

}  // namespace lockstep::scenarios::live
