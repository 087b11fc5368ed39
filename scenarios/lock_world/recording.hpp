// A lock backend and a guarded resource that write down what they are asked and what comes of it,
// and otherwise pass everything on. Whoever is under test does not know that it is watched.
#pragma once

#include <map>
#include <string>

#include "impl/lock/fenced_store.hpp"
#include "scenarios/lock_world/passing_lock.hpp"
#include "scenarios/lock_world/run_log.hpp"

namespace lockstep::scenarios {

class RecordingLock final : public PassingLock {
 public:
  /// Both outlive it.
  RecordingLock(lock::DistributedLockBackend& inner, ClientLog& log)
      : PassingLock(inner), log_(log) {}

  [[nodiscard]] env::Task<Result<lock::AcquireOutcome>> acquire(
      lock::AcquireRequest& request) override;
  [[nodiscard]] env::Task<Result<lock::RenewOutcome>> renew(const lock::Lease& lease,
                                                            Nanos ttl) override;
  [[nodiscard]] env::Task<Result<lock::ReleaseOutcome>> release(const std::string& key,
                                                                lock::LeaseToken token) override;

 private:
  [[nodiscard]] checkers::Invocation invocation(checkers::NameId f, std::string_view key,
                                                lock::LeaseToken token);
  /// Who the lock believes that to be: a label of this node. The first is the node's own.
  [[nodiscard]] checkers::OwnerId owner_of(const std::string& label);

  ClientLog& log_;
  std::map<std::string, checkers::OwnerId> owners_;             ///< by label
  std::map<lock::LeaseToken, checkers::OwnerId> token_owners_;  ///< of what was asked for
};

class RecordingStore final : public lock::FencedStore {
 public:
  /// Both outlive it.
  RecordingStore(lock::FencedStore& inner, ClientLog& log) : inner_(inner), log_(log) {}

  /// `value` must be a decimal number: that is what the history keeps.
  [[nodiscard]] env::Task<Result<lock::StoreOutcome>> write(const std::string& key,
                                                            FencingToken token,
                                                            std::string_view value) override;
  [[nodiscard]] env::Task<Result<lock::StoreOutcome>> read(const std::string& key,
                                                           FencingToken token) override;
  [[nodiscard]] env::Task<Result<lock::StoreOutcome>> raise(const std::string& key,
                                                            FencingToken token) override;

  /// The lease on whose behalf the next operations are sent.
  void set_lease(const lock::Lease& lease) { set_lease(log_.run().lease(lease.token)); }
  void set_lease(checkers::LeaseId lease) { lease_ = lease; }

 private:
  [[nodiscard]] checkers::Invocation invocation(checkers::NameId f, std::string_view key,
                                                FencingToken token);

  lock::FencedStore& inner_;
  ClientLog& log_;
  checkers::LeaseId lease_{};
};

}  // namespace lockstep::scenarios
