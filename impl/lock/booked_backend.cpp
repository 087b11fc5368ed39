#include "impl/lock/booked_backend.hpp"

#include <utility>

namespace lockstep::lock {

using env::Signal;

Task<void> DistributedLockBackend::shutdown() { co_return; }

AcquireRequest BookedBackend::draw(std::string key, std::string owner, Nanos ttl) {
  AcquireRequest request;
  request.key = std::move(key);
  request.owner = std::move(owner);
  request.ttl = ttl;
  request.token = book_.draw();
  return request;
}

void BookedBackend::observe(Signal signal, std::string_view key, std::uint64_t number, Errc error) {
  const env::Observation observation{signal, key, number, error};
  env_.observer.on(observation);
}

Result<AcquireOutcome> BookedBackend::granted(AcquireRequest& request, FencingToken fence,
                                              MonoTime called, MonoTime sent) {
  book_.granted(request, sent);
  // from the call on: who counts the ttl from there must not be told of a lease that is over
  if (now() >= local_deadline(called, request.ttl)) {
    return fail(indefinite(Errc::no_reply, "granted, but answered after its local deadline"));
  }
  const MonoTime deadline = local_deadline(sent, request.ttl);
  observe(Signal::lease_acquired, request.key, fence.value);
  return Acquired{{request.key, request.owner, request.token, fence, request.ttl, deadline}};
}

AcquireOutcome BookedBackend::contended(const AcquireRequest& request, bool stale) {
  book_.refused(request.token);
  observe(Signal::lease_contended, request.key);
  return Contended{stale};
}

RenewOutcome BookedBackend::renewed(const Lease& lease, Nanos ttl, MonoTime sent) {
  book_.renewed(lease.token, sent, ttl);
  observe(Signal::lease_renewed, lease.key, lease.fence.value);
  return Renewed{local_deadline(sent, ttl)};
}

RenewOutcome BookedBackend::lost(const Lease& lease) {
  book_.ended(lease.token);
  observe(Signal::lease_lost, lease.key, lease.fence.value);
  return Lost{};
}

std::unexpected<Error> BookedBackend::renew_failed(const Lease& lease, Error error) {
  observe(Signal::lease_renew_failed, lease.key, lease.fence.value, error.code);
  return fail(std::move(error));
}

ReleaseOutcome BookedBackend::released(const std::string& key, LeaseToken token, bool was_held) {
  book_.ended(token);
  if (!was_held) return NotOwned{};
  observe(Signal::lease_released, key);
  return Released{};
}

Error tokens_exhausted(std::string_view key) {
  return definite(Errc::limit, "no fencing token is left for '" + std::string(key) + "'");
}

Error not_a_locks_value(std::string_view key) {
  return definite(Errc::corrupt,
                  "the server holds a value for '" + std::string(key) + "' that is not a lock's");
}

}  // namespace lockstep::lock
