#include "impl/queue/wal_repair.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "impl/queue/rocks.hpp"
#include "impl/queue/wal_frames.hpp"
#include "impl/queue/wal_plan.hpp"

namespace lockstep::queue {
namespace {

constexpr std::string_view log_suffix{".log"};
constexpr std::string_view table_suffix{".sst"};
constexpr std::size_t read_bytes = 1U << 20U;

bool is_numbered(std::string_view name, std::string_view suffix) {
  if (name.size() <= suffix.size() || !name.ends_with(suffix)) return false;
  const std::string_view digits = name.substr(0, name.size() - suffix.size());
  return digits.size() <= 18 && digits.find_first_not_of("0123456789") == digits.npos;
}

Result<std::vector<std::string>> children(const StoreOptions& options) {
  std::vector<std::string> names;
  const rocksdb::Status status = options.env->GetChildren(options.path, &names);
  if (!status.ok()) {
    return fail(rocks_error(Effect::none, "cannot list " + options.path, status));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> read_file(rocksdb::Env& env, const std::string& path) {
  std::unique_ptr<rocksdb::SequentialFile> file;
  rocksdb::Status status = env.NewSequentialFile(path, &file, rocksdb::EnvOptions());
  std::string content;
  // not filled with zeros: files are a few kilobytes mostly, and of the rest no page is touched
  const auto buffer = std::make_unique_for_overwrite<char[]>(read_bytes);
  while (status.ok()) {
    rocksdb::Slice read;
    status = file->Read(read_bytes, &read, buffer.get());
    if (status.ok() && read.empty()) return content;
    content.append(read.data(), read.size());
  }
  return fail(rocks_error(Effect::none, "cannot read " + path, status));
}

/// Puts a file in the place of `path` at once; the one that was there stays beside it.
Result<void> replace_file(const StoreOptions& options, const std::string& name,
                          const std::string& content) {
  rocksdb::Env& env = *options.env;
  const std::string path = options.path + "/" + name;
  const std::string fresh = options.path + "/" + name + ".mending";
  // a copy is worth having, and nothing depends on it
  env.LinkFile(path, path + ".damaged").PermitUncheckedError();
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = env.NewWritableFile(fresh, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Append(content);
  if (status.ok()) status = file->Sync();
  if (status.ok()) status = file->Close();
  if (status.ok()) status = env.RenameFile(fresh, path);
  std::unique_ptr<rocksdb::Directory> folder;
  if (status.ok()) status = env.NewDirectory(options.path, &folder);
  if (status.ok()) status = folder->Fsync();
  if (!status.ok()) return fail(rocks_error(Effect::none, "cannot mend " + path, status));
  return {};
}

/// Contents that the files of these names ought to have.
using Instead = std::map<std::string, std::string>;

/// Manifests to try: first the one that CURRENT names, then all others, the newest first. A power
/// cut may keep a name and lose another that was made before it, since RocksDB syncs several as
/// one: of the manifest that CURRENT names, or of a table that the manifest names.
Result<std::vector<std::string>> manifests(const StoreOptions& options) {
  const auto current = read_file(*options.env, options.path + "/CURRENT");
  if (!current) return fail(current.error());
  auto names = children(options);
  if (!names) return fail(std::move(names.error()));
  std::erase_if(*names, [](const std::string& name) {
    return !name.starts_with("MANIFEST-") || name.ends_with(".damaged");
  });
  const std::string named = current->substr(0, current->find('\n'));
  std::sort(names->begin(), names->end(), [&](const std::string& a, const std::string& b) {
    const auto rank = [&](const std::string& name) {
      return std::tuple(name == named, name.size(), std::string_view(name));
    };
    return rank(a) > rank(b);
  });
  return names;
}

/// What must be mended of CURRENT and of `manifest`, so that RocksDB can open with it.
Result<Instead> mend_manifest(const StoreOptions& options, const std::string& manifest) {
  Instead instead;
  const auto current = read_file(*options.env, options.path + "/CURRENT");
  if (!current) return fail(current.error());
  if (*current != manifest + "\n") instead["CURRENT"] = manifest + "\n";
  auto content = read_file(*options.env, options.path + "/" + manifest);
  if (!content) return fail(std::move(content.error()));
  const WalExtent extent = read_frames(*content, [](std::string_view, std::uint64_t) {});
  const bool is_whole = extent.sound_end == extent.whole_end && extent.tail == 0;
  if (!is_whole) instead[manifest] = content->substr(0, extent.sound_end);
  return instead;
}

/// Bytes in memory as a file to be read from its beginning.
class TextFile final : public rocksdb::FSSequentialFile {
 public:
  explicit TextFile(std::string content) : content_(std::move(content)) {}
  rocksdb::IOStatus Read(std::size_t size, const rocksdb::IOOptions&, rocksdb::Slice* result,
                         char* into, rocksdb::IODebugContext*) override {
    const std::size_t n = content_.copy(into, size, std::min(at_, content_.size()));
    at_ += n;
    *result = rocksdb::Slice(into, n);
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Skip(std::uint64_t bytes) override {
    at_ += bytes;
    return rocksdb::IOStatus::OK();
  }

 private:
  std::string content_;
  std::size_t at_ = 0;
};

/// Shows no logs, so that a database opens as its tables hold it, and some files as they ought to
/// be. RocksDB itself must not read a damaged log: told to skip what is corrupt, its reader may
/// never come to an end (7.8).
class TablesOnly final : public rocksdb::FileSystemWrapper {
 public:
  TablesOnly(const std::shared_ptr<rocksdb::FileSystem>& files, const Instead& instead)
      : FileSystemWrapper(files), instead_(instead) {}
  const char* Name() const override { return "lockstep.TablesOnly"; }
  rocksdb::IOStatus GetChildren(const std::string& folder, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names,
                                rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->GetChildren(folder, options, names, debug);
    std::erase_if(*names, [](const std::string& name) { return is_numbered(name, log_suffix); });
    return status;
  }
  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    const auto other = instead_.find(name.substr(name.rfind('/') + 1));
    if (other == instead_.end()) return target()->NewSequentialFile(name, options, file, debug);
    *file = std::make_unique<TextFile>(other->second);
    return rocksdb::IOStatus::OK();
  }

 private:
  const Instead& instead_;
};

class EnvOfTables final : public rocksdb::EnvWrapper {
 public:
  EnvOfTables(rocksdb::Env* env, const Instead& instead) : EnvWrapper(env) {
    file_system_ = std::make_shared<TablesOnly>(env->GetFileSystem(), instead);
    system_clock_ = env->GetSystemClock();
  }
  const char* Name() const override { return "lockstep.EnvOfTables"; }
};

/// The queue's state as of its tables; that of a new queue, if they hold none.
Result<Meta> flushed_meta(const StoreOptions& options, const Instead& instead) {
  EnvOfTables env(options.env, instead);
  rocksdb::Options rocks = rocks_options(options);
  rocks.env = &env;
  // naming the column family keeps RocksDB from trying another way of opening first
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions(rocks)}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  rocksdb::Status status =
      rocksdb::DB::OpenForReadOnly(rocks, options.path, families, &handles, &raw);
  const std::unique_ptr<rocksdb::DB> db(raw);
  std::string value;
  if (status.ok()) {
    db->DestroyColumnFamilyHandle(handles.front()).PermitUncheckedError();
    status = db->Get(rocksdb::ReadOptions(), key_of(RecordKind::meta, {}), &value);
    if (status.IsNotFound()) return Meta{};
  }
  if (!status.ok()) {
    return fail(rocks_error(Effect::none, "cannot read the tables of " + options.path, status));
  }
  return read_meta(value);
}

struct Logs {
  WalContent wal;
  std::vector<std::string> contents;  ///< by file
};

Result<Logs> read_logs(const StoreOptions& options) {
  auto names = children(options);
  if (!names) return fail(names.error());
  Logs logs;
  std::sort(names->begin(), names->end(), [](const auto& a, const auto& b) {
    return a.size() == b.size() ? a < b : a.size() < b.size();  // by number, whatever its digits
  });
  for (const std::string& name : *names) {
    if (!is_numbered(name, log_suffix)) continue;
    auto content = read_file(*options.env, options.path + "/" + name);
    if (!content) return fail(std::move(content.error()));
    auto added = add_file(logs.wal, {.name = name}, *content);
    if (!added) return fail(std::move(added.error()));
    logs.contents.push_back(*std::move(content));
  }
  return logs;
}

/// Whether the file differs from what it should be.
bool needs_mending(const Logs& logs, const WalPlan& plan, std::size_t file) {
  const auto in_file = [&](std::size_t index) { return logs.wal.writes[index].file == file; };
  if (plan.cut && *plan.cut < logs.wal.writes.size() && logs.wal.writes[*plan.cut].file <= file) {
    return true;
  }
  return std::any_of(plan.rot.begin(), plan.rot.end(),
                     [&](const Hole& hole) { return in_file(hole.before); });
}

/// The last first: interrupted, what stands in front of the rest is still judged as it was.
Result<void> mend(const StoreOptions& options, const Logs& logs, const WalPlan& plan) {
  for (std::size_t file = logs.contents.size(); file-- > 0;) {
    if (!needs_mending(logs, plan, file)) continue;
    const std::string content = repaired(logs.wal, plan, file, logs.contents[file]);
    if (auto done = replace_file(options, logs.wal.files[file].name, content); !done) return done;
  }
  return {};
}

/// A way to open: what is to be mended, all that the logs hold included.
struct Way {
  Instead instead;
  WalPlan plan;
};

/// With this manifest. Errors, definite: corrupt - tables cannot be read, or lack what the logs do
/// not have.
Result<Way> way_with(const StoreOptions& options, const WalContent& wal,
                     const std::string& manifest) {
  auto instead = mend_manifest(options, manifest);
  if (!instead) return fail(std::move(instead.error()));
  const auto flushed = flushed_meta(options, *instead);
  if (!flushed) return fail(flushed.error());
  WalPlan plan = plan_for(wal, *flushed);
  if (!plan.lacks_tables) return Way{*std::move(instead), std::move(plan)};
  return fail(definite(Errc::corrupt,
                       "the tables of " + options.path + " hold writes up to " +
                           std::to_string(flushed->sequence) + " only, and its logs begin at " +
                           std::to_string(wal.writes.front().meta.sequence) +
                           ": a table or a part of the manifest is lost. Nothing was changed"));
}

/// The first manifest with which tables and logs meet; else what is wrong with the one that CURRENT
/// names.
Result<Way> find_way(const StoreOptions& options, const WalContent& wal) {
  const auto names = manifests(options);
  if (!names) return fail(names.error());
  std::optional<Error> first;
  for (const std::string& name : *names) {
    auto way = way_with(options, wal, name);
    if (way || way.error().code == Errc::newer_format) return way;
    if (!first) first = std::move(way.error());
  }
  if (first) return fail(*std::move(first));
  return fail(definite(Errc::corrupt, options.path + " has no manifest"));
}

}  // namespace

Result<bool> has_database(const StoreOptions& options) {
  const auto names = children(options);
  if (!names) return fail(names.error());
  if (std::find(names->begin(), names->end(), "CURRENT") != names->end()) return true;
  for (const std::string& name : *names) {
    if (!is_numbered(name, log_suffix) && !is_numbered(name, table_suffix)) continue;
    return fail(definite(Errc::corrupt, options.path + " holds " + name +
                                            ", but CURRENT, which names its files, is missing"));
  }
  return false;
}

Result<WalState> mend_wal(const StoreOptions& options) {
  auto logs = read_logs(options);
  if (!logs) return fail(std::move(logs.error()));
  const WalContent& wal = logs->wal;
  const auto way = find_way(options, wal);
  if (!way) return fail(way.error());
  for (const auto& [name, content] : way->instead) {  // nothing is lost by it that the logs lack
    auto done = replace_file(options, name, content);
    if (!done) return fail(std::move(done.error()));
  }
  const WalPlan& plan = way->plan;
  if (plan.is_repair()) {
    if (auto done = mend(options, *logs, plan); !done) return fail(std::move(done.error()));
  }
  const std::size_t kept = plan.cut.value_or(wal.writes.size());
  return WalState{.last_sequence = kept > 0 ? wal.writes[kept - 1].meta.sequence : 0,
                  .trimmed_bytes = plan.trimmed_bytes,
                  .has_tails = std::any_of(wal.files.begin(), wal.files.end(),
                                           [](const auto& file) { return file.tail_bytes > 0; })};
}

}  // namespace lockstep::queue
