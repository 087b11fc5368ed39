#include "impl/queue/queue_writer.hpp"

#include <rocksdb/options.h>

namespace lockstep::queue {
namespace {

// One write of many changes: bounds how long the first of them waits, and memory.
constexpr std::size_t shared_changes_max = 1'024;
constexpr std::uint64_t shared_bytes_max = 4U << 20U;

void tell(env::Env& env, const Recovery& recovery) {
  using env::Signal;
  env::observe(env, Signal::queue_opened, {}, recovery.generation);
  if (recovery.trimmed_bytes > 0) {
    env::observe(env, Signal::queue_trimmed, {}, recovery.trimmed_bytes);
  }
  if (recovery.damage.empty()) return;
  env::observe(env, Signal::queue_damaged, {}, recovery.damage.size());
}

}  // namespace

env::Task<Result<std::unique_ptr<QueueStore>>> open_store(env::Env& env, std::string name,
                                                          std::uint64_t reserve_bytes, bool eager) {
  StoreOptions options;
  options.path = env.storage.root() + "/" + name;
  options.env = env.storage.env();
  options.adapt = [](rocksdb::Options& rocks, void* storage) {
    static_cast<env::Storage*>(storage)->adapt(rocks);
  };
  options.adapt_context = &env.storage;
  options.reserve_bytes = reserve_bytes;
  options.eager = eager;
  struct Opening {
    std::optional<Result<std::unique_ptr<QueueStore>>> result;
  };
  auto opening = std::make_shared<Opening>();
  std::function<void()> fn = [opening, options] { opening->result = QueueStore::open(options); };
  const env::Outcome outcome = co_await env.storage.offload(std::move(fn), never);
  if (!outcome) co_return fail(definite(outcome.code, "opening the queue was given up"));
  if (opening->result->has_value()) tell(env, (**opening->result)->recovery());
  co_return std::move(*opening->result);
}

struct QueueWriter::Change {
  Change(env::Waits& waits, Batch b, Level l, Ended e)
      : batch(std::move(b)), level(l), ended(std::move(e)), done(waits) {}
  Batch batch;
  Level level;
  Ended ended;
  std::optional<Result<void>> result;
  env::Event done;
};

/// What the storage thread does; owns all that it touches.
struct QueueWriter::Job {
  std::vector<std::shared_ptr<Change>> changes;
  EventId first_id{};
  bool durable = false;
  std::uint64_t writes = 0;

  /// Pushes are refused when only the reserve is left; the other changes are written.
  void refuse_pushes(const QueueStore& store) {
    std::uint64_t bytes = 0;
    for (const auto& change : changes) bytes += change->batch.space();
    if (bytes == 0) return;
    const auto space = store.check_space(bytes);
    if (space) return;
    for (const auto& change : changes) {
      if (change->batch.space() > 0) change->result = space;
    }
  }

  void run(QueueStore& store) {
    refuse_pushes(store);
    std::vector<const Batch*> batches;
    for (const auto& change : changes) {
      if (!change->result && !change->batch.empty()) batches.push_back(&change->batch);
    }
    Result<void> written;
    if (!batches.empty()) written = store.write(batches, durable, first_id);
    if (!batches.empty()) ++writes;
    if (batches.empty() && store.is_poisoned()) {
      written = fail(definite(Errc::io_error, "the queue stopped at a storage error before"));
    }
    for (const auto& change : changes) {
      if (!change->result) change->result = written;
    }
  }
};

env::Task<Result<void>> close_store(env::Env& env, std::shared_ptr<StoreSlot> slot) {
  struct Closing {
    Result<void> result;
  };
  auto closing = std::make_shared<Closing>();
  std::function<void()> fn = [closing, slot = std::move(slot)] {
    if (slot->store == nullptr) return;  // closed before
    closing->result = slot->store->sync();
    slot->store.reset();
  };
  const env::Outcome outcome = co_await env.storage.offload(std::move(fn), never);
  if (!outcome) co_return fail(definite(outcome.code, "closing was given up"));
  co_return closing->result;
}

QueueWriter::QueueWriter(env::Env& env, std::shared_ptr<StoreSlot> slot,
                         std::function<EventId()> first_id)
    : env_(env), slot_(std::move(slot)), first_id_(std::move(first_id)), tasks_(env) {}

env::Task<Result<void>> QueueWriter::write(Batch batch, Level level, Ended ended) {
  auto change = std::make_shared<Change>(env_.waits, std::move(batch), level, std::move(ended));
  line_.push_back(change);
  if (!running_) {
    running_ = true;
    tasks_.spawn(drain(), owner_.lock());
  }
  while (!change->result) {
    const env::Outcome outcome = co_await change->done.wait();
    if (!change->result && outcome.code == Errc::cancelled) {
      co_return fail(indefinite(Errc::cancelled, "the write goes on"));
    }
  }
  co_return *change->result;
}

env::Task<void> QueueWriter::drained() { return tasks_.join(); }

/// What shares an fsync is a run of the line without `sync` in it; a `sync` change goes alone.
std::shared_ptr<QueueWriter::Job> QueueWriter::take() {
  auto job = std::make_shared<Job>();
  job->first_id = first_id_();
  std::uint64_t bytes = 0;
  while (!line_.empty()) {
    const Level level = line_.front()->level;
    if (level == Level::sync && !job->changes.empty()) break;
    bytes += line_.front()->batch.weight();
    job->durable = job->durable || level != Level::os;
    job->changes.push_back(std::move(line_.front()));
    line_.pop_front();
    const bool is_full = job->changes.size() >= shared_changes_max || bytes >= shared_bytes_max;
    if (level == Level::sync || is_full) break;
  }
  return job;
}

void QueueWriter::tell(const Job& job) {
  using env::Signal;
  if (job.writes > 0 && job.changes.size() > 1) {
    env::observe(env_, Signal::writes_shared, {}, job.changes.size());
  }
  for (const auto& change : job.changes) {
    if (*change->result) continue;
    const Error& error = change->result->error();
    const bool is_refused = error.code == Errc::disk_full && !error.indefinite();
    env::observe(env_, is_refused ? Signal::write_refused : Signal::write_failed, {}, 0,
                 error.code);
  }
}

void QueueWriter::finish(const Job& job) {
  tell(job);
  writes_ += job.writes;
  changes_ += job.changes.size();
  for (const auto& change : job.changes) {
    if (change->ended) change->ended(*change->result, change->batch);
    change->ended = nullptr;
    change->done.notify_all();
  }
}

env::Task<void> QueueWriter::drain() {
  while (!line_.empty()) {
    // Callers of the batch before run on first, so that their next changes share this fsync:
    // without it two halves of them take turns.
    if (line_.front()->level == Level::group) co_await env::sleep_for(env_, Nanos(0));
    const std::shared_ptr<Job> job = take();
    std::function<void()> fn = [slot = slot_, job] { job->run(*slot->store); };
    const env::Outcome outcome = co_await env_.storage.offload(std::move(fn), never);
    if (!outcome) break;  // the storage takes no more calls: nobody will learn more
    finish(*job);
  }
  running_ = false;
}

}  // namespace lockstep::queue
