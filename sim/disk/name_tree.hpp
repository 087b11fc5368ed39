// Directories: which names there are now, which names the medium is certain to hold, and between
// them the changes since the last directory sync. A change (create, remove, rename, link) survives
// a crash as a whole or not at all; a later one may survive where an earlier one does not.
//
// Not modelled: losing a directory itself. Creating or removing one is durable at once (nobody
// syncs a parent directory, and real file systems write it within seconds); links to directories
// and renames of directories.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/result.hpp"
#include "sim/disk/file_image.hpp"

namespace lockstep::sim {

/// A file or a directory, whatever it is called now. 0 is the root.
using InodeId = StrongId<struct InodeTag, std::uint64_t>;

/// "/a//b/" is "/a/b"; a path without a leading slash starts at the root all the same.
/// Errors, definite: invalid_argument (empty, or a component "." or "..").
[[nodiscard]] Result<std::string> normalised(std::string_view path);

class NameTree {
 public:
  NameTree();

  /// The file or directory at `path`. Errors: not_found, invalid_argument.
  [[nodiscard]] Result<InodeId> find(std::string_view path) const;
  [[nodiscard]] bool is_directory(InodeId inode) const { return directories_.contains(inode); }
  /// Names in a directory, sorted. Errors: not_found, invalid_argument (not a directory).
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const;

  /// Puts `file` at `path`, in the place of a file that may be there.
  /// Errors: not_found (no parent directory), invalid_argument (a directory is there).
  Result<void> put(std::string_view path, InodeId file);
  /// Errors: not_found, invalid_argument (a directory).
  Result<void> remove(std::string_view path);
  /// Moves a file, replacing what file may be at `to`. Errors as `put` and `remove`.
  Result<void> rename(std::string_view from, std::string_view to);
  /// Durable at once; no effect if it is there. Errors: not_found, invalid_argument.
  Result<void> make_directory(std::string_view path, InodeId id);
  /// Durable at once. Errors: not_found, invalid_argument (not a directory, or not empty).
  Result<void> remove_directory(std::string_view path);

  /// Makes every change in this directory durable, with earlier changes of the same names and the
  /// other halves of renames. Errors: not_found, invalid_argument.
  Result<void> sync(std::string_view path);
  /// Keeps a drawn subset of the changes not yet synced (all, none, a prefix, or each by its own
  /// draw) and forgets the rest. Returns how many are gone.
  std::uint64_t crash(Remains remains, const UnitDraw& draw);

  [[nodiscard]] std::size_t pending_count() const { return pending_.size(); }
  /// Files that a name leads to now.
  [[nodiscard]] std::set<InodeId> files_now() const;
  /// Files that a name leads to now, after a crash or after a pending change.
  [[nodiscard]] std::set<InodeId> files_ever() const;

 private:
  using Entries = std::map<std::string, InodeId, std::less<>>;
  struct Directory {
    Entries now;
    Entries durable;
  };
  struct Place {
    InodeId directory;
    std::string name;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Change {
    Place place;
    std::optional<InodeId> file;  // nullopt: the name is gone
  };
  using Step = std::vector<Change>;  // what survives together

  [[nodiscard]] Result<Place> place_of(std::string_view path) const;
  [[nodiscard]] Result<InodeId> file_at(const Place& place, std::string_view path) const;
  [[nodiscard]] Result<InodeId> directory_at(std::string_view path) const;
  [[nodiscard]] Result<void> refuse_directory(const Place& place, std::string_view path) const;
  void add_files(std::set<InodeId>& files, const Entries& entries) const;
  void perform(Step step);
  static void apply(Entries& entries, const Change& change);
  void apply_durably(const Step& step);

  std::map<InodeId, Directory> directories_;
  std::vector<Step> pending_;  // in order, since the last sync that covered them
};

}  // namespace lockstep::sim
