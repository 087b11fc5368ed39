// PluginLocks: locks behind handles, as plug-in interfaces of schedulers have them: try, renew,
// release, clean up. Every try is an identity of its own, so that two tasks of one process exclude
// each other as two processes do, and a handle can never hurt who holds the key after it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"

namespace lockstep::lock {

/// A lock that was taken. A plain value; copies are the same lock.
struct LockHandle {
  std::string key;
  std::string lock_id;   ///< unique per acquisition
  Nanos ttl{};           ///< what each renewal starts anew
  FencingToken fence{};  ///< to be sent with work; grows with every grant of `key`
  friend bool operator==(const LockHandle&, const LockHandle&) = default;
};

class PluginLocks {
 public:
  /// Both outlive the instance.
  PluginLocks(env::Env& env, DistributedLockBackend& backend) : env_(env), backend_(backend) {}

  /// nullopt: somebody holds it, perhaps this very process.
  /// Errors: as DistributedLockBackend::acquire. After an indefinite one a release of whatever was
  /// granted has been sent.
  [[nodiscard]] Task<Result<std::optional<LockHandle>>> try_lock(std::string key, Nanos ttl);
  /// true: the ttl starts anew. false: it is no longer this handle's.
  [[nodiscard]] Task<Result<bool>> renew(LockHandle handle);
  /// Frees it if this handle still holds it; else nothing happens, and that is no error.
  [[nodiscard]] Task<Result<void>> release(LockHandle handle);
  /// Releases every handle that was not released; says how many were still held.
  /// Errors: of the first release that failed; the others are tried all the same.
  [[nodiscard]] Task<Result<std::uint64_t>> cleanup();

  /// Until when the holder of `handle` may believe in it, on the node's monotonic clock; nullopt
  /// once it is known to have ended.
  [[nodiscard]] std::optional<MonoTime> deadline(const LockHandle& handle) const;

  /// Handles alive; expired ones are forgotten beyond it, then try_lock fails with `limit`.
  static constexpr std::size_t handles_max = 65536;

 private:
  void forget_expired();
  [[nodiscard]] LockHandle handle_of(const Lease& lease);

  env::Env& env_;
  DistributedLockBackend& backend_;
  std::map<std::string, Lease> held_;  ///< by lock_id
};

}  // namespace lockstep::lock
