// Replies to Lua values and back, by Redis's rules for RESP2.
#pragma once

#include <string_view>

#include "impl/resp/reply.hpp"

struct lua_State;

namespace lockstep::sim::redis {

/// The string (or number, which becomes one) at `index`; empty for other types.
[[nodiscard]] std::string_view lua_view(lua_State* state, int index);

/// Pushes a reply: nil is false, a status {ok=...}, an error {err=...}.
void push_reply(lua_State* state, const resp::Reply& reply);

/// The value on top of the stack, which stays: numbers are truncated to integers, true is 1, false
/// and nil are nil, a table is an error, a status or an array that ends before its first nil.
/// Tables inside tables are followed to `depth_max` levels; below is "ERR reached lua stack limit".
[[nodiscard]] resp::Reply to_reply(lua_State* state);

}  // namespace lockstep::sim::redis
