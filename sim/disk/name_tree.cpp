#include "sim/disk/name_tree.hpp"

#include <algorithm>

namespace lockstep::sim {

namespace {

std::unexpected<Error> not_found(std::string_view path) {
  return fail(definite(Errc::not_found, "no such file or directory: " + std::string(path)));
}

std::unexpected<Error> invalid(std::string_view path, std::string_view why) {
  return fail(definite(Errc::invalid_argument, std::string(path) + ": " + std::string(why)));
}

}  // namespace

Result<std::string> normalised(std::string_view path) {
  if (path.empty()) return invalid(path, "an empty path");
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (name == "." || name == "..") return invalid(name, "relative names are not supported");
    if (!name.empty()) out.append("/").append(name);
  }
  return out.empty() ? "/" : out;
}

NameTree::NameTree() { directories_.try_emplace(InodeId{0}); }

Result<InodeId> NameTree::find(std::string_view path) const {
  const Result<std::string> normal = normalised(path);
  if (!normal) return fail(normal.error());
  InodeId found{0};
  for (std::string_view rest = std::string_view(*normal).substr(1); !rest.empty();) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const auto directory = directories_.find(found);
    if (directory == directories_.end()) return not_found(path);
    const auto entry = directory->second.now.find(rest.substr(0, end));
    if (entry == directory->second.now.end()) return not_found(path);
    found = entry->second;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found;
}

Result<std::vector<std::string>> NameTree::list(std::string_view path) const {
  const Result<InodeId> directory = directory_at(path);
  if (!directory) return fail(directory.error());
  std::vector<std::string> names;
  for (const auto& [name, inode] : directories_.at(*directory).now) names.push_back(name);
  return names;
}

Result<void> NameTree::put(std::string_view path, InodeId file) {
  const Result<Place> place = place_of(path);
  if (!place) return fail(place.error());
  if (const auto allowed = refuse_directory(*place, path); !allowed) return allowed;
  perform({{*place, file}});
  return {};
}

Result<void> NameTree::remove(std::string_view path) {
  const Result<Place> place = place_of(path);
  if (!place) return fail(place.error());
  if (const auto file = file_at(*place, path); !file) return fail(file.error());
  perform({{*place, std::nullopt}});
  return {};
}

Result<void> NameTree::rename(std::string_view from, std::string_view to) {
  const Result<Place> source = place_of(from);
  if (!source) return fail(source.error());
  const Result<Place> target = place_of(to);
  if (!target) return fail(target.error());
  const Result<InodeId> file = file_at(*source, from);
  if (!file) return fail(file.error());
  if (const auto allowed = refuse_directory(*target, to); !allowed) return allowed;
  if (*source != *target) perform({{*source, std::nullopt}, {*target, *file}});
  return {};
}

Result<void> NameTree::make_directory(std::string_view path, InodeId id) {
  if (const Result<InodeId> there = find(path); there) {
    if (is_directory(*there)) return {};
    return invalid(path, "a file is there");
  }
  const Result<Place> place = place_of(path);
  if (!place) return fail(place.error());
  Directory& parent = directories_.at(place->directory);
  parent.now[place->name] = id;
  parent.durable[place->name] = id;
  directories_.try_emplace(id);
  return {};
}

Result<void> NameTree::remove_directory(std::string_view path) {
  const Result<InodeId> id = directory_at(path);
  if (!id) return fail(id.error());
  if (*id == InodeId{0} || !directories_.at(*id).now.empty()) return invalid(path, "not empty");
  const Result<Place> place = place_of(path);
  if (!place) return fail(place.error());
  Directory& parent = directories_.at(place->directory);
  parent.now.erase(place->name);
  parent.durable.erase(place->name);
  directories_.erase(*id);
  std::erase_if(pending_, [&](Step& step) {
    std::erase_if(step, [&](const Change& change) { return change.place.directory == *id; });
    return step.empty();
  });
  return {};
}

// Walks back from the newest step: a step is due if it touches the directory, or a name that a
// newer due step touches (else the older change would later undo the newer one).
Result<void> NameTree::sync(std::string_view path) {
  const Result<InodeId> directory = directory_at(path);
  if (!directory) return fail(directory.error());
  std::set<Place> touched;
  std::vector<bool> due(pending_.size());
  for (std::size_t n = pending_.size(); n-- > 0;) {
    due[n] = std::ranges::any_of(pending_[n], [&](const Change& change) {
      return change.place.directory == *directory || touched.contains(change.place);
    });
    if (!due[n]) continue;
    for (const Change& change : pending_[n]) touched.insert(change.place);
  }
  std::vector<Step> rest;
  for (std::size_t n = 0; n < pending_.size(); ++n) {
    if (due[n]) {
      apply_durably(pending_[n]);
    } else {
      rest.push_back(std::move(pending_[n]));
    }
  }
  pending_ = std::move(rest);
  return {};
}

std::uint64_t NameTree::crash(Remains remains, const UnitDraw& draw) {
  const std::uint64_t cut = below(draw(~std::uint64_t{0}), pending_.size() + 1);
  std::uint64_t lost = 0;
  for (std::uint64_t n = 0; n < pending_.size(); ++n) {
    bool survives = false;
    switch (remains) {
      case Remains::everything: survives = true; break;
      case Remains::nothing: break;
      case Remains::prefix: survives = n < cut; break;
      case Remains::holes_512:
      case Remains::holes_4k:
      case Remains::zero_tail: survives = (draw(n) & 1U) != 0; break;
    }
    if (survives) {
      apply_durably(pending_[n]);
    } else {
      ++lost;
    }
  }
  pending_.clear();
  for (auto& [id, directory] : directories_) directory.now = directory.durable;
  return lost;
}

std::set<InodeId> NameTree::files_now() const {
  std::set<InodeId> files;
  for (const auto& [id, directory] : directories_) add_files(files, directory.now);
  return files;
}

std::set<InodeId> NameTree::files_ever() const {
  std::set<InodeId> files = files_now();
  for (const auto& [id, directory] : directories_) add_files(files, directory.durable);
  for (const Step& step : pending_) {
    for (const Change& change : step) {
      if (change.file) files.insert(*change.file);
    }
  }
  return files;
}

void NameTree::add_files(std::set<InodeId>& files, const Entries& entries) const {
  for (const auto& [name, inode] : entries) {
    if (!is_directory(inode)) files.insert(inode);
  }
}

Result<NameTree::Place> NameTree::place_of(std::string_view path) const {
  const Result<std::string> normal = normalised(path);
  if (!normal) return fail(normal.error());
  const std::size_t slash = normal->rfind('/');
  if (*normal == "/") return invalid(path, "the root has no name");
  const std::string parent = slash == 0 ? "/" : normal->substr(0, slash);
  const Result<InodeId> directory = find(parent);
  if (!directory) return fail(directory.error());
  if (!is_directory(*directory)) return invalid(parent, "not a directory");
  return Place{*directory, normal->substr(slash + 1)};
}

Result<InodeId> NameTree::file_at(const Place& place, std::string_view path) const {
  const Entries& entries = directories_.at(place.directory).now;
  const auto entry = entries.find(place.name);
  if (entry == entries.end()) return not_found(path);
  if (is_directory(entry->second)) return invalid(path, "a directory");
  return entry->second;
}

Result<InodeId> NameTree::directory_at(std::string_view path) const {
  const Result<InodeId> found = find(path);
  if (found && !is_directory(*found)) return invalid(path, "not a directory");
  return found;
}

Result<void> NameTree::refuse_directory(const Place& place, std::string_view path) const {
  const Result<InodeId> file = file_at(place, path);
  if (!file && file.error().code == Errc::invalid_argument) return fail(file.error());
  return {};
}

void NameTree::perform(Step step) {
  for (const Change& change : step) apply(directories_.at(change.place.directory).now, change);
  pending_.push_back(std::move(step));
}

void NameTree::apply(Entries& entries, const Change& change) {
  if (change.file) {
    entries[change.place.name] = *change.file;
  } else {
    entries.erase(change.place.name);
  }
}

void NameTree::apply_durably(const Step& step) {
  for (const Change& change : step) {
    const auto directory = directories_.find(change.place.directory);
    if (directory != directories_.end()) apply(directory->second.durable, change);
  }
}

}  // namespace lockstep::sim
