// Makes histories of a correct queue under faults, for tests: clients that push, pop, ack, nack,
// extend and redrive at the same time; a store whose clock drifts; answers that never come; crashes
// that keep what was answered and any part, from the front, of the rest; damage that is reported.
// What clients never learn is resolved.
//
// Not modelled: any queue of impl; more than one queue or node.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "checkers/dice.hpp"
#include "checkers/timeline.hpp"

namespace lockstep::checkers {

struct QueueWorldOptions {
  std::uint64_t seed = 1;
  std::int64_t steps = 60;  ///< a third of them begin an operation
  std::int64_t clients = 3;
  std::int64_t attempts_max = 0;
  std::int64_t drift_ppm = 0;
  std::int64_t eps = 0;  ///< units
  // Of 100 steps, or of 100 operations:
  std::int64_t crashes = 0;
  std::int64_t unknown = 0;
  std::int64_t damage = 0;  ///< of 100 openings
  bool attempts_durable = true;
  bool drained = false;
  Order order = Order::total;
};

class QueueWorld {
 public:
  explicit QueueWorld(const QueueWorldOptions& options);

  void run(std::int64_t steps);
  /// Drains, if that was asked for, then surveys and ends.
  void finish();

  // For those who write a story of their own into the middle of one.
  Timeline& timeline() { return timeline_; }
  /// The next moment, after everything so far.
  std::int64_t tick();
  /// Durably.
  std::uint64_t next_id();
  std::int64_t next_value() { return next_value_++; }
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  /// Everything that goes on ends; the queue is opened again, after a crash or not.
  void reopen(bool after_crash);

 private:
  enum class State : std::uint8_t { ready, in_flight, delayed, dead };
  struct Item {
    std::int64_t value = 0;
    std::int64_t front = 0;  ///< ready before all of lower ones and before all of 0
    std::int64_t since = 0;
    std::int64_t ttl = 0;
    std::uint16_t attempt = 0;
    State state = State::ready;
  };
  struct Store {
    std::map<std::uint64_t, Item> items;
    std::map<std::uint64_t, Item> acked;
    std::uint64_t next_id = 1;
    std::int64_t next_front = 1;
  };
  struct Held {
    std::uint64_t id = 0;
    std::uint16_t attempt = 0;
    std::uint64_t generation = 0;
  };
  struct Task {
    NameId f{};
    QueueWords words;
    std::uint32_t producer = 0;
    std::int64_t sent = 0;
    Ending ending = Ending::open;  ///< once effected
    std::int64_t effected = -1;    ///< when
    std::size_t state = 0;         ///< number of the store that it left behind
    std::size_t operation = 0;     ///< once it is part of the timeline
    bool recorded = false;
  };

  void step();
  bool give_back(const Task& task);
  void begin(std::optional<Task>& task);
  void effect(Task& task);
  void take_effect(Task& task);
  void pop(Task& task);
  void use(Task& task, Item* item);
  void end(Task& task, Ending ending);
  void give_up(std::optional<Task>& task);
  void settle_unknown(std::size_t kept);
  void crash();
  void open(bool after_crash);
  void survey();
  void drain();
  void found(std::uint64_t id, const Item& item);
  void damage();
  void forget_acks();
  [[nodiscard]] bool is_over(const Item& item);
  [[nodiscard]] bool is_exhausted(const Item& item) const {
    return options_.attempts_max > 0 && item.attempt >= options_.attempts_max;
  }
  void keep(std::size_t state);

  QueueWorldOptions options_;
  Dice dice_;
  Timeline timeline_;
  std::int64_t now_ = 0;
  std::int64_t rate_ppm_ = 0;
  Store store_;
  std::vector<Store> kept_;  ///< after each effect since what is durable, which is the first
  std::size_t first_kept_ = 0;
  std::vector<std::optional<Task>> clients_;
  std::vector<Task> unknown_;  ///< given up since the last crash
  std::vector<Held> held_;
  std::uint64_t generation_ = 0;
  std::int64_t next_value_ = 100;
  bool is_draining_ = false;
};

/// Drawn from the seed: all kinds of worlds.
[[nodiscard]] QueueWorldOptions any_queue_world(std::uint64_t seed);

}  // namespace lockstep::checkers
