#include "impl/queue/rocks.hpp"

#include <rocksdb/env.h>
#include <rocksdb/slice_transform.h>

namespace lockstep::queue {
namespace {

// Bounds what a reopen has to replay, and memory: one buffer fills while one is written out.
constexpr std::size_t write_buffer_bytes = 16U << 20U;
constexpr std::string_view mark_name{"/queue.damaged"};

/// RocksDB's own log is of no use here, and on a full disk writing it ends the process (7.8 with
/// its assertions).
class NoLogger final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

std::string mark_path(const StoreOptions& options) { return options.path + std::string(mark_name); }

}  // namespace

rocksdb::Options rocks_options(const StoreOptions& options) {
  rocksdb::Options rocks;
  rocks.env = options.env;
  rocks.create_if_missing = true;
  rocks.paranoid_checks = true;
  rocks.write_buffer_size = write_buffer_bytes;
  // pushes and acks come in the order of ids: each begins its search where the last one of its kind
  // of record ended
  rocks.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  rocks.info_log = std::make_shared<NoLogger>();
  rocks.recycle_log_file_num = 0;  // wal_frames.hpp reads no recycled logs
  rocks.wal_compression = rocksdb::kNoCompression;
  rocks.avoid_flush_during_shutdown = true;
  rocks.disable_auto_compactions = is_marked_damaged(options);
  if (options.adapt != nullptr) options.adapt(rocks, options.adapt_context);
  return rocks;
}

bool is_marked_damaged(const StoreOptions& options) {
  return options.env->FileExists(mark_path(options)).ok();
}

void mark_damaged(const StoreOptions& options) {
  std::unique_ptr<rocksdb::WritableFile> file;
  const rocksdb::EnvOptions how;
  rocksdb::Status status = options.env->NewWritableFile(mark_path(options), &file, how);
  if (status.ok()) status = file->Close();
  std::unique_ptr<rocksdb::Directory> folder;
  if (status.ok()) status = options.env->NewDirectory(options.path, &folder);
  if (status.ok()) status = folder->Fsync();
  status.PermitUncheckedError();
}

void unmark_damaged(const StoreOptions& options) {
  options.env->DeleteFile(mark_path(options)).PermitUncheckedError();
}

Error rocks_error(Effect effect, std::string_view what, const rocksdb::Status& status) {
  Error error{Errc::io_error, effect, std::string(what) + ": " + status.ToString()};
  const bool lacks_file = status.IsPathNotFound() || status.IsNotFound();
  if (status.IsCorruption() || lacks_file) error.code = Errc::corrupt;
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kNoSpace) {
    error.code = Errc::disk_full;
  }
  return error;
}

}  // namespace lockstep::queue
