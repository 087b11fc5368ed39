// A job that runs at most once per tick in a fleet: whoever locks the tick's key first runs it. The
// key is never released, and its ttl exceeds run time plus clock difference; a tick that another
// has is skipped.
//
//   scheduled_task                                  two workers over one plugin in memory
//   scheduled_task --redis redis://127.0.0.1:6379   a plugin for each, as two processes would have
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "impl/facade/locking_plugin.hpp"

namespace {

using namespace lockstep::facade;

constexpr int ticks = 20;
constexpr std::int64_t ttl_ms = 10'000;

/// @return how many ticks it ran; negative when the store is broken.
int run_ticks(LockingPlugin& plugin, const std::string& fleet, int worker) {
  int ran = 0;
  for (int tick = 0; tick < ticks; ++tick) {
    const auto handle = plugin.try_lock(fleet + ":tick-" + std::to_string(tick), ttl_ms);
    if (!handle) {
      std::fprintf(stderr, "scheduled_task: %s\n", to_text(handle.error()).c_str());
      return -1;
    }
    if (!*handle) continue;  // another has it
    const auto fence = static_cast<unsigned long long>((*handle)->fence.value);
    std::printf("tick %d: worker %d runs it (fencing token %llu)\n", tick, worker, fence);
    ++ran;
  }
  return ran;
}

std::unique_ptr<LockingPlugin> open(const LockingPlugins::Urls& urls) {
  auto plugin = LockingPlugins().open(urls.empty() ? "memory" : "redis", urls);
  if (plugin) return std::move(*plugin);
  std::fprintf(stderr, "scheduled_task: %s\n", to_text(plugin.error()).c_str());
  return nullptr;
}

}  // namespace

int main(int count, char** words) {
  const bool with_redis = count == 3 && std::strcmp(words[1], "--redis") == 0;
  if (count != 1 && !with_redis) {
    std::fprintf(stderr, "usage: scheduled_task [--redis redis://HOST:PORT]\n");
    return 64;
  }
  const LockingPlugins::Urls urls =
      with_redis ? LockingPlugins::Urls{words[2]} : LockingPlugins::Urls{};
  const auto first = open(urls);
  const auto second = with_redis ? open(urls) : nullptr;
  if (first == nullptr || (with_redis && second == nullptr)) return 65;
  std::atomic<int> ran = 0;
  std::atomic<bool> broken = false;
  std::vector<std::thread> fleet;
  for (int worker = 0; worker < 2; ++worker) {
    LockingPlugin& plugin = worker == 1 && with_redis ? *second : *first;
    fleet.emplace_back([&, worker] {
      const int mine = run_ticks(plugin, "report", worker);
      if (mine < 0) broken = true;
      ran += std::max(mine, 0);
    });
  }
  for (std::thread& thread : fleet) thread.join();
  std::printf("%d of %d ticks ran, each once\n", ran.load(), ticks);
  return broken ? 69 : ran == ticks ? 0 : 70;
}
