// BeatScheduler: dispatches tasks once per period, by one instance of a fleet at a time.
//
// At most once: the period is claimed in a ledger, by compare-and-set under the fencing token,
// before the task is dispatched; a crash in between loses that period. Periods that passed while
// nobody led are skipped, not caught up with. The wall clock says which period it is: when it steps
// back, nothing is dispatched until it has come again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/lock/lease_keeper.hpp"
#include "impl/work/dispatch.hpp"
#include "impl/work/ticks.hpp"

namespace lockstep::work {

struct BeatTask {
  std::string name;
  Ticks ticks;
};

struct BeatConfig {
  lock::DistributedLockConfig lock;
  std::string key = "beat";
  std::string owner;               ///< label of this instance
  Nanos retry_delay = seconds(1);  ///< pause after an error of the ledger
  Nanos look_every = seconds(1);   ///< longest sleep: how soon a jump of the clock is noticed
};

/// What this instance knows of itself.
enum class Role : std::uint8_t {
  leader,   ///< its lease is held as far as this node can know; false from the local deadline on
  standby,  ///< the lock said that another holds it
  unknown,  ///< not asked yet, or the last answer was an error, or the lease has just ended
};
[[nodiscard]] std::string_view name_of(Role role);

struct BeatCounts {
  std::uint64_t dispatched = 0;
  std::uint64_t dispatch_failed = 0;  ///< the period is lost, or was dispatched all the same
  std::uint64_t already = 0;          ///< claimed by somebody else, or by a claim without an answer
  std::uint64_t refused = 0;          ///< the ledger has seen a newer leader
  std::uint64_t errors = 0;           ///< of the ledger; each was tried again
};

class BeatScheduler {
 public:
  /// All outlive the scheduler.
  BeatScheduler(env::Env& env, lock::DistributedLockBackend& backend, DispatchLedger& ledger,
                Dispatcher& dispatcher, BeatConfig config);

  /// Competes for leadership, and leads, until stop(). Call once. Cancelling it acts as stop().
  /// Errors, definite: `invalid_argument` - the configuration, the lock's included; no task, a name
  /// that is empty or given twice, a period below 1 ms.
  [[nodiscard]] Task<Result<void>> run(std::vector<BeatTask> tasks);
  void stop();

  [[nodiscard]] Role role() const;
  [[nodiscard]] const BeatCounts& counts() const { return counts_; }
  [[nodiscard]] const lock::LockMetrics& lock_metrics() const { return keeper_.metrics(); }

 private:
  Task<void> lead(lock::LeaseGuard guard);
  Task<void> dispatch_due(const BeatTask& task, const lock::LeaseGuard& guard, const Fence& fence);
  [[nodiscard]] MonoTime next_look() const;

  env::Env& env_;
  DispatchLedger& ledger_;
  Dispatcher& dispatcher_;
  const BeatConfig config_;
  std::vector<BeatTask> tasks_;
  std::map<std::string, std::int64_t> done_;  ///< by task: the last period that needs nothing more
  BeatCounts counts_;
  lock::StopSource stopping_;
  lock::LeaseKeeper keeper_;
  bool left_ = false;  ///< this leader was refused: the ledger has seen a newer one
};

}  // namespace lockstep::work
