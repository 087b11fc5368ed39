// A history: what clients asked, what they were told and when, and what the nemesis did to them.
// The in-memory form is typed and flat, so that a simulation can afford to record everything.
// The file form is JSONL (history_file.hpp); how to record one is recorder.hpp.
//
// Not here: what any of it means (that is for the checkers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "checkers/names.hpp"
#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"

namespace lockstep::checkers {

/// Position of an event in its history; an operation is known by the index of its invocation.
using EventIndex = StrongId<struct EventIndexTag, std::uint32_t>;
inline constexpr EventIndex no_event{0xffffffffU};

/// Does one thing at a time. A process whose operation ended as `info` is never used again.
using ProcessId = StrongId<struct ProcessTag, std::uint32_t>;
inline constexpr ProcessId nemesis{0xffffffffU};

/// Which acquisition: drawn before an acquire is sent, the same in its retries. 0: none recorded.
using LeaseId = StrongId<struct LeaseTag, std::uint64_t>;

/// Who a lock believes its client to be (label and nonce), if one identity takes leases one after
/// the other and a later one replaces an earlier one. 0: each lease is an identity of its own.
using OwnerId = StrongId<struct OwnerTag, std::uint32_t>;

/// A message of a queue, as the queue numbers them, never twice. 0: none recorded.
using MessageId = StrongId<struct MessageTag, std::uint64_t>;

enum class EventType : std::uint8_t {
  invoke,  ///< asked
  ok,      ///< it happened
  fail,    ///< it did not happen and will not
  info,    ///< it may have happened, or may at any time from now on; also what the nemesis does
};

/// One line of a history. Completions repeat what their invocation said, so that each event can be
/// understood alone. Zero and the empty name mean absent, but for `value` and the commit.
struct Event {
  std::int64_t time_ns = 0;  ///< since the start of the run: true time in a world, else one clock
  LeaseId lease{};
  MessageId id{};           ///< of a queue; of `damage`, the first of a range
  FencingToken token{};     ///< of a granted lease; presented to a sink by read, write, raise; of a
                            ///< queue: which opening of it, a part of every receipt
  FencingToken seen{};      ///< the higher token that a sink names when it refuses
  std::int64_t ttl_ns = 0;  ///< of pop, extend: visibility timeout, 0 none; of nack: the delay
  std::int64_t value = 0;   ///< written or read; of clock-step: the jump in ns
  std::int64_t commit_ns = 0;  ///< when the sink took effect, on the clock of `time_ns`
  std::uint64_t commit_index = 0;
  ProcessId process{};
  EventIndex pair = no_event;  ///< completion of an invocation, invocation of a completion
  NameId f{};
  NameId node{};
  NameId key{};  ///< of the lock; a sink serves the lock of the same key
  NameId error{};
  NameId cause{};
  NameId sink{};  ///< which sink, where there are several
  OwnerId owner{};
  std::uint16_t attempt = 0;  ///< from 1
  EventType type = EventType::invoke;
  bool has_value = false;
  bool has_commit = false;

  friend bool operator==(const Event&, const Event&) = default;
};

/// What the services' own logs say about an operation that its client saw end as `info`.
struct Resolution {
  EventIndex operation{};  ///< its invocation
  bool happened = false;
  std::int64_t at_ns = 0;  ///< when; 0 unless it happened
  friend bool operator==(const Resolution&, const Resolution&) = default;
};

/// What comes before what.
enum class Order : std::uint8_t {
  total,      ///< the index; times never fall (one world, one loop)
  real_time,  ///< strictly smaller time; equal times are concurrent ("time" in files)
};

using ParamValue = std::variant<std::int64_t, bool, std::string>;

/// What checkers must know about the run. All times in ns, none negative.
struct Params {
  std::int64_t ttl_ns = 0;     ///< where an operation carries none; 0: there is none
  std::int64_t drift_ppm = 0;  ///< bound on the rate of the store's clock, 0..999,999
  std::int64_t eps_ns = 0;     ///< bound on its other errors: granularity, lazy expiry
  bool single_copy = false;    ///< the store has one commit point (not Redlock)
  bool fenced = true;          ///< the guarded resource compares tokens
  // What the liveness rule may expect.
  std::int64_t retry_ns = 0;       ///< longest wait between two tries of a waiter, without jitter
  std::int64_t jitter_ns = 0;      ///< added to each wait at most
  std::int64_t round_trip_ns = 0;  ///< all round trips that one try may take, deadlines included
  std::int64_t bound_ns = 0;       ///< slack of the liveness phase; 0: liveness is not promised
  std::int64_t period_ns = 0;      ///< of tasks: longest from one due moment to the next; 0: none
  std::int64_t attempts_max = 0;   ///< deliveries before a message is a dead letter; 0: no end
  /// Anything else worth keeping, in order; carried, not understood.
  std::vector<std::pair<std::string, ParamValue>> extra;
  friend bool operator==(const Params&, const Params&) = default;
};

struct Header {
  std::string scenario;
  Seed seed{};
  std::string commit;  ///< of the build that recorded it
  std::string model;   ///< which checker; empty: found out from the operations
  Order order = Order::total;
  Params params;
  friend bool operator==(const Header&, const Header&) = default;
};

/// The version of history files that this build reads and writes.
inline constexpr std::int64_t history_schema = 1;
/// Events of one history: 8 times what the longest allowed scenario records, below 2 GiB.
inline constexpr std::size_t events_max = 1U << 24U;
/// Every time, ttl and bound stays below it, so that sums of a few never overflow: 146 years.
inline constexpr std::int64_t time_max_ns = std::int64_t{1} << 62U;

struct History {
  Header header;
  Names names;
  std::vector<Event> events;
  std::vector<Resolution> resolutions;  ///< at most one per operation
  std::uint64_t dropped = 0;            ///< events beyond events_max: such a history is not judged

  [[nodiscard]] std::string_view text(NameId id) const { return names.text(id); }
};

}  // namespace lockstep::checkers
