// A node's disk on which real RocksDB runs: sim/disk beneath, an Env for each incarnation, and the
// options without which RocksDB would start threads, wait for them, or draw from outside the world.
#pragma once

#include <memory>
#include <vector>

#include "impl/base/result.hpp"
#include "sim/disk/node_disk.hpp"
#include "sim/rocks/entropy.hpp"
#include "sim/rocks/options_check.hpp"

namespace lockstep::sim {

class SimEnv;

/// Give it to NodeSpec::disk. Lives on the thread of its world.
class RocksDisk final : public DiskPort {
 public:
  explicit RocksDisk(const DiskOptions& options);
  ~RocksDisk() override;

  [[nodiscard]] Disk& disk() { return disk_.disk(); }

  void power_off() override;
  std::uint64_t power_cut(std::uint64_t crash_number) override;
  Result<void> apply(FaultId fault, std::string_view verb, std::int64_t amount) override {
    return disk_.apply(fault, verb, amount);
  }
  [[nodiscard]] std::uint64_t effective(FaultId fault) const override {
    return disk_.effective(fault);
  }
  void heal() override { disk_.heal(); }
  [[nodiscard]] Nanos take_elapsed() override { return disk_.take_elapsed(); }
  [[nodiscard]] rocksdb::Env* rocks_env(DiskHost& host) override;
  void adapt(rocksdb::Options& options) override;
  /// Of all databases that were opened on this thread (options_check.hpp).
  [[nodiscard]] static OptionsChecks options_checks();

 private:
  RocksEntropy entropy_;
  NodeDisk disk_;
  /// Of all incarnations: files of dead ones may outlive them.
  std::vector<std::unique_ptr<SimEnv>> envs_;
};

/// The options of a simulated database, without `env`.
void make_deterministic(rocksdb::Options& options);

/// Runs the same small database in two threads and compares every call to the file system. A
/// program that simulates RocksDB calls it once at its start.
/// Errors, definite: protocol - the first call that differs; RocksDB draws from outside the world.
[[nodiscard]] Result<void> rocks_self_test();

}  // namespace lockstep::sim
