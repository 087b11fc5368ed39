// The databases, and what happens to them: change counting, what replicas are told, who watches.
// Private to the engine.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/services/redis/engine.hpp"
#include "sim/services/redis/keyspace.hpp"

namespace lockstep::sim::redis {

class Data {
 public:
  [[nodiscard]] Keyspace& db(std::size_t number) { return dbs_[number]; }
  [[nodiscard]] const Keyspace& db(std::size_t number) const { return dbs_[number]; }
  [[nodiscard]] std::size_t key_count() const;
  void clear();

  /// `key` of database `db` changed: counts, and breaks the transactions that watch it.
  void changed(std::size_t db, std::string_view key);
  /// A change that no transaction can watch.
  void changed_unwatched() { ++changes_; }
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  /// Removes an expired or evicted key; replicas get a DEL. Not a change by a client.
  void drop(std::size_t db, std::string_view key);

  void watch(Session& session, std::string_view key, bool is_expired);
  void unwatch(Session& session);

  // ---- what replicas are told
  // --------------------------------------------------------------------
  void record(bool on) { recording_ = on; }
  /// Starts a command: from here to `end_command` nothing was replicated for it.
  void begin_command() { replicated_ = false; }
  /// Replicates the command as it is if it changed something and nothing stood in for it.
  void end_command(std::size_t db, Args args, bool changed_something);
  void replicate(std::size_t db, Command command);
  void replicate_nothing() { replicated_ = true; }
  [[nodiscard]] std::vector<Effect> take_effects() { return std::exchange(effects_, {}); }

  bool is_replica = false;

 private:
  void tell_watchers(std::size_t db, std::string_view key);

  std::array<Keyspace, Engine::databases> dbs_;
  std::map<std::pair<std::size_t, std::string>, std::vector<Session*>> watchers_;
  std::vector<Effect> effects_;
  std::uint64_t changes_ = 0;
  bool recording_ = false;
  bool replicated_ = false;
};

}  // namespace lockstep::sim::redis
