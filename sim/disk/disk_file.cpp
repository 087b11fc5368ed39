// What open files do: reads, writes, syncs, and the faults in them.
#include <algorithm>

#include "sim/disk/disk.hpp"
#include "sim/disk/inode.hpp"

namespace lockstep::sim {

DiskFile::DiskFile(Disk& disk, std::shared_ptr<Inode> inode)
    : disk_(&disk), inode_(std::move(inode)), incarnation_(disk.incarnation_) {}

Result<void> DiskFile::check_alive() const {
  if (incarnation_ == disk_->incarnation_) return {};
  return fail(definite(Errc::closed, "a file handle from before a crash"));
}

Result<void> DiskFile::append(std::string_view bytes) {
  if (const auto alive = check_alive(); !alive) return alive;
  return disk_->write(*inode_, inode_->image.data().size(), bytes);
}

Result<void> DiskFile::write_at(std::uint64_t offset, std::string_view bytes) {
  if (const auto alive = check_alive(); !alive) return alive;
  return disk_->write(*inode_, offset, bytes);
}

Result<std::size_t> DiskFile::read_at(std::uint64_t offset, std::span<char> into) {
  if (const auto alive = check_alive(); !alive) return fail(alive.error());
  return disk_->read(*inode_, offset, into);
}

Result<std::string> DiskFile::read_all() {
  if (const auto alive = check_alive(); !alive) return fail(alive.error());
  std::string bytes(inode_->image.data().size(), '\0');
  if (const auto size = disk_->read(*inode_, 0, bytes); !size) return fail(size.error());
  return bytes;
}

Result<void> DiskFile::truncate(std::uint64_t size_bytes) {
  if (const auto alive = check_alive(); !alive) return alive;
  return disk_->truncate(*inode_, size_bytes);
}

Result<void> DiskFile::sync() {
  if (const auto alive = check_alive(); !alive) return alive;
  return disk_->sync(*inode_);
}

Result<std::uint64_t> DiskFile::size() const {
  if (const auto alive = check_alive(); !alive) return fail(alive.error());
  return inode_->image.data().size();
}

Result<void> Disk::write(Inode& inode, std::uint64_t offset, std::string_view bytes) {
  if (offset > ~std::uint64_t{0} - bytes.size()) {
    return fail(definite(Errc::invalid_argument, "a write beyond the end of offsets"));
  }
  if (const auto on = begin_change(); !on) return on;
  std::uint64_t taken = bytes_that_fit(inode, offset, bytes.size());
  std::optional<Error> error;
  if (taken < bytes.size()) {
    error = no_space(Effect::unknown);
  }
  if (auto failure = injected(DiskFault::fail_write, Effect::unknown)) {
    taken = below(call_draw(inode.id)(0), taken + 1);
    error = std::move(failure);
  }
  inode.change([&](FileImage& image) { image.write(offset, bytes.substr(0, taken)); });
  counters_.bytes_written += taken;
  spend(options_.timing.per_kib * static_cast<std::int64_t>(taken >> 10U));
  return end_change(error ? Result<void>(fail(std::move(*error))) : Result<void>());
}

Result<void> Disk::truncate(Inode& inode, std::uint64_t size_bytes) {
  if (const auto on = begin_change(); !on) return on;
  if (auto failure = injected(DiskFault::fail_write, Effect::unknown)) {
    return end_change(fail(std::move(*failure)));
  }
  const std::uint64_t size = inode.image.data().size();
  if (size_bytes > size && bytes_that_fit(inode, size, size_bytes - size) < size_bytes - size) {
    return end_change(fail(no_space(Effect::none)));
  }
  inode.change([&](FileImage& image) { image.truncate(size_bytes); });
  return end_change({});
}

Result<std::size_t> Disk::read(const Inode& inode, std::uint64_t offset, std::span<char> into) {
  if (const auto on = begin_call(); !on) return fail(on.error());
  if (auto failure = injected(DiskFault::fail_read, Effect::none)) return fail(std::move(*failure));
  const std::string& data = inode.image.data();
  if (offset >= data.size()) return 0;
  const std::size_t size = std::min<std::size_t>(into.size(), data.size() - offset);
  std::copy_n(data.data() + offset, size, into.data());
  spend(options_.timing.per_kib * static_cast<std::int64_t>(size >> 10U));
  return size;
}

Result<void> Disk::sync(Inode& inode) {
  if (const auto on = begin_change(); !on) return on;
  spend(options_.timing.sync);
  counters_.syncs += 1;
  if (power_ == Power::dying) return end_change({});  // what got through is the crash's draw
  if (auto failure = injected(DiskFault::fail_sync, Effect::unknown)) {
    const UnitDraw draw = call_draw(inode.id);
    const std::uint64_t kind = below(draw(1), 3);
    counters_.lost += inode.image.settle(kind == 0   ? Remains::nothing
                                         : kind == 1 ? Remains::prefix
                                                     : Remains::holes_4k,
                                         draw);
    return end_change(fail(std::move(*failure)));
  }
  inode.image.sync();
  return end_change({});
}

Error Disk::no_space(Effect effect) {
  counters_.failed_calls += 1;
  if (const auto full = faults_.armed(DiskFault::full)) report(full->fault);
  return {Errc::disk_full, effect, "no space left on the disk"};
}

// Of `size` bytes at `offset`, how many the capacity leaves room for.
std::uint64_t Disk::bytes_that_fit(const Inode& inode, std::uint64_t offset,
                                   std::uint64_t size) const {
  const std::uint64_t now = inode.image.data().size();
  const std::uint64_t end = offset + size;
  const std::uint64_t growth = end > now ? end - now : 0;
  const std::uint64_t limit = capacity();
  if (*held_bytes_ + growth <= limit) return size;  // the usual case, without a walk of the names
  const std::uint64_t used = used_bytes();
  if (used + growth <= limit) return size;
  const std::uint64_t missing = growth - (limit - std::min(limit, used));
  return size - std::min(size, missing);
}

}  // namespace lockstep::sim
