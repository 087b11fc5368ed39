// What a client has to do, over all its incarnations.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "impl/redis/options.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/lock_world/client_node.hpp"
#include "scenarios/lock_world/implementation.hpp"
#include "scenarios/lock_world/run_log.hpp"

namespace lockstep::scenarios {

/// What a client is, over all its incarnations.
struct ClientJob {
  const Plan* plan = nullptr;
  RunLog* log = nullptr;
  const Implementation* implementation = nullptr;
  std::uint32_t client = 0;
  std::deque<Operation> operations;          ///< still to do, in order
  std::vector<redis::Options> lock_servers;  ///< without timeouts, which are the plan's
  std::optional<redis::Options> sink{};      ///< none: nothing is guarded
  std::uint64_t drawn = 0;                   ///< draws of draw_now() so far
  /// Its present incarnation did all of them, and waits for nothing. Set by clients that have
  /// nothing else to do.
  bool done = false;
  std::uint32_t queues = 0;  ///< queues that were damaged beyond repair and left behind

  // For a client whose next incarnation is another process: told of what must outlive this one,
  // before anything comes of it. May be empty.
  std::function<void(const Operation&)> on_taken{};
  std::function<void(std::uint32_t queues)> on_queue_left{};

  /// Takes an operation off the list; its beginning is an end too: nobody does it again.
  [[nodiscard]] Operation take(std::deque<Operation>::iterator which);
  [[nodiscard]] Operation take_next() { return take(operations.begin()); }
  /// The number of the queue that takes the place of one beyond repair.
  [[nodiscard]] std::uint32_t leave_queue();
};

inline Operation ClientJob::take(std::deque<Operation>::iterator which) {
  const Operation taken = *which;
  operations.erase(which);
  if (on_taken) on_taken(taken);
  return taken;
}

inline std::uint32_t ClientJob::leave_queue() {
  ++queues;
  if (on_queue_left) on_queue_left(queues);
  return queues;
}

/// The client of a plan's workload, started.
[[nodiscard]] std::unique_ptr<Client> make_client(ClientNode node, ClientJob& job);

}  // namespace lockstep::scenarios
