#include "scenarios/queue_world/queue_client.hpp"

#include <algorithm>

#include "impl/base/draw.hpp"
#include "scenarios/lock_world/fleet_member.hpp"

namespace lockstep::scenarios {

using env::Task;
using queue::Acked;
using queue::Nack;
using queue::NackTo;

namespace {

/// Keys draw_bits() apart from the draws of operations.
constexpr std::uint64_t queue_key = 1U << 22U;
constexpr Nanos reopen_delay = milliseconds(50);  // after an opening or a queue that failed
constexpr Nanos poll_wait = milliseconds(100);
constexpr Nanos redrive_every = seconds(2);
constexpr Nanos survey_time = seconds(5);  // for the survey, and openings that must wait
constexpr Nanos others_end = seconds(2);   // until nobody else uses a shared queue any more

queue::Level level_of(Durability durability) {
  switch (durability) {
    case Durability::sync: return queue::Level::sync;
    case Durability::group: return queue::Level::group;
    case Durability::os: return queue::Level::os;
  }
  ASSERT(false);
}

/// Errors after which a queue must be opened again.
bool breaks(const Error& error) {
  return error.code == Errc::io_error || error.code == Errc::corrupt ||
         (error.code == Errc::disk_full && error.indefinite());
}

}  // namespace

queue::QueueOptions queue_options_of(const PlanConfig& config) {
  queue::QueueOptions options;
  options.push_level = level_of(config.queue.push);
  options.ack_level = level_of(config.queue.ack);
  options.visibility = config.queue.visibility;
  options.attempts_max = static_cast<std::uint32_t>(config.queue.attempts_max);
  options.backoff_base = config.queue.backoff;
  options.backoff_max = 8 * config.queue.backoff;
  options.reserve_bytes = 256U << 10U;  // of a small disk
  options.ahead_max = 16;               // so that reading ahead is a part of what is tried
  return options;
}

queue::RedisStreamOptions stream_options_of(const PlanConfig& config) {
  queue::RedisStreamOptions options;
  options.visibility = config.queue.visibility;
  options.attempts_max = static_cast<std::uint32_t>(config.queue.attempts_max);
  options.backoff_base = config.queue.backoff;
  options.backoff_max = 8 * config.queue.backoff;
  return options;
}

struct QueueClient::Turn {
  Turn(env::Env& env, std::unique_ptr<EventQueue> q) : queue(std::move(q)), tasks(env) {}
  std::unique_ptr<EventQueue> queue;
  env::TaskGroup tasks;
  bool ending = false;  ///< in order, or because the queue failed

  /// False: the queue must be opened again.
  template <class T>
  bool goes_on(const Result<T>& result) {
    if (!result && breaks(result.error())) ending = true;
    return !ending;
  }
};

QueueClient::QueueClient(const ClientNode& node, ClientJob& job)
    : env_(node.env),
      job_(job),
      log_(ClientLog(*job.log, node.name), is_shared() ? "redis/0" : node.name, job.queues,
           job.plan->config.queue.visibility),
      tasks_(env_) {
  if (is_shared()) server_.emplace(env_, redis_options_of(config(), job.lock_servers.front()));
  tasks_.spawn(live());
}

Nanos QueueClient::drained() const { return heal() + config().liveness - survey_time; }

std::uint64_t QueueClient::draw_bits() {
  return draw(config().run_seed(), DrawStream::workload, job_.client, job_.drawn++, queue_key);
}

Nanos QueueClient::draw_now(DurationRange range) {
  return between(draw_bits(), range.low, range.high);
}

bool QueueClient::chance(std::int64_t percent) {
  return below(draw_bits(), 100) < static_cast<std::uint64_t>(percent);
}

/// Opens, works, closes, until everything is over; then lists what is left.
Task<void> QueueClient::live() {
  while (true) {
    std::unique_ptr<EventQueue> opened = co_await open();
    if (opened == nullptr) {
      co_await env::sleep_for(env_, reopen_delay);
      continue;
    }
    Turn turn(env_, std::move(opened));
    if (now() < drained()) {
      co_await work(&turn);
      log_.report_damage(*turn.queue);
    } else {
      const bool is_all = co_await end(turn.queue.get());
      if (is_all) break;
      continue;
    }
    const auto closed = co_await turn.queue->close();
    static_cast<void>(closed);  // the next opening finds what is there
    if (turn.ending) co_await env::sleep_for(env_, reopen_delay);
  }
  if (server_) co_await server_->shutdown();
  job_.done = is_shared();  // the server waits on
}

Task<bool> QueueClient::end(EventQueue* queue) {
  Result<void> surveyed;
  const bool is_surveyor = !is_shared() || job_.client == 0;
  if (is_shared() && is_surveyor) co_await env::sleep_for(env_, others_end);
  if (is_surveyor) surveyed = co_await log_.survey(queue);
  const auto done = co_await queue->close();
  co_return surveyed.has_value() && done.has_value();
}

Task<QueueResult> QueueClient::open_queue() {
  const Implementation& implementation = *job_.implementation;
  if (is_shared()) {
    queue::RedisStreamOptions options = stream_options_of(config());
    co_return co_await open_streams_of(implementation, env_, *server_, std::move(options));
  }
  const std::string name = "queue" + std::to_string(job_.queues);
  co_return co_await open_queue_of(implementation, env_, name, queue_options_of(config()));
}

Task<std::unique_ptr<EventQueue>> QueueClient::open() {
  const std::unique_ptr<Call> call = log_.opening();
  auto opened = co_await open_queue();
  if (!opened) {
    call->error(opened.error());
    const bool is_beyond_repair = !is_shared() && opened.error().code == Errc::corrupt;
    if (is_beyond_repair) log_.give_up(job_.leave_queue());
    co_return nullptr;
  }
  log_.opened(*call, **opened);
  co_return std::move(*opened);
}

/// Until the turn is over: by plan, by a failure of the queue, or since everything is.
Task<void> QueueClient::work(Turn* turn) {
  const WorkloadSettings& workload = config().workload;
  for (std::uint32_t p = 0; p < static_cast<std::uint32_t>(workload.keys); ++p) {
    turn->tasks.spawn(produce(turn, p));
  }
  for (std::int64_t c = 0; c < workload.consumers; ++c) turn->tasks.spawn(consume(turn));
  if (config().queue.attempts_max > 0) turn->tasks.spawn(redrive(turn));
  const Nanos length = draw_now(workload.rotate);
  Nanos end = drained();
  if (length.count() > 0 && now() < heal()) end = std::min(end, now() + length);
  while (now() < end && !turn->ending) {
    const Nanos rest = std::min<Nanos>(end - now(), milliseconds(20));
    co_await env::sleep_for(env_, rest);
  }
  turn->ending = true;
  co_await turn->tasks.join();
}

std::optional<Operation> QueueClient::next_push(std::uint32_t producer) {
  const auto next = std::find_if(job_.operations.begin(), job_.operations.end(),
                                 [&](const Operation& push) { return push.key == producer; });
  if (next == job_.operations.end()) return std::nullopt;
  return job_.take(next);
}

Task<void> QueueClient::produce(Turn* turn, std::uint32_t producer) {
  const IntegerRange& payload = config().workload.payload;
  while (!turn->ending && now() < heal()) {
    const std::optional<Operation> next = next_push(producer);
    if (!next) co_return;
    co_await env::sleep_for(env_, next->think);
    if (turn->ending || now() >= heal()) co_return;
    const std::int64_t filling = between(draw_bits(), payload.low, payload.high);
    const std::uint32_t number =
        job_.client * static_cast<std::uint32_t>(config().workload.keys) + producer;
    const auto id =
        co_await log_.push(turn->queue.get(), number, static_cast<std::size_t>(filling));
    if (!turn->goes_on(id)) co_return;
  }
}

Task<void> QueueClient::consume(Turn* turn) {
  while (!turn->ending) {
    const auto event = co_await log_.poll(turn->queue.get(), poll_wait);
    if (!turn->goes_on(event)) co_return;
    if (!event) co_await env::sleep_for(env_, poll_wait);
    if (event && *event) co_await settle(turn, **event);
  }
}

/// What becomes of one delivery.
Task<void> QueueClient::settle(Turn* turn, Received received) {
  const WorkloadSettings& workload = config().workload;
  EventQueue* queue = turn->queue.get();
  const auto fate = static_cast<std::int64_t>(below(draw_bits(), 100));
  Nanos hold = draw_now(workload.hold);
  const Nanos visibility = config().queue.visibility;
  const std::int64_t stalls = workload.nack_percent + workload.stall_percent;
  const bool is_draining = now() >= heal();  // then everybody is quick, and nothing goes wrong
  const bool nacks = fate < workload.nack_percent && !is_draining;
  const bool is_stalled = !nacks && fate < stalls && !is_draining;
  const bool is_extended =
      !nacks && !is_stalled && fate < stalls + workload.extend_percent && !is_draining;
  if (is_draining) hold = std::min<Nanos>(hold, milliseconds(1));
  if (is_stalled) hold += visibility + visibility / 4;
  co_await env::sleep_for(env_, hold);
  if (nacks) {
    Nack how;
    const bool is_delayed = chance(workload.delay_percent);
    const bool to_back = chance(30);
    if (to_back) how.to = NackTo::back;
    if (is_delayed) how.to = NackTo::later;
    const auto nacked = co_await log_.nack(queue, received.receipt, how);
    static_cast<void>(turn->goes_on(nacked));
    co_return;
  }
  if (is_extended && visibility.count() > 0) {
    const Nanos by = is_shared() ? visibility : 2 * visibility;
    const auto extended = co_await log_.extend(queue, received.receipt, by);
    static_cast<void>(extended);
    const Nanos more = draw_now(workload.hold);
    co_await env::sleep_for(env_, visibility / 2 + more);
  }
  const auto acked = co_await log_.ack(queue, received.receipt);
  if (!turn->goes_on(acked) || !chance(3)) co_return;
  const auto again = co_await log_.ack(queue, received.receipt);  // as a retry would
  static_cast<void>(turn->goes_on(again));
}

Task<void> QueueClient::redrive(Turn* turn) {
  Nanos next = now() + redrive_every;
  while (!turn->ending && now() < heal()) {
    co_await env::sleep_for(env_, milliseconds(20));
    if (now() < next) continue;
    next = now() + redrive_every;
    const auto letters = co_await turn->queue->dead_letters();
    if (!turn->goes_on(letters)) co_return;
    if (!letters || letters->empty() || chance(50)) continue;
    const auto redriven = co_await log_.redrive(turn->queue.get(), letters->front().id);
    if (!turn->goes_on(redriven)) co_return;
  }
}

}  // namespace lockstep::scenarios
