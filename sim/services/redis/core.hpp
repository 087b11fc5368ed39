// The engine's inside: data, scripts, sessions, and the checks between a command and its handler.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>

#include "sim/services/redis/command_table.hpp"
#include "sim/services/redis/data.hpp"
#include "sim/services/redis/script_host.hpp"

namespace lockstep::sim::redis {

class Core {
 public:
  explicit Core(const EngineOptions& engine_options);

  Session& open_session();
  void close_session(Session& session);

  /// A client's command: every check, queueing in MULTI, then the handler.
  Reply execute(Session& session, Args args, WallTime now);
  /// A command out of a script; the errors are those that scripts see.
  Reply execute_in_script(const Call& script, Args args, bool read_only);
  /// A command out of EXEC's queue: checked when it was queued, but roles may have changed.
  Reply execute_queued(const Call& exec, Args args);
  bool apply(const Effect& effect, WallTime now);

  EngineOptions options;
  Data data;
  ScriptHost scripts;
  Engine::Replication replication;
  std::array<std::uint64_t, Engine::databases> reap_cursors{};

 private:
  [[nodiscard]] Reply run(const CommandSpec& spec, const Call& call);
  /// A refusal by role or memory, or nullopt.
  [[nodiscard]] std::optional<Reply> refused(const CommandSpec& spec) const;
  [[nodiscard]] Reply reject(Session& session, const CommandSpec* spec, Reply error);
  [[nodiscard]] Reply queue(Session& session, const CommandSpec& spec, Args args);

  std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;
  std::uint64_t next_session_ = 1;
  Session stream_session_;  // on behalf of which effects are applied
};

}  // namespace lockstep::sim::redis
