// The append-only file of a simulated Redis: effects as RESP commands on the node's disk.
//
// A tail that does not parse is cut off on start, as redis-server does with a truncated last
// command (aof-load-truncated) and redis-check-aof --fix with anything else. Not modelled:
// rewriting the file (it grows for the length of a run), the RDB preamble, and manifests of several
// files.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "impl/resp/writer.hpp"
#include "sim/disk/disk.hpp"
#include "sim/services/redis/engine.hpp"

namespace lockstep::sim::redis {

class Aof {
 public:
  explicit Aof(Disk& disk) : disk_(disk) {}

  /// Opens the file, replays it into `engine`, and cuts off what does not parse.
  /// Errors: those of the disk.
  [[nodiscard]] Result<void> load(Engine& engine, WallTime now);
  /// Writes effects behind the end; not yet durable.
  [[nodiscard]] Result<void> append(std::span<const Effect> effects);
  /// What was appended is durable.
  [[nodiscard]] Result<void> sync();
  /// Removes the file, durably: a server that starts with nothing.
  [[nodiscard]] static Result<void> remove(Disk& disk);

  [[nodiscard]] bool has_unsynced() const { return unsynced_; }
  /// Of the file, appended or found.
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  [[nodiscard]] std::uint64_t replay(std::string_view bytes, Engine& engine, WallTime now);

  Disk& disk_;
  std::optional<DiskFile> file_;
  std::optional<std::size_t> db_;  ///< the one that the last command in the file selected
  std::uint64_t size_bytes_ = 0;
  bool unsynced_ = false;
};

/// Appends `effects` to `writer`, with a SELECT where the database changes.
void write_effects(resp::RespWriter& writer, std::optional<std::size_t>& db,
                   std::span<const Effect> effects);

/// Reads effects back, command by command.
class EffectReader {
 public:
  /// nullopt for a SELECT. Errors, definite: protocol.
  [[nodiscard]] Result<std::optional<Effect>> next(const resp::Reply& message);

 private:
  std::size_t db_ = 0;
};

}  // namespace lockstep::sim::redis
