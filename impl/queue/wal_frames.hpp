// The frames of RocksDB's write-ahead log, and of its manifest: blocks of 32 KiB, in them fragments
// with a masked CRC-32C, a length and a type, which make up records. Reads what is whole around
// what is damaged, which RocksDB itself does not, and writes files that RocksDB reads.
//
// Source: db/log_format.h of RocksDB 7.8. Not read: recycled logs, compressed logs (a queue's
// options exclude both).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace lockstep::queue {

struct WalExtent {
  std::uint64_t sound_end = 0;  ///< end of the last whole record in front of all damage
  std::uint64_t whole_end = 0;  ///< end of the last whole record
  std::uint64_t tail = 0;       ///< bytes behind it, padding of its block not counted
};

/// Calls `found(record, offset of its first frame)` for every whole record of a log file's content,
/// in order. A frame whose checksum is wrong is left out with what follows it up to the next good
/// one, which in its block is looked for at every byte.
WalExtent read_frames(std::string_view file,
                      const std::function<void(std::string_view, std::uint64_t)>& found);

/// Appends `record` to a log file's content.
void append_frames(std::string& file, std::string_view record);

}  // namespace lockstep::queue
