// What the tests of the disk share.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "sim/disk/disk.hpp"

namespace lockstep::sim::testing {

inline DiskOptions options(std::uint64_t seed = 1) {
  return {.seed = Seed{seed}, .node = NodeId{3}};
}

inline DiskFile open(Disk& disk, std::string_view path, OpenMode mode = OpenMode::create) {
  auto file = disk.open(path, mode);
  if (!file) throw std::runtime_error(to_text(file.error()));
  return *file;
}

inline std::string content(Disk& disk, std::string_view path) {
  auto file = disk.open(path, OpenMode::existing);
  return file ? file->read_all().value_or("<unreadable>") : "<" + file.error().detail + ">";
}

// A file whose name and first content are durable.
inline DiskFile durable_file(Disk& disk, std::string_view path, std::string_view bytes) {
  DiskFile file = open(disk, path);
  const bool done = file.append(bytes) && file.sync() && disk.sync_directory("/");
  if (!done) throw std::runtime_error("a new disk failed");
  return file;
}

inline void crash(Disk& disk, std::uint64_t number = 0, CrashKind kind = CrashKind::power) {
  disk.crash(kind, number);
  disk.power_on();
}

}  // namespace lockstep::sim::testing
