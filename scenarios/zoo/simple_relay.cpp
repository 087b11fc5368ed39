#include "scenarios/zoo/simple_relay.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace lockstep::scenarios {

using env::Task;
using relay::Entry;

SimpleRelay::SimpleRelay(RelayParts parts, RelayFlaw flaw)
    : parts_(std::move(parts)), flaw_(flaw), stopping_(parts_.env) {
  if (parts_.config.leader) {
    keeper_.emplace(parts_.env, parts_.backend, parts_.config.leader->lock);
  }
}

void SimpleRelay::stop() {
  stopping_.request();
  if (keeper_) keeper_->stop();
}

Task<void> SimpleRelay::run() {
  if (!keeper_) {
    co_await work(std::nullopt);
    co_return;
  }
  while (!stopping_.requested()) {
    lock::LeaseKeeper::Job job;
    job.key = parts_.config.leader->key;
    job.owner = parts_.config.leader->owner;
    job.worker = [this](lock::LeaseGuard guard) { return work(std::move(guard)); };
    const Result<void> ended = co_await keeper_->run(std::move(job));
    ASSERT(ended.has_value());
    co_await stopping_.token().wait(saturating_add(parts_.env.clock.now(), parts_.config.poll));
  }
}

bool SimpleRelay::leads(const Guard& guard) const {
  if (stopping_.requested()) return false;
  return !guard || (guard->check() && !guard->stop().requested());
}

Task<bool> SimpleRelay::raise(lock::Fence fence) {
  const auto to_publisher = co_await parts_.publisher.raise(fence);
  if (!to_publisher || std::holds_alternative<lock::Refused>(*to_publisher)) co_return false;
  const auto to_store = co_await parts_.store.raise(fence);
  co_return to_store&& std::holds_alternative<lock::Accepted>(*to_store);
}

Task<void> SimpleRelay::work(Guard guard) {
  // nobody stops in the middle of a batch who does not look at his lease there
  if (flaw_ == RelayFlaw::lost_mid_batch) co_await env::asio::this_coro::throw_if_cancelled(false);
  lock::Fence fence;
  if (guard) fence = {parts_.config.leader->key, guard->fence()};
  if (guard) {
    const bool raised = co_await raise(fence);
    if (!raised) co_return;
  }
  while (leads(guard)) {
    std::vector<Entry> entries = co_await fetch(fence);
    if (entries.empty()) {
      co_await stopping_.token().wait(saturating_add(parts_.env.clock.now(), parts_.config.poll));
    } else {
      co_await relay_batch(guard, fence, std::move(entries));
    }
  }
}

Task<std::vector<Entry>> SimpleRelay::fetch(lock::Fence fence) {
  relay::FetchRequest request;
  request.limit = flaw_ == RelayFlaw::cursor ? 1'000'000 : parts_.config.batch_max;
  auto outcome = co_await parts_.store.fetch_pending(request, fence);
  std::vector<Entry> entries;
  auto* fetched = outcome ? std::get_if<relay::Fetched>(&*outcome) : nullptr;
  if (fetched == nullptr) co_return entries;
  entries = std::move(fetched->entries);
  if (flaw_ != RelayFlaw::cursor) co_return entries;
  std::erase_if(entries, [this](const Entry& entry) { return entry.id <= cursor_; });
  if (entries.size() > parts_.config.batch_max) entries.resize(parts_.config.batch_max);
  co_return entries;
}

Task<void> SimpleRelay::relay_batch(Guard guard, lock::Fence fence, std::vector<Entry> entries) {
  std::vector<relay::EntryRef> all;
  for (const Entry& entry : entries) all.push_back({entry.id, entry.aggregate});
  if (flaw_ == RelayFlaw::mark_before_publish) co_await mark(fence, all);
  std::vector<relay::EntryRef> published;
  std::set<std::string> held_up;
  for (const Entry& entry : entries) {
    if (flaw_ != RelayFlaw::lost_mid_batch && !leads(guard)) break;
    if (held_up.contains(entry.aggregate)) continue;
    std::vector<Entry> one{entry};
    const auto outcome = co_await parts_.publisher.publish(one, fence);
    const auto* fates =
        outcome ? std::get_if<std::vector<relay::EntryOutcome>>(&*outcome) : nullptr;
    const bool is_done = fates != nullptr && fates->front().fate == relay::Fate::published;
    if (!is_done) held_up.insert(entry.aggregate);
    if (is_done) published.push_back({entry.id, entry.aggregate});
    if (is_done) cursor_ = std::max(cursor_, entry.id);
  }
  if (flaw_ != RelayFlaw::mark_before_publish) co_await mark(fence, std::move(published));
}

Task<void> SimpleRelay::mark(lock::Fence fence, std::vector<relay::EntryRef> entries) {
  if (entries.empty()) co_return;
  const auto marked = co_await parts_.store.mark_published(entries, fence);
  static_cast<void>(marked);  // what is not marked comes again
}

}  // namespace lockstep::scenarios
