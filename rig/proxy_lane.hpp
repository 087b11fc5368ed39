// One direction of one proxied connection: what was read and may not be delivered yet.
// Internal to proxy.cpp. A plain machine: it neither reads nor writes.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"

namespace lockstep::rig {

/// What faults do to one direction of a link at the moment.
struct WayState {
  std::vector<FaultId> cuts;
  std::vector<FaultId> clogs;
  std::optional<FaultId> slowed_by;
  Nanos extra{};

  [[nodiscard]] bool holds() const { return !cuts.empty() || !clogs.empty(); }
};

class Lane {
 public:
  /// Bytes kept back before the lane reads no more: more than Redis or a client send unasked.
  static constexpr std::size_t bytes_max = std::size_t{8} << 20U;

  /// Takes what was read; empty: the end of the stream. Dropped when silent.
  void take(std::vector<std::byte> bytes, const WayState& way, MonoTime now);
  /// Cuts are over: what they held back is delivered, or the lane is silent from here on.
  void resolve_cut(bool delivers);
  void fall_silent();

  /// What may be delivered at `now`; nullptr: nothing. It stays until pop().
  [[nodiscard]] const std::vector<std::byte>* ready(const WayState& way, MonoTime now) const;
  void pop();
  /// When the next will be ready, if time is all that it waits for.
  [[nodiscard]] std::optional<MonoTime> due(const WayState& way) const;

  [[nodiscard]] bool is_full() const { return bytes_ >= bytes_max; }
  [[nodiscard]] bool has_lost() const { return has_lost_; }
  [[nodiscard]] bool is_silent() const { return is_silent_; }
  /// The stream ended, and nothing of it is left to deliver.
  [[nodiscard]] bool is_over() const { return ended_ && (is_silent_ || queue_.empty()); }

 private:
  struct Chunk {
    std::vector<std::byte> bytes;
    MonoTime due{};
  };
  std::deque<Chunk> queue_;
  std::size_t bytes_ = 0;
  MonoTime last_due_{};
  bool has_lost_ = false;  ///< a cut held something back
  bool is_silent_ = false;
  bool ended_ = false;
};

}  // namespace lockstep::rig
