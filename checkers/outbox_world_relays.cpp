// The relays of the world, and its end.
#include <algorithm>
#include <utility>

#include "checkers/outbox_world.hpp"
#include "impl/base/assert.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::int64_t ttl = 150;
constexpr int failures_max = 3;

}  // namespace

void OutboxWorld::step(Relay& relay) {
  if (!relay.is_up) {
    timeline_.mark(name::restart, now_, relay.node);
    relay.is_up = true;
    return;
  }
  if (!is_calm_ && dice_.chance(options_.crashes)) return crash(relay);
  if (!relay.task) return begin(relay);
  Task& task = *relay.task;
  const bool is_stale = task.f == name::acquire && now_ - task.sent >= ttl;
  if (is_given_up() || is_stale) {
    give_up(task, Ending::info);
    settle(relay, Ending::info);
  } else if (task.effected < 0) {
    return effect(task, &relay);
  } else {
    end(task, task.ending);
    settle(relay, task.ending);
  }
  relay.task.reset();
}

void OutboxWorld::crash(Relay& relay) {
  if (relay.task) give_up(*relay.task, Ending::open);
  timeline_.mark(name::crash, tick(), relay.node);
  const bool leads = !has_lock();
  relay = Relay{.node = relay.node, .is_up = false, .leads = leads, .raised = leads ? 2 : 0};
}

void OutboxWorld::send(Relay& relay, NameId f, const Row& row, std::string_view sink) {
  relay.task = Task{.f = f, .node = relay.node, .row = row, .sink = std::string(sink)};
  relay.task->token = relay.token;
  relay.task->lease = relay.lease;
  relay.task->sent = now_;
  const bool stops = !is_fenced() && has_lock() && f != name::acquire && f != name::release;
  if (stops) relay.task->until = relay.deadline;
}

/// Whether there was something to do for who has to be the leader first, or to stop being it.
bool OutboxWorld::begin_leading(Relay& relay) {
  if (!relay.leads) {
    if (now_ < lock_ends_ && dice_.chance(80)) return true;
    relay.lease = next_lease_++;
    relay.token = 0;
    send(relay, name::acquire, {}, "");
    return true;
  }
  const bool is_over = has_lock() && now_ + 5 >= relay.deadline;
  if (is_over && (!is_fenced() || dice_.chance(20))) {
    if (dice_.chance(50)) {
      send(relay, name::release, {}, "");
    } else {
      step_down(relay);
    }
    return true;
  }
  if (relay.raised < 2) send(relay, name::raise, {}, relay.raised == 0 ? "publisher" : "store");
  return relay.task.has_value();
}

void OutboxWorld::begin(Relay& relay) {
  if (begin_leading(relay)) return;
  const bool marks = relay.batch.empty() || dice_.chance(40);
  if (marks && !relay.unmarked.empty()) {
    return send(relay, name::mark, relay.unmarked.front(), "store");
  }
  if (relay.batch.empty()) return send(relay, name::fetch, {}, "store");
  const Row& next = relay.batch.front();
  const bool is_hopeless = relay.failures[next.value] >= failures_max;
  send(relay, is_hopeless ? name::block : name::publish, next, is_hopeless ? "store" : "publisher");
}

void OutboxWorld::step_down(Relay& relay) {
  relay.leads = false;
  relay.batch.clear();
  relay.unmarked.clear();
}

void OutboxWorld::settle(Relay& relay, Ending ending) {
  const NameId f = relay.task->f;
  const bool ok = ending == Ending::ok;
  if (f == name::acquire) return settle_acquire(relay, ending);
  const bool is_overtaken = ending == Ending::denied || f == name::release;
  if (is_overtaken) return step_down(relay);
  if (f == name::publish) return settle_publish(relay, ending);
  if (f == name::raise && ok) ++relay.raised;
  if (f == name::mark && (ok || dice_.chance(30))) {  // or it forgets, and will fetch it again
    relay.unmarked.erase(relay.unmarked.begin());
  }
  if (f == name::block) {
    const Row row = relay.task->row;
    std::erase_if(relay.batch, [&](const Row& other) { return other.key == row.key; });
    relay.failures.erase(row.value);
  }
  if (f != name::fetch || !ok) return;
  relay.batch = std::exchange(relay.fetched, {});
  std::erase_if(relay.batch, [&](const Row& row) {
    return std::any_of(relay.unmarked.begin(), relay.unmarked.end(),
                       [&](const Row& other) { return other.value == row.value; });
  });
}

void OutboxWorld::settle_publish(Relay& relay, Ending ending) {
  const Row row = relay.task->row;
  if (ending != Ending::ok) {
    ++relay.failures[row.value];
    return;
  }
  relay.failures.erase(row.value);
  relay.batch.erase(relay.batch.begin());
  relay.unmarked.push_back(row);
}

void OutboxWorld::settle_acquire(Relay& relay, Ending ending) {
  if (ending != Ending::ok) return;
  relay.leads = true;
  relay.token = relay.task->token;
  relay.deadline = relay.task->sent + ttl;
  relay.raised = is_fenced() ? 0 : 2;
}

bool OutboxWorld::is_drained() const {
  const bool is_consumed =
      std::all_of(consumers_.begin(), consumers_.end(),
                  [&](const Consumer& c) { return c.next >= log_.size() && !c.task; });
  const bool is_idle = std::none_of(clients_.begin(), clients_.end(),
                                    [](const auto& client) { return client.has_value(); });
  return is_consumed && is_idle && fetch().empty();
}

/// No more faults and no more transactions, until all is done. Some messages are still on their
/// way.
void OutboxWorld::drain() {
  is_calm_ = true;
  for (std::size_t i = late_.size(); i-- > 0;) {
    tick();
    if (dice_.chance(50)) land(i);
  }
  for (int rounds = 0; !is_drained(); ++rounds) {
    ASSERT(rounds < 10'000);
    run(20);
  }
}

void OutboxWorld::finish() {
  if (options_.drained) drain();
  is_calm_ = true;
  for (auto& client : clients_) {
    if (client) give_up(*client, Ending::open);
  }
  for (Relay& relay : relays_) {
    if (relay.task) give_up(*relay.task, Ending::open);
  }
  for (Consumer& consumer : consumers_) {
    if (consumer.task) give_up(*consumer.task, Ending::open);
  }
  while (!late_.empty()) {
    tick();
    land(late_.size() - 1);
  }
  now_ += 1;
  if (options_.lists_broker) survey_broker();
  for (const Consumer& consumer : consumers_) survey_inbox(consumer);
  std::vector<Row> rows = left_;
  for (const auto& [id, row] : rows_) rows.push_back(row);
  survey("store", rows);
  timeline_.mark(name::final_mark, now_ + 1);
}

void OutboxWorld::survey(std::string_view sink, const std::vector<Row>& rows) {
  const std::int64_t sent = now_++;
  for (const Row& row : rows) {
    timeline_.key(row.key);
    OutboxWords words{.value = row.value, .id = row.id, .sink = sink};
    if (sink == "store") words.cause = row.is_blocked ? name::blocked : name::ready;
    timeline_.outbox(name::found, "survey", {now_, now_ + 1}, words);
    now_ += 2;
  }
  timeline_.key("");
  timeline_.outbox(name::survey, "survey", {sent, now_++}, {.sink = sink});
}

void OutboxWorld::survey_broker() {
  const std::int64_t sent = now_++;
  const std::size_t first = options_.trimmed ? log_.size() / 2 : 0;
  for (std::size_t i = first; i < log_.size(); ++i) {
    const Row& row = log_[i].row;
    timeline_.key(row.key);
    const std::size_t found =
        timeline_.outbox(name::found, "survey", {now_, now_ + 1},
                         {.value = row.value, .id = row.id, .sink = "publisher"});
    timeline_.committed(found, log_[i].position, now_);
    now_ += 2;
  }
  timeline_.key("");
  timeline_.outbox(name::survey, "survey", {sent, now_++}, {.sink = "publisher"});
}

void OutboxWorld::survey_inbox(const Consumer& consumer) {
  const std::int64_t sent = now_++;
  for (const auto& [value, row] : consumer.applied) {
    timeline_.key(row.key);
    const auto times = times_.find(value);
    OutboxWords words{.value = value, .id = row.id, .sink = consumer.inbox, .attempt = 1};
    if (times != times_.end()) words.attempt = times->second;
    timeline_.outbox(name::found, "survey", {now_, now_ + 1}, words);
    now_ += 2;
  }
  timeline_.key("");
  timeline_.outbox(name::survey, "survey", {sent, now_++}, {.sink = consumer.inbox});
}

}  // namespace lockstep::checkers
