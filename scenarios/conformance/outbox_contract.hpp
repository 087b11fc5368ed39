// The contract of outbox, publisher and relay, written once for every store, publisher and world:
// claims O1 to O13 of the outbox's conformance list as TEST_Ps of OutboxContract, named after their
// numbers.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "impl/env/task_group.hpp"
#include "impl/lock/memory_lock.hpp"
#include "impl/redis/options.hpp"
#include "impl/relay/relay.hpp"
#include "impl/relay/transaction.hpp"
#include "scenarios/outbox_world/poison_publisher.hpp"

namespace lockstep::conformance {

using env::Env;
using env::Task;
using relay::Entry;
using relay::EntryId;
using relay::Fence;

/// A message as consumers see it.
struct Message {
  std::string aggregate;
  std::string key;  ///< idempotency key
  std::string payload;
};

/// A store and a publisher that were made for one session.
class OutboxKit {
 public:
  virtual ~OutboxKit() = default;
  [[nodiscard]] virtual relay::OutboxStore& store() = 0;
  [[nodiscard]] virtual relay::TransactionalOutbox& business() = 0;
  [[nodiscard]] virtual relay::Publisher& publisher() = 0;
  /// Everything that was ever published, in order.
  [[nodiscard]] virtual Task<std::vector<Message>> published() = 0;
  [[nodiscard]] virtual Task<void> close() = 0;
};

class OutboxWorld {
 public:
  using Session = std::function<Task<void>(Env&, OutboxKit&)>;
  virtual ~OutboxWorld() = default;
  /// Runs `body` to its end; false if it does not end within a minute.
  [[nodiscard]] virtual bool run(Session body) = 0;
};

struct OutboxSupplier {
  std::string name;
  std::function<std::unique_ptr<OutboxWorld>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const OutboxSupplier& supplier) {
  return out << supplier.name;
}

class OutboxContract : public testing::TestWithParam<OutboxSupplier> {
 protected:
  void session(OutboxWorld::Session body) {
    EXPECT_TRUE(GetParam().make()->run(std::move(body))) << "did not end in time";
  }
};

// ---- kits: what a node's Env is enough for ------------------------------------------------------

[[nodiscard]] Task<std::unique_ptr<OutboxKit>> memory_kit(Env& env);
/// In the node's storage, published to a broker in memory.
[[nodiscard]] Task<std::unique_ptr<OutboxKit>> rocks_kit(Env& env);
[[nodiscard]] Task<std::unique_ptr<OutboxKit>> redis_kit(Env& env, redis::Options server);

using MakeKit = std::function<Task<std::unique_ptr<OutboxKit>>(Env&)>;
/// Runs `body` with a kit that is closed afterwards.
[[nodiscard]] Task<void> with_kit(Env& env, MakeKit make, OutboxWorld::Session body);

// ---- for the claims; each fails the test where it cannot do what it is named after --------------

/// Commits one transaction with an entry per word of `payloads`.
Task<std::vector<EntryId>> committed(OutboxKit* kit, std::string aggregate, std::string payloads);
/// "a1 b1 a2": the payloads that were published, in order.
[[nodiscard]] Task<std::string> published_text(OutboxKit* kit);
/// Waits until `payloads` were published (any order, nothing else), or fails after 20 s.
[[nodiscard]] Task<void> until_published(Env* env, OutboxKit* kit, std::size_t count);
[[nodiscard]] Task<void> until_backlog(Env* env, OutboxKit* kit, std::uint64_t count);

/// Polls often, backs off shortly.
[[nodiscard]] relay::RelayConfig quick_config();
/// The same with a leader, for a ttl that live tests can sit through.
[[nodiscard]] relay::RelayConfig leader_config(std::string owner);

/// A relay that runs beside the test, until stop() returns.
class RunningRelay {
 public:
  RunningRelay(Env& env, relay::OutboxStore& store, relay::Publisher& publisher,
               relay::RelayConfig config, lock::DistributedLockBackend* backend = nullptr);
  [[nodiscard]] Task<void> stop();
  [[nodiscard]] const relay::RelayMetrics& metrics() const { return relay_.metrics(); }
  [[nodiscard]] relay::Relay& relay() { return relay_; }

 private:
  Task<void> run();
  relay::Relay relay_;
  env::TaskGroup tasks_;
};

/// Store and publisher that fail as they are told; else those of the kit.
class FlakyStore final : public relay::OutboxStore {
 public:
  explicit FlakyStore(relay::OutboxStore& inner) : inner_(inner) {}
  /// nullopt: let it through.
  using Fault = std::function<std::optional<Error>()>;
  Fault on_fetch;
  Fault on_mark;
  int fetches = 0;
  int marks = 0;

  Task<Result<relay::GuardedOutcome>> raise(const Fence& fence) override {
    return inner_.raise(fence);
  }
  Task<Result<relay::FetchOutcome>> fetch_pending(const relay::FetchRequest& request,
                                                  const Fence& fence) override;
  Task<Result<relay::GuardedOutcome>> mark_published(const std::vector<relay::EntryRef>& entries,
                                                     const Fence& fence) override;
  Task<Result<relay::NoteOutcome>> note_failure(const relay::FailureNote& note,
                                                const Fence& fence) override {
    return inner_.note_failure(note, fence);
  }
  Task<Result<std::vector<relay::BlockedEntry>>> blocked() override { return inner_.blocked(); }
  Task<Result<bool>> unblock(const std::string& aggregate) override {
    return inner_.unblock(aggregate);
  }
  Task<Result<std::uint64_t>> backlog() override { return inner_.backlog(); }
  Task<env::Outcome> changed(MonoTime deadline) override { return inner_.changed(deadline); }

 private:
  relay::OutboxStore& inner_;
};

class FlakyPublisher final : public relay::Publisher {
 public:
  explicit FlakyPublisher(relay::Publisher& inner)
      : inner_(inner, [this](const Entry& entry) { return poison ? poison(entry) : ""; }) {}
  /// Asked for each entry: a cause to turn it down, or nothing.
  std::function<std::string(const Entry&)> poison;
  /// Asked before and after each call: an error instead of it, or of its answer.
  std::function<std::optional<Error>()> before;
  std::function<std::optional<Error>()> after;
  int calls = 0;

  Task<Result<relay::GuardedOutcome>> raise(const Fence& fence) override {
    return inner_.raise(fence);
  }
  Task<Result<relay::PublishOutcome>> publish(const std::vector<Entry>& entries,
                                              const Fence& fence) override;

 private:
  scenarios::PoisonPublisher inner_;
};

}  // namespace lockstep::conformance
