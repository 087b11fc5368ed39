#include "sim/services/redis/aof.hpp"

#include <charconv>
#include <utility>

#include "impl/resp/command_reader.hpp"
#include "impl/resp/writer.hpp"

namespace lockstep::sim::redis {

namespace {

constexpr std::string_view folder = "/redis";
constexpr std::string_view path = "/redis/appendonly.aof";

/// An append-only file is not bounded by what one connection may hold.
resp::RespLimits file_limits() {
  resp::RespLimits limits;
  limits.message_bytes_max = std::size_t{1} << 30U;
  return limits;
}

}  // namespace

void write_effects(resp::RespWriter& writer, std::optional<std::size_t>& db,
                   std::span<const Effect> effects) {
  const bool transaction = effects.size() > 1;
  if (transaction) writer.command({"MULTI"});
  for (const Effect& effect : effects) {
    if (db != effect.db) {
      writer.command({"SELECT", std::to_string(effect.db)});
      db = effect.db;
    }
    writer.begin_command(effect.command.size());
    for (const std::string& word : effect.command) writer.bulk(word);
  }
  if (transaction) writer.command({"EXEC"});
}

Result<void> EffectReader::select(std::string_view text) {
  std::size_t db = Engine::databases;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), db);
  if (parsed.ec != std::errc{} || db >= Engine::databases) {
    return fail(definite(Errc::protocol, "SELECT of '" + std::string(text) + "'"));
  }
  db_ = db;
  return {};
}

Result<std::vector<Effect>> EffectReader::next(Args words) {
  if (words.size() == 2 && words.front() == "SELECT") {
    if (auto selected = select(words.back()); !selected) return fail(selected.error());
    return std::vector<Effect>();
  }
  const bool begins = words.size() == 1 && words.front() == "MULTI";
  const bool ends = words.size() == 1 && words.front() == "EXEC";
  if (begins || ends) {
    if (begins == in_transaction_) return fail(definite(Errc::protocol, "a stray MULTI or EXEC"));
    in_transaction_ = begins;
    return std::exchange(gathered_, {});
  }
  Effect effect;
  effect.db = db_;
  effect.command.assign(words.begin(), words.end());
  gathered_.push_back(std::move(effect));
  if (in_transaction_) return std::vector<Effect>();
  return std::exchange(gathered_, {});
}

/// @return how many bytes made whole commands and transactions that the engine took.
std::uint64_t Aof::replay(std::string_view bytes, Engine& engine, WallTime now) {
  resp::CommandReader reader(file_limits());
  reader.feed(bytes);
  EffectReader reading;
  std::uint64_t good = 0;
  for (;;) {
    const auto words = reader.next();
    if (!words || words->empty()) return good;
    const auto effects = reading.next(*words);
    if (!effects) return good;
    for (const Effect& effect : *effects) {
      if (!engine.apply(effect, now)) return good;
    }
    if (!reading.in_transaction()) good = bytes.size() - reader.pending_bytes();
  }
}

Result<void> Aof::load(Engine& engine, WallTime now) {
  if (auto made = disk_.make_directory(folder); !made) return made;
  auto opened = disk_.open(path, OpenMode::create);
  if (!opened) return fail(opened.error());
  file_ = std::move(*opened);
  const auto bytes = file_->read_all();
  if (!bytes) return fail(bytes.error());
  const std::uint64_t good = replay(*bytes, engine, now);
  size_bytes_ = good;
  if (good < bytes->size()) {
    if (auto cut = file_->truncate(good); !cut) return cut;
  }
  if (auto synced = file_->sync(); !synced) return synced;
  if (auto named = disk_.sync_directory("/"); !named) return named;
  return disk_.sync_directory(folder);
}

Result<void> Aof::append(std::span<const Effect> effects) {
  if (effects.empty()) return {};
  resp::RespWriter writer;
  write_effects(writer, db_, effects);
  unsynced_ = true;
  size_bytes_ += writer.bytes().size();
  return file_->append(writer.bytes());
}

Result<void> Aof::sync() {
  unsynced_ = false;
  return file_->sync();
}

Result<void> Aof::remove(Disk& disk) {
  if (auto removed = disk.remove(path); !removed) {
    if (removed.error().code == Errc::not_found) return {};
    return removed;
  }
  return disk.sync_directory(folder);
}

}  // namespace lockstep::sim::redis
