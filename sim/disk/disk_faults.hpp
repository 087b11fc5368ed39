// Which faults of a disk are armed, and how much of each is left. Bookkeeping only; disk.cpp acts.
//
//   verb           amount                  what happens
//   fail-sync      calls                   the next syncs fail; see DiskFile::sync
//   fail-read      calls                   the next reads fail
//   fail-write     calls                   the next writes fail after a drawn part of their bytes
//   full           bytes still free        writes beyond that get disk_full after what fits
//   slow           ns per call             every call takes so much longer
//   rot            bits                    flips that many drawn bits of files, at once, for good
//   lose-unsynced  -                       the next crash keeps nothing that was not synced
//   torn-write     -                       the next crash leaves holes or a zeroed tail
//
// A negative amount disarms the verb again; what rotted stays rotten.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "impl/base/ids.hpp"

namespace lockstep::sim {

enum class DiskFault : std::uint8_t {
  fail_sync,
  fail_read,
  fail_write,
  full,
  slow,
  rot,
  lose_unsynced,
  torn_write
};

/// nullopt: no such verb.
[[nodiscard]] std::optional<DiskFault> disk_fault(std::string_view verb);
[[nodiscard]] std::string_view name_of(DiskFault kind);

struct ArmedFault {
  FaultId fault;
  std::int64_t amount = 0;
};

class DiskFaults {
 public:
  /// Several of one kind: calls are used up in order of arming; of the others the newest counts.
  void arm(DiskFault kind, ArmedFault fault);
  void clear();
  /// The one that counts now, if any.
  [[nodiscard]] std::optional<ArmedFault> armed(DiskFault kind) const;
  /// Uses up one call of a kind counted in calls; or, with `all`, disarms the kind.
  std::optional<FaultId> use_call(DiskFault kind);
  std::optional<FaultId> use_all(DiskFault kind);

 private:
  static constexpr std::size_t kinds = 8;
  [[nodiscard]] std::vector<ArmedFault>& of(DiskFault kind) {
    return armed_[static_cast<std::size_t>(kind)];
  }
  std::array<std::vector<ArmedFault>, kinds> armed_;
};

}  // namespace lockstep::sim
