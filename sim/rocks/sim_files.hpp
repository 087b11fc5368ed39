// The files that SimFileSystem hands to RocksDB. Internal to sim/rocks.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string>

#include "sim/disk/disk.hpp"
#include "sim/rocks/sim_file_system.hpp"

namespace lockstep::sim {

/// An error of the disk as RocksDB knows it.
[[nodiscard]] rocksdb::IOStatus to_status(const Error& error);
template <class T>
[[nodiscard]] rocksdb::IOStatus to_status(const Result<T>& result) {
  return result ? rocksdb::IOStatus::OK() : to_status(result.error());
}

[[nodiscard]] std::unique_ptr<rocksdb::FSSequentialFile> sequential(DiskFile file,
                                                                    std::shared_ptr<FileLife> life);
[[nodiscard]] std::unique_ptr<rocksdb::FSRandomAccessFile> random_access(
    DiskFile file, std::shared_ptr<FileLife> life);
[[nodiscard]] std::unique_ptr<rocksdb::FSWritableFile> writable(DiskFile file, std::string name,
                                                                std::shared_ptr<FileLife> life);
[[nodiscard]] std::unique_ptr<rocksdb::FSDirectory> directory(Disk& disk, std::string path,
                                                              std::shared_ptr<FileLife> life);

/// What every call of a dead node gets.
[[nodiscard]] inline rocksdb::IOStatus dead() {
  return rocksdb::IOStatus::IOError("the node is down");
}

}  // namespace lockstep::sim
