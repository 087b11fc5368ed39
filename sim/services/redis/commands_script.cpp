// Handlers of EVAL and SCRIPT: their arguments and errors; scripts run in ScriptHost.
// Not modelled: SCRIPT DEBUG, functions.
#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/core.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/sha1.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

// What a script calls runs on its client's behalf; SELECT in a script ends with the script.
class CallerForScript final : public ScriptCaller {
 public:
  CallerForScript(const Call& call, bool read_only)
      : call_(call), db_(call.session.db), read_only_(read_only) {}
  ~CallerForScript() override { call_.session.db = db_; }
  CallerForScript(const CallerForScript&) = delete;
  CallerForScript& operator=(const CallerForScript&) = delete;

  Reply call(Args args) override { return call_.core.execute_in_script(call_, args, read_only_); }

 private:
  const Call& call_;
  std::size_t db_;
  bool read_only_;
};

// The number of keys, or the error that a client gets.
OrReply<std::size_t> key_count(const Call& call) {
  const auto keys = parse_integer(call.arg(2));
  if (!keys) return refuse(replies::not_an_integer());
  if (*keys > static_cast<std::int64_t>(call.size()) - 3) {
    return refuse(replies::error("ERR Number of keys can't be greater than number of args"));
  }
  if (*keys < 0) return refuse(replies::error("ERR Number of keys can't be negative"));
  return static_cast<std::size_t>(*keys);
}

Reply run(const Call& call, std::string_view sha, std::size_t keys, bool read_only) {
  CallerForScript caller(call, read_only);
  const Args rest = call.args.subspan(3);
  return call.core.scripts.run(sha, rest.first(keys), rest.subspan(keys), caller);
}

Reply eval_body(const Call& call, bool read_only) {
  const auto keys = key_count(call);
  if (!keys) return keys.error();
  const auto sha = call.core.scripts.load(call.arg(1));
  if (!sha) return sha.error();
  return run(call, *sha, *keys, read_only);
}

Reply eval_sha(const Call& call, bool read_only) {
  const auto no_script = [] {
    return replies::error("NOSCRIPT No matching script. Please use EVAL.");
  };
  if (call.arg(1).size() != 40) return no_script();
  const auto keys = key_count(call);
  if (!keys) return keys.error();
  if (call.core.scripts.has(call.arg(1))) return run(call, call.arg(1), *keys, read_only);
  const std::string sha = lower(call.arg(1));
  return call.core.scripts.has(sha) ? run(call, sha, *keys, read_only) : no_script();
}

}  // namespace

Reply eval(const Call& call) { return eval_body(call, false); }
Reply eval_ro(const Call& call) { return eval_body(call, true); }
Reply evalsha(const Call& call) { return eval_sha(call, false); }
Reply evalsha_ro(const Call& call) { return eval_sha(call, true); }

Reply script_load(const Call& call) {
  const auto sha = call.core.scripts.load(call.arg(2));
  return sha ? Reply::bulk(*sha) : sha.error();
}

Reply script_exists(const Call& call) {
  std::vector<Reply> found;
  for (std::size_t n = 2; n < call.size(); ++n) {
    found.push_back(Reply::integer(call.core.scripts.has(lower(call.arg(n))) ? 1 : 0));
  }
  return Reply::array(std::move(found));
}

Reply script_flush(const Call& call) {
  const bool option_fits = call.size() == 2 || equals_ignoring_case(call.arg(2), "sync") ||
                           equals_ignoring_case(call.arg(2), "async");
  if (call.size() > 3 || !option_fits) {
    return replies::error("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
  }
  call.core.scripts.flush();
  return replies::ok();
}

Reply script_kill(const Call& /*call*/) {
  return replies::error("NOTBUSY No scripts in execution right now.");
}

}  // namespace lockstep::sim::redis::commands
