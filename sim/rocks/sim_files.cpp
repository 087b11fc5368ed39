#include "sim/rocks/sim_files.hpp"

#include "impl/base/hash.hpp"

namespace lockstep::sim {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

std::string_view text_of(const Slice& slice) { return {slice.data(), slice.size()}; }

IOStatus read(DiskFile& file, std::uint64_t offset, std::size_t size, Slice* result, char* into) {
  const auto read_bytes = file.read_at(offset, {into, size});
  *result = Slice(into, read_bytes.value_or(0));
  return to_status(read_bytes);
}

class SequentialFile final : public rocksdb::FSSequentialFile {
 public:
  SequentialFile(DiskFile file, std::shared_ptr<FileLife> life)
      : file_(std::move(file)), life_(std::move(life)) {}
  IOStatus Read(std::size_t size, const IOOptions&, Slice* result, char* into,
                IODebugContext*) override {
    if (!life_->alive) return dead();
    IOStatus status = read(file_, offset_, size, result, into);
    offset_ += result->size();
    return status;
  }
  IOStatus Skip(std::uint64_t bytes) override {
    offset_ += bytes;
    return IOStatus::OK();
  }

 private:
  DiskFile file_;
  std::shared_ptr<FileLife> life_;
  std::uint64_t offset_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccessFile(DiskFile file, std::shared_ptr<FileLife> life)
      : file_(std::move(file)), life_(std::move(life)) {}
  IOStatus Read(std::uint64_t offset, std::size_t size, const IOOptions&, Slice* result, char* into,
                IODebugContext*) const override {
    if (!life_->alive) return dead();
    return read(file_, offset, size, result, into);
  }

 private:
  mutable DiskFile file_;
  std::shared_ptr<FileLife> life_;
};

class WritableFile final : public rocksdb::FSWritableFile {
 public:
  WritableFile(DiskFile file, std::string name, std::shared_ptr<FileLife> life)
      : file_(std::move(file)), name_(std::move(name)), life_(std::move(life)) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
    if (!life_->alive) return dead();
    note("append", bytes);
    return to_status(file_.append(text_of(bytes)));
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions&, IODebugContext*) override {
    if (!life_->alive) return dead();
    note("truncate", {}, size);
    return to_status(file_.truncate(size));
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    if (!life_->alive) return dead();
    note("sync", {});
    return to_status(file_.sync());
  }
  [[nodiscard]] bool IsSyncThreadSafe() const override { return true; }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    return file_.size().value_or(0);
  }

 private:
  /// For a self-test; the digest of what is written costs more than the writing.
  void note(std::string_view call, const Slice& bytes, std::uint64_t size = 0) {
    if (life_->calls == nullptr) return;
    life_->calls->push_back(std::string(call) + " " + name_ + " " +
                            std::to_string(bytes.size() + size) + " " +
                            std::to_string(digest(text_of(bytes))));
  }

  DiskFile file_;
  std::string name_;
  std::shared_ptr<FileLife> life_;
};

class Directory final : public rocksdb::FSDirectory {
 public:
  Directory(Disk& disk, std::string path, std::shared_ptr<FileLife> life)
      : disk_(disk), path_(std::move(path)), life_(std::move(life)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return life_->alive ? to_status(disk_.sync_directory(path_)) : dead();
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  Disk& disk_;
  std::string path_;
  std::shared_ptr<FileLife> life_;
};

}  // namespace

IOStatus to_status(const Error& error) {
  switch (error.code) {
    case Errc::not_found: return IOStatus::PathNotFound(error.detail);
    // Not NoSpace: RocksDB would start a thread that polls for space, in the time of the real
    // world.
    case Errc::disk_full: return IOStatus::IOError("no space left: " + error.detail);
    case Errc::invalid_argument: return IOStatus::InvalidArgument(error.detail);
    default: return IOStatus::IOError(error.detail);
  }
}

std::unique_ptr<rocksdb::FSSequentialFile> sequential(DiskFile file,
                                                      std::shared_ptr<FileLife> life) {
  return std::make_unique<SequentialFile>(std::move(file), std::move(life));
}
std::unique_ptr<rocksdb::FSRandomAccessFile> random_access(DiskFile file,
                                                           std::shared_ptr<FileLife> life) {
  return std::make_unique<RandomAccessFile>(std::move(file), std::move(life));
}
std::unique_ptr<rocksdb::FSWritableFile> writable(DiskFile file, std::string name,
                                                  std::shared_ptr<FileLife> life) {
  return std::make_unique<WritableFile>(std::move(file), std::move(name), std::move(life));
}
std::unique_ptr<rocksdb::FSDirectory> directory(Disk& disk, std::string path,
                                                std::shared_ptr<FileLife> life) {
  return std::make_unique<Directory>(disk, std::move(path), std::move(life));
}

}  // namespace lockstep::sim
