// The blocking plug-in interface over real redis-servers: threads that increment under the lock
// lose nothing, and a server that dies under them is an error, not a hang.
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "impl/facade/locking_plugin.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::conformance {
namespace {

using facade::LockHandle;
using facade::LockingPlugin;
using facade::LockingPlugins;
using Servers = std::vector<std::unique_ptr<rig::RedisProcess>>;

Servers start(std::size_t count) {
  Servers servers;
  while (servers.size() < count) {
    auto server = rig::RedisProcess::start({});
    EXPECT_TRUE(server) << (server ? "" : to_text(server.error()));
    servers.push_back(std::move(*server));
  }
  return servers;
}

std::unique_ptr<LockingPlugin> open(const Servers& servers, const std::string& query = {}) {
  LockingPlugins::Urls urls;
  for (const auto& server : servers) {
    urls.push_back("redis://127.0.0.1:" + std::to_string(server->port()) + query);
  }
  auto plugin = LockingPlugins().open(urls.size() == 1 ? "redis" : "redlock", urls);
  EXPECT_TRUE(plugin);
  return std::move(*plugin);
}

/// A plain thread, without a loop, waits.
void doze(int ms) { ::poll(nullptr, 0, ms); }

class LivePlugin : public testing::TestWithParam<std::size_t> {};

/// Two plugins are two processes to the store; each serves four threads.
TEST_P(LivePlugin, increments_of_many_threads_under_the_lock_are_never_lost) {
  const Servers servers = start(GetParam());
  const auto one = open(servers, "?command_timeout=5s");
  const auto two = open(servers, "?command_timeout=5s");
  int sum = 0;  // guarded by the lock
  std::atomic<std::uint64_t> highest = 0;
  const auto work = [&](LockingPlugin& plugin) {
    for (int done = 0; done < 10;) {
      auto handle = plugin.try_lock("k", 60'000);
      ASSERT_TRUE(handle) << to_text(handle.error());
      if (!*handle) {
        doze(1);
        continue;
      }
      const facade::ScopedLock held(plugin, **handle);
      EXPECT_GT((*handle)->fence.value, highest.load());
      highest = (*handle)->fence.value;
      sum = sum + 1;
      ++done;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(work, std::ref(i % 2 == 0 ? *one : *two));
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 80);
}

TEST_P(LivePlugin, a_handle_that_expired_is_no_longer_anybodys) {
  const Servers servers = start(GetParam());
  const auto plugin = open(servers, "?command_timeout=5s");
  const auto stale = plugin->try_lock("k", 300);
  ASSERT_TRUE(stale && *stale);
  doze(700);
  const auto next = plugin->try_lock("k", 60'000);
  ASSERT_TRUE(next && *next);
  EXPECT_GT((*next)->fence, (*stale)->fence);
  EXPECT_FALSE(plugin->renew(**stale));
  EXPECT_TRUE(plugin->release(**stale));
  EXPECT_TRUE(plugin->renew(**next));
  EXPECT_EQ(plugin->cleanup(), 1U);
}

TEST_P(LivePlugin, servers_that_die_are_errors_and_shutdown_does_not_hang) {
  Servers servers = start(GetParam());
  const auto plugin = open(servers, "?command_timeout=300ms&connect_timeout=300ms");
  const auto held = plugin->try_lock("k", 60'000);
  ASSERT_TRUE(held && *held);
  for (const auto& server : servers) server->kill_now();
  EXPECT_FALSE(plugin->renew(**held));
  EXPECT_FALSE(plugin->try_lock("other", 60'000));
  std::thread caller([&plugin] { static_cast<void>(plugin->try_lock("late", 60'000)); });
  plugin->shutdown();
  caller.join();
  const auto after = plugin->try_lock("k", 60'000);
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().code, Errc::closed);
}

INSTANTIATE_TEST_SUITE_P(Servers, LivePlugin, testing::Values(1, 3));

}  // namespace
}  // namespace lockstep::conformance
