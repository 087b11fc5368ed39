// A file behind its names and handles; private to sim/disk.
#pragma once

#include <memory>
#include <utility>

#include "sim/disk/disk.hpp"

namespace lockstep::sim {

/// Lives as long as a name (now, durable or pending) or a handle leads to it. Its visible size
/// counts as held until then.
struct DiskFile::Inode {
  Inode(InodeId number, std::shared_ptr<std::uint64_t> held)
      : id(number), held_bytes(std::move(held)) {}
  ~Inode() { *held_bytes -= image.data().size(); }
  Inode(const Inode&) = delete;
  Inode& operator=(const Inode&) = delete;

  /// Runs a change of the image and keeps the count of held bytes right.
  template <class Change>
  auto change(Change&& act) {
    struct Recount {
      Inode& inode;
      std::uint64_t before = inode.image.data().size();
      ~Recount() { *inode.held_bytes += inode.image.data().size() - before; }
    } const recount{*this};
    return std::forward<Change>(act)(image);
  }

  InodeId id;
  FileImage image;
  std::shared_ptr<std::uint64_t> held_bytes;
};

}  // namespace lockstep::sim
