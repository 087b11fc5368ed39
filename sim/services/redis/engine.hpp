// A Redis 7.0 server as a state machine: a command and the server's wall clock in, a reply out. No
// I/O, no persistence, no knowledge of any script it runs.
//
// Fidelity to redis-server 7 is tested command by command (scenarios/fidelity). The commands are
// those of command_table.cpp: strings, hashes, lists, sorted sets, streams with consumer groups,
// keys, transactions, scripts. What redis-server 7.0 does not tell its replicas and its append-only
// file is lost here too: a delivery out of a consumer's own history (XREADGROUP with an id), a
// consumer that such a read made, a group's read counter except by NOACK, when a consumer was seen.
//
// Not modelled: RESP3, sets, pub/sub, commands that wait (XREAD with BLOCK is an error of our own
// where it would wait, BLPOP and its like are unknown), cluster, ACL users, float increments,
// ranges by member (BYLEX), subcommands HELP, memory accounting (keys are counted instead), and the
// Lua libraries beyond base, string, table, math and redis.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/time.hpp"
#include "impl/resp/reply.hpp"
#include "sim/services/redis/session.hpp"

namespace lockstep::sim::redis {

using resp::Reply;
using Args = std::span<const std::string_view>;

struct EngineOptions {
  std::string password;  ///< empty: none is wanted
  /// Writes that add keys beyond it are refused as out of memory; bounds a world's memory.
  std::size_t keys_max = 1 << 20;
  /// Of one value; Redis's own bound is 512 MB.
  std::size_t string_bytes_max = std::size_t{64} << 20U;
  /// Loaded scripts; a program has a handful.
  std::size_t scripts_max = 10'000;
  /// VM instructions of one run of a script (about a second); then it is killed.
  std::uint64_t script_instructions_max = 100'000'000;
  std::size_t lua_bytes_max = std::size_t{64} << 20U;
  /// Commands queued in one MULTI.
  std::size_t queued_max = 10'000;
};

/// A write as replicas and the append-only file get it: what happened, not what was asked. Relative
/// times are absolute, scripts are their writes, expiries and evictions are DEL.
struct Effect {
  std::size_t db = 0;
  Command command;
  friend bool operator==(const Effect&, const Effect&) = default;
};

class Core;

class Engine {
 public:
  static constexpr std::size_t databases = 16;

  explicit Engine(const EngineOptions& options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// The engine owns it until `close_session`.
  Session& open_session();
  void close_session(Session& session);

  /// Executes one command. `args` must not be empty. `now` is the server's wall clock; it does not
  /// move while a script runs. Expiry has millisecond steps: a key is gone when now > its expiry,
  /// as in Redis (at equality it is there with PTTL 0).
  Reply execute(Session& session, Args args, WallTime now);
  Reply execute(Session& session, std::initializer_list<std::string_view> args, WallTime now) {
    return execute(session, Args(args.begin(), args.size()), now);
  }

  /// Applies what another engine did: no checks of rights or role, nothing expires meanwhile.
  /// False if the command was refused (unknown, or the data does not fit it): the source is
  /// damaged.
  bool apply(const Effect& effect, WallTime now);

  /// What was written since the last call; always one command's, script's or transaction's worth if
  /// called after each `execute`. Empty unless `record_effects(true)`.
  [[nodiscard]] std::vector<Effect> take_effects();
  void record_effects(bool record);
  /// Counts every change to a key; the same before and after a command that changed nothing.
  [[nodiscard]] std::uint64_t changes() const;
  /// The whole content as effects that rebuild it in an empty engine.
  [[nodiscard]] std::vector<Effect> snapshot() const;
  /// Drops all keys, not scripts; no effects.
  void clear();

  // ---- what faults do; each returns how many keys or scripts it touched
  // ---------------------------
  /// Removes up to `count` keys that match the glob, chosen by `pick(n)` in [0, n), as an eviction.
  std::uint64_t evict(std::size_t count, std::string_view pattern,
                      const std::function<std::uint64_t(std::uint64_t)>& pick, WallTime now);
  std::uint64_t flush_scripts();
  /// Removes expired keys among the next `keys_max` ones, as Redis's active expiry does.
  std::uint64_t reap(std::size_t keys_max, WallTime now);

  /// A replica refuses writes with READONLY and never removes expired keys itself.
  void set_replica(bool is_replica);
  [[nodiscard]] bool is_replica() const;
  /// Numbers for INFO, ROLE and WAIT that only the server around knows.
  struct Replication {
    std::uint64_t offset = 0;
    std::size_t replicas = 0;
    std::size_t replicas_in_step = 0;  ///< that acknowledged everything
    std::string master_host;           ///< of a replica
    std::uint16_t master_port = 0;
  };
  void set_replication(const Replication& replication);

  [[nodiscard]] std::size_t key_count() const;
  [[nodiscard]] std::size_t script_count() const;

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace lockstep::sim::redis
