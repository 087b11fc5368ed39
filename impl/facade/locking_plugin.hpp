// LockingPlugin: locks for plain threads. Blocking, thread-safe; a loop thread of its own runs the
// coroutines of impl/lock. Plugins are opened by name from a registry, to which programs add their
// own.
//
//   LockingPlugins plugins;
//   auto plugin = plugins.open("redis", {"redis://127.0.0.1:6379"});
//   auto handle = (*plugin)->try_lock("job:42", 30'000);
//   if (handle && *handle) { ...; (*plugin)->release(**handle); }
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"

namespace lockstep::facade {

/// A lock that was taken. A plain value; copies are the same lock.
struct LockHandle {
  std::string key;
  std::string lock_id;  ///< unique per acquisition
  std::int64_t ttl_ms = 0;
  FencingToken fence{};  ///< to be sent with work: grows with every grant of `key`
};

/// Every call blocks, at most for the backend's operation timeout, and may come from any thread but
/// one that runs inside the plugin. Errors as lock::DistributedLockBackend states them: indefinite
/// ones may have taken effect.
class LockingPlugin {
 public:
  virtual ~LockingPlugin() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  /// nullopt: somebody holds it, perhaps another thread of this process. An error is a broken
  /// backend, or a ttl or key out of range (`invalid_argument`).
  [[nodiscard]] virtual Result<std::optional<LockHandle>> try_lock(const std::string& key,
                                                                   std::int64_t ttl_ms) = 0;
  /// The ttl starts anew.
  /// Errors: `not_found` (definite) - it is no longer this handle's: stop working.
  [[nodiscard]] virtual Result<void> renew(const LockHandle& handle) = 0;
  /// Frees it if this handle still holds it, else does nothing.
  [[nodiscard]] virtual Result<void> release(const LockHandle& handle) = 0;
  /// Releases every handle that was not released; says how many were still held.
  [[nodiscard]] virtual Result<std::uint64_t> cleanup() = 0;
  /// Calls under way end with `closed`, and so do later ones. Idempotent, from any thread.
  virtual void shutdown() = 0;
};

/// The built-in plugins: "memory" (no URL; each instance is a store of its own), "redis" (one URL),
/// "redlock" (an odd number of URLs, three or more).
class LockingPlugins {
 public:
  using Urls = std::vector<std::string>;
  using Factory = std::function<Result<std::unique_ptr<LockingPlugin>>(const Urls& urls)>;

  LockingPlugins();
  /// false: the name is taken.
  bool add(std::string name, Factory factory);
  /// Errors, definite: not_found - no plugin of that name, the known ones are listed;
  /// invalid_argument - its URLs. Nothing is connected yet.
  [[nodiscard]] Result<std::unique_ptr<LockingPlugin>> open(const std::string& name,
                                                            const Urls& urls = {}) const;
  /// In order.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::map<std::string, Factory> factories_;
};

/// Releases at the end of its scope, which blocks as release() does; an error there is dropped (the
/// lock then ends by its ttl). Movable.
class ScopedLock {
 public:
  ScopedLock(LockingPlugin& plugin, LockHandle handle)
      : plugin_(&plugin), handle_(std::move(handle)) {}
  ScopedLock(ScopedLock&& other) noexcept
      : plugin_(std::exchange(other.plugin_, nullptr)), handle_(std::move(other.handle_)) {}
  ScopedLock& operator=(ScopedLock&&) = delete;
  ~ScopedLock() {
    if (plugin_ != nullptr) static_cast<void>(plugin_->release(handle_));
  }
  [[nodiscard]] const LockHandle& handle() const { return handle_; }

 private:
  LockingPlugin* plugin_;
  LockHandle handle_;
};

}  // namespace lockstep::facade
