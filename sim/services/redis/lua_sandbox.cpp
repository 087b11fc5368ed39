// The sandbox's globals. Every library table is hidden behind an empty proxy, whose metatable reads
// through to it and refuses writes; Redis gets the same with a patched Lua. What looks at a table
// without asking its metatable (next, rawget, rawset, table.insert, ...) is wrapped to know
// proxies.
#include <lua.hpp>
#include <string>

#include "sim/services/redis/lua_state.hpp"
#include "sim/services/redis/lua_values.hpp"

namespace lockstep::sim::redis {

namespace {

constexpr const char* read_only_message = "Attempt to modify a readonly table";
// Lua 5.1 matches patterns by recursion on the C stack, so their length is bounded.
constexpr std::size_t pattern_bytes_max = 4096;
char proxy_mark = 0;  // its address keys the real table in a proxy's metatable

// If the value at `index` is a proxy, puts the real table in its place.
bool unwrap(lua_State* state, int index) {
  if (!lua_istable(state, index) || lua_getmetatable(state, index) == 0) return false;
  lua_pushlightuserdata(state, &proxy_mark);
  lua_rawget(state, -2);
  const bool is_proxy = lua_istable(state, -1);
  if (is_proxy) lua_replace(state, index);
  lua_pop(state, is_proxy ? 1 : 2);
  return is_proxy;
}

// Runs the wrapped C function in this one's frame, so that its messages name what the script
// called.
int original(lua_State* state) { return lua_tocfunction(state, lua_upvalueindex(1))(state); }

// ---- what stands in for base functions
// -----------------------------------------------------------

int refuse_write(lua_State* state) { return luaL_error(state, read_only_message); }

int missing_global(lua_State* state) {
  const char* name = lua_tostring(state, 2);
  return luaL_error(state, "Script attempted to access nonexistent global variable '%s'",
                    name != nullptr ? name : luaL_typename(state, 2));
}

int next_entry(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  lua_settop(state, 2);
  unwrap(state, 1);
  if (lua_next(state, 1) != 0) return 2;
  lua_pushnil(state);
  return 1;
}

int pairs(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  lua_pushcfunction(state, next_entry);
  lua_pushvalue(state, 1);
  lua_pushnil(state);
  return 3;
}

int raw_get(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  luaL_checkany(state, 2);
  lua_settop(state, 2);
  unwrap(state, 1);
  lua_rawget(state, 1);
  return 1;
}

int raw_set(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  luaL_checkany(state, 2);
  luaL_checkany(state, 3);
  lua_settop(state, 3);
  if (unwrap(state, 1)) return raise_redis_error(state, read_only_message);
  lua_rawset(state, 1);
  return 1;
}

int set_metatable(lua_State* state) {
  luaL_checktype(state, 1, LUA_TTABLE);
  lua_pushvalue(state, 1);
  if (unwrap(state, lua_gettop(state))) return raise_redis_error(state, read_only_message);
  lua_pop(state, 1);
  return original(state);
}

// The wrapped function, unless it would change a read-only table.
int guarded_change(lua_State* state) {
  if (unwrap(state, 1)) return raise_redis_error(state, read_only_message);
  return original(state);
}

// The wrapped string function, unless its pattern is too long.
int guarded_pattern(lua_State* state) {
  if (lua_view(state, 2).size() > pattern_bytes_max) {
    return luaL_error(state, "pattern of more than %d bytes", static_cast<int>(pattern_bytes_max));
  }
  return original(state);
}

// An error table of redis.call shows itself as its text, as in Redis 7.
int protected_call(lua_State* state) {
  if (lua_gettop(state) == 0) {
    lua_pushboolean(state, 0);
    lua_pushliteral(state, "attempt to call a boolean value");
    return 2;
  }
  lua_pushboolean(state, 1);
  lua_insert(state, 1);
  if (lua_pcall(state, lua_gettop(state) - 2, LUA_MULTRET, 0) == 0) return lua_gettop(state);
  if (lua_istable(state, -1)) {
    lua_getfield(state, -1, "err");
    if (lua_isstring(state, -1) != 0) lua_replace(state, -2);
    lua_settop(state, 2);
  }
  lua_pushboolean(state, 0);
  lua_replace(state, 1);
  return 2;
}

// No addresses: they differ from run to run.
int to_string(lua_State* state) {
  luaL_checkany(state, 1);
  const int type = lua_type(state, 1);
  const bool has_address = type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA ||
                           type == LUA_TTHREAD || type == LUA_TLIGHTUSERDATA;
  if (!has_address || luaL_getmetafield(state, 1, "__tostring") != 0) {
    lua_settop(state, 1);
    return original(state);
  }
  lua_pushfstring(state, "%s: 0x000000000000", lua_typename(state, type));
  return 1;
}

int load_text(lua_State* state, std::string_view chunk, const char* name) {
  if (chunk.starts_with(LUA_SIGNATURE[0])) {
    lua_pushnil(state);
    lua_pushliteral(state, "bytecode is not allowed");
    return 2;
  }
  if (luaL_loadbuffer(state, chunk.data(), chunk.size(), name) == 0) return 1;
  lua_pushnil(state);
  lua_insert(state, -2);
  return 2;
}

int load_string(lua_State* state) {
  luaL_checkstring(state, 1);
  const std::string chunk(lua_view(state, 1));
  return load_text(state, chunk, luaL_optstring(state, 2, chunk.c_str()));
}

int load_pieces(lua_State* state) {
  luaL_checktype(state, 1, LUA_TFUNCTION);
  const char* name = luaL_optstring(state, 2, "=(load)");
  std::string chunk;
  while (true) {
    lua_pushvalue(state, 1);
    lua_call(state, 0, 1);
    if (lua_isnil(state, -1) || lua_view(state, -1).empty()) break;
    chunk += lua_view(state, -1);
    lua_pop(state, 1);
  }
  return load_text(state, chunk, name);
}

int no_collection(lua_State* state) {
  lua_pushinteger(state, 0);
  return 1;
}

int random_number(lua_State* state) {
  constexpr std::int32_t range = 0x7fffffff;
  const lua_Number unit =
      static_cast<lua_Number>(LuaState::of(state).random().next() % range) / range;
  const int arguments = lua_gettop(state);
  if (arguments == 0) {
    lua_pushnumber(state, unit);
    return 1;
  }
  if (arguments > 2) return luaL_error(state, "wrong number of arguments");
  const int low = arguments == 1 ? 1 : luaL_checkint(state, 1);
  const int high = luaL_checkint(state, arguments);
  luaL_argcheck(state, low <= high, arguments, "interval is empty");
  const lua_Number span = static_cast<lua_Number>(high) - low + 1;
  lua_pushnumber(state, static_cast<lua_Number>(static_cast<std::int64_t>(unit * span)) + low);
  return 1;
}

int random_seed(lua_State* state) {
  LuaState::of(state).random().seed(luaL_checkint(state, 1));
  return 0;
}

// ---- assembly
// ------------------------------------------------------------------------------------

void open_library(lua_State* state, lua_CFunction open, const char* name) {
  lua_pushcfunction(state, open);
  lua_pushstring(state, name);
  lua_call(state, 1, 0);
}

void set_function(lua_State* state, const char* name, lua_CFunction function) {
  lua_pushcfunction(state, function);
  lua_setfield(state, -2, name);
}

// Replaces field `name` of the table on top by `wrapper`, which has the old value as its upvalue.
void wrap(lua_State* state, const char* name, lua_CFunction wrapper) {
  lua_getfield(state, -1, name);
  lua_pushcclosure(state, wrapper, 1);
  lua_setfield(state, -2, name);
}

void remove(lua_State* state, const char* name) {
  lua_pushnil(state);
  lua_setfield(state, -2, name);
}

// Replaces the table on top by a read-only proxy of it.
void make_proxy(lua_State* state) {
  lua_newtable(state);
  lua_newtable(state);
  lua_pushvalue(state, -3);
  lua_setfield(state, -2, "__index");
  lua_pushcfunction(state, refuse_write);
  lua_setfield(state, -2, "__newindex");
  lua_pushboolean(state, 0);
  lua_setfield(state, -2, "__metatable");
  lua_pushlightuserdata(state, &proxy_mark);
  lua_pushvalue(state, -4);
  lua_rawset(state, -3);
  lua_setmetatable(state, -2);
  lua_remove(state, -2);
}

void open_libraries(lua_State* state) {
  open_library(state, luaopen_base, "");
  open_library(state, luaopen_string, LUA_STRLIBNAME);
  open_library(state, luaopen_table, LUA_TABLIBNAME);
  open_library(state, luaopen_math, LUA_MATHLIBNAME);
}

// The table of globals is on top.
void adjust_base(lua_State* state) {
  for (const char* name : {"dofile", "loadfile", "print", "getfenv", "setfenv", "newproxy",
                           "module", "require", "gcinfo", "coroutine", "package"}) {
    remove(state, name);
  }
  set_function(state, "next", next_entry);
  set_function(state, "pairs", pairs);
  set_function(state, "rawget", raw_get);
  set_function(state, "rawset", raw_set);
  set_function(state, "pcall", protected_call);
  set_function(state, "loadstring", load_string);
  set_function(state, "load", load_pieces);
  set_function(state, "collectgarbage", no_collection);
  wrap(state, "setmetatable", set_metatable);
  wrap(state, "tostring", to_string);
}

void adjust_libraries(lua_State* state) {
  lua_getfield(state, -1, LUA_STRLIBNAME);
  remove(state, "dump");
  for (const char* name : {"find", "match", "gmatch", "gfind", "gsub"}) {
    wrap(state, name, guarded_pattern);
  }
  lua_pop(state, 1);
  lua_getfield(state, -1, LUA_TABLIBNAME);
  for (const char* name : {"insert", "remove", "sort", "setn"}) wrap(state, name, guarded_change);
  lua_pop(state, 1);
  lua_getfield(state, -1, LUA_MATHLIBNAME);
  set_function(state, "random", random_number);
  set_function(state, "randomseed", random_seed);
  lua_pop(state, 1);
}

// Scripts see no metatable of strings, through which they could change string functions for others.
void hide_string_metatable(lua_State* state) {
  lua_pushliteral(state, "");
  lua_getmetatable(state, -1);
  lua_pushboolean(state, 0);
  lua_setfield(state, -2, "__metatable");
  lua_pop(state, 2);
}

}  // namespace

int open_sandbox(lua_State* state) {
  int* place = static_cast<int*>(lua_touserdata(state, 1));
  open_libraries(state);
  lua_pushvalue(state, LUA_GLOBALSINDEX);
  adjust_base(state);
  adjust_libraries(state);
  hide_string_metatable(state);
  for (const char* name : {LUA_STRLIBNAME, LUA_TABLIBNAME, LUA_MATHLIBNAME}) {
    lua_getfield(state, -1, name);
    make_proxy(state);
    lua_setfield(state, -2, name);
  }
  push_redis_library(state);
  make_proxy(state);
  lua_setfield(state, -2, "redis");
  lua_pushvalue(state, -1);
  *place = luaL_ref(state, LUA_REGISTRYINDEX);

  lua_newtable(state);  // a global that is not there is an error
  lua_pushcfunction(state, missing_global);
  lua_setfield(state, -2, "__index");
  lua_setmetatable(state, -2);
  lua_pushvalue(state, -1);
  make_proxy(state);
  lua_pushvalue(state, -1);
  lua_setfield(state, -3, "_G");
  lua_replace(state, LUA_GLOBALSINDEX);  // what is loaded from now on sees the proxy
  return 0;
}

}  // namespace lockstep::sim::redis
