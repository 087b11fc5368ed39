// How a world reaches the disk of a node, whatever it is made of (sim/disk, or RocksDB over it).
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace rocksdb {
class Env;
struct Options;
}  // namespace rocksdb

namespace lockstep::sim {

/// What a disk may ask of the incarnation that uses it.
class DiskHost {
 public:
  virtual ~DiskHost() = default;
  /// Runs a background job from the loop after a drawn delay; dropped if the node dies before.
  virtual void run_later(std::function<void()> job) = 0;
  [[nodiscard]] virtual WallTime wall_now() const = 0;
};

class DiskPort {
 public:
  virtual ~DiskPort() = default;
  /// The node dies now, and some of its code may still run or unwind: from here every call fails,
  /// until power_cut() returns.
  virtual void power_off() {}
  /// Power fails: what was not durable is kept only as far as the draws of `crash_number` say.
  /// @return how many writes, truncations or names were lost.
  virtual std::uint64_t power_cut(std::uint64_t crash_number) = 0;
  /// Applies a verb of Verbs::disk(). Errors, definite: invalid_argument (no such verb).
  virtual Result<void> apply(FaultId fault, std::string_view verb, std::int64_t amount) = 0;
  /// How often `fault` touched a call or a byte so far.
  [[nodiscard]] virtual std::uint64_t effective(FaultId fault) const = 0;
  /// Ends every fault that lasts.
  virtual void heal() = 0;
  /// How long the calls since the last time would have taken.
  [[nodiscard]] virtual Nanos take_elapsed() { return Nanos(0); }

  /// RocksDB's view of it for a new incarnation, which outlives all use of it. nullptr: none.
  [[nodiscard]] virtual rocksdb::Env* rocks_env(DiskHost&) { return nullptr; }
  virtual void adapt(rocksdb::Options&) {}
};

}  // namespace lockstep::sim
