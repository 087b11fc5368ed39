// Terms: under which assumptions a promise is given, as what a generated scenario may have. What
// cannot be promised (exclusion through a jump of the server's clock) is left out of the terms of
// the promise that it breaks, and belongs to the terms of what holds all the same.
//
// Here too: the faults that such terms are made of. Not here: drawing (generate.hpp), and the
// promises themselves (promises.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "faults/kind.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::properties {

/// A kind of fault that may happen to `target`, how often an entry of it likes.
struct FaultTerm {
  faults::Kind kind{};
  std::string_view target{};
  std::string_view peer = "any";  ///< kinds with a peer
  Nanos lasts_max = seconds(4);   ///< kinds that last
  /// Of the kind's one parameter that is a number; none: what the registry draws by default.
  std::optional<scenarios::IntegerRange> bounds{};
};
using FaultTerms = std::vector<FaultTerm>;

/// What a lock and its users must survive: clients that stand still, die, are cut off, and whose
/// clocks are wrong.
[[nodiscard]] FaultTerms client_faults();
/// A lock's server that is cut off, stands still, dies and comes back with what it answered.
[[nodiscard]] FaultTerms server_faults();
/// The same of the guarded resource, whose clock does not matter.
[[nodiscard]] FaultTerms sink_faults();
/// A lock's server that forgets, or whose clock jumps: what no lock over it survives.
[[nodiscard]] FaultTerms reckless_faults();
/// Clients that are cut off from the lock's server, and nothing else.
[[nodiscard]] FaultTerms cut_off_faults();
/// Power cuts of clients with a disk, of every kind.
[[nodiscard]] FaultTerms power_cuts();
/// Disks of clients whose calls fail, or are slow, or full.
[[nodiscard]] FaultTerms disk_faults();
[[nodiscard]] FaultTerms operator+(FaultTerms a, const FaultTerms& b);

/// One of each list is drawn; those that a workload does not have are ignored.
struct Terms {
  scenarios::WorkloadKind kind = scenarios::WorkloadKind::lock;
  std::vector<scenarios::Guarded> guarded{scenarios::Guarded::fenced};
  std::vector<scenarios::Backend> backends{scenarios::Backend::redis};
  std::vector<scenarios::Interface> interfaces{scenarios::Interface::keeper};
  std::vector<scenarios::Persistence> persistence{scenarios::Persistence::aof_always};
  std::vector<scenarios::OutboxKind> outboxes{scenarios::OutboxKind::redis};
  std::vector<scenarios::QueueKind> queues{scenarios::QueueKind::rocksdb};
  std::vector<scenarios::Durability> push{scenarios::Durability::sync};
  std::vector<scenarios::Durability> ack{scenarios::Durability::sync};
  bool may_replicate = false;         ///< the lock's servers may have a replica
  bool leases = false;                ///< queue: deliveries may time out, and letters may die
  bool rotates = true;                ///< workers and queues may stop in order, and begin anew
  Nanos skew_max = seconds(10);       ///< of wall clocks, either way
  std::int64_t drift_max_ppm = 1000;  ///< of both clocks, either way
  Nanos write_delay_max = milliseconds(100);  ///< between a holder's check and its send
  Nanos latency_max = milliseconds(5);        ///< least one-way latency; below a timeout's half
  FaultTerms faults;
  bool any_fault = false;  ///< instead of `faults`: whatever the registry and the topology allow
  std::int64_t entries_min = 1;  ///< of the scenario's "faults"; fewer if there are none to draw
  std::int64_t entries_max = 6;
  DurationRange duration{seconds(2), seconds(10)};
};

/// Anything that the format allows and that a run can afford, of every workload.
[[nodiscard]] std::vector<Terms> anything();

}  // namespace lockstep::properties
