#include "scenarios/campaign/watchdog.hpp"

#include <utility>

#include "impl/base/duration.hpp"

namespace lockstep::campaign {

Watchdog::Watchdog(std::span<RunSlot> slots, WatchdogOptions options)
    : slots_(slots), options_(std::move(options)), warned_(slots.size()) {
  if (options_.warn) thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    is_over_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, seconds(1), [this] { return is_over_; })) {
    lock.unlock();
    for (const std::string& line : look()) options_.warn(line);
    lock.lock();
  }
}

std::vector<std::string> Watchdog::look() {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    std::string line = about(slots_[i], warned_[i]);
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

std::string Watchdog::about(RunSlot& slot, Nanos& warned_at) {
  const std::scoped_lock lock(slot.mutex);
  if (slot.running == nullptr) {
    warned_at = Nanos(0);
    return {};
  }
  const Nanos age = options_.now() - slot.since;
  if (age < warned_at) warned_at = Nanos(0);  // another seed by now
  if (age < options_.slow_after || age < 2 * warned_at) return {};
  warned_at = age;
  const Nanos virtual_time(slot.progress.virtual_ns.load(std::memory_order_relaxed));
  return "scenario " + slot.running->scenario + ", seed " +
         std::to_string(slot.running->plan->config.seed.value) + " has run for " +
         to_text(std::chrono::duration_cast<seconds>(age)) + "; now at event " +
         std::to_string(slot.progress.events.load(std::memory_order_relaxed)) + ", virtual time " +
         to_text(virtual_time) + "\n  " + slot.running->rerun;
}

}  // namespace lockstep::campaign
