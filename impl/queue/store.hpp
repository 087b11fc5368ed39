// QueueStore: a queue's RocksDB database. Opens and repairs it, writes batches, reads events in the
// order of ids. Blocking; one call at a time, from any thread.
//
// After any failed write the store is poisoned: RocksDB may or may not have kept it, so nothing
// more is written until the queue is opened again.
//
// Not here: what is ready or in flight (engine.hpp).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/queue/batch.hpp"

namespace rocksdb {
class DB;
class Env;
class FileLock;
class Iterator;
class Snapshot;
class Status;
class WriteBatch;
struct Options;
}  // namespace rocksdb

namespace lockstep::queue {

struct StoreOptions {
  std::string path;                                   ///< the folder; made if it is not there
  rocksdb::Env* env = nullptr;                        ///< files and time; outlives the store
  void (*adapt)(rocksdb::Options&, void*) = nullptr;  ///< last word on RocksDB's options
  void* adapt_context = nullptr;
  std::uint64_t reserve_bytes = 0;
  bool eager = false;
};

struct StoredEvent {
  EventId id{};
  std::string payload;
};

struct StoredAttempt {
  EventId id{};
  Attempt attempt;
};

/// Of Batch::put_data().
struct StoredData {
  std::string name;
  std::string value;
};

/// Events in the order of ids, and where to go on.
struct Loaded {
  std::vector<StoredEvent> events;
  EventId next{};              ///< no event of the call's range below it was left out
  std::vector<Damage> damage;  ///< what could not be read on the way
};

/// The database as of one moment. It keeps the files open, also after the store was closed.
using StoreView = std::shared_ptr<const rocksdb::Snapshot>;

class QueueStore {
 public:
  /// Opens the queue at `options.path`, made if there is none. Looks at the write-ahead logs first
  /// and repairs them where acknowledged writes were damaged; the damaged files are kept beside,
  /// named NNNNNN.log.damaged. What it says in recovery() is durable when it returns.
  /// Errors, definite: in_use - another process or object has it open; newer_format; corrupt -
  /// nothing was changed, and it says what cannot be read; io_error, disk_full.
  [[nodiscard]] static Result<std::unique_ptr<QueueStore>> open(const StoreOptions& options);
  ~QueueStore();
  QueueStore(const QueueStore&) = delete;
  QueueStore& operator=(const QueueStore&) = delete;

  [[nodiscard]] const Recovery& recovery() const { return recovery_; }
  /// As of the last write.
  [[nodiscard]] const Meta& meta() const { return meta_; }
  /// Counts and delays of deliveries, as of open().
  [[nodiscard]] std::vector<StoredAttempt> take_attempts() { return std::move(attempts_); }

  /// Writes `batches` as one. Durable when it returns if `durable`; else with the next durable one.
  /// @param first_id  No unacked event is below it; kept for the next open().
  /// Errors: io_error, disk_full, both indefinite; and definite ones once poisoned: io_error.
  Result<void> write(std::span<const Batch* const> batches, bool durable, EventId first_id);
  [[nodiscard]] bool is_poisoned() const { return poisoned_; }
  /// Everything written is durable. Errors as write().
  Result<void> sync();

  /// Whether so many more bytes leave the reserve. Errors, definite: disk_full.
  [[nodiscard]] Result<void> check_space(std::uint64_t bytes) const;

  /// Up to `count_max` events from `from` up to `last`, of up to `bytes_max` (one at least).
  /// Errors, definite: io_error.
  [[nodiscard]] Result<Loaded> load(EventId from, EventId last, std::size_t count_max,
                                    std::size_t bytes_max, const StoreView& view = nullptr);
  [[nodiscard]] StoreView view();
  /// Errors, definite: not_found; corrupt; newer_format; io_error.
  [[nodiscard]] Result<std::string> get(EventId id, const StoreView& view = nullptr) const;
  [[nodiscard]] Result<DeadLetter> get_dead(EventId id) const;
  /// nullopt: there is none. Errors, definite: corrupt; newer_format; io_error.
  [[nodiscard]] Result<std::optional<std::string>> get_data(std::string_view name) const;
  /// Up to `count_max` whose names begin with `prefix`, from `from` on, in the order of names.
  /// Those that do not check out are left out and named in `damaged`, if that is given. Errors as
  /// get_data().
  [[nodiscard]] Result<std::vector<StoredData>> scan_data(
      std::string_view prefix, std::string_view from, std::size_t count_max,
      std::vector<std::string>* damaged = nullptr) const;
  /// From `from` on, in the order of ids, up to `count_max`. Those that cannot be read are in
  /// `damage`. Errors, definite: io_error.
  [[nodiscard]] Result<std::vector<DeadLetter>> dead(EventId from, std::size_t count_max,
                                                     std::vector<Damage>& damage);
  /// Writes down what was found damaged, so that it is reported again at the next open.
  Result<void> note_damage(const Damage& damage);
  /// Counts anew what is there, and adds damage found on the way to recovery(). Errors, definite:
  /// io_error.
  Result<void> recount();
  /// Forgets all damage that was reported. Errors as write().
  Result<void> forget_damage();

 private:
  struct Unlock {
    rocksdb::Env* env;
    void operator()(rocksdb::FileLock* lock) const;
  };
  using Lock = std::unique_ptr<rocksdb::FileLock, Unlock>;

  QueueStore(const StoreOptions& options, Lock lock, std::unique_ptr<rocksdb::DB> db);
  static Result<Lock> take_lock(const StoreOptions& options);
  Result<void> load_state(std::uint64_t last_written);
  Result<void> rebuild_meta();
  Result<void> load_attempts();
  Result<void> load_damage();
  Result<void> begin_generation();
  Result<void> commit(rocksdb::WriteBatch& all, const Meta& next, bool durable);
  [[nodiscard]] Meta following() const;
  void add_damage(Damage damage);
  void salvage(const IdRange& ids, const std::string& why, const StoreView& view_of,
               Loaded& loaded) const;
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(
      const rocksdb::Snapshot* view = nullptr) const;
  [[nodiscard]] EventId first_readable(rocksdb::Iterator& at, RecordKind kind, EventId after,
                                       EventId last) const;

  StoreOptions options_;
  Lock lock_;
  std::shared_ptr<rocksdb::DB> db_;  ///< shared with views
  Meta meta_;
  Recovery recovery_;
  std::vector<StoredAttempt> attempts_;
  std::atomic<bool> poisoned_{false};
};

}  // namespace lockstep::queue
