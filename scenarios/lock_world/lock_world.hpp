// One world: Redis servers with the lock or a queue in them and a guarded resource, or a disk for
// the queue of each client; clients, a nemesis, and a history of what they did. Built from a plan;
// run by run.cpp.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "checkers/online.hpp"
#include "faults/nemesis.hpp"
#include "scenarios/coverage/coverage.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/lock_world/client_job.hpp"
#include "scenarios/lock_world/implementation.hpp"
#include "scenarios/lock_world/redis_nodes.hpp"
#include "scenarios/lock_world/run_log.hpp"
#include "sim/rocks/rocks_disk.hpp"
#include "sim/world.hpp"

namespace lockstep::scenarios {

class LockWorld {
 public:
  /// `plan` and `history` outlive it. The plan was checked by check_plan().
  LockWorld(const Plan& plan, checkers::History& history);
  LockWorld(const LockWorld&) = delete;
  LockWorld& operator=(const LockWorld&) = delete;

  /// To the end of the plan, or to where the world stops by itself; or, with a judge, which looks
  /// at the history whenever it is due, to what it finds wrong: `asked`.
  sim::Stop run(checkers::OnlineJudge* judge);

  [[nodiscard]] sim::World& world() { return world_; }
  [[nodiscard]] bool is_reference() const { return plan_.config.implementation == "reference"; }
  [[nodiscard]] RunLog& log() { return log_; }
  [[nodiscard]] const Coverage& coverage() const { return coverage_; }
  [[nodiscard]] const faults::Nemesis& nemesis() const { return *nemesis_; }
  [[nodiscard]] const RedisNodes& redis() const { return redis_; }
  [[nodiscard]] const RedisNodes& sink() const { return sink_; }

 private:
  [[nodiscard]] bool guarded() const { return plan_.config.workload.guarded != Guarded::none; }
  void add_client(std::uint32_t client);
  [[nodiscard]] std::shared_ptr<sim::RocksDisk> disk_of(std::uint32_t client);
  void die_at(const CrashPoint& point, sim::RocksDisk& disk);
  void die(NodeId node);
  [[nodiscard]] bool is_at_rest() const;
  [[nodiscard]] sim::Stop run_until(Nanos end);
  void on_nemesis(const faults::NemesisEvent& event);
  void cover(const faults::NemesisEvent& event);
  void mark(checkers::NameId f, std::string_view node, std::optional<std::int64_t> value = {});

  const Plan& plan_;
  // Before the world: its nodes refer to them.
  Coverage coverage_;
  std::deque<ClientJob> jobs_;
  RedisNodes redis_;
  RedisNodes sink_;  ///< has no node if nothing is guarded
  RunLog log_;       // crashed clients still tell it what they leave open
  sim::World world_;
  std::unique_ptr<faults::Nemesis> nemesis_;
};

/// What the checkers must know about a run of `plan`.
[[nodiscard]] checkers::Params params_of(const PlanConfig& config,
                                         const std::vector<faults::PlannedFault>& faults);

/// The checker of such a workload.
[[nodiscard]] std::string_view model_of(WorkloadKind kind);

/// Errors, definite: invalid_argument - with the JSON pointer of what this build cannot run.
[[nodiscard]] Result<void> check_plan(const Plan& plan);

/// The clocks that the plan gives a node.
[[nodiscard]] sim::ClockSpec clock_of(const PlanConfig& config, std::string_view node);

}  // namespace lockstep::scenarios
