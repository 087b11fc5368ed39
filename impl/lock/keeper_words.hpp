// The words in which tests talk to a KeeperMachine.
#pragma once

#include <string>

#include "impl/lock/keeper_machine.hpp"
#include "impl/lock/lease.hpp"

namespace lockstep::lock {

inline MonoTime at(std::int64_t ms) { return MonoTime(milliseconds(ms)); }

/// ttl 1000: margin 12, so a lease sent at t has its deadline at t + 988, its stop_at at t + 888.
inline DistributedLockConfig config() {
  DistributedLockConfig made;
  made.ttl = milliseconds(1000);
  made.refresh_interval = milliseconds(300);
  made.retry_interval = milliseconds(200);
  made.retry_jitter = milliseconds(50);
  made.renew_retry_interval = milliseconds(100);
  made.stop_grace = milliseconds(100);
  return made;
}

inline KeeperMachine::Input input(KeeperMachine::Input::Kind kind) {
  KeeperMachine::Input made;
  made.kind = kind;
  return made;
}
inline KeeperMachine::Input with_deadline(KeeperMachine::Input::Kind kind, std::int64_t ms) {
  KeeperMachine::Input made = input(kind);
  made.deadline = at(ms);
  return made;
}
inline KeeperMachine::Input failed(bool unknown, std::int64_t reuse_until) {
  KeeperMachine::Input made = input(KeeperMachine::Input::Kind::acquire_failed);
  made.unknown = unknown;
  made.reuse_until = at(reuse_until);
  return made;
}

/// The names of what is to be done, in order.
inline std::string to_text(const KeeperMachine::Actions& actions) {
  std::string text;
  const auto add = [&text](bool set, const char* name) {
    if (set) text += (text.empty() ? "" : " ") + std::string(name);
  };
  add(actions.report_lost, actions.by_deadline ? "lost-by-deadline" : "lost");
  add(actions.move_deadline, "move");
  add(actions.request_stop, "stop");
  add(actions.cancel_worker, "cancel");
  add(actions.start_worker, "start");
  add(actions.acquire_new, "acquire-new");
  add(actions.acquire_again, "acquire-again");
  add(actions.renew, "renew");
  add(actions.release, "release");
  add(actions.finish, "finish");
  return text;
}

}  // namespace lockstep::lock
