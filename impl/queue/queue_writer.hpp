// The line of writes of one queue: callers stand in it; the writer takes what may share an fsync,
// writes it as one on the storage thread, and lets all of them go on.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/env/event.hpp"
#include "impl/env/task_group.hpp"
#include "impl/queue/store.hpp"

namespace lockstep::queue {

/// The store where only calls on the storage thread touch it; shared, since such a call may outlive
/// who asked for it.
struct StoreSlot {
  std::unique_ptr<QueueStore> store;
};

/// Runs `call` with the store on the storage thread.
/// Errors: those of `call`; closed, definite; cancelled, definite: `call` runs or will run, and its
/// result is lost.
template <class T>
[[nodiscard]] env::Task<Result<T>> on_storage(env::Env& env, std::shared_ptr<StoreSlot> slot,
                                              std::function<Result<T>(QueueStore&)> call) {
  struct Job {
    std::shared_ptr<StoreSlot> slot;
    std::function<Result<T>(QueueStore&)> call;
    std::optional<Result<T>> result;
  };
  auto job = std::make_shared<Job>(Job{std::move(slot), std::move(call), std::nullopt});
  std::function<void()> fn = [job] {
    const bool is_open = job->slot->store != nullptr;
    job->result = is_open ? job->call(*job->slot->store)
                          : Result<T>(fail(definite(Errc::closed, "the store was closed")));
  };
  const env::Outcome outcome = co_await env.storage.offload(std::move(fn), never);
  if (!outcome) co_return fail(definite(outcome.code, "the storage call was given up"));
  co_return std::move(*job->result);
}

/// Opens the store in folder `name` of the node's storage. Errors as QueueStore::open(); cancelled,
/// definite.
[[nodiscard]] env::Task<Result<std::unique_ptr<QueueStore>>> open_store(env::Env& env,
                                                                        std::string name,
                                                                        std::uint64_t reserve_bytes,
                                                                        bool eager);

/// Makes everything durable and closes the files; nothing if that was done. Errors as
/// QueueStore::sync(); cancelled.
[[nodiscard]] env::Task<Result<void>> close_store(env::Env& env, std::shared_ptr<StoreSlot> slot);

class QueueWriter {
 public:
  /// Told on the node's loop, in the order of writes, also when its caller was cancelled. The batch
  /// is no longer needed: what it holds may be taken from it.
  using Ended = std::function<void(const Result<void>&, Batch&)>;

  /// @param first_id  Asked for each write: no unacked event is below it.
  QueueWriter(env::Env& env, std::shared_ptr<StoreSlot> slot, std::function<EventId()> first_id);

  /// What this is a part of: kept while writes are on their way. Before the first write.
  void set_owner(std::weak_ptr<void> owner) { owner_ = std::move(owner); }

  /// Writes `batch` as durably as `level` says. An empty one waits for its turn and writes nothing.
  /// Errors as QueueStore::write() and check_space(); cancelled, indefinite: it is written all the
  /// same.
  [[nodiscard]] env::Task<Result<void>> write(Batch batch, Level level, Ended ended);
  /// Waits until nothing stands in the line. Cancellation takes effect after that.
  [[nodiscard]] env::Task<void> drained();

  [[nodiscard]] std::uint64_t writes() const { return writes_; }
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  struct Change;
  struct Job;
  [[nodiscard]] env::Task<void> drain();
  [[nodiscard]] std::shared_ptr<Job> take();
  void finish(const Job& job);
  void tell(const Job& job);

  env::Env& env_;
  std::shared_ptr<StoreSlot> slot_;
  std::function<EventId()> first_id_;
  std::weak_ptr<void> owner_;
  std::deque<std::shared_ptr<Change>> line_;
  std::uint64_t writes_ = 0;
  std::uint64_t changes_ = 0;
  bool running_ = false;
  env::TaskGroup tasks_;
};

}  // namespace lockstep::queue
