#include "sim/services/redis/lua_state.hpp"

#include <cstdlib>
#include <lua.hpp>

#include "impl/base/assert.hpp"

namespace lockstep::sim::redis {

namespace {

// How often the instruction count is looked at; small enough that a run over its limit ends soon.
constexpr int count_step = 10'000;

// The collector marks the whole sandbox each time, and scripts leave little behind: it runs when
// memory has grown to eight times what was alive, far below the limit, instead of twice.
constexpr int gc_pause_percent = 800;

}  // namespace

LuaState::LuaState(const LuaLimits& limits, LuaRandom& random) : limits_(limits), random_(random) {
  state_ = lua_newstate(allocate, this);
  ASSERT(state_ != nullptr);
  ASSERT(lua_cpcall(state_, open_sandbox, &globals_) == 0);
  lua_settop(state_, 0);
  lua_gc(state_, LUA_GCSETPAUSE, gc_pause_percent);
}

LuaState::~LuaState() { lua_close(state_); }

LuaState& LuaState::of(lua_State* state) {
  void* self = nullptr;
  lua_getallocf(state, &self);
  return *static_cast<LuaState*>(self);
}

void LuaState::begin_run(ScriptCaller* caller) {
  ASSERT(!running_);
  running_ = true;
  caller_ = caller;
  instructions_ = 0;
  lua_sethook(state_, count, LUA_MASKCOUNT, count_step);
}

void LuaState::end_run() {
  running_ = false;
  caller_ = nullptr;
  if (bytes_ > limits_.bytes_max / 2) lua_gc(state_, LUA_GCCOLLECT, 0);
}

void LuaState::push_run_protected(int (*function)(lua_State*), int (*handler)(lua_State*)) {
  if (function_ == 0) {
    lua_pushcfunction(state_, handler);
    handler_ = luaL_ref(state_, LUA_REGISTRYINDEX);
    lua_pushcfunction(state_, function);
    function_ = luaL_ref(state_, LUA_REGISTRYINDEX);
  }
  lua_rawgeti(state_, LUA_REGISTRYINDEX, handler_);
  lua_rawgeti(state_, LUA_REGISTRYINDEX, function_);
}

void LuaState::push_globals(lua_State* state) const {
  lua_rawgeti(state, LUA_REGISTRYINDEX, globals_);
}

void* LuaState::allocate(void* self, void* block, std::size_t old_size, std::size_t new_size) {
  LuaState& lua = *static_cast<LuaState*>(self);
  if (block == nullptr) old_size = 0;
  if (new_size == 0) {
    lua.pool_.release(block, old_size);
    lua.bytes_ -= old_size;
    return nullptr;
  }
  if (lua.running_ && new_size > old_size &&
      lua.bytes_ + new_size - old_size > lua.limits_.bytes_max) {
    return nullptr;
  }
  void* moved = lua.pool_.resize(block, old_size, new_size);
  if (moved != nullptr) lua.bytes_ += new_size - old_size;
  return moved;
}

// Once over the limit every further instruction fails, so that a pcall in the script cannot go on.
void LuaState::count(lua_State* state, lua_Debug* /*where*/) {
  LuaState& lua = of(state);
  lua.instructions_ += count_step;
  if (lua.instructions_ <= lua.limits_.instructions_max) return;
  lua_sethook(state, count, LUA_MASKCOUNT, 1);
  raise_redis_error(state, "Script killed by user with SCRIPT KILL.");
}

}  // namespace lockstep::sim::redis
