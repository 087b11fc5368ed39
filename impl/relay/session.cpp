#include "impl/relay/session.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace lockstep::relay {
namespace {

MachineOptions machine_options(const RelayConfig& config) {
  MachineOptions options;
  options.batch_max = config.batch_max;
  options.in_flight_max = config.in_flight_max;
  options.poll = config.poll;
  options.backoff_base = config.backoff_base;
  options.backoff_max = config.backoff_max;
  options.failures_max = config.failures_max;
  options.batch_bytes_max = config.batch_bytes_max;
  return options;
}

Fence fence_of(const RelayConfig& config, const std::optional<lock::LeaseGuard>& guard) {
  if (!guard) return {};
  return {config.leader->key, guard->fence()};
}

}  // namespace

Session::Session(env::Env& env, Stores stores, const RelayConfig& config,
                 std::optional<lock::LeaseGuard> guard, lock::StopToken stop, RelayMetrics& metrics)
    : env_(env),
      stores_(stores),
      config_(config),
      guard_(std::move(guard)),
      stop_(std::move(stop)),
      fence_(fence_of(config, guard_)),
      metrics_(metrics),
      machine_(machine_options(config)),
      changed_(env.waits),
      steps_(env),
      watchers_(env) {}

bool Session::may_step() const {
  if (is_over_ || env_.clock.now() >= drain_end_) return false;
  if (!guard_ || !config_.leader->lock.enabled) return true;
  if (!guard_->check()) return false;
  return env_.clock.now() < guard_->lease().deadline - config_.leader->lock.effective_stop_grace();
}

bool Session::is_stopping() const {
  return is_cancelled_ || stop_.requested() || (guard_ && guard_->stop().requested());
}

template <class Outcome>
bool Session::is_refused(const Outcome& outcome) {
  const auto* refused = std::get_if<Refused>(&outcome);
  if (refused == nullptr) return false;
  ++metrics_.refused;
  env::observe(env_, env::Signal::fence_refused, fence_.key, refused->seen.value);
  if (guard_) guard_->note_refused(refused->seen);
  is_over_ = true;
  return true;
}

Task<void> Session::run() {
  const bool throws = co_await env::asio::this_coro::throw_if_cancelled();
  co_await env::asio::this_coro::throw_if_cancelled(false);  // what was begun is to be joined
  watchers_.spawn(watch_stop());
  watchers_.spawn(watch_store());
  Raise to_publisher = [this] { return stores_.publisher.raise(fence_); };
  Raise to_store = [this] { return stores_.store.raise(fence_); };
  // the publisher first: what the last leader has on its way there must end before the store says
  // what is pending
  bool is_raised = co_await raise(std::move(to_publisher));
  if (is_raised) is_raised = co_await raise(std::move(to_store));
  if (is_raised) co_await perform_steps();
  is_over_ = true;
  watchers_.stop();
  co_await steps_.join();  // each ends within step_timeout; how it ended is worth knowing
  co_await watchers_.join();
  co_await env::asio::this_coro::throw_if_cancelled(throws);
}

Task<bool> Session::raise(Raise call) {
  if (fence_.token.value == 0) co_return true;
  while (may_step() && !is_stopping()) {
    const auto outcome = co_await call();
    if (outcome) co_return !is_refused(*outcome);
    failed();
    if (outcome.error().code == Errc::cancelled) is_over_ = true;
    WaitStep pause{.until = saturating_add(env_.clock.now(), config_.poll)};
    co_await wait(pause);
  }
  co_return false;
}

Task<void> Session::perform_steps() {
  while (may_step()) {
    if (is_stopping()) drain();
    RelayStep step = machine_.next(env_.clock.now(), env_.random.next());
    if (std::holds_alternative<DoneStep>(step)) co_return;
    if (const auto* pause = std::get_if<WaitStep>(&step)) {
      co_await wait(*pause);
    } else {
      start(std::move(step));
    }
  }
}

void Session::drain() {
  machine_.drain();
  if (drain_end_ == never) drain_end_ = saturating_add(env_.clock.now(), config_.drain_max);
}

Task<void> Session::wait(WaitStep step) {
  const env::Outcome woken = co_await changed_.wait(std::min(step.until, drain_end_));
  // without a lease it is a stop; with one the keeper says that the lease is over
  if (woken.code == Errc::cancelled) (guard_ ? is_over_ : is_cancelled_) = true;
}

void Session::start(RelayStep step) {
  if (auto* to_fetch = std::get_if<FetchStep>(&step)) steps_.spawn(fetch(std::move(*to_fetch)));
  if (auto* to_publish = std::get_if<PublishStep>(&step)) {
    steps_.spawn(publish(std::move(*to_publish)));
  }
  if (auto* to_mark = std::get_if<MarkStep>(&step)) steps_.spawn(mark(std::move(*to_mark)));
  if (auto* to_note = std::get_if<NoteStep>(&step)) steps_.spawn(note(std::move(*to_note)));
}

Task<void> Session::fetch(FetchStep step) {
  FetchRequest request;
  request.limit = step.limit;
  request.bytes_max = step.bytes_max;
  request.from = step.from;
  request.epoch = step.epoch;
  request.after = std::move(step.after);
  auto outcome = co_await stores_.store.fetch_pending(request, fence_);
  if (!outcome) {
    failed();
    machine_.fetch_failed(env_.clock.now());
  } else if (!is_refused(*outcome)) {
    Fetched& fetched = std::get<Fetched>(*outcome);
    const bool is_all = fetched.is_all;
    metrics_.fetched += fetched.entries.size();
    machine_.fetched(std::move(fetched), env_.clock.now());
    changed_.notify_all();
    if (is_all) co_await count_backlog();
  }
  changed_.notify_all();
}

Task<void> Session::count_backlog() {
  const auto backlog = co_await stores_.store.backlog();
  if (backlog) metrics_.backlog = *backlog;
}

Task<void> Session::publish(PublishStep step) {
  const auto outcome = co_await stores_.publisher.publish(step.entries, fence_);
  if (!outcome) {
    failed();
    if (outcome.error().indefinite()) {
      for (const Entry& entry : step.entries) doubtful_.insert(entry.id);
      env::observe(env_, env::Signal::publish_unknown, {}, step.entries.size());
    }
    machine_.publish_failed(step.batch, outcome.error(), env_.clock.now());
  } else if (!is_refused(*outcome)) {
    const auto& outcomes = std::get<std::vector<EntryOutcome>>(*outcome);
    count_published(step, outcomes);
    machine_.published(step.batch, outcomes);
  }
  changed_.notify_all();
}

void Session::count_published(const PublishStep& step, const std::vector<EntryOutcome>& outcomes) {
  const WallTime now = env_.clock.wall();
  const std::uint64_t before = metrics_.republished;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].fate == Fate::failed) ++metrics_.failures;
    if (outcomes[i].fate != Fate::published) continue;
    ++metrics_.published;
    metrics_.republished += doubtful_.erase(step.entries[i].id);
    metrics_.lag.add(std::max(now - step.entries[i].committed_at, Nanos(0)));
  }
  if (metrics_.republished > before) {
    env::observe(env_, env::Signal::republished, {}, metrics_.republished - before);
  }
}

Task<void> Session::mark(MarkStep step) {
  const auto outcome = co_await stores_.store.mark_published(step.entries, fence_);
  if (!outcome) {
    failed();
    machine_.mark_failed(env_.clock.now());
  } else if (!is_refused(*outcome)) {
    metrics_.marked += step.entries.size();
    machine_.marked();
  }
  changed_.notify_all();
}

Task<void> Session::note(NoteStep step) {
  const auto outcome = co_await stores_.store.note_failure(step.note, fence_);
  if (!outcome) {
    failed();
    machine_.note_failed(env_.clock.now());
  } else if (!is_refused(*outcome)) {
    const Noted& noted = std::get<Noted>(*outcome);
    metrics_.blocked += noted.is_blocked ? 1 : 0;
    if (noted.is_blocked) env::observe(env_, env::Signal::entry_blocked);
    machine_.noted(noted, env_.clock.now());
  }
  changed_.notify_all();
}

/// The relay's own stop, or the lease's: both are looked at by who is woken.
Task<void> Session::watch_stop() {
  const lock::StopToken& token = guard_ ? guard_->stop() : stop_;
  co_await token.wait();
  changed_.notify_all();
}

Task<void> Session::watch_store() {
  while (!is_over_) {
    const env::Outcome outcome = co_await stores_.store.changed(never);
    if (!outcome) co_return;
    machine_.news(env_.clock.now());
    changed_.notify_all();
  }
}

}  // namespace lockstep::relay
