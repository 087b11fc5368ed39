// RocksDB's Env for one incarnation of a node: files of its disk, time of its wall clock, and no
// threads: background jobs wait here until the node's loop runs them.
//
// Not modelled: two jobs at once, priorities.
#pragma once

#include <rocksdb/env.h>

#include <list>
#include <memory>
#include <string>

#include "sim/disk_port.hpp"
#include "sim/rocks/sim_file_system.hpp"

namespace lockstep::sim {

class SimEnv final : public rocksdb::EnvWrapper {
 public:
  SimEnv(std::shared_ptr<SimFileSystem> files, DiskHost& host);

  /// From here on files fail and no job runs. A database may still be destroyed.
  void die();
  [[nodiscard]] std::size_t jobs() const { return jobs_.size(); }

  [[nodiscard]] const char* Name() const override { return "lockstep.SimEnv"; }
  void Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                void (*unschedule)(void*)) override;
  int UnSchedule(void* tag, Priority priority) override;
  void StartThread(void (*function)(void*), void* argument) override;
  void WaitForJoin() override {}
  int ReserveThreads(int, Priority) override { return 0; }
  int ReleaseThreads(int, Priority) override { return 0; }
  unsigned int GetThreadPoolQueueLen(Priority priority) const override;
  void SetBackgroundThreads(int, Priority) override {}
  int GetBackgroundThreads(Priority) override { return 1; }
  void IncBackgroundThreadsIfNeeded(int, Priority) override {}
  void LowerThreadPoolIOPriority(Priority) override {}
  void LowerThreadPoolCPUPriority(Priority) override {}
  rocksdb::Status LowerThreadPoolCPUPriority(Priority, rocksdb::CpuPriority) override { return {}; }
  rocksdb::Status GetHostName(char* name, std::uint64_t length) override;
  std::string GenerateUniqueId() override { return "lockstep"; }
  std::uint64_t GetThreadID() const override { return 1; }
  /// Nobody asks what the threads of a world are at, and the answer would carry the time of day.
  rocksdb::ThreadStatusUpdater* GetThreadStatusUpdater() const override { return nullptr; }

 private:
  struct Job {
    void (*function)(void*);
    void (*unschedule)(void*);
    void* argument;
    void* tag;
    Priority priority;
  };
  void run_first();

  std::shared_ptr<SimFileSystem> files_;
  DiskHost& host_;
  std::list<Job> jobs_;
  bool alive_ = true;
};

}  // namespace lockstep::sim
