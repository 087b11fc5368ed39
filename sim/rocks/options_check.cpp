#include "sim/rocks/options_check.hpp"

#include <dlfcn.h>
#include <rocksdb/convenience.h>
#include <rocksdb/file_system.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "impl/base/assert.hpp"
#include "sim/rocks/entropy.hpp"

namespace lockstep::sim {
namespace {

using rocksdb::FileSystem;
using rocksdb::IOStatus;

// Texts differ by what a repair sets: a few in a campaign.
constexpr std::size_t texts_max = 256;

struct State {
  OptionsChecks checks;
  std::unordered_set<std::string> passed;
};
// lint-allow(thread-local): RocksDB asks per thread; what it holds changes no answer
thread_local State state;

/// A text in memory, to be read from its beginning.
class TextFile final : public rocksdb::FSSequentialFile {
 public:
  explicit TextFile(const std::string& text) : text_(text) {}
  IOStatus Read(std::size_t size, const rocksdb::IOOptions&, rocksdb::Slice* result, char* into,
                rocksdb::IODebugContext*) override {
    const std::size_t count = text_.copy(into, size, std::min(at_, text_.size()));
    at_ += count;
    *result = rocksdb::Slice(into, count);
    return IOStatus::OK();
  }
  IOStatus Skip(std::uint64_t bytes) override {
    at_ += bytes;
    return IOStatus::OK();
  }

 private:
  const std::string& text_;
  std::size_t at_ = 0;
};

/// The text was read already: a second reading would be a second call to the disk.
class ReadBefore final : public rocksdb::FileSystemWrapper {
 public:
  ReadBefore(FileSystem& files, const std::string& text)
      : FileSystemWrapper(std::shared_ptr<FileSystem>(std::shared_ptr<void>(), &files)),
        text_(text) {}
  [[nodiscard]] const char* Name() const override { return "lockstep.ReadBefore"; }
  IOStatus NewSequentialFile(const std::string&, const rocksdb::FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file,
                             rocksdb::IODebugContext*) override {
    *file = std::make_unique<TextFile>(text_);
    return IOStatus::OK();
  }

 private:
  const std::string& text_;
};

/// The calls of the library's own check: one reading ahead, which holds all of the file.
IOStatus read_ahead(FileSystem& files, const std::string& name, std::size_t size,
                    std::string& text) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  IOStatus status = files.NewSequentialFile(name, rocksdb::FileOptions(), &file, nullptr);
  if (!status.ok()) return status;
  const auto buffer = std::make_unique_for_overwrite<char[]>(size);
  rocksdb::Slice read;
  status = file->Read(size, rocksdb::IOOptions(), &read, buffer.get(), nullptr);
  if (!status.ok()) return status;
  ASSERT(read.size() < size);
  text.assign(read.data(), read.size());
  return status;
}

void remember(std::string text) {
  if (state.passed.size() >= texts_max) state.passed.clear();
  state.passed.insert(std::move(text));
}

}  // namespace

OptionsChecks options_checks() { return state.checks; }

}  // namespace lockstep::sim

// In the place of the library's own. Signature of RocksDB 7.8: options/options_parser.h.
namespace rocksdb {

class RocksDBOptionsParser {
 public:
  static Status VerifyRocksDBOptionsFromFile(const ConfigOptions& how, const DBOptions& db,
                                             const std::vector<std::string>& family_names,
                                             const std::vector<ColumnFamilyOptions>& families,
                                             const std::string& file_name, FileSystem* files);
};

Status RocksDBOptionsParser::VerifyRocksDBOptionsFromFile(
    const ConfigOptions& how, const DBOptions& db, const std::vector<std::string>& family_names,
    const std::vector<ColumnFamilyOptions>& families, const std::string& file_name,
    FileSystem* files) {
  using lockstep::sim::state;
  using Check = decltype(&RocksDBOptionsParser::VerifyRocksDBOptionsFromFile);
  static const auto check = reinterpret_cast<Check>(dlsym(
      RTLD_NEXT,
      "_ZN7rocksdb20RocksDBOptionsParser28VerifyRocksDBOptionsFromFileERKNS_13ConfigOptionsERKNS_"
      "9DBOptionsERKSt6vectorINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESaISD_EERKS7_INS_"
      "19ColumnFamilyOptionsESaISI_EERKSD_PNS_10FileSystemE"));
  ASSERT(check != nullptr);
  if (!lockstep::sim::RocksEntropy::in_world()) {
    return check(how, db, family_names, families, file_name, files);
  }
  std::string text;
  Status status = lockstep::sim::read_ahead(*files, file_name, how.file_readahead_size, text);
  if (!status.ok()) return status;
  if (state.passed.contains(text)) {
    ++state.checks.spared;
    return status;
  }
  ++state.checks.made;
  lockstep::sim::ReadBefore from_memory(*files, text);
  status = check(how, db, family_names, families, file_name, &from_memory);
  if (status.ok()) lockstep::sim::remember(std::move(text));
  return status;
}

}  // namespace rocksdb
