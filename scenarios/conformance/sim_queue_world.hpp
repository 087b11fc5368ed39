// A world with one node, its disk and real RocksDB on it, for claims about the queue.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scenarios/conformance/queue_contract.hpp"
#include "sim/rocks/rocks_disk.hpp"
#include "sim/world.hpp"

namespace lockstep::conformance {

class SimQueueWorld final : public QueueWorld {
 public:
  explicit SimQueueWorld(const sim::WorldOptions& options,
                         sim::PartsPerMillion drift = sim::PartsPerMillion(0));
  ~SimQueueWorld() override;

  /// Ends with the death of the process and a power cut.
  [[nodiscard]] bool run(Session body) override;
  /// Runs `body`, and cuts the power after `time` or when the disk died.
  /// @return whether `body` had ended.
  bool run_and_crash(Session body, Nanos time);

  /// The queue's files whose names end in `suffix`.
  [[nodiscard]] std::vector<std::string> files(const std::string& suffix);
  [[nodiscard]] sim::Disk& disk() { return disk_->disk(); }
  [[nodiscard]] sim::RocksDisk& rocks_disk() { return *disk_; }
  [[nodiscard]] sim::World& world() { return world_; }

 private:
  struct Program;
  void start(Session body);
  void end();

  std::shared_ptr<sim::RocksDisk> disk_;
  sim::World world_;
  Session body_;
  bool ended_ = false;
  NodeId node_{};
};

}  // namespace lockstep::conformance
