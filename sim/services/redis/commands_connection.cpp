// Handlers of commands about the connection itself: names, passwords, the database in use.
// Not modelled: CLIENT's other subcommands, ACL users.
#include <algorithm>

#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/core.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

// Checks a name before it is set; the error is the client's.
std::optional<Reply> set_name(const Call& call, std::string_view name) {
  const bool fits = std::ranges::all_of(name, [](char c) { return c >= '!' && c <= '~'; });
  if (!fits) {
    return replies::error(
        "ERR Client names cannot contain spaces, newlines or special characters.");
  }
  call.session.name = name;
  return std::nullopt;
}

// True if the password is right; there is one user, "default".
bool log_in(const Call& call, std::string_view user, std::string_view password) {
  const std::string& wanted = call.core.options.password;
  const bool right = user == "default" && (wanted.empty() || password == wanted);
  if (right) call.session.authenticated = true;
  return right;
}

Reply wrong_password() {
  return replies::error("WRONGPASS invalid username-password pair or user is disabled.");
}

Reply server_facts(const Call& call) {
  const auto text = [](std::string_view value) { return Reply::bulk(std::string(value)); };
  return Reply::array({text("server"), text("redis"), text("version"), text("7.0.15"),
                       text("proto"), Reply::integer(2), text("id"),
                       replies::number(call.session.id), text("mode"), text("standalone"),
                       text("role"), text(call.core.data.is_replica ? "replica" : "master"),
                       text("modules"), Reply::array()});
}

// HELLO's options from argument 2 on, or the error.
std::optional<Reply> hello_options(const Call& call) {
  for (std::size_t n = 2; n < call.size(); ++n) {
    const std::size_t more = call.size() - n - 1;
    if (equals_ignoring_case(call.arg(n), "auth") && more >= 2) {
      if (!log_in(call, call.arg(n + 1), call.arg(n + 2))) return wrong_password();
      n += 2;
    } else if (equals_ignoring_case(call.arg(n), "setname") && more >= 1) {
      if (auto error = set_name(call, call.arg(n + 1))) return error;
      n += 1;
    } else {
      return Reply::error("ERR Syntax error in HELLO option '" + quotable(call.arg(n)) + "'");
    }
  }
  return std::nullopt;
}

}  // namespace

Reply ping(const Call& call) {
  if (call.size() > 2) return replies::wrong_arity("ping");
  return call.size() == 2 ? Reply::bulk(std::string(call.arg(1))) : Reply::status("PONG");
}

Reply echo(const Call& call) { return Reply::bulk(std::string(call.arg(1))); }

Reply select(const Call& call) {
  const auto db = parse_integer(call.arg(1));
  if (!db) return replies::not_an_integer();
  if (*db < 0 || *db >= static_cast<std::int64_t>(Engine::databases)) {
    return replies::error("ERR DB index is out of range");
  }
  call.session.db = static_cast<std::size_t>(*db);
  return replies::ok();
}

Reply auth(const Call& call) {
  if (call.size() > 3) return replies::syntax_error();
  if (call.size() == 2 && call.core.options.password.empty()) {
    return replies::error(
        "ERR AUTH <password> called without any password configured for the default user. Are you "
        "sure your configuration is correct?");
  }
  const bool named = call.size() == 3;
  const bool right = log_in(call, named ? call.arg(1) : "default", call.arg(named ? 2 : 1));
  return right ? replies::ok() : wrong_password();
}

// A server that speaks RESP2 only: version 3 is refused as an unknown version is.
Reply hello(const Call& call) {
  if (call.size() > 1) {
    const auto version = parse_integer(call.arg(1));
    if (!version) return replies::error("ERR Protocol version is not an integer or out of range");
    if (*version != 2) return replies::error("NOPROTO unsupported protocol version");
    if (auto error = hello_options(call)) return std::move(*error);
  }
  if (!call.session.authenticated) {
    return replies::error(
        "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
        "<proto> AUTH <user> <pass> option can be used to authenticate the client and select the "
        "RESP protocol version at the same time");
  }
  return server_facts(call);
}

Reply quit(const Call& call) {
  call.session.closing = true;
  return replies::ok();
}

Reply reset(const Call& call) {
  Session& session = call.session;
  call.core.data.unwatch(session);
  const std::uint64_t id = session.id;
  session = Session();
  session.id = id;
  session.authenticated = call.core.options.password.empty();
  return Reply::status("RESET");
}

Reply client_id(const Call& call) { return replies::number(call.session.id); }

Reply client_getname(const Call& call) {
  return call.session.name.empty() ? Reply::nil() : Reply::bulk(call.session.name);
}

Reply client_setname(const Call& call) {
  auto error = set_name(call, call.arg(2));
  return error ? std::move(*error) : replies::ok();
}

}  // namespace lockstep::sim::redis::commands
