// What a queue's write-ahead logs hold, and what is to be done about what they do not.
//
// Every write of a queue carries its number and the number of the last write that was durable
// before it (Meta). So a hole can be judged, which RocksDB cannot: if some write behind it says
// that a missing one was durable, then acknowledged data was damaged ("rot"): all whole writes are
// kept and the hole is reported. If none says so, it is what a power cut leaves of writes that
// nobody was told about ("torn"): the queue ends there, so that what is left is a prefix.
//
// Not told apart: damage in the very last write from a torn one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/queue/format.hpp"

namespace lockstep::queue {

/// One write found in a log.
struct WalWrite {
  Meta meta;
  std::uint64_t rocks_sequence = 0;  ///< RocksDB's own number of its first entry
  EventId first_pushed{};            ///< the lowest id it pushes; 0: none
  std::size_t file = 0;              ///< index into WalContent::files
  std::uint64_t offset = 0;          ///< of its first frame there
};

struct WalFile {
  std::string name;  ///< in the database's folder: "000012.log"
  std::uint64_t number = 0;
  std::uint64_t tail_bytes = 0;  ///< behind its last whole write
};

struct WalContent {
  std::vector<WalFile> files;    ///< by number
  std::vector<WalWrite> writes;  ///< whole ones, in the order of files
};

/// Adds what `content` of a log file holds. Errors, definite: corrupt - a whole write that is not
/// of a queue; newer_format.
[[nodiscard]] Result<void> add_file(WalContent& wal, WalFile file, std::string_view content);

/// Writes between two that are there, durable once and gone now.
struct Hole {
  std::size_t before = 0;  ///< index of the write behind it
  std::uint64_t from = 0;  ///< first and last missing number
  std::uint64_t to = 0;
  IdRange lost;  ///< events that they pushed; empty: none
};

struct WalPlan {
  std::vector<Hole> rot;
  /// Writes from this index on are to be dropped: they stand behind a torn hole.
  std::optional<std::size_t> cut;
  /// The logs are whole and begin behind what the tables hold: RocksDB lost a table, or the end of
  /// its manifest, which it takes for torn. It must not be opened: it would delete what it forgot.
  bool lacks_tables = false;
  std::uint64_t trimmed_bytes = 0;  ///< torn bytes at the end of what is kept
  [[nodiscard]] bool is_repair() const { return !rot.empty() || cut.has_value(); }
};

/// @param flushed  The state as of what the tables hold.
[[nodiscard]] WalPlan plan_for(const WalContent& wal, const Meta& flushed);

/// The content that replaces log file `file`: its whole writes that are kept, and in the place of
/// each hole a write that says what is lost. `content` is what it holds now.
[[nodiscard]] std::string repaired(const WalContent& wal, const WalPlan& plan, std::size_t file,
                                   std::string_view content);

/// "writes 17 to 19 of 000012.log"
[[nodiscard]] std::string describe(const WalContent& wal, const Hole& hole);

}  // namespace lockstep::queue
