#include "checkers/outbox_world.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "impl/base/assert.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::int64_t ttl = 150;
constexpr std::string_view lock_key = "leader";
constexpr std::size_t clients_count = 4;
constexpr std::size_t batch_max = 4;

bool is_of_lock(NameId f) { return f == name::acquire || f == name::release; }

template <class T>
T& any_of(std::vector<T>& list, Dice& dice) {
  return list[static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(list.size()) - 1))];
}

}  // namespace

OutboxWorldOptions any_outbox_world(std::uint64_t seed) {
  Dice dice(seed + 7'000'000);
  OutboxWorldOptions options{.seed = seed};
  options.leading = static_cast<Leading>(dice.roll(0, 3));
  options.keys = dice.roll(1, 4);
  options.crashes = dice.chance(70) ? dice.roll(0, 3) : 0;
  options.unknown = dice.chance(70) ? dice.roll(0, 25) : 0;
  options.failures = dice.chance(50) ? dice.roll(0, 20) : 0;
  options.poison = dice.chance(50) ? dice.roll(0, 15) : 0;
  options.drained = dice.chance(70);
  options.lists_broker = dice.chance(70);
  options.trimmed = dice.chance(30);
  options.inboxes = dice.chance(80);
  options.order = dice.chance(50) ? Order::total : Order::real_time;
  return options;
}

OutboxWorld::OutboxWorld(const OutboxWorldOptions& options)
    : options_(options), dice_(options.seed), clients_(clients_count) {
  timeline_.order(options.order);
  timeline_.ttl(ttl);
  Params& params = timeline_.params();
  params.fenced = options.leading != Leading::unfenced;
  const auto set = [&](std::string_view param, bool value) {
    if (value) params.extra.emplace_back(param, true);
  };
  set("drained", options.drained);
  set("trimmed", options.trimmed);
  set("elected", options.leading == Leading::elected);
  const std::size_t relays = options.leading == Leading::alone ? 1 : 3;
  for (std::size_t i = 1; i <= relays; ++i) {
    relays_.push_back({.node = "r" + std::to_string(i), .leads = relays == 1});
    if (relays == 1) relays_.back().raised = 2;
  }
  if (!options.inboxes) return;
  for (const std::string_view inbox : {"mail", "search"}) {
    consumers_.push_back({.inbox = std::string(inbox)});
  }
}

std::int64_t OutboxWorld::tick() {
  now_ += options_.order == Order::total ? dice_.roll(1, 3) : dice_.roll(0, 2);
  return now_;
}

std::uint64_t OutboxWorld::append(std::string_view key, std::int64_t value, std::uint64_t id) {
  log_.push_back({{value, id, std::string(key)}, next_position_});
  return next_position_++;
}

std::string_view OutboxWorld::leader() const {
  const auto leading = std::find_if(relays_.begin(), relays_.end(),
                                    [&](const Relay& relay) { return relay.leads && has_lock(); });
  return leading == relays_.end() ? std::string_view() : leading->node;
}

void OutboxWorld::leave(std::string_view key, std::int64_t value, std::uint64_t id) {
  left_.push_back({value, id, std::string(key)});
}

void OutboxWorld::count_applied(std::string_view key, std::int64_t value, std::uint64_t id,
                                std::uint16_t times) {
  ASSERT(!consumers_.empty());
  consumers_.front().applied[value] = {value, id, std::string(key)};
  times_[value] = times;
}

void OutboxWorld::run(std::int64_t steps) {
  for (std::int64_t i = 0; i < steps; ++i) {
    tick();
    const std::int64_t what = dice_.roll(1, 100);
    if (what <= 50) {
      step(any_of(relays_, dice_));
    } else if (what <= 75) {
      step_client(any_of(clients_, dice_));
    } else if (what <= 90) {
      if (!consumers_.empty()) step(any_of(consumers_, dice_));
    } else if (what <= 94) {
      step_admin();
    } else if (!late_.empty()) {
      land(static_cast<std::size_t>(dice_.roll(0, static_cast<std::int64_t>(late_.size()) - 1)));
    }
  }
}

bool OutboxWorld::is_given_up() { return !is_calm_ && dice_.chance(options_.unknown); }

void OutboxWorld::step_client(std::optional<Task>& task) {
  if (!task) {
    const std::string key = "account/" + std::to_string(dice_.roll(1, options_.keys));
    if (is_calm_ || locked_keys_.contains(key)) return;
    locked_keys_.insert(key);
    const Row row{next_value_++, next_id_++, key};
    if (dice_.chance(options_.poison)) poisoned_.insert(row.value);
    task = Task{.f = name::commit, .node = "app", .row = row, .sent = now_};
    return;
  }
  if (task->effected < 0) {
    if (is_given_up()) {
      give_up(*task, Ending::info);
      task.reset();
    } else if (is_calm_ || dice_.chance(60)) {  // some take long
      effect(*task, nullptr);
    }
    return;
  }
  is_given_up() ? give_up(*task, Ending::info) : end(*task, task->ending);
  task.reset();
}

/// Somebody looks at a parked entry, and most often mends what made it fail.
void OutboxWorld::step_admin() {
  std::vector<Row*> blocked;
  for (auto& [id, row] : rows_) {
    if (row.is_blocked) blocked.push_back(&row);
  }
  if (is_calm_ || blocked.empty()) return;
  const Row row = *any_of(blocked, dice_);
  if (dice_.chance(70)) poisoned_.erase(row.value);
  Task task{.f = name::unblock, .node = "admin", .row = row, .sink = "store", .sent = now_};
  tick();
  if (dice_.chance(90)) effect(task, nullptr);
  tick();
  task.effected < 0 || dice_.chance(10) ? give_up(task, Ending::info) : end(task, task.ending);
}

void OutboxWorld::step(Consumer& consumer) {
  std::optional<Task>& task = consumer.task;
  const std::string node = "c/" + consumer.inbox;
  if (!is_calm_ && dice_.chance(options_.crashes)) {
    if (task) give_up(*task, Ending::open);
    task.reset();
    timeline_.mark(name::crash, tick(), node);
    consumer.next -= std::min(consumer.next, static_cast<std::size_t>(dice_.roll(0, 3)));
    return;
  }
  if (!task) {
    if (consumer.next >= log_.size()) return;
    const Row row = log_[consumer.next].row;
    task = Task{.f = name::consume, .node = node, .row = row, .sink = consumer.inbox, .sent = now_};
    return;
  }
  if (is_given_up()) {
    give_up(*task, Ending::info);
  } else if (task->effected < 0) {
    return effect(*task, nullptr);
  } else {
    if (task->ending != Ending::failed) ++consumer.next;
    end(*task, task->ending);
  }
  task.reset();
}

void OutboxWorld::effect(Task& task, Relay* relay) {
  task.effected = now_;
  task.ending = Ending::ok;
  const bool is_late = task.until != 0 && now_ >= task.until;
  const bool may_fail = task.f >= name::publish && task.f <= name::block;
  const bool fails = may_fail && !is_calm_ && dice_.chance(options_.failures);
  const bool is_poison = task.f == name::publish && poisoned_.contains(task.row.value);
  if (is_late || fails || is_poison) {
    task.ending = Ending::failed;
    return;
  }
  take_effect(task, relay);
}

/// Whether a sink knows a higher token; it remembers the highest.
bool OutboxWorld::is_refused(const Task& task) {
  std::uint64_t& fence = task.sink == "publisher" ? broker_fence_ : store_fence_;
  if (is_fenced() && task.token != 0 && task.token < fence) return true;
  fence = std::max(fence, task.token);
  return false;
}

void OutboxWorld::take_effect(Task& task, Relay* relay) {
  const NameId f = task.f;
  if (f == name::acquire) return take_acquire(task);
  if (f == name::release) {
    const bool is_held = lock_lease_ == task.lease && now_ < lock_ends_;
    task.ending = is_held ? Ending::ok : Ending::denied;
    if (is_held) lock_ends_ = now_;
    return;
  }
  if (f == name::consume) return take_consume(task);
  if (f == name::commit) {
    locked_keys_.erase(task.row.key);
    if (dice_.chance(10)) {
      task.ending = Ending::denied;
    } else {
      rows_[task.row.id] = task.row;
    }
    return;
  }
  if (is_refused(task)) {
    task.ending = Ending::denied;
    return;
  }
  const auto row = rows_.find(task.row.id);
  if (f == name::publish) take_publish(task);
  if (f == name::fetch && relay != nullptr) relay->fetched = fetch();
  if (row == rows_.end()) return;
  if (f == name::mark) rows_.erase(row);
  if (f == name::block) row->second.is_blocked = true;
  if (f == name::unblock) row->second.is_blocked = false;
}

void OutboxWorld::take_publish(Task& task) {
  task.position = append(task.row.key, task.row.value, task.row.id);
}

void OutboxWorld::take_acquire(Task& task) {
  if (now_ < lock_ends_) {
    task.ending = Ending::denied;
    return;
  }
  lock_lease_ = task.lease;
  lock_ends_ = now_ + ttl;
  task.token = next_token_++;
}

void OutboxWorld::take_consume(Task& task) {
  const auto consumer = std::find_if(consumers_.begin(), consumers_.end(),
                                     [&](const Consumer& c) { return c.inbox == task.sink; });
  const bool is_new = consumer->applied.try_emplace(task.row.value, task.row).second;
  if (!is_new) task.ending = Ending::denied;
}

std::vector<OutboxWorld::Row> OutboxWorld::fetch() const {
  std::vector<Row> batch;
  std::set<std::string> parked;
  for (const auto& [id, row] : rows_) {
    if (row.is_blocked) parked.insert(row.key);
    if (parked.contains(row.key)) continue;
    batch.push_back(row);
    if (batch.size() == batch_max) break;
  }
  return batch;
}

void OutboxWorld::end(Task& task, Ending ending) {
  const Span span{task.sent, now_, ending, task.token};
  if (is_of_lock(task.f)) {
    timeline_.key(lock_key);
    task.operation = task.f == name::acquire ? timeline_.acquire(task.node, task.lease, span)
                                             : timeline_.release(task.node, task.lease, span);
    return;
  }
  timeline_.key(task.f == name::raise ? lock_key : std::string_view(task.row.key));
  OutboxWords words{.id = task.row.id, .sink = task.sink};
  if (options_.leading != Leading::elected) words.token = task.token;
  if (task.row.value != 0) words.value = task.row.value;
  if (task.f == name::commit) words.error = name::rolled_back;
  if (task.f == name::consume) words.error = name::duplicate;
  task.operation = timeline_.outbox(task.f, task.node, span, words);
  const bool is_placed = task.position != 0 && ending == Ending::ok;
  if (is_placed) timeline_.committed(task.operation, task.position, task.effected);
}

void OutboxWorld::give_up(Task& task, Ending ending) {
  end(task, ending);
  if (task.effected >= 0) {
    timeline_.resolve(task.operation, task.ending == Ending::ok, task.effected);
    return;
  }
  const bool can_wait = (task.f >= name::publish && task.f <= name::unblock && task.until == 0) ||
                        task.f == name::commit || task.f == name::consume;
  if (can_wait && dice_.chance(60)) {
    late_.push_back(task);
  } else {
    drop(task);
  }
}

void OutboxWorld::drop(const Task& task) {
  if (task.f == name::commit) locked_keys_.erase(task.row.key);
  timeline_.resolve(task.operation, false);
}

void OutboxWorld::land(std::size_t late) {
  Task task = late_[late];
  late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(late));
  if (dice_.chance(20)) return drop(task);
  effect(task, nullptr);
  timeline_.resolve(task.operation, task.ending == Ending::ok, task.effected);
}

}  // namespace lockstep::checkers
