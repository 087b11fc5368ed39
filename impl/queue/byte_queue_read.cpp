// Handing out, looking, and the dead letters.
#include <algorithm>

#include "impl/base/assert.hpp"
#include "impl/queue/queue_core.hpp"

namespace lockstep::queue {

using env::Task;

namespace {

/// A hand-out whose caller may be gone before it is told.
struct Handing {
  bool is_abandoned = false;
};

/// Marks it when the caller's frame ends without having taken the delivery.
class AbandonGuard {
 public:
  explicit AbandonGuard(std::shared_ptr<Handing> handing) : handing_(std::move(handing)) {}
  AbandonGuard(const AbandonGuard&) = delete;
  AbandonGuard& operator=(const AbandonGuard&) = delete;
  ~AbandonGuard() {
    if (handing_) handing_->is_abandoned = true;
  }
  void taken() { handing_.reset(); }

 private:
  std::shared_ptr<Handing> handing_;
};

}  // namespace

Task<Result<void>> ByteQueue::Core::load(NeedLoad what) {
  std::function<Result<Loaded>(QueueStore&)> call =
      [what, count = options.ahead_max, bytes = options.ahead_bytes_max](QueueStore& store) {
        return store.load(what.from, what.last, count, bytes);
      };
  auto loaded = co_await on_storage<Loaded>(env, slot, std::move(call));
  if (!loaded) {
    state.undo_load();
    changed.notify_all();
    co_return fail(loaded.error());
  }
  std::vector<Damage> damage = std::move(loaded->damage);
  state.done_load(std::move(*loaded));
  changed.notify_all();
  if (damage.empty()) co_return Result<void>{};
  co_return co_await report(std::move(damage));
}

/// Written before the event is handed out. If the caller is gone by then, it is ready again.
Task<Result<void>> ByteQueue::Core::write_count(HandOut out) {
  const std::shared_ptr<Core> self = shared_from_this();
  auto handing = std::make_shared<Handing>();
  AbandonGuard guard(handing);
  Batch batch;
  batch.count(out.id, Attempt{.attempts = out.attempt});
  QueueWriter::Ended ended = [self, handing, id = out.id](const Result<void>& done, Batch&) {
    if (done && !handing->is_abandoned) return;
    self->state.undo_hand(id);
    self->changed.notify_one();
  };
  const auto written = co_await writer.write(std::move(batch), options.ack_level, std::move(ended));
  if (written || written.error().code != Errc::cancelled) guard.taken();
  co_return written;
}

Task<Result<std::optional<Delivery>>> ByteQueue::Core::hand_out(HandOut out) {
  Delivery delivery;
  if (out.payload) {
    delivery.payload = std::move(*out.payload);
  } else {
    auto payload = co_await read(out.id);
    const bool is_gone = !payload && (payload.error().code == Errc::corrupt ||
                                      payload.error().code == Errc::not_found);
    if (is_gone) {
      state.forget(out.id);
      co_return std::optional<Delivery>();
    }
    if (!payload) {
      state.undo_hand(out.id);
      co_return fail(payload.error());
    }
    delivery.payload = std::move(*payload);
  }
  if (out.counted) {
    const auto counted = co_await write_count(out);
    if (!counted) co_return fail(counted.error());
  }
  delivery.receipt = state.done_hand(out, delivery.payload.size(), env.clock.now());
  ++metrics.delivered;
  if (out.attempt > 1) ++metrics.redelivered;
  co_return delivery;
}

Task<Result<std::optional<Delivery>>> ByteQueue::Core::take(MonoTime* until) {
  const std::shared_ptr<Core> self = shared_from_this();
  while (!closed) {
    NextStep step = state.next(env.clock.now());
    if (auto* out = std::get_if<HandOut>(&step); out != nullptr) {
      auto delivery = co_await hand_out(std::move(*out));
      if (!delivery || *delivery) co_return delivery;
    } else if (const auto* need = std::get_if<NeedLoad>(&step); need != nullptr) {
      const auto loaded = co_await load(*need);
      if (!loaded) co_return fail(loaded.error());
    } else if (const auto* bury_it = std::get_if<Bury>(&step); bury_it != nullptr) {
      const auto buried = co_await bury(*bury_it);
      if (!buried) co_return fail(buried.error());
    } else if (state.is_loading()) {  // by somebody else
      const env::Outcome told = co_await changed.wait();
      if (told.code == Errc::cancelled) co_return fail(definite(Errc::cancelled));
    } else {
      *until = std::get<NothingReady>(step).until;
      co_return std::optional<Delivery>();
    }
  }
  co_return fail(closed_error());
}

Task<Result<std::optional<Delivery>>> ByteQueue::pop() {
  MonoTime until{};
  co_return co_await core_->take(&until);
}

Task<Result<std::optional<Delivery>>> ByteQueue::poll(Nanos wait) {
  const std::shared_ptr<Core> core = core_;
  const MonoTime deadline = saturating_add(core->env.clock.now(), std::max(wait, Nanos(0)));
  while (true) {
    MonoTime until{};
    auto delivery = co_await core->take(&until);
    if (!delivery || *delivery) {
      if (core->state.counts().ready > 0) core->changed.notify_one();  // another one may go on
      co_return delivery;
    }
    if (core->env.clock.now() >= deadline) co_return std::optional<Delivery>();
    const env::Outcome told = co_await core->changed.wait(std::min(deadline, until));
    if (told.code == Errc::cancelled) co_return fail(definite(Errc::cancelled));
  }
}

// ---- looking ------------------------------------------------------------------------------------

Task<Result<std::optional<std::string>>> ByteQueue::get(EventId id) {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  auto payload = co_await core->read(id);
  if (payload) co_return std::optional<std::string>(std::move(*payload));
  if (payload.error().code == Errc::not_found) co_return std::optional<std::string>();
  co_return fail(payload.error());
}

namespace {

/// Reads page by page from one moment's view of the database.
class PagedSnapshot final : public QueueSnapshot {
 public:
  PagedSnapshot(env::Env& env, std::shared_ptr<StoreSlot> slot, StoreView view, EventId from,
                EventId last, std::uint64_t generation)
      : env_(env),
        slot_(std::move(slot)),
        view_(std::move(view)),
        from_(from),
        last_(last),
        generation_(generation) {}

  Task<Result<std::vector<Delivery>>> next(std::size_t count_max) override {
    std::vector<Delivery> page;
    if (from_ > last_ || count_max == 0) co_return page;
    std::function<Result<Loaded>(QueueStore&)> call = [view = view_, from = from_, last = last_,
                                                       count_max](QueueStore& store) {
      return store.load(from, last, count_max, bytes_max, view);
    };
    auto loaded = co_await on_storage<Loaded>(env_, slot_, std::move(call));
    if (!loaded) co_return fail(loaded.error());
    from_ = loaded->next;
    for (StoredEvent& event : loaded->events) {
      const Receipt receipt{.id = event.id, .generation = generation_};
      page.push_back({receipt, std::move(event.payload)});
    }
    co_return page;
  }

 private:
  static constexpr std::size_t bytes_max = 8U << 20U;
  env::Env& env_;
  std::shared_ptr<StoreSlot> slot_;
  StoreView view_;
  EventId from_;
  EventId last_;
  std::uint64_t generation_;
};

}  // namespace

Task<Result<std::unique_ptr<QueueSnapshot>>> ByteQueue::snapshot() {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  std::function<Result<StoreView>(QueueStore&)> call = [](QueueStore& store) {
    return Result<StoreView>(store.view());
  };
  auto view = co_await on_storage<StoreView>(core->env, core->slot, std::move(call));
  if (!view) co_return fail(view.error());
  std::unique_ptr<QueueSnapshot> made = std::make_unique<PagedSnapshot>(
      core->env, core->slot, std::move(*view), core->state.first_id(), core->state.last_id(),
      core->state.generation());
  co_return made;
}

Task<Result<std::vector<DeadLetter>>> ByteQueue::dead_letters(EventId from, std::size_t count_max) {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  struct Page {
    std::vector<DeadLetter> letters;
    std::vector<Damage> damage;
  };
  std::function<Result<Page>(QueueStore&)> call = [from, count_max](QueueStore& store) {
    Page page;
    auto letters = store.dead(from, count_max, page.damage);
    if (!letters) return Result<Page>(fail(letters.error()));
    page.letters = std::move(*letters);
    return Result<Page>(std::move(page));
  };
  auto page = co_await on_storage<Page>(core->env, core->slot, std::move(call));
  if (!page) co_return fail(page.error());
  if (!page->damage.empty()) {
    const auto reported = co_await core->report(std::move(page->damage));
    if (!reported) co_return fail(reported.error());
  }
  co_return std::move(page->letters);
}

Task<Result<void>> ByteQueue::redrive(EventId id) {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  std::function<Result<DeadLetter>(QueueStore&)> call = [id](QueueStore& store) {
    return store.get_dead(id);
  };
  auto letter = co_await on_storage<DeadLetter>(core->env, core->slot, std::move(call));
  if (!letter) co_return fail(letter.error());
  if (!core->state.begin_redrive(id)) co_return fail(core->no_letter(id));
  const std::uint64_t bytes = letter->payload.size();
  Batch batch;
  batch.redrive(id, std::move(letter->payload));
  QueueWriter::Ended ended = [core, id, bytes](const Result<void>& done, Batch&) {
    core->state.end_redrive(id);
    if (!done) return;
    core->state.done_redrive(id, bytes);
    ++core->metrics.redriven;
    core->changed.notify_one();
  };
  co_return co_await core->writer.write(std::move(batch), core->options.ack_level,
                                        std::move(ended));
}

Task<Result<void>> ByteQueue::purge(EventId id) {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  std::function<Result<DeadLetter>(QueueStore&)> call = [id](QueueStore& store) {
    return store.get_dead(id);
  };
  const auto letter = co_await on_storage<DeadLetter>(core->env, core->slot, std::move(call));
  if (!letter) co_return fail(letter.error());
  if (!core->state.begin_redrive(id)) co_return fail(core->no_letter(id));
  const std::uint64_t bytes = letter->payload.size();
  Batch batch;
  batch.purge(id, bytes);
  QueueWriter::Ended ended = [core, id, bytes](const Result<void>& done, Batch&) {
    core->state.end_redrive(id);
    if (done) core->state.done_purge(bytes);
  };
  co_return co_await core->writer.write(std::move(batch), core->options.ack_level,
                                        std::move(ended));
}

Task<Result<void>> ByteQueue::forget_damage() {
  const std::shared_ptr<Core> core = core_;
  if (core->closed) co_return fail(core->closed_error());
  struct Nothing {};
  std::function<Result<Nothing>(QueueStore&)> call = [](QueueStore& store) -> Result<Nothing> {
    if (auto done = store.forget_damage(); !done) return fail(std::move(done.error()));
    return Nothing{};
  };
  const auto done = co_await on_storage<Nothing>(core->env, core->slot, std::move(call));
  if (!done) co_return fail(done.error());
  core->recovery.damage.clear();
  co_return Result<void>{};
}

}  // namespace lockstep::queue
