// The collection pipeline over real stores: every event arrives, in order, under the lock and its
// fence.
#include "impl/env/task_group.hpp"
#include "impl/work/fenced_hashes.hpp"
#include "impl/work/pipeline.hpp"
#include "impl/work/redis_collections.hpp"
#include "scenarios/conformance/work_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace work;  // NOLINT: the claims speak the words of the workers

const Collection orders{"shop", "orders"};
const Collection users{"shop", "users"};
constexpr Nanos timeout = milliseconds(300);

PipelineConfig config_of(std::string owner) {
  PipelineConfig config;
  config.lock = work_lock_config();
  config.owner = std::move(owner);
  config.batch_max = 10;
  config.step_max = 3;
  config.poll_interval = milliseconds(20);
  config.retry_delay = milliseconds(30);
  config.step_timeout = 2 * timeout;
  return config;
}

/// Notes the events in the order in which the store took them. May drag its feet.
class NotingSink final : public EventSink {
 public:
  NotingSink(Env& env, EventSink& inner) : env_(env), inner_(inner) {}
  Task<Result<GuardedOutcome>> raise(const Fence& fence) override { return inner_.raise(fence); }
  Task<Result<GuardedOutcome>> write(const Collection& collection, std::span<const Event> events,
                                     const Fence& fence) override {
    const env::Outcome dragged = co_await env::sleep_for(env_, drag);
    if (dragged.code == Errc::cancelled) ++interrupted;
    auto outcome = co_await inner_.write(collection, events, fence);
    const bool taken = outcome && std::holds_alternative<Accepted>(*outcome);
    if (!taken) co_return outcome;
    for (const Event& event : events) seen[collection].push_back(event.payload);
    last_fence = fence;
    co_return outcome;
  }

  std::map<Collection, std::vector<std::string>> seen;
  Fence last_fence;
  Nanos drag{};         ///< before every write
  int interrupted = 0;  ///< writes whose worker was cancelled meanwhile

 private:
  Env& env_;
  EventSink& inner_;
};

/// One instance of the fleet, with stores of its own on the same server.
struct Instance {
  Instance(Fleet& fleet, std::string owner, LockLevel level = LockLevel::collection)
      : process(fleet.add(timeout)),
        log(process.store_client),
        sink(process.store_client),
        progress(process.store_client),
        noting(process.env, sink),
        pipeline(process.env, process.lock, {log, noting, progress},
                 [&] {
                   PipelineConfig config = config_of(std::move(owner));
                   config.level = level;
                   return config;
                 }()),
        group(fleet.env()) {}

  static Task<void> run(CollectionPipeline* pipeline, std::vector<Collection> collections) {
    const Result<void> ended = co_await pipeline->run(std::move(collections));
    EXPECT_TRUE(ended) << to_text(ended.error());
  }
  void start(std::vector<Collection> collections) {
    group.spawn(run(&pipeline, std::move(collections)));
  }
  Task<void> stop() {
    pipeline.stop();
    co_await group.join();
  }

  Process& process;
  RedisCollectionLog log;
  RedisEventSink sink;
  RedisProgressStore progress;
  NotingSink noting;
  CollectionPipeline pipeline;
  env::TaskGroup group;
};

Task<void> append(Instance* instance, Collection collection, int from, int to) {
  for (int number = from; number <= to; ++number) {
    const std::string payload = "event-" + std::to_string(number);
    const Result<std::string> position = co_await instance->log.append(collection, payload);
    EXPECT_EQ(position.value_or(""), std::to_string(number));
  }
}

std::vector<std::string> payloads(int from, int to) {
  std::vector<std::string> all;
  for (int number = from; number <= to; ++number) all.push_back("event-" + std::to_string(number));
  return all;
}

TEST_P(WorkContract, a_pipeline_moves_every_event_once_and_in_order) {
  run([](Fleet& fleet) -> Task<void> {
    Instance a(fleet, "a");
    co_await append(&a, orders, 1, 15);
    co_await append(&a, users, 1, 4);
    a.start({orders, users});
    Condition holds = [&a] { return a.pipeline.counts().written == 19; };
    co_await until(fleet.env(), holds);
    co_await append(&a, orders, 16, 20);  // while it runs
    holds = [&a] { return a.pipeline.counts().written == 24; };
    co_await until(fleet.env(), holds);
    co_await a.stop();
    EXPECT_EQ(a.noting.seen[orders], payloads(1, 20));
    EXPECT_EQ(a.noting.seen[users], payloads(1, 4));
    EXPECT_EQ(a.pipeline.counts().takeovers, 2U);
    EXPECT_EQ(a.pipeline.counts().refused, 0U);
  });
}

TEST_P(WorkContract, a_save_that_arrives_late_does_not_take_the_place_of_a_newer_one) {
  run([](Fleet& fleet) -> Task<void> {
    Instance a(fleet, "a");
    FencedHashes hashes(a.process.store_client, lock::Fencing::enforced, "late");
    const Fence fence{"orders", FencingToken{1}};
    const Fence next{"orders", FencingToken{2}};
    const auto newer = co_await hashes.put_in_order("h", "f", "b", 2, fence);
    EXPECT_TRUE(newer && std::get<FencedHashes::Taken>(*newer).changed);
    const auto late = co_await hashes.put_in_order("h", "f", "a", 1, fence);
    EXPECT_TRUE(late && !std::get<FencedHashes::Taken>(*late).changed);
    const auto kept = co_await hashes.get("h", "f", fence);
    EXPECT_EQ(std::get<FencedHashes::Taken>(kept.value()).value, "b");
    const auto other = co_await hashes.put_in_order("h", "f", "c", 1, next);  // another holder
    EXPECT_TRUE(other && std::get<FencedHashes::Taken>(*other).changed);
  });
}

TEST_P(WorkContract, another_goes_on_where_the_first_one_saved) {
  run([](Fleet& fleet) -> Task<void> {
    Instance a(fleet, "a");
    Instance b(fleet, "b");
    co_await append(&a, orders, 1, 9);
    a.start({orders});
    Condition holds = [&a] { return a.pipeline.counts().saved == 3; };
    co_await until(fleet.env(), holds);
    b.start({orders});
    co_await sleep(fleet.env(), milliseconds(200));
    EXPECT_EQ(b.pipeline.counts().takeovers, 0U) << "two at once";
    const FencingToken first = a.noting.last_fence.token;
    co_await a.stop();
    co_await append(&b, orders, 10, 14);
    holds = [&b] { return b.pipeline.counts().written == 5; };
    co_await until(fleet.env(), holds);
    co_await b.stop();
    EXPECT_EQ(b.noting.seen[orders], payloads(10, 14)) << "nothing again, nothing left out";
    EXPECT_GT(b.noting.last_fence.token, first);
    const lock::LockMetrics metrics = b.pipeline.lock_metrics().at("lock:shop:orders");
    EXPECT_EQ(metrics.acquired, 1U);
    EXPECT_EQ(metrics.released, 1U);
    EXPECT_EQ(metrics.held, 0U);
    EXPECT_GE(metrics.contended, 1U);
    EXPECT_EQ(metrics.handover.count(), 1U) << "it waited for the first one";
    EXPECT_GE(metrics.handover.sum(), milliseconds(100));
  });
}

TEST_P(WorkContract, one_whose_token_was_overtaken_leaves_and_comes_back_with_a_higher_one) {
  run([](Fleet& fleet) -> Task<void> {
    Instance a(fleet, "a");
    co_await append(&a, orders, 1, 3);
    a.start({orders});
    Condition holds = [&a] { return a.pipeline.counts().saved == 1; };
    co_await until(fleet.env(), holds);
    Fence newer = a.noting.last_fence;
    newer.token.value += 10;
    const auto raised = co_await a.sink.raise(newer);
    EXPECT_TRUE(raised && std::holds_alternative<Accepted>(*raised));
    co_await append(&a, orders, 4, 5);
    holds = [&a] { return a.pipeline.counts().written == 5; };
    co_await until(fleet.env(), holds);
    co_await a.stop();
    EXPECT_GE(a.pipeline.counts().refused, 1U);
    EXPECT_GT(a.noting.last_fence.token, newer.token);
    EXPECT_EQ(a.noting.seen[orders], payloads(1, 5));
  });
}

TEST_P(WorkContract, a_refusal_of_one_collection_ends_the_work_on_all_of_its_lock) {
  run([](Fleet& fleet) -> Task<void> {
    Instance a(fleet, "a", LockLevel::database);
    co_await append(&a, orders, 1, 1);
    a.start({orders, users});
    Condition holds = [&a] { return a.pipeline.counts().saved == 1; };
    co_await until(fleet.env(), holds);
    Fence newer = a.noting.last_fence;
    newer.token.value += 10;
    const auto raised = co_await a.sink.raise(newer);
    EXPECT_TRUE(raised && std::holds_alternative<Accepted>(*raised));
    co_await append(&a, orders, 2, 2);  // nothing for users: that task finds out nothing itself
    holds = [&a] { return a.pipeline.counts().written == 2; };
    co_await until(fleet.env(), holds);
    EXPECT_EQ(a.pipeline.counts().takeovers, 2U);
    co_await a.stop();
  });
}

TEST_P(WorkContract, a_worker_cut_off_from_its_lock_is_quiet_before_its_deadline_by_itself) {
  run([](Fleet& fleet) -> Task<void> {
    Instance a(fleet, "a");
    a.noting.drag = timeout;
    co_await append(&a, orders, 1, 60);
    a.start({orders});
    Condition holds = [&a] { return a.pipeline.counts().written >= 3; };
    co_await until(fleet.env(), holds);
    fleet.world().kill_lock_servers();
    const auto metrics = [&a] { return a.pipeline.lock_metrics().at("lock:shop:orders"); };
    holds = [&metrics] { return metrics().acquire_failed > 0; };  // it competes again
    co_await until(fleet.env(), holds);
    EXPECT_EQ(a.noting.interrupted, 0) << "it had to be cancelled";
    const std::uint64_t written = a.pipeline.counts().written;
    EXPECT_LT(written, 60U);
    fleet.world().start_lock_servers();
    holds = [&a, written] { return a.pipeline.counts().written > written; };
    co_await until(fleet.env(), holds);
    co_await a.stop();
  });
}

TEST_P(WorkContract, one_lock_may_cover_a_database_or_all) {
  run([](Fleet& fleet) -> Task<void> {
    Instance a(fleet, "a", LockLevel::database);
    co_await append(&a, orders, 1, 3);
    co_await append(&a, users, 1, 3);
    a.start({orders, users});
    Condition holds = [&a] { return a.pipeline.counts().written == 6; };
    co_await until(fleet.env(), holds);
    const bool locked = co_await is_locked(a.process.lock, "lock:shop");
    EXPECT_TRUE(locked);
    EXPECT_EQ(a.pipeline.counts().takeovers, 1U);
    co_await a.stop();
    EXPECT_EQ(lock_key(LockLevel::deployment, orders), "lock");
    EXPECT_EQ(lock_key(LockLevel::collection, orders), "lock:shop:orders");
  });
}

TEST_P(WorkContract, an_old_token_is_refused_by_sink_and_progress_store) {
  run([](Fleet& fleet) -> Task<void> {
    Instance a(fleet, "a");
    const Fence old{"lock", FencingToken{4}};
    const Fence current{"lock", FencingToken{5}};
    const std::string position = "7";
    const auto saved = co_await a.progress.save(orders, position, current);
    EXPECT_TRUE(saved && std::holds_alternative<Accepted>(*saved));
    const auto stale = co_await a.progress.save(orders, position, old);
    EXPECT_TRUE(stale && std::holds_alternative<Refused>(*stale));
    const auto stale_load = co_await a.progress.load(orders, old);
    EXPECT_TRUE(stale_load && std::holds_alternative<Refused>(*stale_load));
    const auto loaded = co_await a.progress.load(orders, current);
    EXPECT_TRUE(loaded && std::get<Position>(*loaded).text == "7");
    const auto raised = co_await a.sink.raise(current);
    EXPECT_TRUE(raised && std::holds_alternative<Accepted>(*raised));
    const std::vector<Event> events(1, Event{"1", "x"});
    const auto write = co_await a.sink.write(orders, events, old);
    EXPECT_TRUE(write && std::get<Refused>(*write).seen == FencingToken{5});
  });
}

TEST_P(WorkContract, a_wrong_configuration_is_refused_before_anything_is_done) {
  run([](Fleet& fleet) -> Task<void> {
    Instance a(fleet, "a");
    const std::vector<Collection> twice(2, orders);
    const std::vector<Collection> colon(1, Collection{"a:b", "c"});
    const std::vector<std::vector<Collection>> wrong{{}, twice, colon};
    for (const std::vector<Collection>& collections : wrong) {
      const Result<void> ended = co_await a.pipeline.run(collections);
      EXPECT_TRUE(!ended && ended.error().code == Errc::invalid_argument);
    }
    PipelineConfig config = config_of("a");
    config.step_timeout = config.lock.effective_stop_grace() + milliseconds(1);
    CollectionPipeline late(a.process.env, a.process.lock, {a.log, a.noting, a.progress}, config);
    const std::vector<Collection> one(1, orders);
    const Result<void> ended = co_await late.run(one);
    EXPECT_TRUE(!ended && ended.error().detail.starts_with("step_timeout"));
    const bool locked = co_await is_locked(a.process.lock, "lock:shop:orders");
    EXPECT_FALSE(locked);
  });
}

}  // namespace
}  // namespace lockstep::conformance
