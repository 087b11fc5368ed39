#include "scenarios/outbox_world/poison_publisher.hpp"

#include <set>

namespace lockstep::scenarios {

env::Task<Result<relay::PublishOutcome>> PoisonPublisher::publish(
    const std::vector<relay::Entry>& entries, const lock::Fence& fence) {
  std::vector<relay::Entry> taken;
  std::vector<relay::EntryOutcome> outcomes;
  std::set<std::string> failed;
  for (const relay::Entry& entry : entries) {
    relay::EntryOutcome outcome;
    if (failed.contains(entry.aggregate)) outcome.fate = relay::Fate::skipped;
    if (outcome.fate == relay::Fate::published && check_) outcome.cause = check_(entry);
    if (!outcome.cause.empty()) outcome.fate = relay::Fate::failed;
    if (outcome.fate == relay::Fate::failed) failed.insert(entry.aggregate);
    if (outcome.fate == relay::Fate::published) taken.push_back(entry);
    outcomes.push_back(std::move(outcome));
  }
  auto inner = co_await inner_.publish(taken, fence);
  const bool is_passed = inner && std::holds_alternative<std::vector<relay::EntryOutcome>>(*inner);
  if (!is_passed) co_return inner;
  auto& fates = std::get<std::vector<relay::EntryOutcome>>(*inner);
  std::size_t next = 0;
  for (relay::EntryOutcome& outcome : outcomes) {
    if (outcome.fate == relay::Fate::published) outcome = std::move(fates[next++]);
  }
  co_return relay::PublishOutcome(std::move(outcomes));
}

}  // namespace lockstep::scenarios
