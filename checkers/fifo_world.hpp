// Makes histories of correct queues in strict order, for tests and benches: clients that push and
// pop with latencies, each operation at a drawn moment between its invocation and its answer;
// answers that never come, operations that fail. What clients never learn is resolved.
//
// Not modelled: any queue of impl; clients that stop.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "checkers/dice.hpp"
#include "checkers/timeline.hpp"

namespace lockstep::checkers {

struct FifoWorldOptions {
  std::uint64_t seed = 1;
  std::int64_t clients = 3;
  std::int64_t keys = 1;
  std::int64_t latency_max = 20;  ///< units, each way
  std::int64_t pause_max = 20;    ///< units between two operations of a client
  // Of 100 operations:
  std::int64_t pushes = 50;
  std::int64_t unknown = 0;
  std::int64_t failed = 0;
  Order order = Order::total;
};

class FifoWorld {
 public:
  explicit FifoWorld(const FifoWorldOptions& options);

  /// So many operations, begun after all that went before were over.
  void run(std::int64_t operations);
  /// Pops until every queue is empty; each is told.
  void drain();

  // For those who write a story of their own into the middle of one.
  Timeline& timeline() { return timeline_; }
  /// The next moment, after everything so far.
  std::int64_t tick() { return now_ += 2; }
  std::int64_t next_element() { return next_element_++; }
  /// Pops so far whose client does not know what they removed.
  [[nodiscard]] std::int64_t unknown_pops() const { return unknown_pops_; }

 private:
  struct Task {
    std::int64_t sent = 0;
    std::int64_t effect = 0;
    std::int64_t answered = 0;
    std::int64_t element = 0;
    std::int64_t number = 0;
    std::size_t key = 0;
    Ending ending = Ending::ok;
    bool is_push = false;
    bool happens = true;
  };

  Task any_task(std::int64_t sent);
  /// In the order of effects.
  void perform(std::vector<Task>& tasks);
  void perform(Task& task);

  FifoWorldOptions options_;
  Dice dice_;
  Timeline timeline_;
  std::vector<std::deque<std::int64_t>> queues_;
  std::int64_t now_ = 0;
  std::int64_t next_element_ = 1;
  std::int64_t unknown_pops_ = 0;
};

/// Drawn from the seed: all kinds of worlds.
[[nodiscard]] FifoWorldOptions any_fifo_world(std::uint64_t seed);

}  // namespace lockstep::checkers
