// A beat scheduler as many write them: who was granted the lock is the leader and dispatches what
// is due; that nobody else does is left to the lock.
#pragma once

#include <map>
#include <string>

#include "impl/env/task_group.hpp"
#include "impl/lock/stop_token.hpp"
#include "scenarios/lock_world/implementation.hpp"

namespace lockstep::scenarios {

/// The renewal task ends with the first error, and the role stays leader for ever.
class LeaderKeptOnError final : public Worker {
 public:
  explicit LeaderKeptOnError(SchedulerParts parts)
      : parts_(std::move(parts)), stopping_(parts_.env), renewals_(parts_.env) {}
  [[nodiscard]] env::Task<void> run() override;
  void stop() override { stopping_.request(); }

 private:
  env::Task<void> become_leader();
  env::Task<void> lead();
  env::Task<void> renew();

  SchedulerParts parts_;
  lock::StopSource stopping_;
  bool is_leader_ = false;
  lock::Lease lease_;
  std::map<std::string, std::int64_t> done_;  ///< by task: the last period dispatched
  env::TaskGroup renewals_;
};

}  // namespace lockstep::scenarios
