// RedisOutbox: an outbox beside business data on one Redis, for a fleet. A transaction is one
// script: its writes, its entries, and the check of the writer's own fence, all or nothing.
//
// As durable as the server is: with appendfsync everysec a crash of the server takes the last
// second.
//
// Not here: transactions that read (compare under a lease of lock/, and let its fence guard the
// commit); clusters (the keys of writes are the caller's and may lie in another slot).
#pragma once

#include <string>
#include <vector>

#include "impl/redis/client.hpp"
#include "impl/relay/outbox_store.hpp"
#include "impl/relay/transaction.hpp"

namespace lockstep::relay {

struct RedisOutboxOptions {
  std::string name = "lockstep-outbox";          ///< in front of all keys; holds no braces
  Nanos request_retention = seconds(24 * 3600);  ///< how long a request is known; 1 ms at least
};

class RedisOutbox final : public OutboxStore, public TransactionalOutbox {
 public:
  using Options = RedisOutboxOptions;
  /// Both outlive the outbox.
  RedisOutbox(env::Env& env, redis::Client& client, Options options = {});

  [[nodiscard]] Task<Result<CommitOutcome>> commit(Transaction transaction) override;
  /// The keys of business data are the caller's, without the outbox's prefix.
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
  /// A server tells nobody: this sleeps.
  [[nodiscard]] Task<env::Outcome> changed(MonoTime deadline) override;

 private:
  using Items = std::vector<resp::Reply>;
  /// What the script answered behind the 1.
  [[nodiscard]] Task<Result<std::variant<Items, Refused>>> run(redis::ScriptId script,
                                                               const Fence& fence,
                                                               std::vector<std::string> words);

  env::Env& env_;
  redis::Client& client_;
  Options options_;
  std::string prefix_;
  redis::ScriptId raise_;
  redis::ScriptId commit_;
  redis::ScriptId fetch_;
  redis::ScriptId mark_;
  redis::ScriptId note_;
  redis::ScriptId unblock_;
};

}  // namespace lockstep::relay
