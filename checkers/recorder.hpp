// Appends to a history while it happens. One call is one struct pushed to a vector: nothing is
// formatted, nothing is hashed, and names were interned before.
//
// Not thread-safe: a live run gives all its calls to one strand. Threads of the run are logical
// ones (a client's keeper, its worker), each doing one operation at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checkers/history.hpp"
#include "impl/base/time.hpp"

namespace lockstep::checkers {

/// One thing at a time, for the whole run; its process number changes after each `info`.
using ThreadId = StrongId<struct ThreadTag, std::uint32_t>;

/// What is known when an operation is sent. Times since the start of the run.
struct Invocation {
  Nanos time{};
  NameId f{};
  NameId node{};
  NameId key{};
  LeaseId lease{};
  OwnerId owner{};
  Nanos ttl{};           ///< acquire, renew
  FencingToken token{};  ///< write, read, raise
  NameId sink{};
  std::optional<std::int64_t> value{};
  MessageId id{};  ///< ack, nack, extend, redrive
  NameId cause{};
  std::uint16_t attempt = 0;
};

/// Where a sink's answer says that the operation took effect.
struct Commit {
  std::uint64_t index = 0;  ///< greater for later ones of the same sink
  Nanos at{};
};

/// What an answer adds to its invocation. Absent fields keep what the invocation said.
struct Answer {
  Nanos time{};
  LeaseId lease{};       ///< where the lock itself names the acquisition
  FencingToken token{};  ///< of the granted lease
  FencingToken seen{};   ///< refused by a sink: the token that was higher
  NameId error{};        ///< fail, info: why
  NameId cause{};
  std::optional<std::int64_t> value{};
  std::optional<Commit> commit{};
  MessageId id{};  ///< push, pop
  std::uint16_t attempt = 0;
};

/// What the nemesis did: name::crash with its node, name::heal, name::final_mark, name::clock_step
/// with its jump as value, or any other name, which witnesses may show and no rule reads.
struct Marker {
  Nanos time{};
  NameId f{};
  NameId node{};
  std::optional<std::int64_t> value{};
};

class Recorder {
 public:
  /// Appends to `history`, which outlives the recorder and is touched by nobody else meanwhile.
  /// Every call requires a time not before that of the call before (Order::total), and times in
  /// [0, time_max_ns).
  explicit Recorder(History& history) : history_(history) {}

  /// A new logical thread.
  [[nodiscard]] ThreadId thread();

  /// The operation is about to be sent. Requires that the thread has none open.
  /// @return How the answer refers to it, whatever is forgotten meanwhile; no_event when the
  /// history
  ///         is full (then the event is counted in History::dropped, and answers to it are
  ///         ignored). Where nothing was forgotten it is its position in the history.
  EventIndex invoke(ThreadId thread, const Invocation& what);

  /// Completes an operation, once. Requires that `operation` is open. Ignored if it was forgotten.
  void ok(EventIndex operation, const Answer& answer);
  void fail(EventIndex operation, const Answer& answer);
  /// The thread goes on under a new process number.
  void info(EventIndex operation, const Answer& answer);

  /// The thread died with its node: an open operation stays open for ever, which reads as info.
  void abandon(ThreadId thread);

  EventIndex mark(const Marker& what);

  /// Takes out of the history the events for which `needed` is false, and numbers the rest anew;
  /// both ends of an operation go or stay. Requires one bool per event, and no resolutions yet.
  void forget(const std::vector<bool>& needed);

  /// Says what became of an operation that is open or ended as info, once; `operation` is its
  /// position in the history. Nothing happens, and
  /// false is returned, if its client was answered, or if it is no_event or resolved already.
  /// Requires, where it happened, a time not before the invocation.
  bool resolve(EventIndex operation, bool happened, Nanos at);

 private:
  struct Thread {
    ProcessId process{};
    EventIndex open = no_event;
  };

  /// An invocation from before the last forget() that was open then.
  struct Moved {
    EventIndex handle;
    EventIndex position;
  };

  EventIndex append(const Event& event);
  /// Where the invocation that invoke() called `handle` is now; no_event: forgotten.
  [[nodiscard]] EventIndex position_of(EventIndex handle) const;
  [[nodiscard]] EventIndex handle_of(EventIndex position) const;
  void complete(EventIndex handle, EventType type, const Answer& answer);
  [[nodiscard]] ProcessId new_process() { return ProcessId{next_process_++}; }

  History& history_;
  std::vector<Thread> threads_;
  std::vector<ThreadId> thread_of_;  ///< by process
  std::vector<bool> resolved_;       ///< by event, as far as needed
  std::uint32_t next_process_ = 0;
  // Of handles from `first_unmoved_` on the position is `forgotten_` less.
  std::uint32_t forgotten_ = 0;
  std::uint32_t first_unmoved_ = 0;
  std::vector<Moved> moved_;  ///< by handle, and by position
};

}  // namespace lockstep::checkers
