#include "impl/lock/lease_keeper.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <deque>
#include <exception>
#include <optional>

#include "impl/env/task_group.hpp"
#include "impl/lock/keeper_machine.hpp"

namespace lockstep::lock {

using Input = KeeperMachine::Input;
using Kind = KeeperMachine::Input::Kind;

// run() steps the machine with what arrives in the inbox and with the time; operations and the
// worker are tasks of their own that end by putting their result into the inbox.
class LeaseKeeper::Shell {
 public:
  Shell(env::Env& env, DistributedLockBackend& backend, const DistributedLockConfig& config)
      : env_(env),
        backend_(backend),
        config_(config),
        news_(env.waits),
        operations_(env),
        workers_(env) {}

  Task<Result<void>> run(Job job);
  void stop() {
    stopped_ = true;
    if (running_) put(Kind::stop);
  }
  [[nodiscard]] const LockMetrics& metrics() const { return metrics_; }
  [[nodiscard]] Standing standing() const {
    if (guard_ && LeaseGuard(guard_).check()) return Standing::holding;
    return contended_ ? Standing::contended : Standing::unknown;
  }

 private:
  [[nodiscard]] Result<void> check(const Job& job) const;
  void put(const Input& input);
  void put(Kind kind) {
    Input input;
    input.kind = kind;
    put(input);
  }
  Task<void> keep();
  void perform(const KeeperMachine::Actions& actions);
  void report_lost(bool by_deadline);
  void start_worker();
  void end_guard();

  Task<void> acquire_new();
  Task<void> acquire_again();
  Task<void> renew();
  Task<void> release();
  Task<void> work(LeaseGuard guard);
  Task<void> work_without_lease();
  void note_acquire(const Result<AcquireOutcome>& outcome);

  env::Env& env_;
  DistributedLockBackend& backend_;
  const DistributedLockConfig config_;
  LockMetrics metrics_;
  std::optional<MonoTime> waiting_since_;  // the first refusal of this wait
  Job job_;
  bool running_ = false;
  bool stopped_ = false;
  bool contended_ = false;  // the last answer to an acquire
  std::optional<KeeperMachine> machine_;
  std::deque<Input> inbox_;  // at most one per operation, worker and stop()
  env::Event news_;
  AcquireRequest request_;
  Lease lease_;  // the last one granted; its deadline as of the last renewal answered
  FencingToken floor_{};
  std::shared_ptr<LeaseGuard::State> guard_;  // of the present worker
  std::optional<StopSource> stop_source_;
  std::exception_ptr thrown_;  // by the worker
  env::TaskGroup operations_;
  env::TaskGroup workers_;
};

// ---- the loop -----------------------------------------------------------------------------------

Result<void> LeaseKeeper::Shell::check(const Job& job) const {
  if (!config_.enabled) return {};
  if (Result<void> key = check_key(job.key); !key) return key;
  if (Result<void> owner = check_owner(job.owner); !owner) return owner;
  return validate(config_, backend_.operation_timeout());
}

Task<Result<void>> LeaseKeeper::Shell::run(Job job) {
  ASSERT(!running_);
  if (Result<void> valid = check(job); !valid) co_return valid;
  job_ = std::move(job);
  running_ = true;
  thrown_ = nullptr;
  inbox_.clear();
  if (stopped_) put(Kind::stop);
  const bool throws = co_await env::asio::this_coro::throw_if_cancelled();
  co_await env::asio::this_coro::throw_if_cancelled(false);  // cancellation acts as stop()
  if (config_.enabled) {
    co_await keep();
  } else {
    co_await work_without_lease();
  }
  co_await workers_.join();
  co_await operations_.join();
  running_ = false;
  co_await env::asio::this_coro::throw_if_cancelled(throws);
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  co_return Result<void>();
}

Task<void> LeaseKeeper::Shell::keep() {
  machine_.emplace(config_);
  while (true) {
    Input input;
    if (!inbox_.empty()) {
      input = inbox_.front();
      inbox_.pop_front();
    }
    input.jitter_bits = env_.random.next();
    perform(machine_->step(env_.clock.now(), input));
    if (machine_->finished()) co_return;
    if (!inbox_.empty()) continue;
    const env::Outcome woken = co_await news_.wait(machine_->wake_at());
    if (woken.code == Errc::cancelled) put(Kind::stop);
  }
}

void LeaseKeeper::Shell::put(const Input& input) {
  inbox_.push_back(input);
  news_.notify_one();
}

void LeaseKeeper::Shell::perform(const KeeperMachine::Actions& actions) {
  if (actions.report_lost) report_lost(actions.by_deadline);
  if (actions.move_deadline) {
    lease_.deadline = machine_->deadline();
    if (guard_) guard_->lease.deadline = lease_.deadline;
  }
  if (actions.request_stop) {
    const env::Observation observation{env::Signal::stop_requested, job_.key, lease_.fence.value};
    env_.observer.on(observation);
    stop_source_->request();
  }
  if (actions.cancel_worker) workers_.stop();
  if (actions.start_worker) start_worker();
  if (actions.acquire_new) operations_.spawn(acquire_new());
  if (actions.acquire_again) operations_.spawn(acquire_again());
  if (actions.renew) operations_.spawn(renew());
  if (actions.release) {
    end_guard();
    operations_.spawn(release());
  }
  if (actions.finish) end_guard();
}

void LeaseKeeper::Shell::report_lost(bool by_deadline) {
  metrics_.held = 0;
  ++metrics_.lost;
  if (guard_) guard_->ended = true;
  if (by_deadline) {  // where the store said so the backend has observed it
    const env::Observation observation{env::Signal::lease_lost, job_.key, lease_.fence.value,
                                       Errc::no_reply};
    env_.observer.on(observation);
  }
  if (job_.on_lost) {
    job_.on_lost(lease_, by_deadline ? LossReason::deadline_reached : LossReason::lost);
  }
}

// ---- the worker ---------------------------------------------------------------------------------

void LeaseKeeper::Shell::start_worker() {
  stop_source_.emplace(env_);
  guard_ = std::make_shared<LeaseGuard::State>(env_.clock, lease_, stop_source_->token());
  workers_.spawn(work(LeaseGuard(guard_)));
}

void LeaseKeeper::Shell::end_guard() {
  if (!guard_) return;
  floor_ = std::max(floor_, guard_->floor);
  guard_->ended = true;
  guard_.reset();
}

Task<void> LeaseKeeper::Shell::work(LeaseGuard guard) {
  try {
    Task<void> working = job_.worker(std::move(guard));
    co_await std::move(working);
  } catch (const boost::system::system_error& error) {
    if (error.code() != env::asio::error::operation_aborted) thrown_ = std::current_exception();
  } catch (...) {
    thrown_ = std::current_exception();
  }
  put(Kind::worker_ended);
}

/// The disabled keeper: one run, a guard that never ends before stop().
Task<void> LeaseKeeper::Shell::work_without_lease() {
  lease_ = Lease();
  lease_.key = job_.key;
  lease_.owner = job_.owner;
  lease_.deadline = never;
  start_worker();
  while (true) {
    while (!inbox_.empty()) {
      const Kind kind = inbox_.front().kind;
      inbox_.pop_front();
      if (kind == Kind::stop) stop_source_->request();
      if (kind != Kind::worker_ended) continue;
      end_guard();
      co_return;
    }
    const env::Outcome woken = co_await news_.wait();
    if (woken.code == Errc::cancelled) put(Kind::stop);
  }
}

// ---- operations ---------------------------------------------------------------------------------

Task<void> LeaseKeeper::Shell::acquire_new() {
  request_ = backend_.draw(job_.key, job_.owner, config_.ttl);
  request_.floor = floor_;
  co_await acquire_again();
}

Task<void> LeaseKeeper::Shell::acquire_again() {
  const Result<AcquireOutcome> outcome = co_await backend_.acquire(request_);
  note_acquire(outcome);
}

void LeaseKeeper::Shell::note_acquire(const Result<AcquireOutcome>& outcome) {
  Input input;
  contended_ = outcome && std::holds_alternative<Contended>(*outcome);
  if (!outcome) {
    ++metrics_.acquire_failed;
    input.kind = Kind::acquire_failed;
    input.unknown = outcome.error().indefinite();
    input.reuse_until = request_.reuse_until;
  } else if (const auto* acquired = std::get_if<Acquired>(&*outcome); acquired != nullptr) {
    ++metrics_.acquired;
    if (waiting_since_) metrics_.handover.add(env_.clock.now() - *waiting_since_);
    waiting_since_.reset();
    metrics_.held = 1;
    lease_ = acquired->lease;
    input.kind = Kind::acquired;
    input.deadline = lease_.deadline;
  } else {
    ++metrics_.contended;
    if (!waiting_since_) waiting_since_ = env_.clock.now();
    input.kind = Kind::contended;
  }
  put(input);
}

Task<void> LeaseKeeper::Shell::renew() {
  const MonoTime before = env_.clock.now();
  const Result<RenewOutcome> outcome = co_await backend_.renew(lease_, config_.ttl);
  const Nanos latency = env_.clock.now() - before;
  Input input;
  input.kind = Kind::renew_failed;
  if (!outcome) {
    ++metrics_.renew_failed;
  } else if (const auto* renewed = std::get_if<Renewed>(&*outcome); renewed != nullptr) {
    ++metrics_.refreshed;
    metrics_.renew_latency.add(latency);
    input.kind = Kind::renewed;
    input.deadline = renewed->deadline;
  } else {
    input.kind = Kind::lost;
  }
  put(input);
}

Task<void> LeaseKeeper::Shell::release() {
  const Result<ReleaseOutcome> outcome = co_await backend_.release(job_.key, request_.token);
  metrics_.held = 0;
  if (outcome && std::holds_alternative<Released>(*outcome)) ++metrics_.released;
  put(outcome ? Kind::released : Kind::release_failed);
}

// ---- the face -----------------------------------------------------------------------------------

LeaseKeeper::LeaseKeeper(env::Env& env, DistributedLockBackend& backend,
                         DistributedLockConfig config)
    : shell_(std::make_unique<Shell>(env, backend, config)) {}

LeaseKeeper::~LeaseKeeper() = default;

Task<Result<void>> LeaseKeeper::run(Job job) { return shell_->run(std::move(job)); }

void LeaseKeeper::stop() { shell_->stop(); }

const LockMetrics& LeaseKeeper::metrics() const { return shell_->metrics(); }

Standing LeaseKeeper::standing() const { return shell_->standing(); }

}  // namespace lockstep::lock
