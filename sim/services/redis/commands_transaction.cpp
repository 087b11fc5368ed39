// Handlers of MULTI, EXEC and WATCH. Queueing is in core.cpp.
#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/core.hpp"
#include "sim/services/redis/replies.hpp"

namespace lockstep::sim::redis::commands {

namespace {

void end_transaction(const Call& call) {
  call.session.in_multi = false;
  call.session.multi_failed = false;
  call.session.queued.clear();
  call.core.data.unwatch(call.session);
}

// A watched key that expired since counts as changed.
bool watched_key_expired(const Call& call) {
  for (const Session::Watch& watch : call.session.watched) {
    const Entry* entry = call.core.data.db(watch.db).find(watch.key);
    if (!watch.was_expired && entry != nullptr && is_expired(*entry, call.now)) return true;
  }
  return false;
}

}  // namespace

Reply multi(const Call& call) {
  if (call.session.in_multi) return replies::error("ERR MULTI calls can not be nested");
  call.session.in_multi = true;
  return replies::ok();
}

Reply discard(const Call& call) {
  if (!call.session.in_multi) return replies::error("ERR DISCARD without MULTI");
  end_transaction(call);
  return replies::ok();
}

Reply exec(const Call& call) {
  if (!call.session.in_multi) return replies::error("ERR EXEC without MULTI");
  const bool failed = call.session.multi_failed;
  const bool broken = call.session.watch_broken || watched_key_expired(call);
  const std::vector<Command> queued = std::move(call.session.queued);
  end_transaction(call);
  if (failed) {
    return replies::error("EXECABORT Transaction discarded because of previous errors.");
  }
  if (broken) return Reply::nil();
  std::vector<Reply> done;
  for (const Command& command : queued) {
    const std::vector<std::string_view> args(command.begin(), command.end());
    done.push_back(call.core.execute_queued(call, args));
  }
  return Reply::array(std::move(done));
}

Reply watch(const Call& call) {
  if (call.session.in_multi) return replies::error("ERR WATCH inside MULTI is not allowed");
  for (std::size_t n = 1; n < call.size(); ++n) {
    const Entry* entry = call.core.data.db(call.session.db).find(call.arg(n));
    const bool expired = entry != nullptr && is_expired(*entry, call.now);
    call.core.data.watch(call.session, call.arg(n), expired);
  }
  return replies::ok();
}

Reply unwatch(const Call& call) {
  call.core.data.unwatch(call.session);
  return replies::ok();
}

}  // namespace lockstep::sim::redis::commands
