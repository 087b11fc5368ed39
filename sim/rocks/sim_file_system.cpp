#include "sim/rocks/sim_file_system.hpp"

#include <rocksdb/env.h>

#include "sim/rocks/sim_files.hpp"

namespace lockstep::sim {
namespace {

/// RocksDB joins names with one slash too many.
std::string normal(std::string_view name) {
  std::string path;
  for (const char c : name) {
    if (c != '/' || path.empty() || path.back() != '/') path.push_back(c);
  }
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

struct SimLock final : rocksdb::FileLock {
  explicit SimLock(std::string p) : path(std::move(p)) {}
  std::string path;
};

/// No log is kept in a simulation: it would say where in memory things are.
class NullLogger final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

SimFileSystem::SimFileSystem(Disk& disk) : disk_(disk), life_(std::make_shared<FileLife>()) {}

SimFileSystem::Status SimFileSystem::check_alive() const {
  return life_->alive ? Status::OK() : dead();
}

SimFileSystem::Status SimFileSystem::NewSequentialFile(
    const std::string& name, const FileOptions&, std::unique_ptr<rocksdb::FSSequentialFile>* file,
    Debug*) {
  if (!life_->alive) return dead();
  auto opened = disk_.open(normal(name), OpenMode::existing);
  if (opened) *file = sequential(*std::move(opened), life_);
  return to_status(opened);
}

SimFileSystem::Status SimFileSystem::NewRandomAccessFile(
    const std::string& name, const FileOptions&, std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
    Debug*) {
  if (!life_->alive) return dead();
  auto opened = disk_.open(normal(name), OpenMode::existing);
  if (opened) *file = random_access(*std::move(opened), life_);
  return to_status(opened);
}

SimFileSystem::Status SimFileSystem::open_writable(const std::string& name, OpenMode mode,
                                                   std::unique_ptr<rocksdb::FSWritableFile>* file) {
  if (!life_->alive) return dead();
  auto opened = disk_.open(normal(name), mode);
  if (opened) *file = writable(*std::move(opened), normal(name), life_);
  return to_status(opened);
}

SimFileSystem::Status SimFileSystem::NewWritableFile(const std::string& name, const FileOptions&,
                                                     std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                     Debug*) {
  return open_writable(name, OpenMode::create_empty, file);
}

SimFileSystem::Status SimFileSystem::ReopenWritableFile(
    const std::string& name, const FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>* file,
    Debug*) {
  return open_writable(name, OpenMode::create, file);
}

SimFileSystem::Status SimFileSystem::NewDirectory(const std::string& name, const Options&,
                                                  std::unique_ptr<rocksdb::FSDirectory>* folder,
                                                  Debug*) {
  if (!life_->alive) return dead();
  const auto info = disk_.info(normal(name));
  if (info) *folder = directory(disk_, normal(name), life_);
  return to_status(info);
}

SimFileSystem::Status SimFileSystem::FileExists(const std::string& name, const Options&, Debug*) {
  if (!life_->alive) return dead();
  const auto info = disk_.info(normal(name));
  if (!info && info.error().code == Errc::not_found) return Status::NotFound();
  return to_status(info);
}

SimFileSystem::Status SimFileSystem::GetChildren(const std::string& folder, const Options&,
                                                 std::vector<std::string>* names, Debug*) {
  if (!life_->alive) return dead();
  auto listed = disk_.list(normal(folder));
  if (listed) *names = *std::move(listed);
  return to_status(listed);
}

SimFileSystem::Status SimFileSystem::DeleteFile(const std::string& name, const Options&, Debug*) {
  return life_->alive ? to_status(disk_.remove(normal(name))) : dead();
}

SimFileSystem::Status SimFileSystem::Truncate(const std::string& name, std::size_t size,
                                              const Options&, Debug*) {
  if (!life_->alive) return dead();
  auto opened = disk_.open(normal(name), OpenMode::existing);
  return opened ? to_status(opened->truncate(size)) : to_status(opened);
}

SimFileSystem::Status SimFileSystem::CreateDir(const std::string& name, const Options&, Debug*) {
  return life_->alive ? to_status(disk_.make_directory(normal(name))) : dead();
}

SimFileSystem::Status SimFileSystem::CreateDirIfMissing(const std::string& name, const Options&,
                                                        Debug*) {
  return life_->alive ? to_status(disk_.make_directory(normal(name))) : dead();
}

SimFileSystem::Status SimFileSystem::DeleteDir(const std::string& name, const Options&, Debug*) {
  return life_->alive ? to_status(disk_.remove_directory(normal(name))) : dead();
}

SimFileSystem::Status SimFileSystem::GetFileSize(const std::string& name, const Options&,
                                                 std::uint64_t* size, Debug*) {
  if (!life_->alive) return dead();
  const auto info = disk_.info(normal(name));
  if (info) *size = info->size_bytes;
  return to_status(info);
}

SimFileSystem::Status SimFileSystem::GetFileModificationTime(const std::string&, const Options&,
                                                             std::uint64_t* time, Debug*) {
  *time = 0;
  return check_alive();
}

SimFileSystem::Status SimFileSystem::RenameFile(const std::string& from, const std::string& to,
                                                const Options&, Debug*) {
  return life_->alive ? to_status(disk_.rename(normal(from), normal(to))) : dead();
}

SimFileSystem::Status SimFileSystem::LinkFile(const std::string& from, const std::string& to,
                                              const Options&, Debug*) {
  return life_->alive ? to_status(disk_.link(normal(from), normal(to))) : dead();
}

SimFileSystem::Status SimFileSystem::LockFile(const std::string& name, const Options&,
                                              rocksdb::FileLock** lock, Debug*) {
  if (!life_->alive) return dead();
  const std::string path = normal(name);
  // the file itself is part of the protocol: another process would look for it
  if (auto file = disk_.open(path, OpenMode::create); !file) return to_status(file);
  const auto locked = disk_.lock(path);
  if (locked) *lock = new SimLock(path);
  return to_status(locked);
}

SimFileSystem::Status SimFileSystem::UnlockFile(rocksdb::FileLock* lock, const Options&, Debug*) {
  const std::unique_ptr<SimLock> owned(static_cast<SimLock*>(lock));
  if (!life_->alive) return dead();  // locks die with the incarnation
  disk_.unlock(owned->path);
  return Status::OK();
}

SimFileSystem::Status SimFileSystem::GetTestDirectory(const Options&, std::string* path, Debug*) {
  *path = "/";
  return check_alive();
}

SimFileSystem::Status SimFileSystem::NewLogger(const std::string&, const Options&,
                                               std::shared_ptr<rocksdb::Logger>* logger, Debug*) {
  *logger = std::make_shared<NullLogger>();
  return check_alive();
}

SimFileSystem::Status SimFileSystem::GetAbsolutePath(const std::string& path, const Options&,
                                                     std::string* absolute, Debug*) {
  *absolute = normal(path);
  return check_alive();
}

SimFileSystem::Status SimFileSystem::GetFreeSpace(const std::string&, const Options&,
                                                  std::uint64_t* free_bytes, Debug*) {
  *free_bytes = disk_.free_bytes();
  return check_alive();
}

SimFileSystem::Status SimFileSystem::IsDirectory(const std::string& path, const Options&,
                                                 bool* is_directory, Debug*) {
  if (!life_->alive) return dead();
  const auto info = disk_.info(normal(path));
  *is_directory = info && info->is_directory;
  return to_status(info);
}

}  // namespace lockstep::sim
