// The beat scheduler and the scheduled task over real stores: each period once in the fleet.
#include <map>
#include <set>

#include "impl/env/task_group.hpp"
#include "impl/work/beat_scheduler.hpp"
#include "impl/work/redis_ledger.hpp"
#include "impl/work/scheduled_task.hpp"
#include "scenarios/conformance/work_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace work;  // NOLINT: the claims speak the words of the workers

constexpr Nanos timeout = milliseconds(300);
constexpr Nanos period = milliseconds(100);

/// What was started in the fleet: how often, by task and period.
using Started = std::map<std::pair<std::string, std::int64_t>, int>;

class NotingDispatcher final : public Dispatcher {
 public:
  explicit NotingDispatcher(Started& started) : started_(started) {}
  Task<Result<void>> dispatch(const std::string& task, std::int64_t number,
                              const Fence& fence) override {
    EXPECT_GT(fence.token.value, 0U);
    ++started_[std::pair(task, number)];
    co_return Result<void>();
  }

 private:
  Started& started_;
};

struct Beat {
  Beat(Fleet& fleet, Started& started, std::string owner)
      : process(fleet.add(timeout)),
        ledger(process.store_client),
        dispatcher(started),
        scheduler(process.env, process.lock, ledger, dispatcher,
                  [&] {
                    BeatConfig config;
                    config.lock = work_lock_config();
                    config.owner = std::move(owner);
                    config.retry_delay = milliseconds(50);
                    return config;
                  }()),
        group(fleet.env()) {}

  static Task<void> run(BeatScheduler* scheduler) {
    std::vector<BeatTask> tasks(2);
    tasks[0] = BeatTask{"mail", Ticks{period, Nanos(0)}};
    tasks[1] = BeatTask{"clean", Ticks{2 * period, milliseconds(30)}};
    const Result<void> ended = co_await scheduler->run(std::move(tasks));
    EXPECT_TRUE(ended) << to_text(ended.error());
  }
  void start() { group.spawn(run(&scheduler)); }
  Task<void> stop() {
    scheduler.stop();
    co_await group.join();
  }

  Process& process;
  RedisDispatchLedger ledger;
  NotingDispatcher dispatcher;
  BeatScheduler scheduler;
  env::TaskGroup group;
};

void expect_each_once(const Started& started) {
  for (const auto& [which, count] : started) {
    EXPECT_EQ(count, 1) << which.first << " " << which.second;
  }
}

TEST_P(WorkContract, one_scheduler_leads_the_others_stand_by_and_every_period_is_started_once) {
  run([](Fleet& fleet) -> Task<void> {
    Started started;
    Beat a(fleet, started, "a");
    Beat b(fleet, started, "b");
    EXPECT_EQ(a.scheduler.role(), Role::unknown);
    a.start();
    Condition holds = [&a] { return a.scheduler.role() == Role::leader; };
    co_await until(fleet.env(), holds);
    b.start();
    holds = [&b] { return b.scheduler.role() == Role::standby; };
    co_await until(fleet.env(), holds);
    holds = [&started] { return started.size() >= 9; };
    co_await until(fleet.env(), holds);
    co_await a.stop();
    EXPECT_EQ(a.scheduler.role(), Role::unknown);
    holds = [&b] { return b.scheduler.counts().dispatched >= 5; };
    co_await until(fleet.env(), holds);
    EXPECT_EQ(b.scheduler.role(), Role::leader);
    co_await b.stop();
    expect_each_once(started);
    EXPECT_EQ(a.scheduler.counts().dispatched + b.scheduler.counts().dispatched, started.size());
  });
}

TEST_P(WorkContract, a_leader_cut_off_from_its_lock_stops_to_lead_at_its_deadline) {
  run([](Fleet& fleet) -> Task<void> {
    Started started;
    Beat a(fleet, started, "a");
    a.start();
    Condition holds = [&a] { return a.scheduler.role() == Role::leader; };
    co_await until(fleet.env(), holds);
    const MonoTime begin = fleet.env().clock.now();
    fleet.world().kill_lock_servers();
    holds = [&a] { return a.scheduler.role() != Role::leader; };
    co_await until(fleet.env(), holds);
    const Nanos took = fleet.env().clock.now() - begin;
    EXPECT_LE(took, work_lock_config().ttl + fleet.bound());
    const std::size_t before = started.size();
    holds = [&a] { return a.scheduler.lock_metrics().acquire_failed > 1; };
    co_await until(fleet.env(), holds);
    EXPECT_EQ(a.scheduler.role(), Role::unknown) << "an error is no answer";
    EXPECT_EQ(started.size(), before);
    fleet.world().start_lock_servers();
    holds = [&] { return started.size() > before; };
    co_await until(fleet.env(), holds);
    co_await a.stop();
    expect_each_once(started);
  });
}

TEST_P(WorkContract, a_leader_that_stood_still_past_its_lease_competes_again) {
  run([](Fleet& fleet) -> Task<void> {
    Started started;
    Beat a(fleet, started, "a");
    a.start();
    Condition holds = [&a] { return a.scheduler.counts().dispatched >= 2; };
    co_await until(fleet.env(), holds);
    for (int round = 0; round < 3; ++round) {
      co_await fleet.world().stand_still(fleet.env(), 2 * work_lock_config().ttl);
      EXPECT_NE(a.scheduler.role(), Role::leader) << "also before anybody has looked";
      const std::uint64_t before = a.scheduler.counts().dispatched;
      holds = [&a, before] { return a.scheduler.counts().dispatched > before + 1; };
      co_await until(fleet.env(), holds);
    }
    EXPECT_EQ(a.group.running(), 1U) << "it works until it is told to stop";
    co_await a.stop();
    expect_each_once(started);
  });
}

TEST_P(WorkContract, a_scheduler_with_a_wrong_configuration_is_refused) {
  run([](Fleet& fleet) -> Task<void> {
    Started started;
    Process& a = fleet.add(timeout);
    RedisDispatchLedger ledger(a.store_client);
    NotingDispatcher dispatcher(started);
    std::vector<BeatConfig> wrong(3);
    wrong[0].look_every = Nanos(0);
    wrong[1].retry_delay = -seconds(1);
    wrong[2].lock.ttl = Nanos(0);
    for (BeatConfig& config : wrong) {
      config.owner = "a";
      BeatScheduler scheduler(a.env, a.lock, ledger, dispatcher, config);
      std::vector<BeatTask> tasks(1, BeatTask{"mail", Ticks{period, Nanos(0)}});
      const Result<void> ended = co_await scheduler.run(std::move(tasks));
      EXPECT_TRUE(!ended && ended.error().code == Errc::invalid_argument);
    }
  });
}

TEST_P(WorkContract, a_period_is_claimed_once_and_only_with_the_newest_token) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(timeout);
    RedisDispatchLedger ledger(a.store_client);
    const Fence old{"beat", FencingToken{4}};
    const Fence current{"beat", FencingToken{5}};
    const auto first = co_await ledger.claim("mail", 100, current);
    EXPECT_TRUE(first && std::holds_alternative<Claimed>(*first));
    const auto again = co_await ledger.claim("mail", 100, current);
    EXPECT_TRUE(again && std::get<AlreadyClaimed>(*again).last == 100);
    const auto earlier = co_await ledger.claim("mail", 99, current);
    EXPECT_TRUE(earlier && std::get<AlreadyClaimed>(*earlier).last == 100);
    const auto stale = co_await ledger.claim("mail", 101, old);
    EXPECT_TRUE(stale && std::get<Refused>(*stale).seen == FencingToken{5});
    const auto next = co_await ledger.claim("mail", 101, current);
    EXPECT_TRUE(next && std::holds_alternative<Claimed>(*next));
    const auto other = co_await ledger.claim("clean", -3, current);
    EXPECT_TRUE(other && std::holds_alternative<Claimed>(*other));
  });
}

// ---- the scheduled task -------------------------------------------------------------------------

ScheduledTaskConfig task_config(Nanos ttl) {
  ScheduledTaskConfig config;
  config.name = "report";
  config.ticks.period = period;
  config.ttl = ttl;
  config.retry_delay = milliseconds(20);
  return config;
}

struct Attendant {
  Attendant(Fleet& fleet, Started& runs, Nanos ttl = seconds(5))
      : process(fleet.add(timeout)),
        locks(process.env, process.lock),
        task(process.env, locks, task_config(ttl)),
        started(runs),
        group(fleet.env()) {}

  static Task<void> job(Attendant* self, ScheduledTask::Tick tick) {
    EXPECT_GT(tick.fence.value, 0U);
    ++self->started[std::pair(std::string("report"), tick.number)];
    co_await sleep(self->process.env, milliseconds(10));
  }
  static Task<void> run(Attendant* self) {
    ScheduledTask::Job work = [self](ScheduledTask::Tick tick) { return job(self, tick); };
    const Result<void> ended = co_await self->task.run(std::move(work));
    EXPECT_TRUE(ended) << to_text(ended.error());
  }
  void start() { group.spawn(run(this)); }
  Task<void> stop() {
    task.stop();
    co_await group.join();
  }

  Process& process;
  lock::PluginLocks locks;
  ScheduledTask task;
  Started& started;
  env::TaskGroup group;
};

TEST_P(WorkContract, a_scheduled_task_runs_once_per_tick_and_the_others_skip_it) {
  run([](Fleet& fleet) -> Task<void> {
    Started started;
    Attendant a(fleet, started);
    Attendant b(fleet, started);
    Attendant c(fleet, started);
    a.start();
    b.start();
    c.start();
    Condition holds = [&started] { return started.size() >= 8; };
    co_await until(fleet.env(), holds);
    co_await a.stop();
    co_await b.stop();
    co_await c.stop();
    expect_each_once(started);
    const std::uint64_t ran = a.task.counts().ran + b.task.counts().ran + c.task.counts().ran;
    const std::uint64_t skipped =
        a.task.counts().skipped + b.task.counts().skipped + c.task.counts().skipped;
    EXPECT_EQ(ran, started.size());
    EXPECT_GT(skipped, 0U);
  });
}

TEST_P(WorkContract, a_clock_that_falls_back_brings_no_tick_twice) {
  run([](Fleet& fleet) -> Task<void> {
    Started started;
    Attendant a(fleet, started, 4 * period);
    a.start();
    Condition holds = [&started] { return started.size() >= 8; };
    co_await until(fleet.env(), holds);
    // By more than a key lives: the ticks that come again are those that ran, and find no key.
    a.process.clock.jump(-7 * period);
    co_await sleep(fleet.env(), 5 * period);
    a.process.clock.jump(7 * period);
    holds = [&started] { return started.size() >= 12; };
    co_await until(fleet.env(), holds);
    co_await a.stop();
    expect_each_once(started);
  });
}

TEST_P(WorkContract, a_scheduled_task_with_a_wrong_configuration_is_refused) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add(timeout);
    lock::PluginLocks locks(a.env, a.lock);
    std::vector<ScheduledTaskConfig> wrong(4, task_config(seconds(5)));
    wrong[0].clock_difference = wrong[0].ttl;
    wrong[1].ticks.period = Nanos(0);
    wrong[2].look_every = Nanos(0);
    wrong[3].retry_delay = -seconds(1);
    for (const ScheduledTaskConfig& config : wrong) {
      ScheduledTask task(a.env, locks, config);
      ScheduledTask::Job job;
      const Result<void> ended = co_await task.run(job);
      EXPECT_TRUE(!ended && ended.error().code == Errc::invalid_argument);
    }
  });
}

}  // namespace
}  // namespace lockstep::conformance
