#include "sim/disk/disk.hpp"

#include <algorithm>

#include "sim/disk/inode.hpp"

namespace lockstep::sim {

Disk::Disk(const DiskOptions& options)
    : options_(options), held_bytes_(std::make_shared<std::uint64_t>(0)) {}

Disk::~Disk() = default;

Result<DiskFile> Disk::open(std::string_view path, OpenMode mode) {
  auto found = find_file(path);
  const bool is_missing = !found && found.error().code == Errc::not_found;
  const bool creates = is_missing && mode != OpenMode::existing;
  const bool empties = found && mode == OpenMode::create_empty;
  if (!creates && !empties) {
    if (const auto on = begin_call(); !on) return fail(on.error());
    if (!found) return fail(found.error());
    return DiskFile(*this, std::move(*found));
  }
  if (const auto on = begin_change(); !on) return fail(on.error());
  Result<void> done;
  if (empties) {
    (*found)->change([](FileImage& image) { image.truncate(0); });
  } else {
    found = add_inode();
    done = names_.put(path, (*found)->id);
    if (!done) inodes_.erase((*found)->id);
  }
  if (done = end_change(std::move(done)); !done) return fail(done.error());
  return DiskFile(*this, std::move(*found));
}

Result<void> Disk::remove(std::string_view path) {
  if (const auto on = begin_change(); !on) return on;
  return end_change(names_.remove(path));
}

Result<void> Disk::rename(std::string_view from, std::string_view to) {
  if (const auto on = begin_change(); !on) return on;
  return end_change(names_.rename(from, to));
}

Result<void> Disk::link(std::string_view from, std::string_view to) {
  if (const auto on = begin_change(); !on) return on;
  const auto file = find_file(from);
  if (!file) return end_change(fail(file.error()));
  return end_change(names_.put(to, (*file)->id));
}

Result<void> Disk::make_directory(std::string_view path) {
  if (const auto on = begin_change(); !on) return on;
  return end_change(names_.make_directory(path, InodeId{next_inode_++}));
}

Result<void> Disk::remove_directory(std::string_view path) {
  if (const auto on = begin_change(); !on) return on;
  return end_change(names_.remove_directory(path));
}

Result<void> Disk::sync_directory(std::string_view path) {
  if (const auto on = begin_change(); !on) return on;
  spend(options_.timing.sync);
  counters_.syncs += 1;
  if (power_ == Power::dying) return end_change({});  // what got through is the crash's draw
  if (auto error = injected(DiskFault::fail_sync, Effect::unknown)) return fail(std::move(*error));
  Result<void> done = names_.sync(path);
  if (done) drop_unnamed();
  return end_change(std::move(done));
}

Result<std::vector<std::string>> Disk::list(std::string_view path) {
  if (const auto on = begin_call(); !on) return fail(on.error());
  return names_.list(path);
}

Result<PathInfo> Disk::info(std::string_view path) {
  if (const auto on = begin_call(); !on) return fail(on.error());
  const Result<InodeId> id = names_.find(path);
  if (!id) return fail(id.error());
  if (names_.is_directory(*id)) return PathInfo{.is_directory = true};
  return PathInfo{.size_bytes = inodes_.at(*id)->image.data().size()};
}

Result<void> Disk::lock(std::string_view path) {
  if (const auto on = begin_call(); !on) return on;
  Result<std::string> normal = normalised(path);
  if (!normal) return fail(normal.error());
  const bool taken = !locks_.insert(std::move(*normal)).second;
  if (taken) return fail(definite(Errc::limit, std::string(path) + " is locked"));
  return {};
}

void Disk::unlock(std::string_view path) {
  if (const Result<std::string> normal = normalised(path); normal) locks_.erase(*normal);
}

std::shared_ptr<Disk::Inode> Disk::add_inode() {
  const InodeId id{next_inode_++};
  auto inode = std::make_shared<Inode>(id, held_bytes_);
  inodes_.emplace(id, inode);
  return inode;
}

Result<std::shared_ptr<Disk::Inode>> Disk::find_file(std::string_view path) const {
  const Result<InodeId> id = names_.find(path);
  if (!id) return fail(id.error());
  if (!names_.is_directory(*id)) return inodes_.at(*id);
  return fail(definite(Errc::invalid_argument, std::string(path) + ": a directory"));
}

// Files that no name leads to, now or after any crash. Open handles keep theirs alive.
std::uint64_t Disk::drop_unnamed() {
  const std::set<InodeId> named = names_.files_ever();
  return std::erase_if(inodes_, [&](const auto& entry) { return !named.contains(entry.first); });
}

std::uint64_t Disk::used_bytes() const {
  std::uint64_t bytes = 0;
  for (const InodeId file : names_.files_now()) bytes += inodes_.at(file)->image.data().size();
  return bytes;
}

std::uint64_t Disk::free_bytes() const {
  const std::uint64_t held = *held_bytes_;
  return capacity() - std::min(capacity(), held);
}

std::uint64_t Disk::capacity() const {
  const auto full = faults_.armed(DiskFault::full);
  return full ? std::min(options_.bytes_max, static_cast<std::uint64_t>(full->amount))
              : options_.bytes_max;
}

}  // namespace lockstep::sim
