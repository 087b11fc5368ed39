#include "impl/work/pipeline.hpp"

#include <boost/asio/this_coro.hpp>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "impl/env/task_group.hpp"
#include "impl/work/stint.hpp"

namespace lockstep::work {

namespace {

constexpr std::size_t batch_limit = 10'000;  // so that a batch fits in memory and in one command

std::unexpected<Error> bad(std::string what) {
  return fail(definite(Errc::invalid_argument, std::move(what)));
}

Result<void> check(const PipelineConfig& config) {
  if (config.batch_max < 1 || config.batch_max > batch_limit) {
    return bad("batch_max: expected 1 to " + std::to_string(batch_limit));
  }
  if (config.step_max < 1) return bad("step_max: expected 1 or more");
  if (config.poll_interval.count() <= 0 || config.retry_delay.count() <= 0) {
    return bad("poll_interval, retry_delay: expected more than 0");
  }
  const bool fits = config.step_timeout <= config.lock.effective_stop_grace();
  if (!config.lock.enabled || fits) return {};
  return bad("step_timeout: expected at most the lock's stop_grace, so that no step outlives it");
}

Result<void> check(const std::vector<Collection>& collections) {
  if (collections.empty()) return bad("collections: expected at least one");
  std::set<Collection> seen;
  for (const Collection& collection : collections) {
    for (const std::string* part : {&collection.database, &collection.name}) {
      if (part->empty() || part->find(':') != std::string::npos) {
        return bad("collection " + to_text(collection) + ": a name is empty or holds ':'");
      }
    }
    if (!seen.insert(collection).second) {
      return bad("collection " + to_text(collection) + ": given twice");
    }
  }
  return {};
}

}  // namespace

std::string lock_key(LockLevel level, const Collection& collection) {
  switch (level) {
    case LockLevel::collection: return "lock:" + to_text(collection);
    case LockLevel::database: return "lock:" + collection.database;
    case LockLevel::deployment: return "lock";
  }
  ASSERT(false);
}

class CollectionPipeline::Core {
 public:
  Core(env::Env& env, lock::DistributedLockBackend& backend, Stores stores, PipelineConfig config)
      : env_(env),
        backend_(backend),
        stores_(stores),
        config_(std::move(config)),
        stopping_(env),
        keepers_(env) {}

  Task<Result<void>> run(std::vector<Collection> collections);
  void stop() {
    stopping_.request();
    for (const auto& [key, keeper] : running_) keeper->stop();
  }
  [[nodiscard]] const PipelineCounts& counts() const { return counts_; }
  [[nodiscard]] lock::MetricsByKey lock_metrics() const;

 private:
  /// What one lock covers.
  struct Group {
    std::string key;
    std::vector<Collection> collections;
  };

  Task<void> keep(const Group* group);
  Task<void> work(const Group* group, lock::LeaseGuard guard);
  Task<void> drain(Stint* stint, Collection collection);
  Task<void> drain_from(Stint* stint, Collection collection, std::string position);

  env::Env& env_;
  lock::DistributedLockBackend& backend_;
  const Stores stores_;
  const PipelineConfig config_;
  PipelineCounts counts_;
  std::list<Group> groups_;
  std::map<std::string, lock::LeaseKeeper*> running_;  // by key
  lock::MetricsByKey ended_;                           // of keepers that are gone
  lock::StopSource stopping_;
  Result<void> outcome_;
  env::TaskGroup keepers_;
};

Task<Result<void>> CollectionPipeline::Core::run(std::vector<Collection> collections) {
  if (Result<void> valid = check(config_); !valid) co_return valid;
  if (Result<void> valid = check(collections); !valid) co_return valid;
  std::map<std::string, std::vector<Collection>> by_key;
  for (Collection& collection : collections) {
    by_key[lock_key(config_.level, collection)].push_back(std::move(collection));
  }
  co_await env::asio::this_coro::throw_if_cancelled(false);  // cancellation acts as stop()
  for (auto& [key, members] : by_key) {
    const Group& group = groups_.emplace_back(key, std::move(members));
    keepers_.spawn(keep(&group));
  }
  while (keepers_.running() > 0 && !stopping_.requested()) {
    const env::Outcome woken = co_await stopping_.token().wait();
    if (woken.code == Errc::cancelled) stop();
  }
  co_await keepers_.join();
  co_return outcome_;
}

/// Holds one lock again and again until stop().
Task<void> CollectionPipeline::Core::keep(const Group* group) {
  lock::LeaseKeeper keeper(env_, backend_, config_.lock);
  running_[group->key] = &keeper;
  if (stopping_.requested()) keeper.stop();
  while (!stopping_.requested()) {
    lock::LeaseKeeper::Job job;
    job.key = group->key;
    job.owner = config_.owner;
    job.worker = [this, group](lock::LeaseGuard guard) { return work(group, std::move(guard)); };
    const Result<void> ended = co_await keeper.run(std::move(job));
    if (!ended) {
      outcome_ = ended;
      stop();
    }
    // The worker left by itself: a fence has seen a newer holder, or its lease was over before the
    // keeper looked.
    const MonoTime later = saturating_add(env_.clock.now(), config_.retry_delay);
    co_await stopping_.token().wait(later);
  }
  running_.erase(group->key);
  ended_[group->key] = keeper.metrics();
}

lock::MetricsByKey CollectionPipeline::Core::lock_metrics() const {
  lock::MetricsByKey all = ended_;
  for (const auto& [key, keeper] : running_) all[key] = keeper->metrics();
  return all;
}

Task<void> CollectionPipeline::Core::work(const Group* group, lock::LeaseGuard guard) {
  ++counts_.takeovers;
  const Nanos grace = config_.lock.enabled ? config_.lock.effective_stop_grace() : Nanos(0);
  Stint stint(env_, stores_, std::move(guard), {group->key, grace, config_.retry_delay}, counts_);
  const bool raised = co_await stint.raise();
  if (!raised) co_return;
  co_await env::asio::this_coro::throw_if_cancelled(false);  // from here on drains are to be joined
  env::TaskGroup drains(env_);
  for (const Collection& collection : group->collections) {
    drains.spawn(drain(&stint, collection));
  }
  co_await drains.supervise();  // the keeper cancels who outstays the lease
}

Task<void> CollectionPipeline::Core::drain(Stint* stint, Collection collection) {
  const std::optional<std::string> position = co_await stint->load(collection);
  if (position) co_await drain_from(stint, std::move(collection), *position);
}

Task<void> CollectionPipeline::Core::drain_from(Stint* stint, Collection collection,
                                                std::string position) {
  while (stint->wants_more()) {
    const auto batch = co_await stores_.source.read(collection, position, config_.batch_max);
    if (!batch || batch->empty()) {
      if (!batch) ++counts_.errors;
      const Nanos delay = batch ? config_.poll_interval : config_.retry_delay;
      co_await stint->pause(delay);
      continue;
    }
    std::span<const Event> rest(*batch);
    while (!rest.empty()) {
      const auto step = rest.first(std::min(config_.step_max, rest.size()));
      const bool done = co_await stint->write(collection, step);
      if (!done) co_return;
      position = step.back().position;
      const bool saved = co_await stint->save(collection, position);
      if (!saved) co_return;
      rest = rest.subspan(step.size());
    }
  }
}

CollectionPipeline::CollectionPipeline(env::Env& env, lock::DistributedLockBackend& backend,
                                       Stores stores, PipelineConfig config)
    : core_(std::make_unique<Core>(env, backend, stores, std::move(config))) {}

CollectionPipeline::~CollectionPipeline() = default;

Task<Result<void>> CollectionPipeline::run(std::vector<Collection> collections) {
  return core_->run(std::move(collections));
}

void CollectionPipeline::stop() { core_->stop(); }

const PipelineCounts& CollectionPipeline::counts() const { return core_->counts(); }

lock::MetricsByKey CollectionPipeline::lock_metrics() const { return core_->lock_metrics(); }

}  // namespace lockstep::work
