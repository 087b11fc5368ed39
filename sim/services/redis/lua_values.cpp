#include "sim/services/redis/lua_values.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <lua.hpp>
#include <string>
#include <vector>

#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis {

namespace {

using resp::Reply;

// What RESP readers of this project accept; redis-server goes on until Lua's stack ends.
constexpr int depth_max = 8;
// Elements of one reply: a table may contain itself many times over.
constexpr std::size_t items_max = std::size_t{1} << 18U;

std::string_view reply_key(resp::ReplyType type) {
  return type == resp::ReplyType::status ? "ok" : "err";
}

// A cast as redis-server's on x86-64: what does not fit becomes the lowest integer.
std::int64_t truncated(double number) {
  constexpr double bound = 9223372036854775808.0;
  if (!(number >= -bound && number < bound)) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(number);
}

bool string_field(lua_State* state, const char* name, std::string& text) {
  lua_pushstring(state, name);
  lua_rawget(state, -2);
  const bool found = lua_type(state, -1) == LUA_TSTRING;
  if (found) text = lua_view(state, -1);
  lua_pop(state, 1);
  return found;
}

// Statuses and errors are lines, and C strings in redis-server.
std::string as_line(std::string_view text) { return quotable(text, std::string_view::npos); }

Reply value_reply(lua_State* state, int depth, std::size_t& items);

Reply table_reply(lua_State* state, int depth, std::size_t& items) {
  std::string text;
  if (string_field(state, "err", text)) return Reply::error(as_line(text));
  if (string_field(state, "ok", text)) return Reply::status(as_line(text));
  if (depth == depth_max || lua_checkstack(state, 4) == 0) {
    return Reply::error("ERR reached lua stack limit");
  }
  std::vector<Reply> replies;
  replies.reserve(std::min(lua_objlen(state, -1), items_max - items));
  for (int n = 1; items < items_max; ++n) {
    lua_rawgeti(state, -1, n);
    const bool at_end = lua_isnil(state, -1);
    if (!at_end) replies.push_back(value_reply(state, depth + 1, ++items));
    lua_pop(state, 1);
    if (at_end) break;
  }
  return Reply::array(std::move(replies));
}

Reply value_reply(lua_State* state, int depth, std::size_t& items) {
  switch (lua_type(state, -1)) {
    case LUA_TSTRING: return Reply::bulk(std::string(lua_view(state, -1)));
    case LUA_TBOOLEAN: return lua_toboolean(state, -1) != 0 ? Reply::integer(1) : Reply::nil();
    case LUA_TNUMBER: return Reply::integer(truncated(lua_tonumber(state, -1)));
    case LUA_TTABLE: return table_reply(state, depth, items);
    default: return Reply::nil();
  }
}

}  // namespace

std::string_view lua_view(lua_State* state, int index) {
  std::size_t size = 0;
  const char* text = lua_tolstring(state, index, &size);
  return text == nullptr ? std::string_view() : std::string_view(text, size);
}

void push_reply(lua_State* state, const Reply& reply) {
  luaL_checkstack(state, 4, "a reply is nested too deeply");
  switch (reply.type()) {
    case resp::ReplyType::nil: lua_pushboolean(state, 0); break;
    case resp::ReplyType::integer:
      lua_pushnumber(state, static_cast<double>(reply.integer()));
      break;
    case resp::ReplyType::bulk:
      lua_pushlstring(state, reply.text().data(), reply.text().size());
      break;
    case resp::ReplyType::status:
    case resp::ReplyType::error:
      lua_createtable(state, 0, 1);
      lua_pushlstring(state, reply.text().data(), reply.text().size());
      lua_setfield(state, -2, reply_key(reply.type()).data());
      break;
    case resp::ReplyType::array:
      lua_createtable(state, static_cast<int>(reply.items().size()), 0);
      for (std::size_t n = 0; n < reply.items().size(); ++n) {
        push_reply(state, reply.items()[n]);
        lua_rawseti(state, -2, static_cast<int>(n + 1));
      }
  }
}

Reply to_reply(lua_State* state) {
  std::size_t items = 0;
  return value_reply(state, 0, items);
}

}  // namespace lockstep::sim::redis
