#include "sim/services/redis/script_host.hpp"

#include <lua.hpp>

#include "impl/base/assert.hpp"
#include "sim/services/redis/lua_state.hpp"
#include "sim/services/redis/lua_values.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/sha1.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis {

namespace {

// As pcall's message handler: makes an error a table {err, source, line}, as Redis does.
int describe_error(lua_State* state) {
  if (!lua_istable(state, 1)) {
    lua_createtable(state, 0, 3);
    const bool is_text = lua_isstring(state, 1) != 0;
    const char* boolean = lua_toboolean(state, 1) != 0 ? "true" : "false";
    lua_pushfstring(state, "ERR %s",
                    is_text                   ? lua_tostring(state, 1)
                    : lua_isboolean(state, 1) ? boolean
                                              : luaL_typename(state, 1));
    lua_setfield(state, -2, "err");
    lua_replace(state, 1);
  }
  lua_settop(state, 1);
  lua_Debug where;
  for (int level = 1; level <= 2; ++level) {
    if (lua_getstack(state, level, &where) == 0) break;
    lua_getinfo(state, "Sl", &where);
    if (std::string_view(where.what) == "C" && level == 1)
      continue;  // error() itself, or a library
    lua_pushstring(state, where.source);
    lua_setfield(state, 1, "source");
    lua_pushinteger(state, where.currentline);
    lua_setfield(state, 1, "line");
    break;
  }
  return 1;
}

std::string field_of(lua_State* state, const char* name) {
  lua_getfield(state, -1, name);
  std::string text(lua_isstring(state, -1) != 0 ? lua_view(state, -1) : std::string_view());
  lua_pop(state, 1);
  return text;
}

// The reply for the error on top of the stack.
Reply error_reply(lua_State* state, std::string_view sha) {
  if (!lua_istable(state, -1)) {  // out of memory, or an error in describe_error
    const char* text = lua_tostring(state, -1);
    return Reply::error("ERR Error running script " + std::string(sha) + ", " +
                        (text != nullptr ? text : "execution failure"));
  }
  const std::string source = field_of(state, "source");
  const std::string line = field_of(state, "line");
  std::string text = field_of(state, "err");
  if (text.empty()) text = "ERR unknown error";  // redis-server 7.0 crashes here
  if (!source.empty() && !line.empty()) {
    text += " script: " + std::string(sha) + ", on " + source + ":" + line + ".";
  }
  return Reply::error(quotable(text, std::string::npos));
}

void push_strings(lua_State* state, Args strings) {
  lua_createtable(state, static_cast<int>(strings.size()), 0);
  for (std::size_t n = 0; n < strings.size(); ++n) {
    lua_pushlstring(state, strings[n].data(), strings[n].size());
    lua_rawseti(state, -2, static_cast<int>(n + 1));
  }
}

struct RunArguments {
  Args keys;
  Args args;
  int function = 0;
};

// Everything that may run out of memory happens in here, under pcall.
int run_protected(lua_State* state) {
  const auto& run = *static_cast<const RunArguments*>(lua_touserdata(state, 1));
  LuaState::of(state).push_globals(state);
  push_strings(state, run.keys);
  lua_setfield(state, -2, "KEYS");
  push_strings(state, run.args);
  lua_setfield(state, -2, "ARGV");
  lua_rawgeti(state, LUA_REGISTRYINDEX, run.function);
  lua_call(state, 0, 1);
  return 1;
}

struct LoadArguments {
  std::string_view body;
  int function = 0;
};

int load_protected(lua_State* state) {
  auto& load = *static_cast<LoadArguments*>(lua_touserdata(state, 1));
  if (load.body.starts_with(LUA_SIGNATURE[0])) {  // bytecode can do anything
    lua_pushliteral(state, "user_script:1: unexpected symbol near 'char(27)'");
    return lua_error(state);
  }
  if (luaL_loadbuffer(state, load.body.data(), load.body.size(), "@user_script") != 0) {
    return lua_error(state);
  }
  load.function = luaL_ref(state, LUA_REGISTRYINDEX);
  return 0;
}

// Without a first line "#!..."; its line end stays, so that lines keep their numbers.
std::string_view without_shebang(std::string_view body) {
  if (body.starts_with("#!")) body.remove_prefix(std::min(body.find('\n'), body.size()));
  return body;
}

}  // namespace

ScriptHost::ScriptHost(const EngineOptions& options) : options_(options) {}
ScriptHost::~ScriptHost() = default;

LuaState& ScriptHost::lua() {
  if (!lua_) {
    lua_ = std::make_unique<LuaState>(
        LuaLimits{options_.lua_bytes_max, options_.script_instructions_max}, random_);
  }
  return *lua_;
}

OrReply<std::string> ScriptHost::load(std::string_view body) {
  std::string sha = sha1_hex(body);
  if (has(sha)) return sha;
  if (scripts_.size() >= options_.scripts_max) {
    return refuse(replies::error("OOM too many scripts are loaded."));
  }
  lua_State* state = lua().get();
  LoadArguments load{without_shebang(body)};
  lua().begin_run(nullptr);
  const int failed = lua_cpcall(state, load_protected, &load);
  lua().end_run();
  if (failed != 0) {
    const Reply error = Reply::error("ERR Error compiling script (new function): " +
                                     std::string(lua_view(state, -1)));
    lua_settop(state, 0);
    return refuse(error);
  }
  scripts_.emplace(sha, load.function);
  return sha;
}

void ScriptHost::flush() {
  scripts_.clear();
  lua_.reset();
}

Reply ScriptHost::run(std::string_view sha, Args keys, Args args, ScriptCaller& caller) {
  const auto script = scripts_.find(sha);
  ASSERT(script != scripts_.end());
  lua_State* state = lua().get();
  RunArguments run{keys, args, script->second};
  lua().push_run_protected(run_protected, describe_error);
  lua_pushlightuserdata(state, &run);
  lua().begin_run(&caller);
  const int failed = lua_pcall(state, 1, 1, 1);
  lua().end_run();
  Reply reply = failed != 0 ? error_reply(state, sha) : to_reply(state);
  lua_settop(state, 0);
  return reply;
}

}  // namespace lockstep::sim::redis
