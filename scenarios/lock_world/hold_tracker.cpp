#include "scenarios/lock_world/hold_tracker.hpp"

namespace lockstep::scenarios {

checkers::LeaseId HoldTracker::lease_of(const work::Fence& fence) const {
  const auto found = leases_.find(std::pair(fence.key, fence.token));
  return found == leases_.end() ? checkers::LeaseId{} : found->second;
}

void HoldTracker::note(const lock::Lease& lease) {
  leases_[std::pair(lease.key, lease.fence)] = log_.lease(lease.token);
  held_.insert(lease.token);
  if (!label_) label_.emplace(node_);
}

void HoldTracker::forget(lock::LeaseToken token) {
  held_.erase(token);
  if (held_.empty()) label_.reset();
}

env::Task<Result<lock::AcquireOutcome>> HoldTracker::acquire(lock::AcquireRequest& request) {
  auto outcome = co_await inner_.acquire(request);
  if (outcome) {
    if (const auto* acquired = std::get_if<lock::Acquired>(&*outcome)) note(acquired->lease);
  }
  co_return outcome;
}

env::Task<Result<lock::RenewOutcome>> HoldTracker::renew(const lock::Lease& lease, Nanos ttl) {
  const lock::LeaseToken token = lease.token;
  auto outcome = co_await inner_.renew(lease, ttl);
  if (outcome && std::holds_alternative<lock::Lost>(*outcome)) forget(token);
  co_return outcome;
}

env::Task<Result<lock::ReleaseOutcome>> HoldTracker::release(const std::string& key,
                                                             lock::LeaseToken token) {
  auto outcome = co_await inner_.release(key, token);
  forget(token);
  co_return outcome;
}

}  // namespace lockstep::scenarios
