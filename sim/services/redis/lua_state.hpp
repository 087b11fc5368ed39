// One Lua interpreter with its sandbox, bounded in memory and instructions. Private to ScriptHost.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/services/redis/lua_pool.hpp"
#include "sim/services/redis/lua_random.hpp"

struct lua_State;
struct lua_Debug;

namespace lockstep::sim::redis {

class ScriptCaller;

struct LuaLimits {
  std::size_t bytes_max = 0;
  std::uint64_t instructions_max = 0;
};

class LuaState {
 public:
  /// `random` outlives it: a server's numbers go on when its scripts are flushed.
  LuaState(const LuaLimits& limits, LuaRandom& random);
  ~LuaState();
  LuaState(const LuaState&) = delete;
  LuaState& operator=(const LuaState&) = delete;

  [[nodiscard]] lua_State* get() const { return state_; }
  /// The one that `state` belongs to.
  [[nodiscard]] static LuaState& of(lua_State* state);

  /// Commands go to `caller` (null: there is none, they are errors) until `end_run`.
  void begin_run(ScriptCaller* caller);
  void end_run();
  /// Pushes the error handler and the protected function, both made once.
  void push_run_protected(int (*function)(lua_State*), int (*handler)(lua_State*));

  /// Pushes the table behind the scripts' read-only _G.
  void push_globals(lua_State* state) const;

  [[nodiscard]] ScriptCaller* caller() const { return caller_; }
  [[nodiscard]] LuaRandom& random() { return random_; }

 private:
  static void* allocate(void* self, void* block, std::size_t old_size, std::size_t new_size);
  static void count(lua_State* state, lua_Debug* where);

  LuaLimits limits_;
  LuaPool pool_;
  lua_State* state_ = nullptr;
  ScriptCaller* caller_ = nullptr;
  LuaRandom& random_;
  std::size_t bytes_ = 0;
  bool running_ = false;  // outside of runs no allocation may fail: nobody would catch the error
  std::uint64_t instructions_ = 0;
  int globals_ = 0;  // places in the registry
  int function_ = 0;
  int handler_ = 0;
};

/// Builds the sandbox's globals and leaves the table behind _G on the stack; the functions of the
/// redis library belong to `lua`. Runs under pcall.
int open_sandbox(lua_State* state);
/// Pushes the redis library, a plain table.
void push_redis_library(lua_State* state);
/// Raises `message` as redis.call does: a table {err}, "ERR " in front unless it starts with '-'.
int raise_redis_error(lua_State* state, const char* message);

}  // namespace lockstep::sim::redis
