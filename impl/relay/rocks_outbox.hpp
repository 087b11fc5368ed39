// RocksOutbox: business data and outbox in one RocksDB database, for one process that also runs the
// relay (a second opener is refused). A transaction is one write: business data and entries are
// there together or not at all, through power cuts and damage as impl/queue/FORMAT.md says.
//
// Story. An entry is an event of the store, its id the order of commits, so that a fetch can go on
// where the last one ended. Everything else is data beside it: business data, the highest fencing
// tokens, which aggregates are blocked, failures, and which requests left which entry. A mark
// erases the event.
//
// Not here: transactions that stay open; locks on business data (one process: its own concern).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "impl/env/event.hpp"
#include "impl/queue/types.hpp"
#include "impl/relay/outbox_store.hpp"
#include "impl/relay/transaction.hpp"

namespace lockstep::queue {
class Batch;
}  // namespace lockstep::queue

namespace lockstep::relay {

class RocksLog;
struct DecodedEntries;

struct RocksOutboxOptions {
  queue::Level commit_level = queue::Level::sync;
  /// Of marks and notes: one that a power cut takes is an entry published again.
  queue::Level mark_level = queue::Level::group;
  /// Requests that are remembered: the oldest are forgotten first.
  std::uint64_t requests_max = 1'000'000;
  std::uint64_t reserve_bytes = 64U << 20U;  ///< as queue::QueueOptions::reserve_bytes
};

class RocksOutbox final : public OutboxStore, public TransactionalOutbox {
 public:
  using Options = RocksOutboxOptions;
  /// Opens the outbox in folder `name` of the node's storage, made if it is not there.
  /// Errors as queue::QueueStore::open().
  [[nodiscard]] static Task<Result<std::unique_ptr<RocksOutbox>>> open(env::Env& env,
                                                                       std::string name,
                                                                       Options options = {});
  /// Demands that no call is running, unless the node is dead.
  ~RocksOutbox() override;

  [[nodiscard]] Task<Result<CommitOutcome>> commit(Transaction transaction) override;
  [[nodiscard]] Task<Result<std::optional<std::string>>> get(std::string key) override;
  /// Committed business data whose keys begin with `prefix`, from `from` on, in order.
  [[nodiscard]] Task<Result<std::vector<std::pair<std::string, std::string>>>> scan(
      std::string prefix, std::string from, std::size_t count_max);

  [[nodiscard]] Task<Result<GuardedOutcome>> raise(const Fence& fence) override;
  [[nodiscard]] Task<Result<FetchOutcome>> fetch_pending(const FetchRequest& request,
                                                         const Fence& fence) override;
  [[nodiscard]] Task<Result<GuardedOutcome>> mark_published(const std::vector<EntryRef>& entries,
                                                            const Fence& fence) override;
  [[nodiscard]] Task<Result<NoteOutcome>> note_failure(const FailureNote& note,
                                                       const Fence& fence) override;
  [[nodiscard]] Task<Result<std::vector<BlockedEntry>>> blocked() override;
  [[nodiscard]] Task<Result<bool>> unblock(const std::string& aggregate) override;
  [[nodiscard]] Task<Result<std::uint64_t>> backlog() override;
  [[nodiscard]] Task<env::Outcome> changed(MonoTime deadline) override;

  /// What open() found, and what fetches could not read since.
  [[nodiscard]] const queue::Recovery& recovery() const { return recovery_; }
  /// Finishes what was begun and closes the files. Idempotent.
  [[nodiscard]] Task<Result<void>> close();

 private:
  class Requests;
  RocksOutbox(env::Env& env, std::string name, Options options, std::shared_ptr<RocksLog> log);
  [[nodiscard]] Task<Result<void>> load_notes();
  [[nodiscard]] Task<Result<void>> draw_identity();
  [[nodiscard]] std::optional<Refused> present(const Fence& fence);
  [[nodiscard]] std::vector<Entry> hand_out(DecodedEntries& decoded);
  [[nodiscard]] Task<Result<void>> learn_sizes(std::vector<EntryId> ids);
  void marked(const std::vector<EntryId>& ids);
  /// `done` after a write that succeeded, unless the outbox is gone by then. Keeps `owned` until it
  /// has ended.
  [[nodiscard]] std::function<void(const Result<void>&, queue::Batch&)> after_write(
      std::function<void()> done, std::shared_ptr<void> owned = nullptr) const;

  env::Env& env_;
  std::string name_;
  Options options_;
  std::shared_ptr<RocksLog> log_;
  queue::Recovery recovery_;
  std::string identity_;  ///< drawn when the database was made: part of idempotency keys
  std::map<std::string, FencingToken> seen_;
  std::map<std::string, FencingToken> raised_;  ///< what was written down, or is on its way
  std::map<std::string, BlockedEntry> blocked_;
  std::uint64_t epoch_ = 1;  ///< of fetches: grows with every unblock()
  std::map<EntryId, std::uint32_t> failures_;
  struct Sized {
    std::uint64_t bytes = 0;
    bool is_marking = false;
  };
  std::map<EntryId, Sized> sizes_;  ///< of entries that were fetched and are not known to be marked
  std::size_t learning_ = 0;        ///< calls of learn_sizes()
  std::set<EntryId> marked_meanwhile_;  ///< while there are such calls
  std::unique_ptr<Requests> requests_;
  env::Event committed_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace lockstep::relay
