#include "impl/lock/owner_locks.hpp"

namespace lockstep::lock {

/// The request to send now: the same again while it may still be (a retry, or the owner once more),
/// else a new one.
Result<AcquireRequest> OwnerLocks::request_for(const Name& name, Nanos ttl) {
  const auto known = entries_.find(name);
  if (known != entries_.end()) {
    const Entry& entry = known->second;
    const bool fresh = env_.clock.now() < entry.request.reuse_until;
    if (fresh && !entry.release_sent) {
      AcquireRequest again = entry.request;
      again.ttl = ttl;
      return again;
    }
    entries_.erase(known);
  }
  if (entries_.size() >= leases_max) forget_expired();
  if (entries_.size() >= leases_max) {
    return fail(definite(Errc::limit, "leases_max locks are held"));
  }
  return backend_.draw(name.second, name.first, ttl);
}

void OwnerLocks::forget_expired() {
  const MonoTime now = env_.clock.now();
  std::erase_if(entries_,
                [now](const auto& item) { return item.second.request.reuse_until <= now; });
}

Task<Result<bool>> OwnerLocks::try_acquire(std::string key, std::string owner, Nanos ttl) {
  const Name name(std::move(owner), std::move(key));
  Result<AcquireRequest> drawn = request_for(name, ttl);
  if (!drawn) co_return fail(std::move(drawn.error()));
  AcquireRequest request = std::move(*drawn);
  Result<AcquireOutcome> outcome = co_await backend_.acquire(request);
  if (!outcome) {
    if (request.sent) entries_.insert_or_assign(name, Entry{request, {}, false});
    co_return fail(std::move(outcome.error()));
  }
  auto* acquired = std::get_if<Acquired>(&*outcome);
  if (acquired == nullptr) {
    entries_.erase(name);
    co_return false;
  }
  entries_.insert_or_assign(name, Entry{request, std::move(acquired->lease), false});
  co_return true;
}

Task<Result<bool>> OwnerLocks::release(std::string key, std::string owner) {
  const Name name(std::move(owner), std::move(key));
  const auto known = entries_.find(name);
  if (known == entries_.end()) co_return false;  // this instance holds no such lease
  known->second.release_sent = true;
  const LeaseToken token = known->second.request.token;
  const Result<ReleaseOutcome> outcome = co_await backend_.release(name.second, token);
  if (!outcome) co_return fail(outcome.error());
  const auto still = entries_.find(name);
  if (still != entries_.end() && still->second.request.token == token) entries_.erase(still);
  co_return std::holds_alternative<Released>(*outcome);
}

Task<Result<bool>> OwnerLocks::renew(std::string key, std::string owner, Nanos ttl) {
  const Name name(std::move(owner), std::move(key));
  const auto known = entries_.find(name);
  if (known == entries_.end() || known->second.release_sent) co_return false;
  const Lease lease = known->second.lease.value_or(unknown_lease(known->second.request));
  const Result<RenewOutcome> outcome = co_await backend_.renew(lease, ttl);
  if (!outcome) co_return fail(outcome.error());
  const auto still = entries_.find(name);
  const bool same = still != entries_.end() && still->second.request.token == lease.token;
  const auto* renewed = std::get_if<Renewed>(&*outcome);
  if (renewed == nullptr) {
    if (same) entries_.erase(still);
    co_return false;
  }
  if (same) note_renewal(still->second, renewed->deadline, ttl);
  co_return true;
}

void OwnerLocks::note_renewal(Entry& entry, MonoTime deadline, Nanos ttl) {
  entry.request.reuse_until = deadline;
  if (!entry.lease) return;
  entry.lease->deadline = deadline;
  entry.lease->ttl = ttl;
}

/// What an acquisition of unknown end would have been granted; its fencing token is not known.
Lease OwnerLocks::unknown_lease(const AcquireRequest& request) {
  return {request.key, request.owner, request.token, {}, request.ttl, request.reuse_until};
}

Task<Result<bool>> OwnerLocks::is_locked(std::string key) {
  co_return co_await backend_.is_locked(key);
}

Task<Result<std::optional<std::string>>> OwnerLocks::owner(std::string key) {
  co_return co_await backend_.owner(key);
}

Task<Result<std::uint64_t>> OwnerLocks::release_all(std::string owner) {
  for (auto& [name, entry] : entries_) {
    if (name.first == owner) entry.release_sent = true;
  }
  const Result<std::uint64_t> count = co_await backend_.release_all(owner);
  if (!count) co_return fail(count.error());
  std::erase_if(entries_, [&owner](const auto& item) {
    return item.first.first == owner && item.second.release_sent;
  });
  co_return *count;
}

std::optional<Lease> OwnerLocks::lease(const std::string& key, const std::string& owner) const {
  const auto known = entries_.find(Name(owner, key));
  if (known == entries_.end() || known->second.release_sent) return std::nullopt;
  const std::optional<Lease>& lease = known->second.lease;
  if (!lease || env_.clock.now() >= lease->deadline) return std::nullopt;
  return lease;
}

}  // namespace lockstep::lock
