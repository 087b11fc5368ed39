// MemoryOutbox: an outbox and its business data in memory, for tests, for one process, and as the
// model of a database whose transactions run side by side: ids are given out inside a transaction,
// so that between aggregates a lower id may commit after a higher one.
//
// Nothing survives the process.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/env/event.hpp"
#include "impl/relay/outbox_store.hpp"
#include "impl/relay/transaction.hpp"

namespace lockstep::relay {

class MemoryOutbox final : public OutboxStore, public TransactionalOutbox {
 public:
  /// @param name  Of the outbox: part of idempotency keys.
  MemoryOutbox(env::Env& env, std::string name);

  /// One business transaction; rolled back if it goes without commit(). An aggregate that it has
  /// enqueued for is locked by it until it ends.
  class Transaction {
   public:
    Transaction(Transaction&& other) noexcept : outbox_(std::exchange(other.outbox_, nullptr)) {
      std::swap(writes_, other.writes_);
      std::swap(entries_, other.entries_);
      std::swap(known_, other.known_);
      std::swap(locks_, other.locks_);
    }
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction() { rollback(); }

    void put(std::string key, std::string value) { writes_[std::move(key)] = std::move(value); }
    void erase(const std::string& key) { writes_[key] = std::nullopt; }
    /// Waits for the aggregate's lock, until `deadline`; then its place among the aggregate's
    /// entries is taken. A request that was committed before leaves no entry, and gives its id.
    /// Errors, definite: invalid_argument - no aggregate; no_reply - the lock was not free;
    /// cancelled.
    /// An open transaction of the same request is waited for too.
    [[nodiscard]] Task<Result<EntryId>> enqueue(NewEntry entry, MonoTime deadline = never);
    /// All of it is there now, to be seen by everybody.
    void commit();
    void rollback();

   private:
    friend class MemoryOutbox;
    [[nodiscard]] bool owns(const std::string& lock) const;
    explicit Transaction(MemoryOutbox& outbox) : outbox_(&outbox) {}
    MemoryOutbox* outbox_;
    std::map<std::string, std::optional<std::string>> writes_;
    std::vector<Entry> entries_;
    std::size_t known_ = 0;             ///< requests that were committed before
    std::vector<std::string> locks_{};  ///< "a" and an aggregate, "r" and a request
  };

  [[nodiscard]] Transaction begin() { return Transaction(*this); }
  /// One that waits for its locks, a few seconds at most, and ends.
  [[nodiscard]] Task<Result<CommitOutcome>> commit(relay::Transaction transaction) override;
  [[nodiscard]] Task<Result<std::optional<std::string>>> get(std::string key) override;

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

 private:
  [[nodiscard]] std::optional<Refused> present(const Fence& fence);
  void unlock(const std::vector<std::string>& locks);

  env::Env& env_;
  std::string name_;
  std::map<std::string, std::string> data_;
  std::map<EntryId, Entry> pending_;  ///< committed, not marked
  std::map<std::string, EntryId> requests_;
  std::map<std::string, BlockedEntry> blocked_;
  std::map<std::string, FencingToken> seen_;
  std::set<std::string> locked_;
  EntryId last_id_{};
  env::Event unlocked_;
  env::Event committed_;
};

}  // namespace lockstep::relay
