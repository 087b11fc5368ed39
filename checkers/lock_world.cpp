#include "checkers/lock_world.hpp"

#include <algorithm>
#include <queue>
#include <vector>

#include "checkers/recorder.hpp"
#include "impl/base/draw.hpp"

namespace lockstep::checkers {
namespace {

/// What a message carries, there and back.
struct Call {
  EventIndex event = no_event;
  std::uint32_t client = 0;
  std::uint32_t life = 0;  ///< of the client, when it was sent
  NameId f{};
  std::uint32_t key = 0;
  LeaseId lease{};
  OwnerId owner{};
  FencingToken token{};
  Nanos sent{};
  // Filled in by the store.
  bool landed = false;
  bool done = false;
  Nanos landed_at{};
  NameId error{};
  FencingToken granted{};
  FencingToken seen{};
  std::uint64_t commit = 0;
  bool over = false;  ///< answered, or given up
};

enum class What : std::uint8_t { step, land, answer, give_up };

struct Task {
  Nanos at{};
  std::uint64_t number = 0;  ///< breaks ties
  What what{};
  std::uint32_t who = 0;  ///< client or call
  std::uint32_t life = 0;
  friend bool operator<(const Task& a, const Task& b) {
    return a.at != b.at ? a.at > b.at : a.number > b.number;  // the earliest on top
  }
};

struct Lock {
  LeaseId lease{};
  OwnerId owner{};
  Nanos expiry{};
  std::uint64_t tokens = 0;   ///< minted so far
  LeaseId released{};         ///< the last one
  FencingToken presented{};   ///< to the sink, the highest
  std::uint64_t commits = 0;  ///< of the sink
};

struct Client {
  std::uint32_t life = 0;
  OwnerId owner{};
  ThreadId thread{};
  bool is_up = true;
  std::uint32_t key = 0;
  LeaseId lease{};       ///< 0: wants none
  FencingToken token{};  ///< not 0: holds
  Nanos deadline{};      ///< of the lease, as the client must see it
  Nanos hold_until{};
  Nanos renew_at{};
  bool raised = false;
  bool is_stalled = false;  ///< acts on what it knew before
  NameId node{};
};

class World {
 public:
  explicit World(const LockWorldOptions& options);
  History run();

 private:
  std::uint64_t roll(std::uint64_t bound) {
    return below(draw(Seed{options_.seed}, DrawStream::test, 77, rolls_++), bound);
  }
  bool happens(std::uint32_t of_1000) { return !is_healed_ && roll(1'000) < of_1000; }
  Nanos between_of(Nanos low, Nanos high) {
    return low + Nanos(static_cast<std::int64_t>(
                     roll(static_cast<std::uint64_t>((high - low).count()) + 1)));
  }
  void add(Nanos at, What what, std::uint32_t who, std::uint32_t life);
  void travel(What what, std::uint32_t call);

  void step(Client& client, std::uint32_t number);
  void act(Client& client, std::uint32_t number);
  void send(Client& client, std::uint32_t number, NameId f);
  void crash(Client& client, std::uint32_t number);
  void start(Client& client);

  void land(std::uint32_t number);
  void serve(Call& call, Lock& lock);
  void acquire(Call& call, Lock& lock);
  void use_sink(Call& call, Lock& lock);
  [[nodiscard]] bool is_alive(const Lock& lock) const { return now_ <= lock.expiry; }
  [[nodiscard]] Nanos expiry_from_now();

  void answer(std::uint32_t number);
  void learn(Client& client, const Call& call);
  void give_up(std::uint32_t number);
  void heal();
  void resolve();

  LockWorldOptions options_;
  History history_;
  Recorder recorder_;
  NameId no_reply_;
  std::int64_t rate_ppm_ = 0;
  std::vector<Lock> locks_;
  std::vector<NameId> keys_;
  std::vector<Client> clients_;
  std::vector<Call> calls_;
  std::priority_queue<Task> tasks_;
  Nanos now_{};
  Nanos ends_ = Nanos::max();
  std::uint64_t rolls_ = 0;
  std::uint64_t tasks_added_ = 0;
  std::uint64_t leases_ = 0;
  std::uint32_t owners_ = 0;
  bool is_healed_ = false;
};

World::World(const LockWorldOptions& options)
    : options_(options),
      recorder_(history_),
      no_reply_(history_.names.intern("no_reply")),
      locks_(options.keys),
      clients_(options.clients) {
  Params& params = history_.header.params;
  params.drift_ppm = options.drift_ppm;
  params.eps_ns = options.eps.count();
  params.single_copy = true;
  params.fenced = options.fenced;
  params.retry_ns = (options.ttl / 2).count();
  params.jitter_ns = (options.ttl / 10).count();
  params.round_trip_ns = (options.ttl / 2).count();
  params.bound_ns = (options.ttl * 5).count();
  history_.header.seed = Seed{options.seed};
  history_.header.scenario = "lock world";
  history_.header.order = options.order;
  for (std::uint32_t i = 0; i < options.keys; ++i) {
    keys_.push_back(history_.names.intern("lock/" + std::to_string(i)));
  }
  const auto ppm = static_cast<std::uint64_t>(options.drift_ppm);
  rate_ppm_ = static_cast<std::int64_t>(roll(2 * ppm + 1)) - options.drift_ppm;
}

void World::add(Nanos at, What what, std::uint32_t who, std::uint32_t life) {
  tasks_.push({at, tasks_added_++, what, who, life});
}

/// A message on its way: usually a few percent of the ttl.
void World::travel(What what, std::uint32_t call) {
  if (happens(options_.lost)) return;
  const Nanos most = happens(options_.late) ? options_.ttl * 10 : options_.ttl / 50;
  add(now_ + between_of(options_.ttl / 200, most), what, call, 0);
}

void World::start(Client& client) {
  client = {.life = client.life + 1, .owner = OwnerId{++owners_}, .node = client.node};
  client.thread = recorder_.thread();
}

/// Decides what the client does next; it has no call under way.
void World::step(Client& client, std::uint32_t number) {
  if (!client.is_up) start(client);
  if (happens(options_.crashes)) return crash(client, number);
  const bool has_lease = client.token.value != 0 && now_ < client.deadline;
  if (has_lease && !client.is_stalled && happens(options_.stalls)) {
    client.is_stalled = true;
    return add(now_ + between_of(Nanos(0), options_.ttl * 2), What::step, number, client.life);
  }
  act(client, number);
}

void World::act(Client& client, std::uint32_t number) {
  const bool holds = client.token.value != 0;
  if (holds && !client.is_stalled && now_ >= client.deadline) {  // too late: forget the lease
    client.token = {};
    client.lease = {};
  }
  const bool writes_late = holds && client.is_stalled && roll(2) == 0;
  client.is_stalled = false;
  if (writes_late) return send(client, number, name::write);
  if (client.token.value == 0) {
    if (client.lease.value == 0 || now_ >= client.deadline) {
      client.lease = LeaseId{++leases_};
      client.key = static_cast<std::uint32_t>(roll(options_.keys));
      client.raised = false;
      client.deadline = now_ + options_.ttl - options_.ttl / 50 - options_.eps;
    }
    return send(client, number, name::acquire);
  }
  if (now_ >= client.hold_until) return send(client, number, name::release);
  if (now_ >= client.renew_at) return send(client, number, name::renew);
  if (!client.raised) return send(client, number, name::raise);
  send(client, number, roll(4) == 0 ? name::read : name::write);
}

void World::send(Client& client, std::uint32_t number, NameId f) {
  const bool is_use = f >= name::write;
  const bool has_ttl = f == name::acquire || f == name::renew;
  Invocation invocation{.time = now_,
                        .f = f,
                        .node = client.node,
                        .key = keys_[client.key],
                        .lease = client.lease,
                        .owner = client.owner,
                        .ttl = has_ttl ? options_.ttl : Nanos(0)};
  if (is_use) invocation.token = client.token;
  if (f == name::write) invocation.value = static_cast<std::int64_t>(calls_.size());
  Call call{.event = recorder_.invoke(client.thread, invocation),
            .client = number,
            .life = client.life,
            .f = f,
            .key = client.key,
            .lease = client.lease,
            .owner = client.owner,
            .token = client.token,
            .sent = now_};
  const auto index = static_cast<std::uint32_t>(calls_.size());
  calls_.push_back(call);
  travel(What::land, index);
  add(now_ + options_.ttl / 4, What::give_up, index, 0);
}

void World::crash(Client& client, std::uint32_t number) {
  recorder_.mark({.time = now_, .f = name::crash, .node = client.node});
  client.is_up = false;
  add(now_ + between_of(options_.ttl / 10, options_.ttl * 3), What::step, number, client.life);
}

Nanos World::expiry_from_now() {
  const Nanos drifted(options_.ttl.count() * (1'000'000 + rate_ppm_) / 1'000'000);
  return now_ + drifted + between_of(Nanos(0), options_.eps);
}

void World::land(std::uint32_t number) {
  Call& call = calls_[number];
  call.landed = true;
  call.landed_at = now_;
  serve(call, locks_[call.key]);
  travel(What::answer, number);
}

void World::serve(Call& call, Lock& lock) {
  const bool owns = is_alive(lock) && lock.lease == call.lease;
  if (call.f == name::acquire) {
    acquire(call, lock);
  } else if (call.f == name::renew) {
    call.done = owns;
    call.error = name::lost;
    if (owns) lock.expiry = std::max(lock.expiry, expiry_from_now());
  } else if (call.f == name::release) {
    call.done = owns || lock.released == call.lease;
    call.error = name::not_owned;
    if (owns) lock.released = call.lease;
    if (owns) lock.expiry = Nanos(-1);
  } else {
    use_sink(call, lock);
  }
}

void World::acquire(Call& call, Lock& lock) {
  const bool taken = is_alive(lock);
  const bool same = taken && lock.lease == call.lease;
  const bool replaces = taken && lock.owner == call.owner && lock.lease < call.lease;
  call.done = !taken || same || replaces;
  call.error = name::contended;
  if (!call.done) return;
  if (!same) ++lock.tokens;
  call.granted = FencingToken{lock.tokens};
  lock.lease = call.lease;
  lock.owner = call.owner;
  lock.expiry = same ? std::max(lock.expiry, expiry_from_now()) : expiry_from_now();
}

void World::use_sink(Call& call, Lock& lock) {
  call.done = !options_.fenced || lock.presented <= call.token;
  call.error = name::stale;
  call.seen = lock.presented;
  lock.presented = std::max(lock.presented, call.token);
  if (call.done) call.commit = ++lock.commits;
}

void World::answer(std::uint32_t number) {
  Call& call = calls_[number];
  Client& client = clients_[call.client];
  if (call.over || call.life != client.life || !client.is_up) return;
  // A grant that arrives after its time is not taken for one.
  if (call.done && call.f == name::acquire && now_ >= client.deadline) return;
  call.over = true;
  if (!call.done) {
    recorder_.fail(call.event, {.time = now_, .seen = call.seen, .error = call.error});
  } else if (call.f >= name::write) {
    recorder_.ok(call.event, {.time = now_, .commit = Commit{call.commit, call.landed_at}});
  } else {
    recorder_.ok(call.event, {.time = now_, .token = call.granted});
  }
  learn(client, call);
  const Nanos pause = call.done ? options_.ttl / 10 : options_.ttl / 2;
  add(now_ + between_of(options_.ttl / 20, pause), What::step, call.client, client.life);
}

void World::learn(Client& client, const Call& call) {
  const Nanos deadline = call.sent + options_.ttl - options_.ttl / 50 - options_.eps;
  if (call.f == name::acquire && call.done) {
    client.token = call.granted;
    client.hold_until = now_ + between_of(Nanos(0), options_.ttl * 3);
  }
  if ((call.f == name::acquire || call.f == name::renew) && call.done) {
    client.deadline = deadline;
    client.renew_at = now_ + options_.ttl / 3;
  }
  if (call.f == name::raise && call.done) client.raised = true;
  const bool gone = !call.done || call.f == name::release;
  if (gone) client.token = {};
  if (gone) client.lease = {};
}

void World::give_up(std::uint32_t number) {
  Call& call = calls_[number];
  Client& client = clients_[call.client];
  if (call.over || call.life != client.life || !client.is_up) return;
  call.over = true;
  recorder_.info(call.event, {.time = now_, .error = no_reply_});
  if (call.f == name::release) {  // whatever came of it, the client lets go
    client.token = {};
    client.lease = {};
  }
  add(now_ + between_of(Nanos(1), options_.ttl / 10), What::step, call.client, client.life);
}

void World::heal() {
  is_healed_ = true;
  recorder_.mark({.time = now_, .f = name::heal});
  ends_ = now_ + options_.ttl * 30;
}

void World::resolve() {
  for (const Call& call : calls_) {
    recorder_.resolve(call.event, call.landed && call.done, call.landed ? call.landed_at : now_);
  }
}

History World::run() {
  for (std::uint32_t i = 0; i < options_.clients; ++i) {
    clients_[i].node = history_.names.intern("client/" + std::to_string(i));
    start(clients_[i]);
    add(between_of(Nanos(0), options_.ttl), What::step, i, clients_[i].life);
  }
  while (!tasks_.empty() && tasks_.top().at <= ends_) {
    const Task task = tasks_.top();
    tasks_.pop();
    now_ = task.at;
    const bool is_over = calls_.size() >= options_.operations;
    if (is_over && options_.liveness && !is_healed_) heal();
    if (task.what == What::land) land(task.who);
    if (task.what == What::answer) answer(task.who);
    if (task.what == What::give_up) give_up(task.who);
    const bool stops = is_over && !options_.liveness;
    if (task.what == What::step && !stops && clients_[task.who].life == task.life) {
      step(clients_[task.who], task.who);
    }
  }
  if (options_.liveness) recorder_.mark({.time = now_, .f = name::final_mark});
  resolve();
  return std::move(history_);
}

}  // namespace

History run_lock_world(const LockWorldOptions& options) { return World(options).run(); }

}  // namespace lockstep::checkers
