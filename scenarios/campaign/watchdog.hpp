// Names the seed that takes suspiciously long, on a thread of its own. It stops nothing: whoever
// waits for the campaign then knows what to look at.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "impl/base/time.hpp"
#include "scenarios/campaign/run_slot.hpp"

namespace lockstep::campaign {

struct WatchdogOptions {
  std::function<Nanos()> now;
  std::function<void(const std::string&)> warn;  ///< empty: no thread
  Nanos slow_after{};
};

class Watchdog {
 public:
  /// Watches `slots` until it is destroyed.
  Watchdog(std::span<RunSlot> slots, WatchdogOptions options);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Looks at every slot once; what the thread does each second. A line per slow seed that has not
  /// been named, or whose time doubled since. Not while the thread runs.
  [[nodiscard]] std::vector<std::string> look();

 private:
  void watch();
  std::string about(RunSlot& slot, Nanos& warned_at);

  std::span<RunSlot> slots_;
  WatchdogOptions options_;
  std::vector<Nanos> warned_;  ///< per slot: how long its seed had run when it was last named
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace lockstep::campaign
