// A node's disk: files and directories that survive the node, and that lose what was not synced
// when the power fails. Synchronous, on the caller's thread; how long calls would have taken is
// returned as data (`take_elapsed`), so that a world can schedule it.
//
// Model: a file's sync makes its data durable, a directory's sync its names; a power cut keeps that
// and a drawn subset of the rest. Not modelled: symbolic links, permissions, times, mmap, sparse
// allocation, a directory that is itself lost (name_tree.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "sim/disk/disk_faults.hpp"
#include "sim/disk/file_image.hpp"
#include "sim/disk/name_tree.hpp"

namespace lockstep::sim {

/// What calls cost, before a slow-disk fault. The defaults are those of a fast NVMe device.
struct DiskTiming {
  Nanos call = microseconds(2);    ///< every call
  Nanos per_kib = Nanos(250);      ///< read or written
  Nanos sync = microseconds(100);  ///< of a file or a directory
};

struct DiskOptions {
  Seed seed;
  NodeId node;
  DiskTiming timing = {};
  /// Bounds the memory of a world; a real disk fills up too.
  std::uint64_t bytes_max = std::uint64_t{1} << 30U;
};

struct DiskCounters {
  std::uint64_t calls = 0;  ///< that change the disk or sync it: what `die_at_call` counts
  std::uint64_t bytes_written = 0;
  std::uint64_t syncs = 0;
  std::uint64_t crashes = 0;
  std::uint64_t files_lost = 0;    ///< files that no name led to after a crash
  Loss lost;                       ///< by crashes and failed syncs
  std::uint64_t failed_calls = 0;  ///< by an injected fault, disk-full included
  std::uint64_t bits_rotten = 0;
};

enum class OpenMode : std::uint8_t {
  existing,      ///< not_found if there is none
  create,        ///< keeps what is there
  create_empty,  ///< truncates what is there
};

enum class CrashKind : std::uint8_t {
  process,  ///< the kernel lives on: what was written stays readable, still unsynced
  power,    ///< what was not synced survives by a draw
};

struct PathInfo {
  bool is_directory = false;
  std::uint64_t size_bytes = 0;
};

class Disk;
/// An open file. Follows the file, not the name: renamed or removed, it goes on. Every handle is
/// dead after a crash (`closed`). The Disk outlives it.
/// Errors of every call: `closed` (definite); `io_error` when the disk is off, died at this call or
/// an injected fault says so: of writes and syncs indefinite, a part may have happened.
class DiskFile {
 public:
  /// Writes behind the end. `disk_full`, indefinite: a prefix may have been written.
  Result<void> append(std::string_view bytes);
  /// Writes at `offset`; a gap reads as zeros. Errors as `append`.
  Result<void> write_at(std::uint64_t offset, std::string_view bytes);
  /// Reads up to `into.size()` bytes; fewer (0 too) only at the end of the file.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into);
  Result<std::string> read_all();
  Result<void> truncate(std::uint64_t size_bytes);
  /// What was written through any handle is durable. After an injected `io_error` the fate of
  /// everything unsynced is decided, unseen: a later sync that succeeds does not make it durable
  /// (Rebello et al., USENIX ATC 2020).
  Result<void> sync();
  [[nodiscard]] Result<std::uint64_t> size() const;

 private:
  friend class Disk;
  struct Inode;
  DiskFile(Disk& disk, std::shared_ptr<Inode> inode);
  [[nodiscard]] Result<void> check_alive() const;

  Disk* disk_;
  std::shared_ptr<Inode> inode_;
  std::uint64_t incarnation_;
};

class Disk {
 public:
  explicit Disk(const DiskOptions& options);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  // ---- names; errors beside DiskFile's: not_found, invalid_argument, limit ----------------------
  Result<DiskFile> open(std::string_view path, OpenMode mode);
  Result<void> remove(std::string_view path);
  /// Replaces a file at `to`. Atomic, durable after a sync of either directory.
  Result<void> rename(std::string_view from, std::string_view to);
  Result<void> link(std::string_view from, std::string_view to);
  /// No effect if it is there.
  Result<void> make_directory(std::string_view path);
  Result<void> remove_directory(std::string_view path);
  /// The names in it are durable. After an injected `io_error` they still wait for a sync.
  Result<void> sync_directory(std::string_view path);
  Result<std::vector<std::string>> list(std::string_view path);
  Result<PathInfo> info(std::string_view path);
  /// Advisory, of this incarnation: a second lock of the same path is refused (`limit`).
  Result<void> lock(std::string_view path);
  void unlock(std::string_view path);

  // ---- power ------------------------------------------------------------------------------------
  /// Ends this incarnation: handles and locks die, the disk is off until `power_on`.
  /// @param number  Keys the draws; count a node's crashes.
  /// @return what was lost by it.
  Loss crash(CrashKind kind, std::uint64_t number);
  void power_on();
  /// From the k-th next mutating call on (1 is the next one) every call fails, until `power_on`.
  /// That k-th call may have had its effect, as far as a crash keeps it.
  void die_at_call(std::uint64_t k);
  /// Called once, inside the call at which the disk dies.
  void on_death(std::function<void()> hook) { death_ = std::move(hook); }
  /// Whether calls can succeed now.
  [[nodiscard]] bool is_on() const { return power_ == Power::on; }

  // ---- faults -----------------------------------------------------------------------------------
  /// Arms a fault (disk_faults.hpp). Errors, definite: invalid_argument.
  Result<void> inject(FaultId fault, std::string_view verb, std::int64_t amount);
  /// Disarms all faults; what was lost stays lost, what is rotten stays rotten.
  void heal() { faults_.clear(); }
  /// Called each time an injected fault changed something.
  void on_effective(std::function<void(FaultId)> hook) { effective_ = std::move(hook); }
  /// Flips one durable bit of a file, for tests. Errors: not_found, invalid_argument (no such
  /// byte).
  Result<void> flip_bit(std::string_view path, std::uint64_t offset, unsigned bit);

  // ---- what came of it --------------------------------------------------------------------------
  [[nodiscard]] const DiskCounters& counters() const { return counters_; }
  /// How long the calls since the last time would have taken.
  [[nodiscard]] Nanos take_elapsed() { return std::exchange(elapsed_, Nanos(0)); }
  /// The sizes of all files that have a name now.
  [[nodiscard]] std::uint64_t used_bytes() const;
  /// What writes may add, with the `full` fault as it is now.
  [[nodiscard]] std::uint64_t free_bytes() const;

 private:
  friend class DiskFile;
  using Inode = DiskFile::Inode;
  enum class Power : std::uint8_t { on, dying, off };  // dying: this call is the last one

  [[nodiscard]] Result<void> begin_call();
  [[nodiscard]] Result<void> begin_change();
  [[nodiscard]] Result<void> end_change(Result<void> done);
  void spend(Nanos cost) { elapsed_ += cost; }
  void report(FaultId fault);
  [[nodiscard]] std::optional<Error> injected(DiskFault kind, Effect effect);
  [[nodiscard]] UnitDraw call_draw(InodeId file) const;
  [[nodiscard]] UnitDraw crash_draw(std::uint64_t number, InodeId file) const;
  std::shared_ptr<Inode> add_inode();
  [[nodiscard]] Result<std::shared_ptr<Inode>> find_file(std::string_view path) const;
  std::uint64_t drop_unnamed();
  void rot(FaultId fault, std::int64_t bits);

  Result<void> write(Inode& inode, std::uint64_t offset, std::string_view bytes);
  Result<void> truncate(Inode& inode, std::uint64_t size_bytes);
  Result<std::size_t> read(const Inode& inode, std::uint64_t offset, std::span<char> into);
  Result<void> sync(Inode& inode);
  [[nodiscard]] std::uint64_t bytes_that_fit(const Inode& inode, std::uint64_t offset,
                                             std::uint64_t size) const;
  [[nodiscard]] std::uint64_t capacity() const;
  [[nodiscard]] Error no_space(Effect effect);

  DiskOptions options_;
  NameTree names_;
  std::map<InodeId, std::shared_ptr<Inode>> inodes_;
  std::shared_ptr<std::uint64_t> held_bytes_;  // used_bytes() and what is removed but still held
  std::uint64_t next_inode_ = 1;
  std::uint64_t incarnation_ = 0;
  std::optional<std::uint64_t> calls_left_;  // until the disk dies
  Power power_ = Power::on;
  std::set<std::string, std::less<>> locks_;
  DiskFaults faults_;
  DiskCounters counters_;
  Nanos elapsed_{0};
  std::function<void(FaultId)> effective_;
  std::function<void()> death_;
};

}  // namespace lockstep::sim
