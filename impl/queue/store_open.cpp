// Opening: the lock, the logs, the database, and what it says of itself.
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>

#include "impl/queue/rocks.hpp"
#include "impl/queue/wal_repair.hpp"

namespace lockstep::queue {
namespace {

Result<void> make_folders(const StoreOptions& options) {
  rocksdb::Env& env = *options.env;
  for (std::size_t end = 1; end <= options.path.size(); ++end) {
    if (end < options.path.size() && options.path[end] != '/') continue;
    const rocksdb::Status made = env.CreateDirIfMissing(options.path.substr(0, end));
    if (!made.ok()) return fail(rocks_error(Effect::none, "cannot make " + options.path, made));
  }
  return {};
}

/// A lock that somebody holds, as against a file that cannot be opened. RocksDB has words for it
/// only: of its own table of locks, of fcntl, and of a simulated disk.
bool is_held(const rocksdb::Status& status) {
  const std::string words = status.ToString();
  const auto says = [&](std::string_view part) { return words.find(part) != words.npos; };
  return says("lock hold by current process") || says("While lock file") || says("is locked");
}

Result<std::unique_ptr<rocksdb::DB>> open_database(const StoreOptions& options,
                                                   const WalState& wal) {
  rocksdb::Options rocks = rocks_options(options);
  // The logs were looked at: torn tails are what we expect them to be, or there are none.
  rocks.wal_recovery_mode = wal.has_tails ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                          : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(rocks, options.path, &raw);
  if (!status.ok()) {
    return fail(rocks_error(Effect::none, "cannot open the queue at " + options.path, status));
  }
  return std::unique_ptr<rocksdb::DB>(raw);
}

}  // namespace

void QueueStore::Unlock::operator()(rocksdb::FileLock* lock) const {
  env->UnlockFile(lock).PermitUncheckedError();
}

Result<QueueStore::Lock> QueueStore::take_lock(const StoreOptions& options) {
  rocksdb::FileLock* lock = nullptr;
  const std::string path = options.path + "/queue.lock";
  const rocksdb::Status status = options.env->LockFile(path, &lock);
  if (status.ok()) return Lock(lock, Unlock{options.env});
  Error error = rocks_error(Effect::none, "cannot lock the queue at " + options.path, status);
  if (is_held(status)) {
    error = definite(Errc::in_use, "the queue at " + options.path +
                                       " is open already, in another process or in this one");
  }
  return fail(std::move(error));
}

Result<std::unique_ptr<QueueStore>> QueueStore::open(const StoreOptions& options) {
  if (auto made = make_folders(options); !made) return fail(std::move(made.error()));
  auto lock = take_lock(options);
  if (!lock) return fail(std::move(lock.error()));
  const auto exists = has_database(options);
  if (!exists) return fail(exists.error());
  WalState wal;
  if (*exists) {
    auto mended = mend_wal(options);
    if (!mended) return fail(std::move(mended.error()));
    wal = *mended;
  }
  auto db = open_database(options, wal);
  if (!db) return fail(std::move(db.error()));
  std::unique_ptr<QueueStore> store(new QueueStore(options, *std::move(lock), *std::move(db)));
  store->recovery_.trimmed_bytes = wal.trimmed_bytes;
  auto loaded = store->load_state(wal.last_sequence);
  if (!loaded) return fail(std::move(loaded.error()));
  return store;
}

QueueStore::QueueStore(const StoreOptions& options, Lock lock, std::unique_ptr<rocksdb::DB> db)
    : options_(options), lock_(std::move(lock)), db_(std::move(db)) {}

QueueStore::~QueueStore() = default;

/// The steps of an opening, once RocksDB has replayed its logs.
Result<void> QueueStore::load_state(std::uint64_t last_written) {
  std::string value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), key_of(RecordKind::meta, {}), &value);
  if (status.ok()) {
    auto meta = read_meta(value);
    if (!meta && meta.error().code == Errc::newer_format) return fail(std::move(meta.error()));
    if (meta) meta_ = *meta;
  }
  const bool is_lost = meta_.sequence == 0;
  if (is_lost) {
    if (auto rebuilt = rebuild_meta(); !rebuilt) return rebuilt;
  } else if (meta_.sequence < last_written) {
    return fail(definite(Errc::corrupt, "the queue at " + options_.path +
                                            " lost writes while it was opened: its "
                                            "logs hold " +
                                            std::to_string(last_written) + ", the database " +
                                            std::to_string(meta_.sequence)));
  }
  if (auto loaded = load_attempts(); !loaded) return loaded;
  if (auto loaded = load_damage(); !loaded) return loaded;
  const bool is_marked = is_marked_damaged(options_);
  if (options_.eager || is_lost || is_marked || !recovery_.damage.empty()) {
    if (auto counted = recount(); !counted) return counted;
  }
  if (is_marked && recovery_.damage.empty()) unmark_damaged(options_);  // drained since
  return begin_generation();
}

/// A new database has no state. One that has data and no readable state gets one whose numbers are
/// above all that were given: RocksDB's own number grew by at least as much.
Result<void> QueueStore::rebuild_meta() {
  const std::unique_ptr<rocksdb::Iterator> all(db_->NewIterator(rocksdb::ReadOptions()));
  all->SeekToFirst();
  if (all->status().ok() && !all->Valid()) return {};
  if (all->Valid() && !parse_key({all->key().data(), all->key().size()})) {
    return fail(definite(Errc::corrupt, "the database at " + options_.path +
                                            " is none of a queue: it has the key '" +
                                            all->key().ToString(true) + "'"));
  }
  const std::uint64_t above_all = db_->GetLatestSequenceNumber();
  meta_ = Meta{.sequence = above_all,
               .synced = above_all,
               .last_id = above_all,
               .reserved = above_all,
               .generation = above_all};
  recovery_.damage.push_back(
      {IdRange{EventId{1}, EventId{0}}, "the queue's state was damaged; it was counted anew"});
  return {};
}

/// Its number is durable before anything is handed out under it.
Result<void> QueueStore::begin_generation() {
  meta_.generation += 1;
  meta_.last_id = std::max(meta_.last_id, meta_.reserved);
  recovery_.generation = meta_.generation;
  return write({}, true, EventId{meta_.first_id});
}

}  // namespace lockstep::queue
