#include "impl/lock/acquire.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <tuple>

namespace lockstep::lock {

namespace {

/// The same request while an attempt of unknown end may have been granted, else a new token.
void prepare(DistributedLockBackend& backend, AcquireRequest& request, bool unknown, MonoTime now) {
  if (!request.sent || (unknown && now < request.reuse_until)) return;
  const FencingToken floor = request.floor;
  request = backend.draw(std::move(request.key), std::move(request.owner), request.ttl);
  request.floor = floor;
}

bool hopeless(const Result<AcquireOutcome>& outcome) {
  return !outcome && outcome.error().code == Errc::invalid_argument;
}

bool has(const Result<AcquireOutcome>& outcome) {
  return outcome && std::holds_alternative<Acquired>(*outcome);
}

}  // namespace

Task<Result<AcquireOutcome>> acquire_within(env::Env& env, DistributedLockBackend& backend,
                                            LockName name, RetryPolicy retry, MonoTime deadline) {
  AcquireRequest request = backend.draw(std::move(name.key), std::move(name.owner), name.ttl);
  while (true) {
    Result<AcquireOutcome> outcome = co_await backend.acquire(request);
    if (has(outcome) || hopeless(outcome)) co_return outcome;
    const bool unknown = !outcome && outcome.error().indefinite();
    const Nanos pause = env::jitter(env.random, retry.delay, retry.delay + retry.jitter);
    const MonoTime next = saturating_add(env.clock.now(), pause);
    if (next >= deadline) {
      if (unknown) co_await backend.release(request.key, request.token);
      co_return outcome;
    }
    const env::Outcome slept = co_await env::sleep_until(env.waits, next);
    if (!slept) co_return fail(definite(Errc::cancelled));
    prepare(backend, request, unknown, env.clock.now());
  }
}

Task<Result<std::vector<Lease>>> acquire_all(DistributedLockBackend& backend,
                                             std::vector<LockName> names) {
  std::ranges::sort(names, [](const LockName& a, const LockName& b) {
    return std::tie(a.key, a.owner) < std::tie(b.key, b.owner);
  });
  std::vector<Lease> leases;
  for (LockName& name : names) {
    AcquireRequest request = backend.draw(std::move(name.key), std::move(name.owner), name.ttl);
    Result<AcquireOutcome> outcome = co_await backend.acquire(request);
    if (has(outcome)) {
      leases.push_back(std::get<Acquired>(std::move(*outcome)).lease);
      continue;
    }
    if (!outcome && outcome.error().indefinite()) {
      co_await backend.release(request.key, request.token);
    }
    for (const Lease& lease : leases) {
      co_await backend.release(lease.key, lease.token);
    }
    if (!outcome) co_return fail(std::move(outcome.error()));
    co_return std::vector<Lease>();
  }
  co_return leases;
}

Task<Result<bool>> with_lease(DistributedLockBackend& backend, LockName name,
                              std::function<Task<void>(const Lease&)> body) {
  AcquireRequest request = backend.draw(std::move(name.key), std::move(name.owner), name.ttl);
  const Result<AcquireOutcome> outcome = co_await backend.acquire(request);
  if (!has(outcome)) {
    if (outcome) co_return false;
    if (outcome.error().indefinite()) co_await backend.release(request.key, request.token);
    co_return fail(outcome.error());
  }
  const Lease& lease = std::get<Acquired>(*outcome).lease;
  std::exception_ptr thrown;
  try {
    Task<void> running = body(lease);
    co_await std::move(running);
  } catch (...) {
    thrown = std::current_exception();
  }
  const bool throws = co_await env::asio::this_coro::throw_if_cancelled();
  co_await env::asio::this_coro::throw_if_cancelled(false);  // the release must still run
  co_await backend.release(lease.key, lease.token);
  co_await env::asio::this_coro::throw_if_cancelled(throws);
  if (thrown) std::rethrow_exception(thrown);
  co_return true;
}

}  // namespace lockstep::lock
