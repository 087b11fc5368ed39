// RocksDB's FileSystem over sim/disk: the same durability, faults and cost as for everybody else on
// that disk. One per incarnation of a node: when the node dies every call fails from then on, also
// those of a database that is being destroyed.
//
// Not modelled: mmap, direct I/O, readahead, fallocate; modification times are all the same.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/disk/disk.hpp"

namespace lockstep::sim {

/// What a file system and its files know of their node.
struct FileLife {
  bool alive = true;
  std::vector<std::string>* calls = nullptr;  ///< where calls are written down; mostly nowhere
};

class SimFileSystem : public rocksdb::FileSystem {
 public:
  using Status = rocksdb::IOStatus;
  using Options = rocksdb::IOOptions;
  using FileOptions = rocksdb::FileOptions;
  using Debug = rocksdb::IODebugContext;

  /// The disk outlives it.
  explicit SimFileSystem(Disk& disk);
  /// Writes down every call that changes something, with what it writes, until `calls` dies with
  /// it.
  void trace(std::vector<std::string>* calls) { life_->calls = calls; }
  /// From here on every call fails with an I/O error and does nothing.
  void die() { life_->alive = false; }

  [[nodiscard]] const char* Name() const override { return "lockstep.SimFileSystem"; }

  Status NewSequentialFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSSequentialFile>* file, Debug* debug) override;
  Status NewRandomAccessFile(const std::string& name, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                             Debug* debug) override;
  Status NewWritableFile(const std::string& name, const FileOptions& options,
                         std::unique_ptr<rocksdb::FSWritableFile>* file, Debug* debug) override;
  Status ReopenWritableFile(const std::string& name, const FileOptions& options,
                            std::unique_ptr<rocksdb::FSWritableFile>* file, Debug* debug) override;
  Status NewDirectory(const std::string& name, const Options& options,
                      std::unique_ptr<rocksdb::FSDirectory>* folder, Debug* debug) override;

  Status FileExists(const std::string& name, const Options& options, Debug* debug) override;
  Status GetChildren(const std::string& folder, const Options& options,
                     std::vector<std::string>* names, Debug* debug) override;
  Status DeleteFile(const std::string& name, const Options& options, Debug* debug) override;
  Status Truncate(const std::string& name, std::size_t size, const Options& options,
                  Debug* debug) override;
  Status CreateDir(const std::string& name, const Options& options, Debug* debug) override;
  Status CreateDirIfMissing(const std::string& name, const Options& options, Debug* debug) override;
  Status DeleteDir(const std::string& name, const Options& options, Debug* debug) override;
  Status GetFileSize(const std::string& name, const Options& options, std::uint64_t* size,
                     Debug* debug) override;
  Status GetFileModificationTime(const std::string& name, const Options& options,
                                 std::uint64_t* time, Debug* debug) override;
  Status RenameFile(const std::string& from, const std::string& to, const Options& options,
                    Debug* debug) override;
  Status LinkFile(const std::string& from, const std::string& to, const Options& options,
                  Debug* debug) override;
  Status LockFile(const std::string& name, const Options& options, rocksdb::FileLock** lock,
                  Debug* debug) override;
  Status UnlockFile(rocksdb::FileLock* lock, const Options& options, Debug* debug) override;
  Status GetTestDirectory(const Options& options, std::string* path, Debug* debug) override;
  Status NewLogger(const std::string& name, const Options& options,
                   std::shared_ptr<rocksdb::Logger>* logger, Debug* debug) override;
  Status GetAbsolutePath(const std::string& path, const Options& options, std::string* absolute,
                         Debug* debug) override;
  Status GetFreeSpace(const std::string& path, const Options& options, std::uint64_t* free_bytes,
                      Debug* debug) override;
  Status IsDirectory(const std::string& path, const Options& options, bool* is_directory,
                     Debug* debug) override;

 private:
  [[nodiscard]] Status check_alive() const;
  Status open_writable(const std::string& name, OpenMode mode,
                       std::unique_ptr<rocksdb::FSWritableFile>* file);

  Disk& disk_;
  std::shared_ptr<FileLife> life_;  // files outlive the file system
};

}  // namespace lockstep::sim
