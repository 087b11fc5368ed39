#include "impl/lock/plugin_locks.hpp"

#include <utility>
#include <vector>

namespace lockstep::lock {

namespace {

/// An owner that nobody else is: 64 random bits beside the instance's nonce, which all backends
/// compare too.
std::string fresh_owner(env::Random& random) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t bits = random.next();
  std::string owner = "plugin-";
  for (int i = 0; i < 16; ++i, bits >>= 4U) owner.push_back(digits[bits & 15U]);
  return owner;
}

}  // namespace

LockHandle PluginLocks::handle_of(const Lease& lease) {
  LockHandle handle{lease.key, to_text(lease.token), lease.ttl, lease.fence};
  held_.insert_or_assign(handle.lock_id, lease);
  return handle;
}

void PluginLocks::forget_expired() {
  const MonoTime now = env_.clock.now();
  std::erase_if(held_, [now](const auto& item) { return item.second.deadline <= now; });
}

Task<Result<std::optional<LockHandle>>> PluginLocks::try_lock(std::string key, Nanos ttl) {
  if (held_.size() >= handles_max) forget_expired();
  if (held_.size() >= handles_max) {
    co_return fail(definite(Errc::limit, "handles_max locks are held"));
  }
  AcquireRequest request = backend_.draw(std::move(key), fresh_owner(env_.random), ttl);
  const Result<AcquireOutcome> outcome = co_await backend_.acquire(request);
  if (!outcome) {
    if (outcome.error().indefinite()) co_await backend_.release(request.key, request.token);
    co_return fail(outcome.error());
  }
  std::optional<LockHandle> handle;
  const auto* acquired = std::get_if<Acquired>(&*outcome);
  if (acquired != nullptr) handle = handle_of(acquired->lease);
  co_return handle;
}

Task<Result<bool>> PluginLocks::renew(LockHandle handle) {
  const auto known = held_.find(handle.lock_id);
  if (known == held_.end()) co_return false;
  const Lease lease = known->second;
  const Result<RenewOutcome> outcome = co_await backend_.renew(lease, handle.ttl);
  if (!outcome) co_return fail(outcome.error());
  const auto* renewed = std::get_if<Renewed>(&*outcome);
  const auto still = held_.find(handle.lock_id);  // it may have been released meanwhile
  if (still == held_.end()) co_return false;
  if (renewed == nullptr) held_.erase(still);
  if (renewed != nullptr) still->second.deadline = renewed->deadline;
  co_return renewed != nullptr;
}

Task<Result<void>> PluginLocks::release(LockHandle handle) {
  const auto known = held_.find(handle.lock_id);
  if (known == held_.end()) co_return Result<void>();
  const Lease lease = known->second;
  const Result<ReleaseOutcome> outcome = co_await backend_.release(lease.key, lease.token);
  if (!outcome) co_return fail(outcome.error());  // it may be tried again
  held_.erase(handle.lock_id);
  co_return Result<void>();
}

Task<Result<std::uint64_t>> PluginLocks::cleanup() {
  std::vector<Lease> leases;
  for (const auto& [id, lease] : held_) leases.push_back(lease);
  std::uint64_t count = 0;
  Result<void> all;
  for (const Lease& lease : leases) {
    const Result<ReleaseOutcome> outcome = co_await backend_.release(lease.key, lease.token);
    if (!outcome && all) all = fail(outcome.error());
    if (!outcome) continue;
    held_.erase(to_text(lease.token));
    if (std::holds_alternative<Released>(*outcome)) ++count;
  }
  if (!all) co_return fail(std::move(all.error()));
  co_return count;
}

std::optional<MonoTime> PluginLocks::deadline(const LockHandle& handle) const {
  const auto known = held_.find(handle.lock_id);
  if (known == held_.end()) return std::nullopt;
  return known->second.deadline;
}

}  // namespace lockstep::lock
