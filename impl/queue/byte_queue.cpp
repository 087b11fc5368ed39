#include "impl/queue/byte_queue.hpp"

#include "impl/queue/queue_core.hpp"

namespace lockstep::queue {
namespace {

using env::Task;

Result<void> validate(const QueueOptions& options) {
  const auto bad = [](std::string why) { return fail(definite(Errc::invalid_argument, why)); };
  if (options.visibility.count() < 0) return bad("visibility is negative");
  if (options.backoff_base.count() <= 0) return bad("backoff_base must be above 0");
  if (options.backoff_max < options.backoff_base) return bad("backoff_max is below backoff_base");
  if (options.ahead_max == 0) return bad("ahead_max must be above 0");
  if (options.payload_max_bytes == 0) return bad("payload_max_bytes must be above 0");
  if (options.payload_max_bytes > (1U << 30U)) return bad("payload_max_bytes is above 1 GiB");
  return {};
}

}  // namespace

Task<Result<std::unique_ptr<ByteQueue>>> ByteQueue::open(env::Env& env, std::string name,
                                                         QueueOptions options) {
  if (auto checked = validate(options); !checked) co_return fail(std::move(checked.error()));
  auto store = co_await open_store(env, std::move(name), options.reserve_bytes, options.eager);
  if (!store) co_return fail(std::move(store.error()));
  auto core = std::make_shared<Core>(env, options, std::move(*store));
  core->writer.set_owner(core);
  co_return std::unique_ptr<ByteQueue>(new ByteQueue(std::move(core)));
}

ByteQueue::ByteQueue(std::shared_ptr<Core> core) : core_(std::move(core)) {}
ByteQueue::~ByteQueue() = default;

std::uint64_t ByteQueue::len() const {
  const QueueCounts counts = core_->state.counts();
  return counts.ready + counts.in_flight + counts.delayed;
}
QueueCounts ByteQueue::counts() const { return core_->state.counts(); }
Task<Result<QueueCounts>> ByteQueue::count() { co_return counts(); }
const Recovery& ByteQueue::recovery() const { return core_->recovery; }

const QueueMetrics& ByteQueue::metrics() const {
  core_->metrics.writes = core_->writer.writes();
  core_->metrics.changes = core_->writer.changes();
  return core_->metrics;
}

Task<Result<EventId>> ByteQueue::push(std::string payload) {
  std::vector<std::string> payloads;
  payloads.push_back(std::move(payload));
  return push_many(std::move(payloads));
}

Task<Result<EventId>> ByteQueue::push_many(std::vector<std::string> payloads) {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  if (payloads.empty()) {
    co_return fail(definite(Errc::invalid_argument, "there is nothing to push"));
  }
  const auto first = core->state.begin_push(payloads);
  if (!first) {
    ++core->metrics.refused;
    co_return fail(first.error());
  }
  Batch batch;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    batch.push(EventId{first->value + i}, std::move(payloads[i]));
  }
  QueueWriter::Ended ended = [core, id = *first](const Result<void>& done, Batch& written) {
    core->pushed(id, written.take_payloads(), done);
  };
  const auto written =
      co_await core->writer.write(std::move(batch), core->options.push_level, std::move(ended));
  if (!written) co_return fail(written.error());
  co_return *first;
}

// ---- settling -----------------------------------------------------------------------------------

Task<Result<Acked>> ByteQueue::ack(Receipt receipt) { return finish_ack(receipt, false); }

Task<Result<Acked>> ByteQueue::ack(EventId id) { return finish_ack(Receipt{.id = id}, true); }

Task<Result<Acked>> ByteQueue::finish_ack(Receipt receipt, bool by_id) {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  AckStep step = by_id ? core->state.begin_ack(receipt.id) : core->state.begin_ack(receipt);
  if (!step && step.error().code == Errc::stale) core->came_stale(receipt.id);
  if (!step) co_return fail(step.error());
  if (!*step) co_return co_await core->absent(receipt, by_id);
  Erase erase = **step;
  if (!erase.is_known) {  // only the store knows it
    const auto payload = co_await core->read(erase.id);
    if (!payload && payload.error().code == Errc::cancelled) co_return fail(payload.error());
    if (!payload) core->state.undo_ack(erase.id);
    if (!payload && payload.error().code == Errc::not_found) co_return Acked::absent;
    if (!payload) co_return fail(payload.error());
    erase.bytes = payload->size();
  }
  Batch batch;
  batch.erase(erase.id, erase.bytes, erase.counted);
  QueueWriter::Ended ended = [core, erase](const Result<void>& done, Batch&) {
    core->acked(erase, done);
  };
  const auto written =
      co_await core->writer.write(std::move(batch), core->options.ack_level, std::move(ended));
  if (!written) co_return fail(written.error());
  co_return Acked::acked;
}

Task<Result<AckedMany>> ByteQueue::ack_many(std::vector<Receipt> receipts) {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  AckedMany many;
  for (const Receipt& receipt : receipts) {
    if (core->state.is_stale(receipt)) many.stale.push_back(receipt);
  }
  for (const Receipt& receipt : many.stale) core->came_stale(receipt.id);
  if (!many.stale.empty()) co_return many;
  Batch batch;
  std::vector<Erase> erased;
  for (const Receipt& receipt : receipts) {
    const AckStep step = core->state.begin_ack(receipt);
    ASSERT(step.has_value());
    if (!*step) ++many.absent;
    if (!*step) continue;
    batch.erase((*step)->id, (*step)->bytes, (*step)->counted);
    erased.push_back(**step);
  }
  many.acked = erased.size();
  core->metrics.absent += many.absent;
  QueueWriter::Ended ended = [core, erased = std::move(erased)](const Result<void>& done, Batch&) {
    for (const Erase& erase : erased) core->acked(erase, done);
  };
  const auto written =
      co_await core->writer.write(std::move(batch), core->options.ack_level, std::move(ended));
  if (!written) co_return fail(written.error());
  co_return many;
}

Task<Result<void>> ByteQueue::nack(EventId id, Nack how) {
  const auto receipt = core_->state.receipt_of(id);
  if (!receipt) co_return fail(receipt.error());
  co_return co_await nack(*receipt, how);
}

Task<Result<void>> ByteQueue::nack(Receipt receipt, Nack how) {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  const std::uint64_t jitter = how.to == NackTo::later ? core->env.random.next() : 0;
  const auto step = core->state.begin_nack(receipt, how, jitter);
  if (!step && step.error().code == Errc::stale) core->came_stale(receipt.id);
  if (!step) co_return fail(step.error());
  ++core->metrics.nacked;
  if (step->bury) co_return co_await core->bury(*step->bury);
  if (!step->delayed) {
    core->changed.notify_one();
    co_return Result<void>{};
  }
  Batch batch;
  batch.count(receipt.id, *step->delayed);
  QueueWriter::Ended ended = [core, id = receipt.id, delay = step->delayed->delay](
                                 const Result<void>& done, Batch&) {
    if (!done) return;
    core->state.done_delay(id, delay, core->env.clock.now());
    core->changed.notify_one();  // who waits may have to wait less
  };
  co_return co_await core->writer.write(std::move(batch), core->options.ack_level,
                                        std::move(ended));
}

Task<Result<void>> ByteQueue::extend(Receipt receipt, Nanos from_now) {
  if (core_->closed) co_return fail(core_->closed_error());
  if (from_now.count() <= 0) {
    co_return fail(definite(Errc::invalid_argument, "an extension must be above 0"));
  }
  auto extended = core_->state.extend(receipt, from_now, core_->env.clock.now());
  if (extended) ++core_->metrics.extended;
  if (!extended && extended.error().code == Errc::stale) core_->came_stale(receipt.id);
  co_return extended;
}

Task<Result<void>> ByteQueue::close() {
  const std::shared_ptr<Core> core = core_;
  core->closed = true;
  core->changed.notify_all();
  co_await core->writer.drained();
  co_return co_await close_store(core->env, core->slot);
}

}  // namespace lockstep::queue
