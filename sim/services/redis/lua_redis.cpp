// The redis library of scripts: redis.call, redis.pcall and their relatives.
#include <array>
#include <cstdio>
#include <lua.hpp>
#include <string>
#include <vector>

#include "sim/services/redis/lua_state.hpp"
#include "sim/services/redis/lua_values.hpp"
#include "sim/services/redis/script_host.hpp"
#include "sim/services/redis/sha1.hpp"

namespace lockstep::sim::redis {

namespace {

constexpr int log_debug = 0;
constexpr int log_warning = 3;

// Pushes {err = ...}. The text is "-CODE message" (a reply of the protocol), or a message that gets
// the code ERR. A code without a message becomes a message, as in Redis.
void push_error(lua_State* state, std::string_view text) {
  std::string error;
  if (!text.starts_with('-')) {
    error = "ERR " + std::string(text);
  } else if (text.find(' ') == std::string_view::npos) {
    error = "ERR " + std::string(text.substr(1));
  } else {
    error = text.substr(1);
  }
  while (error.ends_with('\n') || error.ends_with('\r')) error.pop_back();
  lua_createtable(state, 0, 2);
  lua_pushlstring(state, error.data(), error.size());
  lua_setfield(state, -2, "err");
}

// Results and errors of commands carry this field in Redis 7; a script may iterate over it.
void mark_counted(lua_State* state) {
  lua_pushboolean(state, 1);
  lua_setfield(state, -2, "ignore_error_stats_update");
}

// A script's arguments to one command, without an allocation where they are few.
class Arguments {
 public:
  explicit Arguments(std::size_t count) : size_(count) {
    if (count > few_.size()) many_.resize(count);
  }
  std::string_view& operator[](std::size_t n) { return many_.empty() ? few_[n] : many_[n]; }
  [[nodiscard]] Args view() const { return {many_.empty() ? few_.data() : many_.data(), size_}; }

 private:
  std::size_t size_;
  std::array<std::string_view, 12> few_;
  std::vector<std::string_view> many_;
};

// Makes every argument a string in place and takes views of them; false if one is neither.
bool take_arguments(lua_State* state, Arguments& arguments) {
  const int count = lua_gettop(state);
  for (int n = 1; n <= count; ++n) {
    if (lua_type(state, n) == LUA_TNUMBER) {  // Lua's own conversion has 14 digits only
      std::array<char, 64> text;
      const int size = std::snprintf(text.data(), text.size(), "%.17g", lua_tonumber(state, n));
      lua_pushlstring(state, text.data(), static_cast<std::size_t>(size));
      lua_replace(state, n);
    }
    if (lua_type(state, n) != LUA_TSTRING) return false;
    arguments[static_cast<std::size_t>(n - 1)] = lua_view(state, n);
  }
  return true;
}

// Leaves the result on the stack. True if it is an error.
bool call_command(lua_State* state) {
  if (lua_gettop(state) == 0) {
    push_error(state, "Please specify at least one argument for this redis lib call");
    return true;
  }
  Arguments arguments(static_cast<std::size_t>(lua_gettop(state)));
  if (!take_arguments(state, arguments)) {
    push_error(state, "Lua redis lib command arguments must be strings or integers");
    return true;
  }
  ScriptCaller* caller = LuaState::of(state).caller();
  if (caller == nullptr) {
    push_error(state, "redis.call/pcall can only be called inside a script invocation");
    return true;
  }
  const resp::Reply reply = caller->call(arguments.view());
  push_reply(state, reply);
  if (reply.is_error()) mark_counted(state);
  return reply.is_error();
}

int call(lua_State* state) {
  if (call_command(state)) return lua_error(state);
  return 1;
}

int pcall(lua_State* state) {
  call_command(state);
  return 1;
}

// The error is returned, not raised, when the argument is not one string.
int single_field(lua_State* state, const char* field) {
  if (lua_gettop(state) != 1 || lua_type(state, -1) != LUA_TSTRING) {
    push_error(state, "wrong number or type of arguments");
    return 1;
  }
  lua_createtable(state, 0, 1);
  lua_pushvalue(state, 1);
  lua_setfield(state, -2, field);
  return 1;
}

int error_reply(lua_State* state) {
  if (lua_gettop(state) != 1 || lua_type(state, -1) != LUA_TSTRING) {
    return single_field(state, "err");
  }
  const std::string_view text = lua_view(state, 1);
  push_error(state, text.starts_with('-') ? std::string(text) : "-" + std::string(text));
  return 1;
}

int status_reply(lua_State* state) { return single_field(state, "ok"); }

int sha1hex(lua_State* state) {
  if (lua_gettop(state) != 1) return raise_redis_error(state, "wrong number of arguments");
  const std::string sha = sha1_hex(lua_view(state, 1));
  lua_pushlstring(state, sha.data(), sha.size());
  return 1;
}

int log(lua_State* state) {
  if (lua_gettop(state) < 2) {
    return raise_redis_error(state, "redis.log() requires two arguments or more.");
  }
  if (lua_isnumber(state, 1) == 0) {
    return raise_redis_error(state, "First argument must be a number (log level).");
  }
  const auto level = lua_tonumber(state, 1);
  if (level < log_debug || level > log_warning) {
    return raise_redis_error(state, "Invalid debug level.");
  }
  return 0;
}

int replicate_commands(lua_State* state) {
  lua_pushboolean(state, 1);
  return 1;
}

int setresp(lua_State* state) {
  if (lua_gettop(state) != 1) {
    return raise_redis_error(state, "redis.setresp() requires one argument.");
  }
  if (lua_tonumber(state, 1) != 2) {
    return raise_redis_error(state, "RESP version must be 2 or 3.");
  }
  return 0;
}

void set_function(lua_State* state, const char* name, lua_CFunction function) {
  lua_pushcfunction(state, function);
  lua_setfield(state, -2, name);
}

void set_number(lua_State* state, const char* name, int number) {
  lua_pushinteger(state, number);
  lua_setfield(state, -2, name);
}

}  // namespace

int raise_redis_error(lua_State* state, const char* message) {
  push_error(state, message);
  return lua_error(state);
}

void push_redis_library(lua_State* state) {
  lua_newtable(state);
  set_function(state, "call", call);
  set_function(state, "pcall", pcall);
  set_function(state, "error_reply", error_reply);
  set_function(state, "status_reply", status_reply);
  set_function(state, "sha1hex", sha1hex);
  set_function(state, "log", log);
  set_function(state, "replicate_commands", replicate_commands);
  set_function(state, "setresp", setresp);
  set_number(state, "LOG_DEBUG", log_debug);
  set_number(state, "LOG_VERBOSE", 1);
  set_number(state, "LOG_NOTICE", 2);
  set_number(state, "LOG_WARNING", log_warning);
  lua_pushliteral(state, "7.0.15");
  lua_setfield(state, -2, "REDIS_VERSION");
  set_number(state, "REDIS_VERSION_NUM", 0x0007000f);
}

}  // namespace lockstep::sim::redis
