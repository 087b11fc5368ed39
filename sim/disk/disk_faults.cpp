#include "sim/disk/disk_faults.hpp"

#include <algorithm>

namespace lockstep::sim {

namespace {

constexpr std::array<std::string_view, 8> verbs = {
    "fail-sync", "fail-read", "fail-write", "full", "slow", "rot", "lose-unsynced", "torn-write"};

bool counts_calls(DiskFault kind) {
  return kind == DiskFault::fail_sync || kind == DiskFault::fail_read ||
         kind == DiskFault::fail_write;
}

}  // namespace

std::optional<DiskFault> disk_fault(std::string_view verb) {
  const auto found = std::ranges::find(verbs, verb);
  if (found == verbs.end()) return std::nullopt;
  return static_cast<DiskFault>(found - verbs.begin());
}

std::string_view name_of(DiskFault kind) { return verbs[static_cast<std::size_t>(kind)]; }

void DiskFaults::arm(DiskFault kind, ArmedFault fault) {
  auto& faults = of(kind);
  if (!counts_calls(kind)) faults.clear();
  if (!faults.empty() && faults.back().fault == fault.fault) {
    faults.back().amount += fault.amount;  // so the list is no longer than the plan
  } else {
    faults.push_back(fault);
  }
}

void DiskFaults::clear() {
  for (auto& kind : armed_) kind.clear();
}

std::optional<ArmedFault> DiskFaults::armed(DiskFault kind) const {
  const auto& faults = armed_[static_cast<std::size_t>(kind)];
  if (faults.empty()) return std::nullopt;
  return faults.front();
}

std::optional<FaultId> DiskFaults::use_call(DiskFault kind) {
  auto& faults = of(kind);
  if (faults.empty()) return std::nullopt;
  const FaultId fault = faults.front().fault;
  if (--faults.front().amount <= 0) faults.erase(faults.begin());
  return fault;
}

std::optional<FaultId> DiskFaults::use_all(DiskFault kind) {
  auto& faults = of(kind);
  if (faults.empty()) return std::nullopt;
  const FaultId fault = faults.front().fault;
  faults.clear();
  return fault;
}

}  // namespace lockstep::sim
