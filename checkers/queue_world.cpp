#include "checkers/queue_world.hpp"

#include <algorithm>
#include <string>

namespace lockstep::checkers {
namespace {

constexpr std::int64_t million = 1'000'000;
constexpr const char* node = "n";

}  // namespace

QueueWorldOptions any_queue_world(std::uint64_t seed) {
  Dice dice(seed + 7'000'000);
  QueueWorldOptions options;
  options.seed = seed;
  options.clients = dice.roll(1, 4);
  options.attempts_max = dice.chance(60) ? dice.roll(1, 4) : 0;
  options.drift_ppm = dice.chance(50) ? dice.roll(0, 200'000) : 0;
  options.eps = dice.chance(30) ? dice.roll(0, 2) : 0;
  options.crashes = dice.chance(70) ? dice.roll(1, 6) : 0;
  options.unknown = dice.chance(70) ? dice.roll(1, 30) : 0;
  options.damage = dice.chance(40) ? 60 : 0;
  options.attempts_durable = dice.chance(50);
  options.drained = dice.chance(50);
  options.order = dice.chance(30) ? Order::real_time : Order::total;
  return options;
}

QueueWorld::QueueWorld(const QueueWorldOptions& options)
    : options_(options), dice_(options.seed), clients_(static_cast<std::size_t>(options.clients)) {
  timeline_.order(options.order);
  Params& params = timeline_.params();
  params.attempts_max = options.attempts_max;
  params.drift_ppm = options.drift_ppm;
  params.eps_ns = options.eps * unit_ns;
  if (options.attempts_durable) params.extra.emplace_back("attempts_durable", true);
  if (options.drained) params.extra.emplace_back("drained", true);
  rate_ppm_ = dice_.roll(-options.drift_ppm, options.drift_ppm);
  kept_.push_back(store_);
  open(false);
}

std::int64_t QueueWorld::tick() {
  now_ += options_.order == Order::total ? dice_.roll(1, 3) : dice_.roll(0, 2);
  return now_;
}

std::uint64_t QueueWorld::next_id() {
  const std::uint64_t id = store_.next_id++;
  for (Store& kept : kept_) kept.next_id = std::max(kept.next_id, id + 1);
  return id;
}

void QueueWorld::run(std::int64_t steps) {
  for (std::int64_t i = 0; i < steps; ++i) {
    tick();
    if (dice_.chance(options_.crashes)) {
      reopen(dice_.chance(80));
    } else if (dice_.chance(2)) {
      survey();
    } else {
      step();
    }
  }
}

void QueueWorld::step() {
  if (!unknown_.empty() && dice_.chance(5)) {  // a late message arrives
    Task& late = unknown_[static_cast<std::size_t>(
        dice_.roll(0, static_cast<std::int64_t>(unknown_.size()) - 1))];
    if (late.effected < 0) effect(late);
    return;
  }
  auto& task = clients_[static_cast<std::size_t>(dice_.roll(0, options_.clients - 1))];
  if (!task) return begin(task);
  if (dice_.chance(options_.unknown)) return give_up(task);
  const bool is_effected = task->effected >= 0;
  const bool fails = is_effected ? dice_.chance(4) && give_back(*task) : dice_.chance(3);
  if (!is_effected && !fails) return effect(*task);
  if (!fails) keep(task->state);
  end(*task, fails ? Ending::failed : task->ending);
  task.reset();
}

/// A pop fails after it took a message, which nobody saw: in the end it had no effect.
bool QueueWorld::give_back(const Task& task) {
  const auto at = store_.items.find(task.words.id);
  const bool is_its = task.f == name::pop && task.ending == Ending::ok &&
                      at != store_.items.end() && at->second.state == State::in_flight &&
                      at->second.attempt == task.words.attempt && at->second.since == task.effected;
  if (!is_its) return false;
  at->second.state = State::ready;
  --at->second.attempt;
  kept_.push_back(store_);
  keep(first_kept_ + kept_.size() - 1);
  return true;
}

void QueueWorld::begin(std::optional<Task>& task) {
  task.emplace();
  task->sent = now_;
  const std::int64_t what = dice_.roll(1, 100);
  if (what <= 35 || (held_.empty() && what <= 50)) {
    task->f = name::push;
    task->words.value = next_value_++;
    task->producer = static_cast<std::uint32_t>(dice_.roll(1, 2));
    return;
  }
  task->words.ttl = dice_.chance(30) ? 0 : dice_.roll(3, 20);
  task->f = name::pop;
  if (what <= 62 || held_.empty()) return;
  const auto last = static_cast<std::int64_t>(held_.size()) - 1;
  const Held held = held_[static_cast<std::size_t>(dice_.chance(70) ? last : dice_.roll(0, last))];
  task->words.id = held.id;
  if (what > 93) {
    task->f = name::redrive;
    task->words.ttl = 0;
    return;
  }
  task->words.attempt = held.attempt;
  task->words.generation = held.generation;
  task->f = what <= 78 ? name::ack : what <= 90 ? name::nack : name::extend;
  if (task->f == name::extend) task->words.ttl = dice_.roll(1, 20);
  if (task->f == name::ack) task->words.ttl = 0;
  if (task->f == name::nack && dice_.chance(60)) task->words.ttl = 0;
  if (task->f == name::nack) task->words.cause = task->words.ttl == 0 ? name::ready : name::delayed;
}

void QueueWorld::effect(Task& task) {
  task.effected = now_;
  take_effect(task);
  kept_.push_back(store_);
  task.state = first_kept_ + kept_.size() - 1;
}

void QueueWorld::take_effect(Task& task) {
  task.ending = Ending::ok;
  if (task.f == name::push) {
    task.words.id = store_.next_id++;
    store_.items[task.words.id].value = *task.words.value;
    return;
  }
  if (task.f == name::pop) return pop(task);
  const auto at = store_.items.find(task.words.id);
  task.ending = Ending::denied;
  task.words.error = name::absent;
  if (at != store_.items.end()) use(task, &at->second);
}

bool QueueWorld::is_over(const Item& item) {
  if (item.state == State::ready || item.state == State::dead) return item.state == State::ready;
  if (item.state == State::in_flight && item.ttl == 0) return false;
  const std::int64_t ttl = std::max<std::int64_t>(item.ttl - dice_.roll(0, options_.eps), 0);
  const bool is_late = !is_draining_ && dice_.chance(15);  // nobody looked yet
  return (now_ - item.since) * (million + rate_ppm_) >= ttl * million && !is_late;
}

void QueueWorld::pop(Task& task) {
  task.ending = Ending::denied;
  task.words.error = name::empty;
  std::pair<std::uint64_t, Item*> best{};
  for (auto& [id, item] : store_.items) {
    if (!is_over(item)) continue;
    if (item.state == State::in_flight && is_exhausted(item)) {
      item.state = State::dead;
      continue;
    }
    if (best.second == nullptr || item.front > best.second->front) best = {id, &item};
  }
  if (best.second == nullptr) return;
  Item& item = *best.second;
  item = {item.value, 0, now_, task.words.ttl, item.attempt, State::in_flight};
  ++item.attempt;
  task.ending = Ending::ok;
  task.words.id = best.first;
  task.words.attempt = item.attempt;
  task.words.generation = generation_;
  task.words.value = item.value;
}

void QueueWorld::use(Task& task, Item* item) {
  task.words.error = name::stale;
  if (task.f == name::redrive) {
    if (item->state != State::dead) return;
    task.ending = Ending::ok;
    *item = {.value = item->value};
    return;
  }
  const bool is_current = item->state == State::in_flight && item->attempt == task.words.attempt &&
                          task.words.generation == generation_;
  if (!is_current) return;
  task.ending = Ending::ok;
  if (task.f == name::ack) {
    store_.acked.insert(store_.items.extract(task.words.id));
    return;
  }
  item->since = now_;
  item->ttl = task.words.ttl;
  if (task.f == name::extend) return;
  const bool is_delayed = task.words.cause == name::delayed;
  item->state = is_delayed ? State::delayed : State::ready;
  item->front = is_delayed ? 0 : store_.next_front++;
  if (is_exhausted(*item)) item->state = State::dead;
}

/// What was answered is durable, and all that came before it.
void QueueWorld::keep(std::size_t state) {
  if (state <= first_kept_) return;
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(state - first_kept_));
  first_kept_ = state;
}

void QueueWorld::end(Task& task, Ending ending) {
  timeline_.owner(task.producer);
  task.operation = timeline_.queue(task.f, node, {task.sent, now_, ending}, task.words);
  task.recorded = true;
  timeline_.owner(0);
  const bool holds = task.f == name::pop && ending == Ending::ok;
  if (holds) held_.push_back({task.words.id, task.words.attempt, task.words.generation});
}

void QueueWorld::give_up(std::optional<Task>& task) {
  end(*task, dice_.chance(50) ? Ending::info : Ending::open);
  unknown_.push_back(*task);
  task.reset();
}

/// Of the operations without an answer those happened that left a trace in the store that is kept.
void QueueWorld::settle_unknown(std::size_t kept) {
  for (const Task& task : unknown_) {
    const bool happened = task.effected >= 0 && task.ending == Ending::ok && task.state <= kept;
    timeline_.resolve(task.operation, happened, task.effected);
  }
  unknown_.clear();
}

void QueueWorld::crash() {
  for (auto& task : clients_) {
    if (task) give_up(task);
  }
  timeline_.mark(name::crash, tick(), node);
  const auto last = static_cast<std::int64_t>(kept_.size()) - 1;
  const auto kept = static_cast<std::size_t>(dice_.roll(0, last));
  settle_unknown(first_kept_ + kept);
  store_ = kept_[kept];
  for (auto& [id, item] : store_.items) {
    if (options_.attempts_durable || dice_.chance(50)) continue;
    item.attempt = static_cast<std::uint16_t>(dice_.roll(0, item.attempt));
    if (item.state == State::dead && dice_.chance(20)) item.state = State::ready;
  }
}

void QueueWorld::reopen(bool after_crash) {
  if (after_crash) {
    crash();
  } else {
    for (auto& task : clients_) {
      if (!task) continue;
      if (task->effected < 0) effect(*task);
      end(*task, task->ending);
      task.reset();
    }
    settle_unknown(first_kept_ + kept_.size());
  }
  open(after_crash);
}

void QueueWorld::open(bool after_crash) {
  if (dice_.chance(5)) {  // it dies while it opens
    ++generation_;
    timeline_.queue(name::open, node, {tick(), tick(), Ending::open}, {});
    timeline_.mark(name::crash, tick(), node);
  }
  const std::int64_t sent = tick();
  ++generation_;
  for (auto& [id, item] : store_.items) {
    item.front = 0;
    item.since = now_;
    if (item.state == State::in_flight) {
      item.state = is_exhausted(item) ? State::dead : State::ready;
    }
  }
  timeline_.queue(name::open, node, {sent, tick()}, {.generation = generation_});
  if (after_crash && dice_.chance(options_.damage)) damage();
  first_kept_ += kept_.size();
  kept_.assign(1, store_);
}

/// Only acks and delivery counts are damaged: their messages come again.
void QueueWorld::forget_acks() {
  for (auto at = store_.acked.begin(); at != store_.acked.end();) {
    const auto next = std::next(at);
    at->second.state = State::ready;
    if (dice_.chance(30)) store_.items.insert(store_.acked.extract(at));
    at = next;
  }
  for (auto& [id, item] : store_.items) {
    if (dice_.chance(30)) item.attempt = 0;
  }
  timeline_.queue(name::damage, node, {tick(), tick()}, {.id = 1, .value = 0});
}

void QueueWorld::damage() {
  if (dice_.chance(40)) return forget_acks();
  const auto first =
      static_cast<std::uint64_t>(dice_.roll(1, static_cast<std::int64_t>(store_.next_id)));
  const std::uint64_t last = first + static_cast<std::uint64_t>(dice_.roll(0, 2));
  for (std::uint64_t id = first; id <= last; ++id) store_.items.erase(id);
  timeline_.queue(name::damage, node, {tick(), tick()},
                  {.id = first, .value = static_cast<std::int64_t>(last)});
}

void QueueWorld::found(std::uint64_t id, const Item& item) {
  QueueWords words{.id = id, .attempt = item.attempt, .value = item.value};
  words.cause = item.state == State::dead        ? name::dead
                : item.state == State::in_flight ? name::in_flight
                : item.state == State::delayed   ? name::delayed
                                                 : name::ready;
  const std::int64_t sent = tick();
  timeline_.queue(name::found, node, {sent, tick()}, words);
}

/// Others go on while it lists what it saw when it began.
void QueueWorld::survey() {
  const std::int64_t sent = tick();
  ++now_;  // nothing that was found is of the same time as either end
  const auto seen = store_.items;
  keep(first_kept_ + kept_.size() - 1);
  const bool is_last = options_.clients == 0;
  for (const auto& [id, item] : seen) {
    found(id, item);
    tick();
    if (!is_last && dice_.chance(40)) step();
  }
  ++now_;
  timeline_.queue(name::survey, node, {sent, tick()}, {});
}

void QueueWorld::drain() {
  is_draining_ = true;
  for (int more = 0; more < 3; ++more) {  // by then all delays and windows are over
    std::optional<Task> task;
    do {
      task.emplace();
      task->f = name::pop;
      task->sent = tick();
      tick();
      effect(*task);
      keep(task->state);
      tick();
      end(*task, task->ending);
      if (task->ending != Ending::ok) break;
      const QueueWords popped = task->words;
      task.emplace();
      task->f = name::ack;
      task->words = {.id = popped.id, .attempt = popped.attempt, .generation = popped.generation};
      task->sent = tick();
      effect(*task);
      keep(task->state);
      tick();
      end(*task, task->ending);
    } while (true);
    now_ += 1'000;
  }
}

void QueueWorld::finish() {
  tick();
  reopen(dice_.chance(50));
  if (options_.drained) drain();
  clients_.clear();
  options_.clients = 0;
  tick();
  survey();
  timeline_.mark(name::final_mark, now_ + 1);
}

}  // namespace lockstep::checkers
