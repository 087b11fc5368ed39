#include "impl/redis/greeting.hpp"

#include "impl/redis/errors.hpp"

namespace lockstep::redis {

namespace {

std::string_view words_of(Greeting step) {
  switch (step) {
    case Greeting::auth: return "AUTH";
    case Greeting::select: return "SELECT";
    case Greeting::set_name: break;
  }
  return "CLIENT SETNAME";
}

void write_step(Greeting step, const Options& options, resp::RespWriter& out) {
  switch (step) {
    case Greeting::auth:
      if (options.user.empty()) return out.command({"AUTH", options.password});
      return out.command({"AUTH", options.user, options.password});
    case Greeting::select: return out.command({"SELECT", std::to_string(options.db)});
    case Greeting::set_name: return out.command({"CLIENT", "SETNAME", options.client_name});
  }
}

}  // namespace

std::vector<Greeting> greetings_of(const Options& options) {
  std::vector<Greeting> steps;
  if (!options.password.empty()) steps.push_back(Greeting::auth);
  if (options.db != 0) steps.push_back(Greeting::select);
  if (!options.client_name.empty()) steps.push_back(Greeting::set_name);
  return steps;
}

void write_greetings(const Options& options, resp::RespWriter& out) {
  for (const Greeting step : greetings_of(options)) write_step(step, options, out);
}

Result<void> check_greeting(Greeting step, const resp::Reply& reply) {
  if (reply.is_status("OK")) return {};
  const std::string what(words_of(step));
  if (!reply.is_error()) {
    return fail(definite(Errc::protocol, what + " answered " + resp::to_text(reply)));
  }
  const std::string detail = what + ": " + reply.text();
  if (reply.error_code() != "ERR") {
    return fail(definite(classify(reply.text(), CommandKind::plain).code, detail));
  }
  return fail(definite(step == Greeting::auth ? Errc::denied : Errc::invalid_argument, detail));
}

}  // namespace lockstep::redis
