#include "impl/work/beat_scheduler.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <set>
#include <utility>

namespace lockstep::work {

namespace {

std::unexpected<Error> bad(const std::string& what) {
  return fail(definite(Errc::invalid_argument, what));
}

Result<void> check(const BeatConfig& config) {
  if (config.retry_delay.count() > 0 && config.look_every.count() > 0) return {};
  return bad("retry_delay, look_every: expected more than 0");
}

Result<void> check(const std::vector<BeatTask>& tasks) {
  if (tasks.empty()) return bad("tasks: expected at least one");
  std::set<std::string> seen;
  for (const BeatTask& task : tasks) {
    if (task.name.empty()) return bad("a task without a name");
    if (!seen.insert(task.name).second) return bad("task " + task.name + ": given twice");
    if (task.ticks.period < milliseconds(1)) {
      return bad("task " + task.name + ": expected a period of 1 ms or more");
    }
  }
  return {};
}

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::leader: return "leader";
    case Role::standby: return "standby";
    case Role::unknown: return "unknown";
  }
  ASSERT(false);
}

BeatScheduler::BeatScheduler(env::Env& env, lock::DistributedLockBackend& backend,
                             DispatchLedger& ledger, Dispatcher& dispatcher, BeatConfig config)
    : env_(env),
      ledger_(ledger),
      dispatcher_(dispatcher),
      config_(std::move(config)),
      stopping_(env),
      keeper_(env, backend, config_.lock) {}

Role BeatScheduler::role() const {
  switch (keeper_.standing()) {
    case lock::Standing::holding: return Role::leader;
    case lock::Standing::contended: return Role::standby;
    case lock::Standing::unknown: return Role::unknown;
  }
  ASSERT(false);
}

void BeatScheduler::stop() {
  stopping_.request();
  keeper_.stop();
}

Task<Result<void>> BeatScheduler::run(std::vector<BeatTask> tasks) {
  if (Result<void> valid = check(tasks); !valid) co_return valid;
  if (Result<void> valid = check(config_); !valid) co_return valid;
  tasks_ = std::move(tasks);
  co_await env::asio::this_coro::throw_if_cancelled(false);  // cancellation acts as stop()
  while (true) {
    left_ = false;
    lock::LeaseKeeper::Job job;
    job.key = config_.key;
    job.owner = config_.owner;
    job.worker = [this](lock::LeaseGuard guard) { return lead(std::move(guard)); };
    Result<void> ended = co_await keeper_.run(std::move(job));
    const auto cancellation = co_await env::asio::this_coro::cancellation_state;
    const bool cancelled = cancellation.cancelled() != env::asio::cancellation_type::none;
    if (!ended || stopping_.requested() || cancelled) co_return ended;
    // The leader left by itself: the ledger has seen a newer one, or its lease was over before the
    // keeper looked. It competes again.
    const MonoTime later = saturating_add(env_.clock.now(), config_.retry_delay);
    const env::Outcome woken = co_await stopping_.token().wait(later);
    if (woken.code == Errc::cancelled) co_return Result<void>();
  }
}

Task<void> BeatScheduler::lead(lock::LeaseGuard guard) {
  const Fence fence{config_.key, guard.fence()};
  while (guard.check() && !guard.stop().requested()) {
    for (const BeatTask& task : tasks_) {
      co_await dispatch_due(task, guard, fence);
      if (left_) co_return;
    }
    co_await guard.stop().wait(next_look());
  }
}

Task<void> BeatScheduler::dispatch_due(const BeatTask& task, const lock::LeaseGuard& guard,
                                       const Fence& fence) {
  const std::int64_t number = task.ticks.at(env_.clock.wall());
  const auto done = done_.find(task.name);
  if (done != done_.end() && done->second >= number) co_return;
  if (!guard.check() || guard.stop().requested()) co_return;
  const auto claim = co_await ledger_.claim(task.name, number, fence);
  if (!claim) {  // next_look() comes back to it
    ++counts_.errors;
    const MonoTime later = saturating_add(env_.clock.now(), config_.retry_delay);
    co_await guard.stop().wait(later);
    co_return;
  }
  if (const auto* refused = std::get_if<Refused>(&*claim)) {
    ++counts_.refused;
    env::observe(env_, env::Signal::fence_refused, fence.key, refused->seen.value);
    guard.note_refused(refused->seen);
    left_ = true;
    co_return;
  }
  if (const auto* already = std::get_if<AlreadyClaimed>(&*claim)) {
    ++counts_.already;
    env::observe(env_, env::Signal::tick_was_taken, task.name, static_cast<std::uint64_t>(number));
    done_[task.name] = std::max(number, already->last);
    co_return;
  }
  done_[task.name] = number;
  const Result<void> dispatched = co_await dispatcher_.dispatch(task.name, number, fence);
  ++(dispatched ? counts_.dispatched : counts_.dispatch_failed);
}

/// When the next period begins, by the wall clock as it stands, but soon.
MonoTime BeatScheduler::next_look() const {
  const WallTime wall = env_.clock.wall();
  Nanos wait = config_.look_every;
  for (const BeatTask& task : tasks_) {
    const std::int64_t number = task.ticks.at(wall);
    const auto done = done_.find(task.name);
    const bool is_due = done == done_.end() || done->second < number;
    const Nanos until = is_due ? Nanos(0) : task.ticks.begin(number + 1) - wall;
    wait = std::min(wait, std::max(until, Nanos(0)));
  }
  return saturating_add(env_.clock.now(), wait);
}

}  // namespace lockstep::work
