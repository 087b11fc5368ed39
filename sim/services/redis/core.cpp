#include "sim/services/redis/core.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"
#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis {

namespace {

// The arguments are quoted until they make up this many bytes, as Redis does.
constexpr std::size_t quoted_bytes_max = 128;

Reply unknown_command(Args args) {
  std::string text = "ERR unknown command '";
  text.append(quotable(args[0])).append("', with args beginning with: ");
  std::size_t quoted = 0;
  for (const std::string_view arg : args.subspan(1)) {
    if (quoted >= quoted_bytes_max) break;
    const std::string cut = quotable(arg, quoted_bytes_max - quoted);
    text.append("'").append(cut).append("' ");
    quoted += cut.size() + 3;
  }
  return Reply::error(std::move(text));
}

Reply unknown(Args args, const Found& found) {
  if (!found.container_known) return unknown_command(args);
  std::string container(args[0]);
  std::ranges::transform(container, container.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return Reply::error("ERR unknown subcommand '" + quotable(args[1]) + "'. Try " + container +
                      " HELP.");
}

}  // namespace

Core::Core(const EngineOptions& engine_options)
    : options(engine_options), scripts(engine_options) {}

Session& Core::open_session() {
  const std::uint64_t id = next_session_++;
  auto session = std::make_unique<Session>();
  session->id = id;
  session->authenticated = options.password.empty();
  return *sessions_.emplace(id, std::move(session)).first->second;
}

void Core::close_session(Session& session) {
  data.unwatch(session);
  sessions_.erase(session.id);
}

Reply Core::execute(Session& session, Args args, WallTime now) {
  ASSERT(!args.empty());
  const Found found = find_command(args);
  if (found.spec == nullptr) return reject(session, nullptr, unknown(args, found));
  const CommandSpec& spec = *found.spec;
  if (!arity_fits(spec, args.size())) {
    return reject(session, &spec, replies::wrong_arity(spec.name));
  }
  if (!session.authenticated && (spec.flags & flag_no_auth) == 0) {
    return reject(session, &spec, replies::error("NOAUTH Authentication required."));
  }
  if (auto refusal = refused(spec)) return reject(session, &spec, std::move(*refusal));
  if (session.in_multi && (spec.flags & flag_forbidden_in_multi) != 0) {
    return reject(session, &spec, replies::error("ERR Command not allowed inside a transaction"));
  }
  if (session.in_multi && (spec.flags & flag_no_multi) == 0) return queue(session, spec, args);
  return run(spec, Call{*this, session, args, now, Origin::client});
}

Reply Core::execute_in_script(const Call& script, Args args, bool read_only) {
  const Found found = find_command(args);
  if (found.spec == nullptr) {
    return replies::error("ERR Unknown Redis command called from script");
  }
  const CommandSpec& spec = *found.spec;
  if (!arity_fits(spec, args.size())) {
    return replies::error("ERR Wrong number of args calling Redis command from script");
  }
  if ((spec.flags & flag_no_script) != 0) {
    return replies::error("ERR This Redis command is not allowed from script");
  }
  if ((spec.flags & flag_write) != 0 && read_only) {
    return replies::error("ERR Write commands are not allowed from read-only scripts.");
  }
  if (auto refusal = refused(spec)) return std::move(*refusal);
  return run(spec, Call{*this, script.session, args, script.now, Origin::script});
}

Reply Core::execute_queued(const Call& exec, Args args) {
  const CommandSpec* spec = find_command(args).spec;
  ASSERT(spec != nullptr);  // queueing checked it
  return run(*spec, Call{*this, exec.session, args, exec.now, Origin::transaction});
}

bool Core::apply(const Effect& effect, WallTime now) {
  const std::vector<std::string_view> args(effect.command.begin(), effect.command.end());
  if (args.empty() || effect.db >= Engine::databases) return false;
  const CommandSpec* spec = find_command(args).spec;
  if (spec == nullptr || (spec->flags & flag_write) == 0 || !arity_fits(*spec, args.size())) {
    return false;
  }
  stream_session_.db = effect.db;
  return !run(*spec, Call{*this, stream_session_, args, now, Origin::stream}).is_error();
}

Reply Core::run(const CommandSpec& spec, const Call& call) {
  const std::size_t db = call.session.db;
  const std::uint64_t before = data.changes();
  data.begin_command();
  Reply reply = spec.handler(call);
  if ((spec.flags & flag_own_effects) == 0) {
    data.end_command(db, call.args, data.changes() != before);
  }
  return reply;
}

std::optional<Reply> Core::refused(const CommandSpec& spec) const {
  if (data.is_replica && (spec.flags & flag_write) != 0) {
    return replies::error("READONLY You can't write against a read only replica.");
  }
  if ((spec.flags & flag_adds_keys) != 0 && data.key_count() >= options.keys_max) {
    return replies::error("OOM command not allowed when used memory > 'maxmemory'.");
  }
  return std::nullopt;
}

// A refused EXEC ends its transaction; any other refused command lets it fail at EXEC.
Reply Core::reject(Session& session, const CommandSpec* spec, Reply error) {
  if (spec == nullptr || spec->handler != commands::exec) {
    if (session.in_multi) session.multi_failed = true;
    return error;
  }
  session.in_multi = session.multi_failed = false;
  session.queued.clear();
  data.unwatch(session);
  std::string_view why = error.text();
  if (why.starts_with("ERR ")) why.remove_prefix(4);
  return Reply::error("EXECABORT Transaction discarded because of: " + std::string(why));
}

Reply Core::queue(Session& session, const CommandSpec& spec, Args args) {
  if (session.queued.size() >= options.queued_max) {
    return reject(session, &spec, replies::error("ERR too many commands in a transaction"));
  }
  session.queued.emplace_back(args.begin(), args.end());
  return Reply::status("QUEUED");
}

}  // namespace lockstep::sim::redis
