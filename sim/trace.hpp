// The trace of a run: a rolling 128-bit hash over every event, 16 bits of it per event (the path,
// by which a replay names the event where it left), and, on demand, one readable record per event.
#pragma once

#include <cstdint>
#include <string_view>
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

  void add(Nanos time, NodeId node, EventKind kind, std::uint64_t payload) {
    hash_.add(static_cast<std::uint64_t>(time.count()));
    hash_.add((payload << 16U) ^ (payload >> 48U) ^
              ((static_cast<std::uint64_t>(node.value) << 8U) | static_cast<std::uint64_t>(kind)));
    const auto bits = static_cast<std::uint16_t>(hash_.high() >> 48U);
    path_.push_back(bits);
    if (sink_ != nullptr) sink_->on({path_.size() - 1, time, node, kind, payload, bits});
  }

  [[nodiscard]] const RollingHash& hash() const { return hash_; }
  [[nodiscard]] std::uint64_t events() const { return path_.size(); }
  [[nodiscard]] const std::vector<std::uint16_t>& path() const { return path_; }
  [[nodiscard]] std::vector<std::uint16_t> take_path() { return std::move(path_); }

 private:
  RollingHash hash_;
  std::vector<std::uint16_t> path_;
  TraceSink* sink_ = nullptr;
};

}  // namespace lockstep::sim
