#include "checkers/fifo_world.hpp"

#include <algorithm>
#include <tuple>

namespace lockstep::checkers {

// Clients send and hear at even moments, and effects are at odd ones: strictly between.

FifoWorld::FifoWorld(const FifoWorldOptions& options)
    : options_(options), dice_(options.seed), queues_(static_cast<std::size_t>(options.keys)) {
  timeline_.order(options.order);
}

FifoWorld::Task FifoWorld::any_task(std::int64_t sent) {
  Task task;
  task.sent = sent;
  task.effect = sent + 2 * dice_.roll(0, options_.latency_max) + 1;
  task.answered = task.effect + 2 * dice_.roll(0, options_.latency_max) + 1;
  task.key = static_cast<std::size_t>(dice_.roll(0, options_.keys - 1));
  task.is_push = dice_.chance(options_.pushes);
  if (task.is_push) task.element = next_element_++;
  if (dice_.chance(options_.failed)) {
    task.ending = Ending::failed;
    task.happens = false;
  } else if (dice_.chance(options_.unknown)) {
    task.ending = dice_.chance(50) ? Ending::info : Ending::open;
    task.happens = dice_.chance(60);
    // It may be told that nobody knows long before it happens.
    if (dice_.chance(30)) task.effect += 2 * dice_.roll(0, 5 * options_.latency_max);
  }
  return task;
}

void FifoWorld::run(std::int64_t operations) {
  std::vector<std::int64_t> free(static_cast<std::size_t>(options_.clients), now_ + 2);
  std::vector<Task> tasks;
  for (std::int64_t i = 0; i < operations; ++i) {
    std::int64_t& client = *std::min_element(free.begin(), free.end());
    tasks.push_back(any_task(client));
    tasks.back().number = i;
    client = tasks.back().answered + 1 + 2 * dice_.roll(0, options_.pause_max) + 1;
    client -= client % 2;
  }
  for (const Task& task : tasks) now_ = std::max({now_, task.answered, task.effect});
  now_ += now_ % 2;
  perform(tasks);
}

void FifoWorld::perform(std::vector<Task>& tasks) {
  std::sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) {
    return std::tie(a.effect, a.number) < std::tie(b.effect, b.number);
  });
  for (Task& task : tasks) perform(task);
}

void FifoWorld::perform(Task& task) {
  std::deque<std::int64_t>& queue = queues_[task.key];
  bool was_empty = false;
  if (task.happens && task.is_push) queue.push_back(task.element);
  if (task.happens && !task.is_push) {
    was_empty = queue.empty();
    if (!was_empty) {
      task.element = queue.front();
      queue.pop_front();
    }
  }
  QueueWords words;
  if (!was_empty) words.value = task.element;
  words.error = name::empty;
  if (was_empty && task.ending == Ending::ok) task.ending = Ending::denied;
  timeline_.key(std::string("q") + std::to_string(task.key));
  const std::size_t operation = timeline_.queue(task.is_push ? name::push : name::pop, "n",
                                                {task.sent, task.answered, task.ending}, words);
  if (task.ending != Ending::info && task.ending != Ending::open) return;
  timeline_.resolve(operation, task.happens, task.happens ? task.effect : 0);
  if (!task.is_push) ++unknown_pops_;
}

void FifoWorld::drain() {
  for (std::size_t key = 0; key < queues_.size(); ++key) {
    while (!queues_[key].empty()) {
      Task pop;
      pop.key = key;
      pop.sent = tick();
      pop.effect = pop.sent + 1;
      pop.answered = tick();
      perform(pop);
    }
  }
}

FifoWorldOptions any_fifo_world(std::uint64_t seed) {
  Dice dice(seed + 7'000'000);
  FifoWorldOptions options;
  options.seed = seed;
  options.clients = dice.roll(1, 8);
  options.keys = dice.chance(70) ? 1 : dice.roll(2, 3);
  options.latency_max = dice.roll(0, 30);
  options.pause_max = dice.roll(0, 30);
  options.pushes = dice.roll(30, 60);
  options.unknown = dice.chance(60) ? dice.roll(1, 40) : 0;
  options.failed = dice.chance(40) ? dice.roll(1, 20) : 0;
  options.order = dice.chance(60) ? Order::total : Order::real_time;
  return options;
}

}  // namespace lockstep::checkers
