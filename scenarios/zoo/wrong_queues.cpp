#include "scenarios/zoo/wrong_queues.hpp"

#include <rocksdb/db.h>

#include <map>

namespace lockstep::scenarios {

using env::Task;
using queue::Acked;
using queue::ByteQueue;
using queue::Delivery;
using queue::EventId;
using queue::QueueOptions;
using queue::Receipt;

namespace {

template <class Queue>
Task<QueueResult> open_as(env::Env& env, std::string name, QueueOptions options) {
  auto opened = co_await ByteQueue::open(env, std::move(name), options);
  if (!opened) co_return fail(opened.error());
  co_return std::make_unique<Queue>(std::move(*opened));
}

class AckOnPop final : public ReferenceQueue {
 public:
  using ReferenceQueue::ReferenceQueue;
  Task<Result<std::optional<Delivery>>> poll(Nanos wait) override {
    auto event = co_await inner_->poll(wait);
    if (!event || !*event) co_return event;
    const auto acked = co_await inner_->ack((*event)->receipt);
    if (!acked) co_return fail(acked.error());
    co_return event;
  }
  Task<Result<Acked>> ack(Receipt) override { co_return Acked::acked; }
  Task<Result<void>> nack(Receipt, queue::Nack) override { co_return Result<void>{}; }
};

class LateAckDeletesNew final : public ReferenceQueue {
 public:
  using ReferenceQueue::ReferenceQueue;
  Task<Result<std::optional<Delivery>>> poll(Nanos wait) override {
    auto event = co_await inner_->poll(wait);
    if (event && *event) last_[(*event)->receipt.id] = (*event)->receipt;
    co_return event;
  }
  Task<Result<Acked>> ack(Receipt receipt) override {
    const auto last = last_.find(receipt.id);
    const Receipt used = last == last_.end() ? receipt : last->second;
    co_return co_await inner_->ack(used);
  }

 private:
  std::map<EventId, Receipt> last_;
};

/// Ids of its own, in front of the payload.
class IdFromMaxKey final : public ReferenceQueue {
 public:
  IdFromMaxKey(std::unique_ptr<ByteQueue> inner, std::uint64_t last)
      : ReferenceQueue(std::move(inner)), last_(last) {}

  static std::uint64_t id_of(const std::string& payload) {
    return std::stoull(payload.substr(0, payload.find('|')));
  }
  Task<Result<EventId>> push(std::string payload) override {
    const std::uint64_t id = ++last_;
    std::string numbered = std::to_string(id) + "|" + payload;
    const auto pushed = co_await inner_->push(std::move(numbered));
    if (!pushed) co_return fail(pushed.error());
    co_return EventId{id};
  }
  Task<Result<std::optional<Delivery>>> poll(Nanos wait) override {
    auto event = co_await inner_->poll(wait);
    if (!event || !*event) co_return event;
    const Receipt inner = (*event)->receipt;
    strip(**event);
    inner_of_[(*event)->receipt.id] = inner;
    co_return event;
  }
  Task<Result<Acked>> ack(Receipt receipt) override {
    const Receipt used = inner_of_[receipt.id];
    co_return co_await inner_->ack(used);
  }
  Task<Result<void>> nack(Receipt receipt, queue::Nack how) override {
    const Receipt used = inner_of_[receipt.id];
    co_return co_await inner_->nack(used, how);
  }
  Task<Result<QueueSurvey>> survey() override {
    auto survey = co_await ReferenceQueue::survey();
    if (!survey) co_return survey;
    for (Delivery& event : survey->unacked) strip(event);
    co_return survey;
  }

 private:
  static void strip(Delivery& event) {
    event.receipt.id = EventId{id_of(event.payload)};
    event.payload.erase(0, event.payload.find('|') + 1);
  }
  std::uint64_t last_;
  std::map<EventId, Receipt> inner_of_;
};

void recover_point_in_time(env::Storage& storage, const std::string& name) {
  rocksdb::Options options;
  options.env = storage.env();
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  storage.adapt(options);
  rocksdb::DB* raw = nullptr;
  rocksdb::DB::Open(options, storage.root() + "/" + name, &raw).PermitUncheckedError();
  const std::unique_ptr<rocksdb::DB> db(raw);
}

}  // namespace

Task<QueueResult> open_ack_before_fsync(env::Env& env, std::string name, QueueOptions options) {
  options.ack_level = queue::Level::os;
  return open_reference_queue(env, std::move(name), options);
}

Task<QueueResult> open_push_without_sync(env::Env& env, std::string name, QueueOptions options) {
  options.push_level = queue::Level::os;
  return open_reference_queue(env, std::move(name), options);
}

Task<QueueResult> open_ack_on_pop(env::Env& env, std::string name, QueueOptions options) {
  return open_as<AckOnPop>(env, std::move(name), options);
}

Task<QueueResult> open_late_ack_deletes_new(env::Env& env, std::string name, QueueOptions options) {
  return open_as<LateAckDeletesNew>(env, std::move(name), options);
}

Task<QueueResult> open_id_from_max_key(env::Env& env, std::string name, QueueOptions options) {
  auto opened = co_await ByteQueue::open(env, std::move(name), options);
  if (!opened) co_return fail(opened.error());
  std::uint64_t last = 0;
  auto snapshot = co_await (*opened)->snapshot();
  if (!snapshot) co_return fail(snapshot.error());
  while (true) {
    const auto events = co_await (*snapshot)->next(256);
    if (!events) co_return fail(events.error());
    if (events->empty()) break;
    for (const Delivery& event : *events) {
      last = std::max<std::uint64_t>(last, IdFromMaxKey::id_of(event.payload));
    }
  }
  snapshot->reset();
  co_return std::make_unique<IdFromMaxKey>(std::move(*opened), last);
}

Task<QueueResult> open_point_in_time_recovery(env::Env& env, std::string name,
                                              QueueOptions options) {
  std::function<void()> recover = [storage = &env.storage, name] {
    recover_point_in_time(*storage, name);
  };
  const env::Outcome outcome = co_await env.storage.offload(std::move(recover), never);
  if (!outcome) co_return fail(definite(outcome.code));
  co_return co_await open_reference_queue(env, std::move(name), options);
}

}  // namespace lockstep::scenarios
