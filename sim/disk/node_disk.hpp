// A Disk as a world sees it: power cuts and fault verbs, with a count per fault of what it touched.
#pragma once

#include <map>

#include "sim/disk/disk.hpp"
#include "sim/disk_port.hpp"

namespace lockstep::sim {

/// Give it to NodeSpec::disk, and the Disk to the node's program.
class NodeDisk final : public DiskPort {
 public:
  explicit NodeDisk(const DiskOptions& options) : disk_(options) {
    disk_.on_effective([this](FaultId fault) { ++effective_[fault]; });
  }

  [[nodiscard]] Disk& disk() { return disk_; }

  /// The disk is on again when this returns: a node that is down cannot reach it anyhow.
  std::uint64_t power_cut(std::uint64_t crash_number) override {
    const Loss loss = disk_.crash(CrashKind::power, crash_number);
    disk_.power_on();
    return loss.ranges + loss.names;
  }
  Result<void> apply(FaultId fault, std::string_view verb, std::int64_t amount) override {
    return disk_.inject(fault, verb, amount);
  }
  [[nodiscard]] std::uint64_t effective(FaultId fault) const override {
    const auto found = effective_.find(fault);
    return found == effective_.end() ? 0 : found->second;
  }
  void heal() override { disk_.heal(); }
  [[nodiscard]] Nanos take_elapsed() override { return disk_.take_elapsed(); }

 private:
  Disk disk_;
  std::map<FaultId, std::uint64_t> effective_;
};

}  // namespace lockstep::sim
