// The plug-in interface over memory: threads exclude each other, names and numbers are checked.
// Over servers: scenarios/conformance/live_plugin_test.cpp.
#include "impl/facade/locking_plugin.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <thread>

namespace lockstep::facade {
namespace {

std::unique_ptr<LockingPlugin> memory() {
  auto plugin = LockingPlugins().open("memory");
  EXPECT_TRUE(plugin);
  return std::move(*plugin);
}

TEST(LockingPlugin, a_lock_is_taken_once_and_freed_by_its_handle) {
  const auto plugin = memory();
  EXPECT_EQ(plugin->name(), "memory");
  const auto first = plugin->try_lock("k", 60'000);
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->ttl_ms, 60'000);
  const auto second = plugin->try_lock("k", 60'000);
  EXPECT_TRUE(second && !*second) << "contention is no error";
  EXPECT_TRUE(plugin->renew(**first));
  EXPECT_TRUE(plugin->release(**first));
  EXPECT_TRUE(plugin->release(**first)) << "not owned is a silent no-op";
  const auto gone = plugin->renew(**first);
  EXPECT_TRUE(!gone && gone.error().code == Errc::not_found);
  const auto third = plugin->try_lock("k", 60'000);
  ASSERT_TRUE(third && *third);
  EXPECT_GT((*third)->fence, (*first)->fence);
}

TEST(LockingPlugin, one_of_many_threads_holds_at_a_time) {
  const auto plugin = memory();
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  int sum = 0;  // guarded by the lock
  const auto work = [&] {
    for (int done = 0; done < 50;) {
      auto handle = plugin->try_lock("k", 60'000);
      ASSERT_TRUE(handle);
      if (!*handle) continue;
      const ScopedLock held(*plugin, **handle);
      most = std::max(most.load(), ++inside);
      ++sum;
      ++done;
      --inside;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(sum, 400);
}

TEST(LockingPlugin, ttls_out_of_range_are_rejected) {
  const auto plugin = memory();
  for (const std::int64_t ttl :
       {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max()}) {
    const auto handle = plugin->try_lock("k", ttl);
    ASSERT_FALSE(handle) << ttl;
    EXPECT_EQ(handle.error().code, Errc::invalid_argument);
  }
}

TEST(LockingPlugin, cleanup_frees_what_was_left_and_shutdown_ends_it) {
  const auto plugin = memory();
  for (const char* key : {"a", "b", "c"}) {
    const auto handle = plugin->try_lock(key, 60'000);
    ASSERT_TRUE(handle && *handle);
  }
  EXPECT_EQ(plugin->cleanup(), 3U);
  EXPECT_EQ(plugin->cleanup(), 0U);
  plugin->shutdown();
  plugin->shutdown();
  const auto closed = plugin->try_lock("a", 60'000);
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, Errc::closed);
}

TEST(LockingPlugins, are_opened_by_name_and_say_what_they_miss) {
  LockingPlugins plugins;
  EXPECT_EQ(plugins.names(), (std::vector<std::string>{"memory", "redis", "redlock"}));
  const auto message = [&](const std::string& name, const LockingPlugins::Urls& urls) {
    const auto opened = plugins.open(name, urls);
    return opened ? "opened" : opened.error().detail;
  };
  EXPECT_EQ(message("etcd", {}),
            "there is no locking plugin 'etcd', expected one of memory, redis, redlock");
  EXPECT_EQ(message("memory", {"redis://x"}), "plugin memory: found 1 URLs, expected none");
  EXPECT_EQ(message("redis", {}), "plugin redis: found 0 URLs, expected one");
  EXPECT_EQ(message("redlock", {"redis://x"}),
            "plugin redlock: found 1 URLs, expected an odd number of them, three or more");
  EXPECT_NE(message("redis", {"http://x"}).find("http"), std::string::npos);
  EXPECT_EQ(message("redis", {"redis://127.0.0.1:1"}), "opened") << "nothing is connected yet";
  EXPECT_FALSE(plugins.add("redis", {}));
  EXPECT_TRUE(plugins.add("mine", [](const LockingPlugins::Urls&) {
    return Result<std::unique_ptr<LockingPlugin>>(memory());
  }));
  EXPECT_EQ(message("mine", {}), "opened");
}

TEST(LockingPlugin, an_unreachable_server_is_an_error_and_no_hang) {
  auto plugin = LockingPlugins().open("redis", {"redis://127.0.0.1:1?command_timeout=200ms"});
  ASSERT_TRUE(plugin);
  const auto handle = (*plugin)->try_lock("k", 1'000);
  ASSERT_FALSE(handle);
  EXPECT_FALSE(handle.error().indefinite());
}

}  // namespace
}  // namespace lockstep::facade
