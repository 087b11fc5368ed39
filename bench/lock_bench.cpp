// Locks: pairs of acquire and release, renewals, contests and handovers of every backend, beside
// raw hiredis that sends the same scripts through a sliding window. Every answer is checked.
#include "bench/harness.hpp"
#include "bench/lock_fleet.hpp"
#include "bench/lock_work.hpp"
#include "bench/raw_window.hpp"
#include "bench/servers.hpp"
#include "impl/live/run.hpp"

namespace lockstep::bench {
namespace {

using env::Env;
using env::Task;

enum class Job : std::uint8_t { pairs, renewals, contest };

/// Rounds of one run: some tenths of a second.
std::uint64_t rounds_of(const FleetShape& shape, std::size_t depth) {
  std::uint64_t rounds = depth < 10 ? 4'000 : 40'000;
  if (shape.backend == Backend::redlock) rounds /= 4;
  if (shape.backend == Backend::memory) rounds = 400'000;
  return settings().quick ? rounds / 4 : rounds;
}

/// Connected, with every script known, before the clock starts.
Task<void> warm_up(LockFleet* fleet, std::size_t workers) {
  for (std::size_t i = 0; i < std::min(workers, fleet->size()); ++i) {
    lock::DistributedLockBackend& lock = fleet->lock(i);
    lock::AcquireRequest request = lock.draw("warm", "owner", seconds(10));
    const auto acquired = co_await lock.acquire(request);
    if (!acquired) give_up(acquired.error().detail);
    const auto released = co_await lock.release("warm", request.token);
    if (!released) give_up(released.error().detail);
  }
}

Task<Measured> work_on(Env* env, FleetShape shape, LockWork work, Job job) {
  LockFleet fleet(*env, shape);
  work.lock_of = [&fleet](std::size_t worker) -> auto& { return fleet.lock(worker); };
  co_await warm_up(&fleet, work.workers);
  Measured measured;
  measured.items = work.rounds_each * work.workers;
  measured.latencies.reserve(measured.items);
  const auto began = Clock::now();
  if (job == Job::pairs) co_await pairs(*env, work, measured.latencies);
  if (job == Job::renewals) co_await renewals(*env, work, measured.latencies);
  if (job == Job::contest) {
    const Contest result = co_await contest(*env, work, measured.latencies);
    measured.counters["granted"] = static_cast<double>(result.granted);
  }
  measured.elapsed_ns = ns_since(began);
  if (measured.latencies.size() != measured.items) give_up("rounds are missing");
  co_await fleet.shutdown();
  co_return measured;
}

template <class T>
T on_live_node(std::function<Task<T>(Env*)> task) {
  live::Loop loop;
  live::Node node(loop, {});
  auto done = live::run_until_complete(node, task(&node.env()), seconds(120));
  if (!done) give_up("did not end in time");
  node.end();
  return std::move(*done);
}

Measured measure(FleetShape shape, std::size_t depth, Job job) {
  start_over();
  LockWork work;
  work.workers = depth;
  work.rounds_each = std::max<std::uint64_t>(1, rounds_of(shape, depth) / depth);
  return on_live_node<Measured>([=](Env* env) { return work_on(env, shape, work, job); });
}

Measured measure_raw(RawShape shape) {
  FleetShape same;
  same.backend = shape.scheme == RawScheme::redlock ? Backend::redlock : Backend::redis;
  start_over();
  RawWindow window(shape);
  Measured measured;
  const auto began = Clock::now();
  measured.items = window.run(rounds_of(same, shape.depth), &measured.latencies);
  measured.elapsed_ns = ns_since(began);
  return measured;
}

// ---- handover -----------------------------------------------------------------------------------

Task<Measured> hand_over_some(Env* env, std::size_t servers, Handover how) {
  FleetShape shape;
  shape.backend = servers > 1 ? Backend::redlock : Backend::redis;
  shape.connections = servers;
  LockFleet holders(*env, shape);
  LockFleet waiters(*env, shape);
  LockWork work;
  work.rounds_each = settings().quick ? 20 : 100;
  work.lock_of = [&](std::size_t who) -> auto& { return (who == 0 ? holders : waiters).lock(0); };
  Measured measured;
  const auto began = Clock::now();
  co_await handovers(*env, work, how, measured.latencies);
  measured.elapsed_ns = ns_since(began);
  measured.items = work.rounds_each;
  measured.counters["retry_ms"] = static_cast<double>(how.retry.count()) / 1e6;
  co_await holders.shutdown();
  co_await waiters.shutdown();
  co_return measured;
}

Measured measure_handover(std::size_t servers, Handover how) {
  start_over();
  return on_live_node<Measured>([=](Env* env) { return hand_over_some(env, servers, how); });
}

// ---- names --------------------------------------------------------------------------------------

std::string at_depth(const std::string& what, std::size_t depth) {
  return what + "/depth:" + std::to_string(depth);
}
std::string over(const std::string& name, std::size_t connections) {
  return name + "/connections:" + std::to_string(connections);
}

std::vector<std::size_t> depths() {
  if (settings().quick) return {1, 50, 200};
  return {1, 10, 50, 200, 1'000};
}

void add_job(const std::string& name, FleetShape shape, std::size_t depth, Job job) {
  add(name, [=] { return measure(shape, depth, job); });
}
void add_raw(const std::string& name, RawShape shape) {
  add(name, [=] { return measure_raw(shape); });
}

void add_memory() {
  const FleetShape memory{Backend::memory, 1};
  for (const std::size_t depth : depths()) {
    add_job(at_depth("pairs/memory", depth), memory, depth, Job::pairs);
  }
  add_job(at_depth("contest/memory", 50), memory, 50, Job::contest);
}

void add_redis() {
  const FleetShape one{Backend::redis, 1};
  for (const std::size_t depth : depths()) {
    add_job(at_depth("pairs/redis", depth), one, depth, Job::pairs);
    add_raw(at_depth("pairs/raw", depth), {RawScheme::fenced, depth, 1});
    add_raw(at_depth("pairs/raw_unfenced", depth), {RawScheme::plain, depth, 1});
    add_job(at_depth("renew/redis", depth), one, depth, Job::renewals);
    add_raw(at_depth("renew/raw", depth), {RawScheme::renewed, depth, 1});
    if (depth > 1) add_job(at_depth("contest/redis", depth), one, depth, Job::contest);
  }
  const auto several =
      settings().quick ? std::vector<std::size_t>{8} : std::vector<std::size_t>{2, 4, 8};
  for (const std::size_t count : several) {
    add_job(over(at_depth("pairs/redis", 200), count), {Backend::redis, count}, 200, Job::pairs);
    add_raw(over(at_depth("pairs/raw", 200), count), {RawScheme::fenced, 200, count});
  }
}

void add_redlock(std::size_t servers) {
  if (!has_servers(servers)) return;
  const std::string name = "redlock" + std::to_string(servers);
  const FleetShape shape{Backend::redlock, servers};
  for (const std::size_t depth : depths()) {
    add_job(at_depth("pairs/" + name, depth), shape, depth, Job::pairs);
    add_raw(at_depth("pairs/raw_" + name, depth), {RawScheme::redlock, depth, servers});
  }
  add_job(at_depth("contest/" + name, 50), shape, 50, Job::contest);
}

void add_handover(const std::string& name, std::size_t servers) {
  if (!has_servers(servers)) return;
  add("handover/release/" + name, [=] { return measure_handover(servers, {}); });
  const Handover expiry{.by_release = false, .ttl = milliseconds(100)};
  add("handover/expiry/" + name, [=] { return measure_handover(servers, expiry); });
}

void add_all() {
  add_memory();
  add_redis();
  add_redlock(3);
  add_redlock(5);
  add_handover("redis", 1);
  add_handover("redlock3", 3);
}

std::vector<Ratio> ratios() {
  std::vector<Ratio> all;
  const auto add_ratio = [&](const std::string& what, const std::string& ours,
                             const std::string& ceiling, double target) {
    Ratio one;
    one.what = what;
    one.ours = ours;
    one.ceiling = ceiling;
    one.target = target;
    all.push_back(std::move(one));
  };
  for (const std::size_t depth : {1, 10, 50, 200, 1'000}) {
    const std::string in_flight = ", " + std::to_string(depth) + " in flight";
    const auto named = [&](const char* what) { return at_depth(what, depth); };
    add_ratio("Redis lock, pairs" + in_flight, named("pairs/redis"), named("pairs/raw"), 0.9);
    add_ratio("Redis lock, renewals" + in_flight, named("renew/redis"), named("renew/raw"), 0.9);
    add_ratio("Redlock, 3 servers, pairs" + in_flight, named("pairs/redlock3"),
              named("pairs/raw_redlock3"), 0);
    add_ratio("Redlock, 5 servers, pairs" + in_flight, named("pairs/redlock5"),
              named("pairs/raw_redlock5"), 0);
    add_ratio("fenced against unfenced, both raw" + in_flight, named("pairs/raw"),
              named("pairs/raw_unfenced"), 0);
  }
  for (const std::size_t count : {2, 4, 8}) {
    add_ratio("Redis lock, pairs, 200 in flight, " + std::to_string(count) + " connections",
              over(at_depth("pairs/redis", 200), count), over(at_depth("pairs/raw", 200), count),
              0.9);
  }
  return all;
}

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) {
  return lockstep::bench::run(argc, argv,
                              {"Locks over memory, Redis and Redlock, beside raw hiredis.",
                               lockstep::bench::add_all, lockstep::bench::ratios(), 5});
}
