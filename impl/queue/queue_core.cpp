#include "impl/queue/queue_core.hpp"

namespace lockstep::queue {

using env::Task;

ByteQueue::Core::Core(env::Env& e, const QueueOptions& o, std::unique_ptr<QueueStore> store)
    : env(e),
      options(o),
      slot(std::make_shared<StoreSlot>()),
      recovery(store->recovery()),
      state(o, store->meta(), store->take_attempts(), e.clock.now()),
      changed(e.waits),
      writer(e, slot, [this] { return state.first_id(); }) {
  slot->store = std::move(store);
}

void ByteQueue::Core::pushed(EventId first, std::vector<std::string> payloads,
                             const Result<void>& done) {
  if (!done) {
    if (done.error().code == Errc::disk_full && !done.error().indefinite()) ++metrics.refused;
    state.undo_push(payloads);
    return;
  }
  const std::size_t count = payloads.size();
  metrics.pushed += count;
  state.done_push(first, std::move(payloads));
  for (std::size_t i = 0; i < count && changed.notify_one(); ++i) {
  }
}

void ByteQueue::Core::acked(const Erase& erase, const Result<void>& done) {
  if (!done) return;  // nothing more is written: it stays handed out until the queue is reopened
  state.done_ack(erase.id, erase.bytes);
  ++metrics.acked;
}

Task<Result<std::string>> ByteQueue::Core::read(EventId id) {
  std::function<Result<std::string>(QueueStore&)> call = [id](QueueStore& store) {
    return store.get(id);
  };
  auto payload = co_await on_storage<std::string>(env, slot, std::move(call));
  const bool is_damaged = !payload && payload.error().code == Errc::corrupt;
  if (is_damaged) {
    std::vector<Damage> damage{Damage{{id, id}, payload.error().detail}};
    const auto reported = co_await report(std::move(damage));
    if (!reported) co_return fail(reported.error());
  }
  co_return payload;
}

void ByteQueue::Core::came_stale(EventId id) {
  ++metrics.stale;
  env::observe(env, env::Signal::receipt_stale, {}, id.value);
}

/// Written down, so that it is reported again, and counted without what is lost.
Task<Result<void>> ByteQueue::Core::report(std::vector<Damage> damage) {
  metrics.damaged += damage.size();
  env::observe(env, env::Signal::queue_damaged, {}, damage.size());
  recovery.damage.insert(recovery.damage.end(), damage.begin(), damage.end());
  std::function<Result<Meta>(QueueStore&)> call =
      [found = std::move(damage)](QueueStore& store) -> Result<Meta> {
    for (const Damage& one : found) {
      if (auto noted = store.note_damage(one); !noted) return fail(std::move(noted.error()));
    }
    if (auto counted = store.recount(); !counted) return fail(std::move(counted.error()));
    return store.meta();
  };
  const auto meta = co_await on_storage<Meta>(env, slot, std::move(call));
  if (!meta) co_return fail(meta.error());
  state.recounted(*meta);
  co_return Result<void>{};
}

Task<Result<Acked>> ByteQueue::Core::absent(Receipt receipt, bool by_id) {
  if (!by_id && state.counts().dead > 0) {
    std::function<Result<DeadLetter>(QueueStore&)> call = [id = receipt.id](QueueStore& store) {
      return store.get_dead(id);
    };
    const auto letter = co_await on_storage<DeadLetter>(env, slot, std::move(call));
    if (letter) {
      came_stale(receipt.id);
      co_return fail(definite(
          Errc::stale, "event " + std::to_string(receipt.id.value) + " is a dead letter by now"));
    }
    if (letter.error().code != Errc::not_found) co_return fail(letter.error());
  }
  // what it was acked by may be on its way still
  const auto in_turn = co_await writer.write(Batch(), options.ack_level, nullptr);
  if (!in_turn) co_return fail(in_turn.error());
  ++metrics.absent;
  co_return Acked::absent;
}

Task<Result<void>> ByteQueue::Core::bury(Bury what) {
  const std::shared_ptr<Core> self = shared_from_this();
  auto payload = co_await read(what.id);
  if (!payload && payload.error().code == Errc::corrupt) {
    state.forget(what.id);
    co_return Result<void>{};
  }
  if (!payload) {
    state.undo_bury(what);
    co_return fail(payload.error());
  }
  Batch batch;
  batch.bury(what.id, what.attempts, what.cause, std::move(*payload));
  QueueWriter::Ended ended = [self, id = what.id](const Result<void>& done, Batch&) {
    if (!done) return;
    self->state.done_bury(id);
    ++self->metrics.buried;
    env::observe(self->env, env::Signal::event_buried, {}, id.value);
  };
  co_return co_await writer.write(std::move(batch), options.ack_level, std::move(ended));
}

}  // namespace lockstep::queue
