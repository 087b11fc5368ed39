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
#include <vector>

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

/// Appends the effects of one command, script or transaction to `writer`, with a SELECT where the
/// database changes; several as MULTI ... EXEC, so that a torn tail keeps all of them or none.
void write_effects(resp::RespWriter& writer, std::optional<std::size_t>& db,
                   std::span<const Effect> effects);

/// Reads effects back, command by command.
class EffectReader {
 public:
  /// What the command `words` completes: nothing for a SELECT and inside a transaction, all of it
  /// at its end. Errors, definite: protocol.
  [[nodiscard]] Result<std::vector<Effect>> next(Args words);
  [[nodiscard]] bool in_transaction() const { return in_transaction_; }

 private:
  [[nodiscard]] Result<void> select(std::string_view text);

  std::size_t db_ = 0;
  bool in_transaction_ = false;
  std::vector<Effect> gathered_;  ///< of the transaction so far
};

}  // namespace lockstep::sim::redis
