// The entropy that RocksDB draws inside itself: heights of skip-list nodes and the ids of sessions
// and files. While a world runs on this thread, they come from that world's seed: the definitions
// in entropy.cpp take the place of those in the shared library, which are used on all other
// threads.
//
// entropy.cpp also keeps out of a world what else RocksDB asks of the operating system: a thread
// for periodic tasks, and the time for lines of a log that nobody reads.
//
// self_test() notices when a build or another version of the library goes round them.
#pragma once

#include <cstdint>

#include "impl/base/ids.hpp"

namespace lockstep::sim {

/// From construction to destruction RocksDB's entropy on this thread is a function of `seed` and of
/// the draws before. Nested: the first one's seed counts.
class RocksEntropy {
 public:
  explicit RocksEntropy(Seed seed);
  RocksEntropy(const RocksEntropy&) = delete;
  RocksEntropy& operator=(const RocksEntropy&) = delete;
  ~RocksEntropy();

  /// Draws that RocksDB made on this thread since the outermost one began.
  [[nodiscard]] static std::uint64_t draws();
  /// Whether one exists on this thread.
  [[nodiscard]] static bool in_world();
};

}  // namespace lockstep::sim
