// Runs one plan: builds its world, lets it turn, judges the history.
#include "scenarios/run.hpp"

#include <utility>

#include "impl/base/version.hpp"
#include "scenarios/lock_world/lock_world.hpp"
#include "scenarios/lock_world/resolve.hpp"
#include "scenarios/zoo/zoo.hpp"
#include "sim/guard/in_world.hpp"

namespace lockstep::scenarios {

namespace {

std::string_view name_of(sim::EventKind kind) {
  switch (kind) {
    case sim::EventKind::resume: return "resume";
    case sim::EventKind::deliver: return "deliver";
    case sim::EventKind::credit: return "credit";
  }
  ASSERT(false);
}

/// Hands every event of the world to who asked for it.
class TraceAdapter final : public sim::TraceSink {
 public:
  TraceAdapter(scenarios::TraceSink* sink, const sim::World& world) : sink_(sink), world_(world) {}
  void on(const sim::TraceRecord& record) override {
    TraceEvent event;
    const std::string name = record.node == sim::no_node ? "" : world_.name_of(record.node);
    event.name = name;
    event.index = record.number;
    event.time = record.time;
    event.node = record.node;
    event.kind = name_of(record.kind);
    event.digest = record.payload;
    sink_->event(event);
  }

 private:
  scenarios::TraceSink* sink_;
  const sim::World& world_;
};

RunEnd end_of(sim::Stop stop) {
  switch (stop) {
    case sim::Stop::time_reached: return RunEnd::completed;
    case sim::Stop::asked: return RunEnd::violation;
    case sim::Stop::event_reached: return RunEnd::until_event;
    case sim::Stop::deadlock: return RunEnd::deadlock;
    case sim::Stop::livelock: return RunEnd::livelock;
  }
  ASSERT(false);
}

std::vector<checkers::Violation> judged_by_world(RunEnd end) {
  checkers::Violation violation;
  if (end == RunEnd::deadlock) {
    violation.id = "sim/deadlock";
    violation.sentence = "Nothing is left to happen, and a coroutine still waits.";
  } else if (end == RunEnd::livelock) {
    violation.id = "sim/livelock";
    violation.sentence = "Events go on and on without the run coming to its end.";
  } else {
    return {};
  }
  return {violation};
}

void fill_header(checkers::History& history, const Plan& plan) {
  history.header.seed = plan.config.seed;
  history.header.commit = commit();
  history.header.model = model_of(plan.config.workload.kind);
  history.header.params = params_of(plan.config, plan.faults);
}

}  // namespace

namespace {

/// Runs the plan in its world, which is gone when this returns, and judges what was recorded.
void run_world(const Plan& plan, const RunOptions& options, RunResult& result) {
  LockWorld lock_world(plan, result.history);
  checkers::OnlineJudge judge(result.history, lock_world.log().recorder(),
                              {.foreseen = options.foreseen});
  sim::World& world = lock_world.world();
  TraceAdapter adapter(options.trace, world);
  if (options.trace != nullptr) world.trace().set_sink(&adapter);
  if (options.until_event) world.set_stop_at(*options.until_event);
  if (options.progress != nullptr) world.trace().set_events_begun(&options.progress->events);
  result.end = end_of(lock_world.run(options.whole ? nullptr : &judge));
  result.world = judged_by_world(result.end);
  result.virtual_time = world.now();
  result.trace_hash = world.trace().hash();
  result.events = world.trace().events();
  result.operations = lock_world.log().completed();
  result.reached = lock_world.coverage().reached();
  result.faults = lock_world.nemesis().by_kind();
  if (options.record_path) result.path = world.trace().take_path();
  judge.ignore_late();
  resolve_unknowns(lock_world, result.history);
  if (result.end != RunEnd::until_event) result.judgement = judge.finish();
  result.forgotten = judge.forgotten();
  result.history_max = judge.kept_max();
}

}  // namespace

Result<RunResult> run_plan(const Plan& plan, const RunOptions& options) {
  const Result<void> runnable = check_plan(plan);
  if (!runnable) return fail(runnable.error());
  // From here on everything is a function of the plan, the judgement included.
  const sim::InWorld here;
  RunResult result;
  fill_header(result.history, plan);
  run_world(plan, options, result);
  return result;
}

std::span<const Listed> workloads() {
  static constexpr std::array<Listed, 6> known{{
      {"lock",
       "clients take, keep, use and release leases on a few keys, and write to a guarded resource "
       "under them"},
      {"outbox",
       "clients commit transactions that leave entries in an outbox, relay them to a stream, and "
       "apply it through inboxes"},
      {"pipeline",
       "clients move the events of collections from a source to a sink, one worker each at a time"},
      {"queue",
       "each client has a durable queue on its disk, or all share one on a Redis, with producers, "
       "and consumers that ack, nack, stall and extend"},
      {"scheduler", "clients compete for leadership; the leader dispatches tasks once per period"},
      {"task", "every client tries to run every task at every tick, over the plug-in interface"},
  }};
  return known;
}

std::span<const Listed> zoo() {
  static const std::vector<Listed> members = [] {
    std::vector<Listed> listed;
    for (const Implementation& member : zoo_implementations()) {
      listed.push_back({member.name, member.about});
    }
    return listed;
  }();
  return members;
}

}  // namespace lockstep::scenarios
