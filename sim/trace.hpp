// The trace of a run: a rolling 128-bit hash over every event, 16 bits of it per event (the path,
// by which a replay names the event where it left), and, on demand, one readable record per event.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "impl/base/hash.hpp"
#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"
#include "sim/event_queue.hpp"

namespace lockstep::sim {

/// One event as it happens. `detail` lives only during the call.
struct TraceRecord {
  std::uint64_t number = 0;  ///< from 0
  Nanos time{};
  NodeId node = no_node;
  EventKind kind{};
  std::uint64_t payload = 0;  ///< digest: of the bytes, or of the outcome
  std::uint16_t path = 0;     ///< 16 bits of the rolling hash after this event
};

/// Receives every event of a run. Must not touch the world.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void on(const TraceRecord& record) = 0;
};

class Trace {
 public:
  void set_sink(TraceSink* sink) { sink_ = sink; }
  /// The number of each event (from 0) is stored here before the event acts: for a watchdog or a
  /// signal handler on another thread. It outlives the trace; nullptr: nowhere.
  void set_events_begun(std::atomic<std::uint64_t>* events_begun) { events_begun_ = events_begun; }

  void add(Nanos time, NodeId node, EventKind kind, std::uint64_t payload) {
    hash_.add(static_cast<std::uint64_t>(time.count()));
    hash_.add((payload << 16U) ^ (payload >> 48U) ^
              ((static_cast<std::uint64_t>(node.value) << 8U) | static_cast<std::uint64_t>(kind)));
    const auto bits = static_cast<std::uint16_t>(hash_.high() >> 48U);
    path_.push_back(bits);
    const std::uint64_t number = events_++;
    if (events_begun_ != nullptr) events_begun_->store(number, std::memory_order_relaxed);
    if (sink_ != nullptr) sink_->on({number, time, node, kind, payload, bits});
  }

  [[nodiscard]] const RollingHash& hash() const { return hash_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] const std::vector<std::uint16_t>& path() const { return path_; }
  /// The path so far; what happens later is recorded from there on.
  [[nodiscard]] std::vector<std::uint16_t> take_path() { return std::exchange(path_, {}); }

 private:
  RollingHash hash_;
  std::vector<std::uint16_t> path_;
  std::uint64_t events_ = 0;
  TraceSink* sink_ = nullptr;
  std::atomic<std::uint64_t>* events_begun_ = nullptr;
};

}  // namespace lockstep::sim
