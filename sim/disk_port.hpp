// How a world reaches the disk of a node, whatever it is made of (sim/disk, or RocksDB over it).
#pragma once

#include <cstdint>
#include <string_view>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"

namespace lockstep::sim {

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
};

}  // namespace lockstep::sim
