// The ceiling of the locks: hiredis with a sliding window, sending what the lock sends. So many
// locks are taken and given back over and over by hand, each step as soon as the one before was
// answered, on one thread.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "bench/measure.hpp"
#include "bench/raw_redis.hpp"

namespace lockstep::bench {

/// What a slot does in turn, and what a whole round of it counts as.
enum class RawScheme : std::uint8_t {
  fenced,   ///< the scripts of RedisLock: acquire, release
  renewed,  ///< acquire once, then the renew script
  redlock,  ///< every server: acquire, confirm the fencing token, release
  plain,    ///< SET NX PX, compare and delete: no fencing token
};

struct RawShape {
  RawScheme scheme = RawScheme::fenced;
  std::size_t depth = 1;        ///< locks at a time
  std::size_t connections = 1;  ///< to one server; of redlock: servers
};

class RawWindow {
 public:
  explicit RawWindow(const RawShape& shape);
  /// Until at least `rounds` were done. @return how many were.
  std::uint64_t run(std::uint64_t rounds, Latencies* ns);

 private:
  struct Slot {
    std::string lease;
    std::string fence;
    std::string n;
    std::size_t step = 0;
    bool renewing = false;
    std::int64_t token = 0;
    Clock::time_point began;
  };
  struct Scripts {
    std::string acquire, renew, release, node_acquire, node_confirm, compare_delete;
  };
  [[nodiscard]] std::size_t steps() const;
  [[nodiscard]] std::vector<std::string> words_of(Slot& slot);
  void send(std::size_t index);
  void take(std::size_t index);
  void take_one(Slot& slot, RawRedis& from);
  void flush_all();

  RawShape shape_;
  std::deque<RawRedis> connections_;
  Scripts scripts_;
  std::vector<Slot> slots_;
  std::uint64_t drawn_ = 0;
};

}  // namespace lockstep::bench
