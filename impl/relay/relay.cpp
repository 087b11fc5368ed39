#include "impl/relay/relay.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "impl/relay/session.hpp"

namespace lockstep::relay {
namespace {

constexpr std::size_t batch_limit = 10'000;  // so that a batch fits in memory and in one command
constexpr std::size_t in_flight_limit = 64;

std::unexpected<Error> bad(std::string what) {
  return fail(definite(Errc::invalid_argument, std::move(what)));
}

Result<void> check(const RelayConfig& config, const lock::DistributedLockBackend* backend) {
  if (config.batch_max < 1 || config.batch_max > batch_limit) {
    return bad("batch_max: expected 1 to " + std::to_string(batch_limit));
  }
  if (config.in_flight_max < 1 || config.in_flight_max > in_flight_limit) {
    return bad("in_flight_max: expected 1 to " + std::to_string(in_flight_limit));
  }
  if (config.poll.count() <= 0 || config.backoff_base.count() <= 0) {
    return bad("poll, backoff_base: expected more than 0");
  }
  if (config.backoff_max < config.backoff_base) return bad("backoff_max: below backoff_base");
  if (config.drain_max.count() < 0) return bad("drain_max: expected 0 or more");
  if (config.batch_bytes_max == 0) return bad("batch_bytes_max: expected more than 0");
  if (!config.leader) return {};
  if (backend == nullptr) return bad("leader: there is no lock backend to elect one");
  const bool fits = config.step_timeout <= config.leader->lock.effective_stop_grace();
  if (!config.leader->lock.enabled || fits) return {};
  return bad("step_timeout: expected at most the lock's stop_grace, so that no step outlives it");
}

}  // namespace

class Relay::Core {
 public:
  Core(env::Env& env, Session::Stores stores, RelayConfig config,
       lock::DistributedLockBackend* backend)
      : env_(env), stores_(stores), config_(std::move(config)), backend_(backend), stopping_(env) {
    if (backend_ != nullptr && config_.leader) {
      keeper_.emplace(env_, *backend_, config_.leader->lock);
    }
  }

  Task<Result<void>> run();
  void stop() {
    stopping_.request();
    if (keeper_) keeper_->stop();
  }
  [[nodiscard]] const RelayMetrics& metrics() const { return metrics_; }
  [[nodiscard]] lock::LockMetrics lock_metrics() const {
    return keeper_ ? keeper_->metrics() : lock::LockMetrics{};
  }

 private:
  Task<Result<void>> lead();
  Task<void> work(std::optional<lock::LeaseGuard> guard);

  env::Env& env_;
  Session::Stores stores_;
  const RelayConfig config_;
  lock::DistributedLockBackend* backend_;
  RelayMetrics metrics_;
  lock::StopSource stopping_;
  std::optional<lock::LeaseKeeper> keeper_;
};

Task<Result<void>> Relay::Core::run() {
  if (Result<void> valid = check(config_, backend_); !valid) co_return valid;
  if (keeper_) co_return co_await lead();
  co_await work(std::nullopt);
  co_return Result<void>{};
}

/// Leads again and again until stop(): a session also ends by itself, when a fence has seen a newer
/// leader or its lease was over before the keeper looked.
Task<Result<void>> Relay::Core::lead() {
  const bool throws = co_await env::asio::this_coro::throw_if_cancelled();
  co_await env::asio::this_coro::throw_if_cancelled(false);  // cancellation acts as stop()
  Result<void> outcome;
  while (!stopping_.requested()) {
    lock::LeaseKeeper::Job job;
    job.key = config_.leader->key;
    job.owner = config_.leader->owner;
    job.worker = [this](lock::LeaseGuard guard) { return work(std::move(guard)); };
    outcome = co_await keeper_->run(std::move(job));
    // a cancellation is told once: the keeper may have taken it
    const auto cancellation = co_await env::asio::this_coro::cancellation_state;
    if (!outcome || cancellation.cancelled() != env::asio::cancellation_type::none) break;
    const MonoTime later = saturating_add(env_.clock.now(), config_.poll);
    const env::Outcome woken = co_await stopping_.token().wait(later);
    if (woken.code == Errc::cancelled) break;
  }
  co_await env::asio::this_coro::throw_if_cancelled(throws);
  co_return outcome;
}

Task<void> Relay::Core::work(std::optional<lock::LeaseGuard> guard) {
  ++metrics_.takeovers;
  metrics_.leading = 1;
  env::observe(env_, env::Signal::relay_began, {}, guard ? guard->fence().value : 0);
  Session session(env_, stores_, config_, std::move(guard), stopping_.token(), metrics_);
  co_await session.run();
  metrics_.leading = 0;
}

Relay::Relay(env::Env& env, OutboxStore& store, Publisher& publisher, RelayConfig config,
             lock::DistributedLockBackend* backend)
    : core_(std::make_unique<Core>(env, Session::Stores{store, publisher}, std::move(config),
                                   backend)) {}

Relay::~Relay() = default;

Task<Result<void>> Relay::run() { return core_->run(); }
void Relay::stop() { core_->stop(); }
const RelayMetrics& Relay::metrics() const { return core_->metrics(); }
lock::LockMetrics Relay::lock_metrics() const { return core_->lock_metrics(); }

}  // namespace lockstep::relay
