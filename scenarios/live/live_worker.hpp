// A client of a live run, as the process that started it sees it: one worker process after the
// other, what they tell, and what the next of them still has to do.
#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "impl/live/loop.hpp"
#include "rig/child_process.hpp"
#include "rig/clock_shim/steered_clock.hpp"
#include "rig/live_node.hpp"
#include "rig/pipe_reader.hpp"
#include "scenarios/live/merge.hpp"
#include "scenarios/live/worker_job.hpp"

namespace lockstep::scenarios::live {

/// What all workers of a run share; all outlive them.
struct WorkerParts {
  lockstep::live::Loop& loop;
  HistoryMerge& merge;
  std::string program;      ///< of the worker
  std::string folder;       ///< for jobs and logs
  std::uint32_t lives = 0;  ///< that were begun
  std::function<void(Error)> on_trouble;
};

class LiveWorker final : public rig::LiveNode {
 public:
  /// @param job  What the first life has to do; `job.life` and operations become those of the next.
  LiveWorker(WorkerParts& parts, WorkerJob job, std::optional<rig::SteeredClock> clock);
  LiveWorker(const LiveWorker&) = delete;
  LiveWorker& operator=(const LiveWorker&) = delete;
  ~LiveWorker() override;

  /// Told of a worker's labels. Set before the first start.
  std::function<void(const Labelled&)> on_label;

  [[nodiscard]] bool up() override { return process_.running(); }
  /// All that it told is in the history when this returns.
  void kill() override;
  [[nodiscard]] Result<void> start() override;
  void pause() override { process_.signal(SIGSTOP); }
  void resume() override { process_.signal(SIGCONT); }
  [[nodiscard]] rig::SteeredClock* clock() override { return clock_ ? &*clock_ : nullptr; }
  [[nodiscard]] Result<std::uint64_t> serve(std::string_view verb,
                                            std::string_view argument) override;

 private:
  [[nodiscard]] std::string name() const { return "client/" + std::to_string(job_.client); }
  [[nodiscard]] std::string log_file() const;
  [[nodiscard]] Result<std::string> write_job_file();
  void hear(std::span<const std::byte> bytes);
  void obey(const Message& message);
  /// It ended by itself.
  void on_end();
  void trouble(Error error);

  WorkerParts& parts_;
  WorkerJob job_;
  std::optional<rig::SteeredClock> clock_;
  std::set<std::uint32_t> taken_;  ///< operations that are done, or were given up by a crash
  rig::ChildProcess process_;
  std::optional<rig::PipeReader> reader_;
  MessageReader messages_;
  LifeId life_{};
};

}  // namespace lockstep::scenarios::live
