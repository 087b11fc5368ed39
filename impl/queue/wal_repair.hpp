// Reads the write-ahead logs of a queue's database before RocksDB does, and mends them where
// RocksDB would refuse them, or silently drop acknowledged writes (its default, point-in-time
// recovery, drops all behind a flipped bit and says OK).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/queue/store.hpp"

namespace lockstep::queue {

/// What RocksDB will find.
struct WalState {
  std::uint64_t last_sequence = 0;  ///< of the last whole write that is kept; 0: there is none
  std::uint64_t trimmed_bytes = 0;  ///< torn bytes behind it
  bool has_tails = false;           ///< some file ends in bytes that are no whole write
};

/// Whether there is a database at `options.path`. Errors, definite: corrupt - there are data files,
/// but CURRENT, which names the others, is gone; io_error.
[[nodiscard]] Result<bool> has_database(const StoreOptions& options);

/// Requires that nobody else has the database open. A repair is atomic per file and may be
/// interrupted anywhere. Errors, definite: corrupt - a log that is none of a queue; newer_format;
/// io_error, disk_full.
[[nodiscard]] Result<WalState> mend_wal(const StoreOptions& options);

}  // namespace lockstep::queue
