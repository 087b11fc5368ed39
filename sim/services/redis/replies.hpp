// The replies that many commands share, word for word as redis-server 7.0 writes them.
#pragma once

#include <string>
#include <string_view>

#include "impl/resp/reply.hpp"

namespace lockstep::sim::redis::replies {

using resp::Reply;

[[nodiscard]] inline Reply ok() { return Reply::status("OK"); }
[[nodiscard]] inline Reply error(std::string_view text) { return Reply::error(std::string(text)); }
[[nodiscard]] inline Reply number(std::size_t value) {
  return Reply::integer(static_cast<std::int64_t>(value));
}
[[nodiscard]] inline Reply wrong_type() {
  return error("WRONGTYPE Operation against a key holding the wrong kind of value");
}
[[nodiscard]] inline Reply syntax_error() { return error("ERR syntax error"); }
[[nodiscard]] inline Reply not_an_integer() {
  return error("ERR value is not an integer or out of range");
}
[[nodiscard]] inline Reply overflow() { return error("ERR increment or decrement would overflow"); }
[[nodiscard]] inline Reply too_long() {
  return error("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
}
/// `command` in lower case, with its subcommand: "client|setname".
[[nodiscard]] inline Reply wrong_arity(std::string_view command) {
  return error("ERR wrong number of arguments for '" + std::string(command) + "' command");
}
[[nodiscard]] inline Reply invalid_expire(std::string_view command) {
  return error("ERR invalid expire time in '" + std::string(command) + "' command");
}

}  // namespace lockstep::sim::redis::replies
