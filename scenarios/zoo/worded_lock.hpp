// Locks as many write them: a key whose value is a word for the holder, compared by scripts. What
// the word is, and what else is wrong, differs by member.
#pragma once

#include "scenarios/zoo/specimen.hpp"

namespace lockstep::scenarios {

/// Right as far as the word tells holders apart, but for what a member changes.
class WordedLock : public Specimen {
 public:
  WordedLock(env::Env& env, redis::Client& client);

  [[nodiscard]] Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) override;
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override;
  [[nodiscard]] Task<Result<ReleaseOutcome>> release(const std::string& key,
                                                     lock::LeaseToken token) override;

 protected:
  /// The holder's word for this acquisition.
  [[nodiscard]] virtual std::string word_of(lock::LeaseToken token) const {
    return lock::to_text(token);
  }
  /// Whether one's own word in the key is a grant: the same again, or a retry.
  [[nodiscard]] virtual bool knows_itself() const { return true; }
  /// What the store is told of now: ms of the node's wall clock, or nothing (the server's counts).
  [[nodiscard]] virtual std::string now_ms() const { return ""; }

 private:
  redis::ScriptId acquire_;
  redis::ScriptId renew_;
  redis::ScriptId release_;
};

/// "scheduler-" and a number that every process counts for itself, from 0.
class OwnerFromCounter final : public WordedLock {
 public:
  using WordedLock::WordedLock;

 protected:
  [[nodiscard]] std::string word_of(lock::LeaseToken /*token*/) const override {
    return "scheduler-0";  // each process runs one
  }
};

/// SET NX, and a retry after a lost reply takes its own key for another's.
class StrandedKey final : public WordedLock {
 public:
  using WordedLock::WordedLock;

 protected:
  [[nodiscard]] bool knows_itself() const override { return false; }
};

/// The expiry is a time of the client's wall clock, and compared with another client's.
class ClientClockExpiry final : public WordedLock {
 public:
  using WordedLock::WordedLock;

 protected:
  [[nodiscard]] std::string now_ms() const override;
};

}  // namespace lockstep::scenarios
