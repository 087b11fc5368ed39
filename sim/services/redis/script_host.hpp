// Runs scripts with real Lua 5.1, in a sandbox like Redis's: the libraries base, string, table,
// math and redis, all read-only, no globals of the script's own, math.random seeded alike for every
// run.
//
// What is kept from scripts because it would break a run's determinism or safety: coroutines, the
// addresses in tostring(), collectgarbage's numbers, bytecode, long patterns. Not modelled: bit,
// cjson, cmsgpack, struct, RESP3, and the flags of a "#!lua" line (which is skipped).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sim/services/redis/call.hpp"
#include "sim/services/redis/lua_random.hpp"

namespace lockstep::sim::redis {

/// Executes what a script gives to redis.call and redis.pcall.
class ScriptCaller {
 public:
  virtual ~ScriptCaller() = default;
  [[nodiscard]] virtual Reply call(Args args) = 0;
};

class LuaState;

class ScriptHost {
 public:
  explicit ScriptHost(const EngineOptions& options);
  ~ScriptHost();
  ScriptHost(const ScriptHost&) = delete;
  ScriptHost& operator=(const ScriptHost&) = delete;

  /// Compiles `body` unless it is loaded. The error is the client's: "ERR Error compiling ...".
  [[nodiscard]] OrReply<std::string> load(std::string_view body);
  /// `sha` in lower case.
  [[nodiscard]] bool has(std::string_view sha) const { return scripts_.contains(sha); }
  [[nodiscard]] std::size_t size() const { return scripts_.size(); }
  /// Forgets every script, and Lua's whole state with them.
  void flush();

  /// Runs a loaded script (`has(sha)`). A script's error is the reply; what it wrote before stays.
  [[nodiscard]] Reply run(std::string_view sha, Args keys, Args args, ScriptCaller& caller);

 private:
  LuaState& lua();

  EngineOptions options_;
  LuaRandom random_;
  std::unique_ptr<LuaState> lua_;                    // made when the first script is loaded
  std::map<std::string, int, std::less<>> scripts_;  // sha to the function's place in the registry
};

}  // namespace lockstep::sim::redis
