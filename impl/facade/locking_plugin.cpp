#include "impl/facade/locking_plugin.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>

#include "impl/live/run.hpp"
#include "impl/lock/open_locks.hpp"
#include "impl/lock/plugin_locks.hpp"

namespace lockstep::facade {

namespace {

lock::LockHandle inner(const LockHandle& handle) {
  return {handle.key, handle.lock_id, milliseconds(handle.ttl_ms), handle.fence};
}

/// A ttl beyond what nanoseconds hold is as far out of range as one beyond ttl_max.
Nanos ttl_of(std::int64_t ttl_ms) {
  const std::int64_t most = lock::ttl_max / milliseconds(1) + 1;
  return milliseconds(std::clamp<std::int64_t>(ttl_ms, -1, most));
}

class LivePlugin final : public LockingPlugin {
 public:
  static Result<std::unique_ptr<LockingPlugin>> open(std::string name,
                                                     const std::vector<std::string>& urls) {
    std::unique_ptr<LivePlugin> plugin(new LivePlugin(std::move(name)));
    auto opened = lock::OpenLocks::open(plugin->node_.env(), urls);
    if (!opened) return fail(std::move(opened.error()));
    plugin->opened_ = std::move(*opened);
    plugin->locks_.emplace(plugin->node_.env(), plugin->opened_->backend());
    plugin->loop_.start_thread();
    return plugin;
  }
  LivePlugin(const LivePlugin&) = delete;
  LivePlugin& operator=(const LivePlugin&) = delete;
  ~LivePlugin() override {
    if (opened_ != nullptr && locks_) shutdown();
    loop_.stop_thread();
    node_.end();
  }

  [[nodiscard]] std::string_view name() const override { return name_; }

  [[nodiscard]] Result<std::optional<LockHandle>> try_lock(const std::string& key,
                                                           std::int64_t ttl_ms) override {
    auto taken = call(locks_->try_lock(key, ttl_of(ttl_ms)));
    if (!taken) return fail(std::move(taken.error()));
    std::optional<LockHandle> handle;
    if (*taken) handle = {(*taken)->key, (*taken)->lock_id, ttl_ms, (*taken)->fence};
    return handle;
  }

  [[nodiscard]] Result<void> renew(const LockHandle& handle) override {
    const Result<bool> renewed = call(locks_->renew(inner(handle)));
    if (!renewed) return fail(renewed.error());
    if (*renewed) return {};
    return fail(definite(Errc::not_found, "'" + handle.key + "' is no longer this handle's"));
  }

  [[nodiscard]] Result<void> release(const LockHandle& handle) override {
    return call(locks_->release(inner(handle)));
  }

  [[nodiscard]] Result<std::uint64_t> cleanup() override { return call(locks_->cleanup()); }

  void shutdown() override {
    if (closed_.exchange(true)) return;
    live::submit(node_, opened_->shutdown()).get();
  }

 private:
  explicit LivePlugin(std::string name) : name_(std::move(name)) {}

  /// From this thread to the loop's and back.
  template <class T>
  T call(env::Task<T> task) {
    ASSERT(!loop_.runs_here());  // it would wait for itself
    if (closed_) return fail(definite(Errc::closed, "the plugin was shut down"));
    return live::submit(node_, std::move(task)).get();
  }

  std::string name_;
  std::atomic<bool> closed_ = false;
  live::Loop loop_;
  live::Node node_{loop_};
  std::unique_ptr<lock::OpenLocks> opened_;
  std::optional<lock::PluginLocks> locks_;
};

Result<void> check_urls(std::string_view name, std::size_t urls) {
  const bool fits = name == "memory" ? urls == 0 : name == "redis" ? urls == 1 : urls >= 3;
  if (fits) return {};
  const std::string_view expected = name == "memory"  ? "none"
                                    : name == "redis" ? "one"
                                                      : "an odd number of them, three or more";
  return fail(definite(Errc::invalid_argument, "plugin " + std::string(name) + ": found " +
                                                   std::to_string(urls) + " URLs, expected " +
                                                   std::string(expected)));
}

}  // namespace

LockingPlugins::LockingPlugins() {
  for (const char* const name : {"memory", "redis", "redlock"}) {
    add(name, [name](const Urls& urls) -> Result<std::unique_ptr<LockingPlugin>> {
      if (Result<void> fits = check_urls(name, urls.size()); !fits) {
        return fail(std::move(fits.error()));
      }
      return LivePlugin::open(name, urls);
    });
  }
}

bool LockingPlugins::add(std::string name, Factory factory) {
  return factories_.emplace(std::move(name), std::move(factory)).second;
}

Result<std::unique_ptr<LockingPlugin>> LockingPlugins::open(const std::string& name,
                                                            const Urls& urls) const {
  const auto found = factories_.find(name);
  if (found != factories_.end()) return found->second(urls);
  std::string known;
  for (const std::string& one : names()) known += (known.empty() ? "" : ", ") + one;
  return fail(definite(Errc::not_found,
                       "there is no locking plugin '" + name + "', expected one of " + known));
}

std::vector<std::string> LockingPlugins::names() const {
  std::vector<std::string> names;
  for (const auto& [name, factory] : factories_) names.push_back(name);
  return names;
}

}  // namespace lockstep::facade
