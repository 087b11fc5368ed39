// Model test: whatever the calls and wherever the crash, each byte of a file is the synced one or
// one written since, each name is the synced one or one set since, and what was synced is there.
#include <gtest/gtest.h>
// rapidcheck's GoogleTest glue wants gtest first
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sim/disk/disk.hpp"

namespace lockstep::sim {
namespace {

// What one file may be after a power cut.
struct FileModel {
  std::string synced;
  std::string now;
  std::vector<std::pair<std::uint64_t, std::string>> writes;  // since the last sync
  std::uint64_t shortest = 0;                                 // smallest length since the last sync
  std::uint64_t longest = 0;

  void write(std::uint64_t offset, const std::string& bytes) {
    if (bytes.empty()) return;
    now.resize(std::max<std::size_t>(now.size(), offset + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), now.begin() + static_cast<std::ptrdiff_t>(offset));
    writes.emplace_back(offset, bytes);
    longest = std::max<std::uint64_t>(longest, now.size());
  }
  void truncate(std::uint64_t size) {
    now.resize(size);
    shortest = std::min<std::uint64_t>(shortest, size);
    longest = std::max<std::uint64_t>(longest, size);
  }
  void settle(const std::string& content) {
    synced = now = content;
    writes.clear();
    shortest = longest = content.size();
  }
  [[nodiscard]] bool allows(const std::string& content) const {
    if (content.size() < shortest || content.size() > longest) return false;
    for (std::uint64_t at = 0; at < content.size(); ++at) {
      if (!allows_byte(at, content[at])) return false;
    }
    return true;
  }
  [[nodiscard]] bool allows_byte(std::uint64_t at, char byte) const {
    if (at < synced.size() && synced[at] == byte) return true;
    if (at >= shortest && byte == '\0') return true;  // a gap, or behind a truncation
    return std::ranges::any_of(writes, [=](const auto& write) {
      const auto& [offset, bytes] = write;
      return at >= offset && at < offset + bytes.size() && bytes[at - offset] == byte;
    });
  }
};

void act_on_file(DiskFile& file, FileModel& model, char letter) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 3000);
  const auto offset = *rc::gen::inRange<std::uint64_t>(0, 12'000);
  const std::string bytes(size, letter);
  switch (*rc::gen::weightedElement<int>({{5, 0}, {2, 1}, {1, 2}, {2, 3}})) {
    case 0:
      model.write(model.now.size(), bytes);
      RC_ASSERT(file.append(bytes).has_value());
      break;
    case 1:
      model.write(offset, bytes);
      RC_ASSERT(file.write_at(offset, bytes).has_value());
      break;
    case 2:
      model.truncate(offset);
      RC_ASSERT(file.truncate(offset).has_value());
      break;
    default: model.settle(model.now); RC_ASSERT(file.sync().has_value());
  }
  RC_ASSERT(file.read_all().value() == model.now);
}

RC_GTEST_PROP(DiskModel, a_crash_keeps_what_was_synced_and_a_subset_of_the_rest, ()) {
  Disk disk({.seed = Seed{*rc::gen::arbitrary<std::uint64_t>()}, .node = NodeId{1}});
  RC_ASSERT(disk.open("/f", OpenMode::create).has_value());
  RC_ASSERT(disk.sync_directory("/").has_value());
  FileModel model;
  for (std::uint64_t crash = 0; crash < 3; ++crash) {
    DiskFile file = disk.open("/f", OpenMode::existing).value();
    const int calls = *rc::gen::inRange(0, 12);
    for (int n = 0; n < calls; ++n) act_on_file(file, model, static_cast<char>('a' + n));
    const int kind = *rc::gen::inRange(0, 3);
    if (kind == 1) RC_ASSERT(disk.inject(FaultId{0}, "torn-write", 0).has_value());
    if (kind == 2) RC_ASSERT(disk.inject(FaultId{0}, "lose-unsynced", 0).has_value());
    disk.crash(CrashKind::power, crash);
    disk.power_on();
    const std::string content = disk.open("/f", OpenMode::existing).value().read_all().value();
    RC_ASSERT(model.allows(content));
    if (kind == 2) RC_ASSERT(content == model.synced);
    model.settle(content);
  }
}

// What each name may lead to after a power cut. Files are told apart by their content.
struct NamesModel {
  using Value = std::optional<std::string>;
  std::map<std::string, Value> now;
  std::map<std::string, std::set<Value>> possible;  // synced value and every one since

  void set(const std::string& name, const Value& value) {
    now[name] = value;
    possible[name].insert(value);
  }
  void settle() {
    for (auto& [name, values] : possible) values = {now[name]};
  }
};

RC_GTEST_PROP(DiskModel, a_name_leads_to_its_synced_file_or_to_one_it_led_to_since, ()) {
  Disk disk({.seed = Seed{*rc::gen::arbitrary<std::uint64_t>()}, .node = NodeId{1}});
  const std::vector<std::string> names = {"/a", "/b", "/c"};
  NamesModel model;
  for (const auto& name : names) model.set(name, std::nullopt);
  const int calls = *rc::gen::inRange(0, 20);
  for (int n = 0; n < calls; ++n) {
    const std::string from = *rc::gen::elementOf(names);
    const std::string to = *rc::gen::elementOf(names);
    switch (*rc::gen::inRange(0, 5)) {
      case 0: {
        const bool is_new = !model.now[from];
        DiskFile file = disk.open(from, OpenMode::create).value();
        if (!is_new) break;
        model.set(from, std::to_string(n));
        RC_ASSERT(file.append(std::to_string(n)).has_value() && file.sync().has_value());
        break;
      }
      case 1:
        RC_ASSERT(disk.remove(from).has_value() == model.now[from].has_value());
        model.set(from, std::nullopt);
        break;
      case 2:
        RC_ASSERT(disk.rename(from, to).has_value() == model.now[from].has_value());
        if (!model.now[from] || from == to) break;
        model.set(to, model.now[from]);
        model.set(from, std::nullopt);
        break;
      case 3:
        RC_ASSERT(disk.link(from, to).has_value() == model.now[from].has_value());
        if (model.now[from]) model.set(to, model.now[from]);
        break;
      default: RC_ASSERT(disk.sync_directory("/").has_value()); model.settle();
    }
  }
  disk.crash(CrashKind::power, 0);
  disk.power_on();
  for (const auto& name : names) {
    NamesModel::Value value;
    if (auto file = disk.open(name, OpenMode::existing)) value = file->read_all().value();
    RC_ASSERT(model.possible[name].contains(value));
  }
}

RC_GTEST_PROP(DiskModel, a_log_that_dies_at_any_call_holds_all_that_was_acknowledged, ()) {
  const auto k = *rc::gen::inRange<std::uint64_t>(1, 60);
  Disk disk({.seed = Seed{*rc::gen::arbitrary<std::uint64_t>()}, .node = NodeId{1}});
  disk.die_at_call(k);
  std::string acknowledged;
  auto file = disk.open("/log", OpenMode::create);
  bool goes_on = file.has_value() && disk.sync_directory("/").has_value();
  for (char n = 'a'; goes_on && n <= 'z'; ++n) {
    goes_on = file->append(std::string(700, n)).has_value() && file->sync().has_value();
    if (goes_on) acknowledged += std::string(700, n);
  }
  if (*rc::gen::arbitrary<bool>()) RC_ASSERT(disk.inject(FaultId{0}, "torn-write", 0).has_value());
  disk.crash(CrashKind::power, k);
  disk.power_on();
  auto reopened = disk.open("/log", OpenMode::existing);
  RC_ASSERT(reopened.has_value() || acknowledged.empty());
  if (reopened) RC_ASSERT(reopened->read_all().value().starts_with(acknowledged));
}

}  // namespace
}  // namespace lockstep::sim
