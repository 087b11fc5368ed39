// What the queue's sources share of RocksDB: its options and its errors as ours.
#pragma once

#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <string>
#include <string_view>

#include "impl/base/result.hpp"
#include "impl/queue/store.hpp"

namespace lockstep::queue {

/// Of every queue, `options.adapt` included.
[[nodiscard]] rocksdb::Options rocks_options(const StoreOptions& options);

/// A compaction that meets a damaged table stops all writing, at every open anew. So who met one
/// leaves a mark, and a queue with that mark is not compacted.
[[nodiscard]] bool is_marked_damaged(const StoreOptions& options);
/// Best effort.
void mark_damaged(const StoreOptions& options);
void unmark_damaged(const StoreOptions& options);

/// disk_full, corrupt or io_error, with RocksDB's words behind `what`.
[[nodiscard]] Error rocks_error(Effect effect, std::string_view what,
                                const rocksdb::Status& status);

}  // namespace lockstep::queue
