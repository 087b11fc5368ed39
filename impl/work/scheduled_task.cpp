#include "impl/work/scheduled_task.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace lockstep::work {

namespace {

Result<void> check(const ScheduledTaskConfig& config) {
  const auto bad = [&config](const std::string& what) {
    return fail(definite(Errc::invalid_argument, "task " + config.name + ": " + what));
  };
  if (config.ticks.period < milliseconds(1)) return bad("expected a period of 1 ms or more");
  if (config.clock_difference.count() < 0) return bad("expected a clock_difference of 0 or more");
  if (config.ttl <= config.clock_difference + lock::margin_of(config.ttl)) {
    return bad("expected a ttl above the clock_difference and the ttl's margin");
  }
  if (config.retry_delay.count() > 0 && config.look_every.count() > 0) return {};
  return bad("retry_delay, look_every: expected more than 0");
}

}  // namespace

ScheduledTask::ScheduledTask(env::Env& env, lock::PluginLocks& locks, ScheduledTaskConfig config)
    : env_(env), locks_(locks), config_(std::move(config)), stopping_(env) {}

/// Whether, now, a key that was taken at the tick's begin must still be there.
bool ScheduledTask::in_time(std::int64_t number) const {
  const Nanos into = env_.clock.wall() - config_.ticks.begin(number);
  return into >= Nanos(0) &&
         into < config_.ttl - config_.clock_difference - lock::margin_of(config_.ttl);
}

Task<env::Outcome> ScheduledTask::sleep(Nanos delay) {
  const MonoTime until = saturating_add(env_.clock.now(), std::max(delay, Nanos(0)));
  return stopping_.token().wait(until);
}

Task<Result<void>> ScheduledTask::run(Job job) {
  if (Result<void> valid = lock::check_key(config_.name); !valid) co_return valid;
  if (Result<void> valid = lock::check_ttl(config_.ttl); !valid) co_return valid;
  if (Result<void> valid = check(config_); !valid) co_return valid;
  std::int64_t attended = config_.ticks.at(env_.clock.wall());
  while (!stopping_.requested()) {
    const WallTime wall = env_.clock.wall();
    const std::int64_t number = config_.ticks.at(wall);
    if (number > attended) {
      attended = number;
      co_await attend(number, job);
      continue;
    }
    const Nanos until = config_.ticks.begin(attended + 1) - wall;
    const env::Outcome woken = co_await sleep(std::min(until, config_.look_every));
    if (woken.code == Errc::cancelled) break;
  }
  co_return Result<void>();
}

Task<void> ScheduledTask::attend(std::int64_t number, const Job& job) {
  const std::string key = config_.name + ":" + std::to_string(number);
  while (in_time(number) && !stopping_.requested()) {
    const auto handle = co_await locks_.try_lock(key, config_.ttl);
    if (!handle) {
      ++counts_.errors;
      co_await sleep(config_.retry_delay);
      continue;
    }
    if (!*handle) {
      ++counts_.skipped;
      env::observe(env_, env::Signal::tick_was_taken, config_.name,
                   static_cast<std::uint64_t>(number));
      co_return;
    }
    if (!in_time(number)) break;  // stood still meanwhile; the key may be the second of this tick
    ++counts_.ran;
    const Tick tick{number, (*handle)->fence};
    Task<void> running = job(tick);
    co_await std::move(running);
    co_return;
  }
  ++counts_.late;
}

}  // namespace lockstep::work
