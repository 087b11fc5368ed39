// What stands beside every rate: the distribution of latencies and the memory that it took; and the
// end of a program whose answer was wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::bench {

using Clock = std::chrono::steady_clock;
using Latencies = std::vector<std::int64_t>;  ///< ns

[[nodiscard]] inline std::int64_t ns_since(Clock::time_point start) {
  return (Clock::now() - start).count();
}

/// A wrong answer has no rate, nor has what cannot be asked: prints why, and ends the program
/// with 1.
[[noreturn]] void give_up(const std::string& why);

/// The latency that so large a part of `ns` does not exceed; `ns` is sorted and not empty.
[[nodiscard]] double quantile_us(const Latencies& ns, double part);

/// The most memory that this process had at once since it was made.
class MemoryMark {
 public:
  MemoryMark();
  [[nodiscard]] double peak_MiB() const;
};

/// Bytes that this process has in memory now.
[[nodiscard]] std::int64_t resident_bytes();

}  // namespace lockstep::bench
