#include "impl/relay/broker.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace lockstep::relay {

Broker::Broker(env::Env& env, std::size_t entries_max, Check check)
    : entries_max_(entries_max), check_(std::move(check)), added_(env.waits) {}

bool Broker::is_old(const Fence& fence) {
  if (fence.token.value == 0) return false;
  FencingToken& seen = seen_[fence.key];
  if (fence.token < seen) return true;
  seen = fence.token;
  return false;
}

Task<Result<GuardedOutcome>> Broker::raise(const Fence& fence) {
  if (is_old(fence)) co_return GuardedOutcome(Refused{seen_[fence.key]});
  co_return GuardedOutcome(Accepted());
}

Task<Result<PublishOutcome>> Broker::publish(const std::vector<Entry>& entries,
                                             const Fence& fence) {
  if (is_old(fence)) co_return PublishOutcome(Refused{seen_[fence.key]});
  std::vector<EntryOutcome> outcomes;
  std::set<std::string> failed;
  for (const Entry& entry : entries) {
    EntryOutcome outcome;
    if (failed.contains(entry.aggregate)) outcome.fate = Fate::skipped;
    if (outcome.fate == Fate::published && check_) outcome.cause = check_(entry);
    if (!outcome.cause.empty()) outcome.fate = Fate::failed;
    if (outcome.fate == Fate::failed) failed.insert(entry.aggregate);
    if (outcome.fate == Fate::published) log_.push_back({++last_offset_, entry, fence.token});
    outcomes.push_back(std::move(outcome));
  }
  while (log_.size() > entries_max_) log_.pop_front();
  added_.notify_all();
  co_return PublishOutcome(std::move(outcomes));
}

Task<std::vector<Published>> Broker::read(std::uint64_t offset, std::size_t count_max,
                                          MonoTime deadline) {
  while (last_offset_ <= offset) {
    const env::Outcome woken = co_await added_.wait(deadline);
    if (!woken) break;
  }
  std::vector<Published> found;
  for (const Published& one : log_) {
    if (one.offset > offset && found.size() < count_max) found.push_back(one);
  }
  co_return found;
}

}  // namespace lockstep::relay
