#include "sim/rocks/sim_env.hpp"

// lint-allow(os-clock): the name of RocksDB's interface; its time is the node's
#include <rocksdb/system_clock.h>

#include <algorithm>
#include <cstring>

#include "impl/base/assert.hpp"

namespace lockstep::sim {
namespace {

class SimSystemClock final : public rocksdb::SystemClock {
 public:
  explicit SimSystemClock(DiskHost& host) : host_(host) {}
  [[nodiscard]] const char* Name() const override { return "lockstep.SimSystemClock"; }
  std::uint64_t NowMicros() override { return NowNanos() / 1'000; }
  std::uint64_t NowNanos() override {
    return static_cast<std::uint64_t>(host_.wall_now().time_since_epoch().count());
  }
  void SleepForMicroseconds(int) override {}  // nobody else could make progress meanwhile
  rocksdb::Status GetCurrentTime(std::int64_t* seconds_since_1970) override {
    *seconds_since_1970 = static_cast<std::int64_t>(NowNanos() / 1'000'000'000);
    return {};
  }
  std::string TimeToString(std::uint64_t time) override { return std::to_string(time); }

 private:
  DiskHost& host_;
};

}  // namespace

SimEnv::SimEnv(std::shared_ptr<SimFileSystem> files, DiskHost& host)
    : EnvWrapper(rocksdb::NewCompositeEnv(files)), files_(std::move(files)), host_(host) {
  file_system_ = files_;
  system_clock_ = std::make_shared<SimSystemClock>(host);
}

void SimEnv::die() {
  alive_ = false;
  files_->die();
}

/// Called with the database's mutex held: only takes note.
void SimEnv::Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                      void (*unschedule)(void*)) {
  jobs_.push_back({function, unschedule, argument, tag, priority});
  if (alive_) host_.run_later([this] { run_first(); });
}

void SimEnv::run_first() {
  if (jobs_.empty() || !alive_) return;  // taken back since
  const Job job = jobs_.front();
  jobs_.pop_front();
  job.function(job.argument);
}

/// A database that is being closed waits for as many jobs as this does not account for.
int SimEnv::UnSchedule(void* tag, Priority priority) {
  int removed = 0;
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    if (job->tag != tag || job->priority != priority) {
      ++job;
      continue;
    }
    const Job taken = *job;
    job = jobs_.erase(job);
    if (taken.unschedule != nullptr) taken.unschedule(taken.argument);
    ++removed;
  }
  return removed;
}

/// No option that starts a thread is set (RocksDisk::adapt).
void SimEnv::StartThread(void (*)(void*), void*) { ASSERT(false); }

unsigned int SimEnv::GetThreadPoolQueueLen(Priority priority) const {
  return static_cast<unsigned int>(std::count_if(
      jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.priority == priority; }));
}

rocksdb::Status SimEnv::GetHostName(char* name, std::uint64_t length) {
  constexpr std::string_view host = "lockstep";
  if (length <= host.size()) return rocksdb::Status::InvalidArgument();
  std::memcpy(name, host.data(), host.size());
  name[host.size()] = '\0';
  return {};
}

}  // namespace lockstep::sim
