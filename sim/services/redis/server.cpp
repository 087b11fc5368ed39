#include "sim/services/redis/server.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "sim/services/redis/server_connection.hpp"
#include "sim/world.hpp"

namespace lockstep::sim::redis {

namespace {

/// A supervisor starts a server that ended by itself after so long, as systemd's RestartSec.
constexpr Nanos supervisor_delay = seconds(1);

resp::Reply protocol_error(const Error& error) {
  return resp::Reply::error("ERR Protocol error: " + error.detail);
}

}  // namespace

Server::Server(NodeRun& run, ServerState& state)
    : run_(run), state_(state), engine_(state.options.engine) {
  ASSERT(state.group != nullptr);
  state.group->running[run.id()] = this;
  load();
  if (dying_) return;
  engine_.record_effects(true);
  register_verbs();
  run.listen(state.options.port, *this);
  is_master() ? become_master() : become_replica();
  if (state.options.persistence == Persistence::aof_everysec) sync_each_second();
}

Server::~Server() {
  replica_.reset();
  connections_.clear();
  const auto mine = state_.group->running.find(run_.id());
  if (mine != state_.group->running.end() && mine->second == this) {
    state_.group->running.erase(mine);
  }
}

bool Server::is_master() const { return state_.group->master == run_.id(); }

void Server::load() {
  if (state_.options.persistence == Persistence::none) return;
  ASSERT(state_.disk != nullptr);
  Result<void> done;
  if (std::exchange(state_.wipe, false)) done = Aof::remove(*state_.disk);
  aof_.emplace(*state_.disk);
  if (done) done = aof_->load(engine_, wall());
  static_cast<void>(
      state_.disk->take_elapsed());  // nobody waits: the port opens when the data is there
  if (!done) return die(done.error());
  settle_after_crash();
}

void Server::on_accept(Peer& peer) {
  connections_[peer.id()] = std::make_unique<Connection>(*this, peer);
}

void Server::forget(Connection& connection) {
  if (connection.is_replica_) --feeding_;
  connections_.erase(connection.peer_.id());
}

void Server::serve_all() {
  if (flushing_ || dying_) return;
  while (!ready_.empty()) {
    const auto found = connections_.find(ready_.front());
    ready_.pop_front();
    if (found == connections_.end()) continue;
    answering_.push_back(found->first);
    serve(*found->second);
  }
  finish_turn();
}

void Server::serve(Connection& connection) {
  while (!connection.closing_) {
    const Result<Args> words = connection.reader_.next();
    if (words && words->empty()) return;
    if (!words) {
      connection.replies_.reply(protocol_error(words.error()));
      connection.closing_ = true;
      return;
    }
    execute(connection, *words);
  }
}

void Server::execute(Connection& connection, Args words) {
  if (words.front() == feed_command) return begin_replication(connection);
  resp::Reply reply = engine_.execute(connection.session_, words, wall());
  connection.replies_.reply(reply);
  if (connection.session_.closing) connection.closing_ = true;
  persist_turn();
  if (state_.log != nullptr) log(connection, words, std::move(reply));
}

/// Takes what the last command wrote to the replicas and to the file, not yet durable.
void Server::persist_turn() {
  const std::vector<Effect> effects = engine_.take_effects();
  feed_replicas(effects);
  if (!aof_ || dying_) return;
  if (auto written = aof_->append(effects); !written) die(written.error());
}

void Server::log(Connection& connection, Args words, resp::Reply reply) {
  const bool may_be_undone =
      state_.options.persistence == Persistence::aof_always && aof_->has_unsynced();
  if (may_be_undone) state_.unsettled.push_back({state_.log->size(), aof_->size_bytes()});
  state_.log->add(run_.world().now(), connection.peer_.id(), words, std::move(reply));
}

/// With appendfsync always nobody saw what a crash took before its sync: it never happened.
void Server::settle_after_crash() {
  for (const Unsettled& unsettled : std::exchange(state_.unsettled, {})) {
    if (unsettled.aof_end <= aof_->size_bytes()) continue;
    state_.log->undo(unsettled.commit);
  }
}

/// After everything that was there to read: persist, answer.
void Server::finish_turn() {
  persist_turn();
  if (dying_) return;
  const bool wait = state_.options.persistence == Persistence::aof_always && aof_->has_unsynced();
  if (wait) return flush();
  send_replies();
}

/// Executes nothing until what was appended is durable, and only then answers.
void Server::flush() {
  flushing_ = true;
  run_.after(state_.disk->take_elapsed(), [this] {
    const Result<void> synced = aof_->sync();
    if (!synced) return die(synced.error());
    state_.unsettled.clear();
    run_.after(state_.disk->take_elapsed(), [this] {
      flushing_ = false;
      send_replies();
      if (!ready_.empty()) serve_all();
    });
  });
}

/// In order of the connections' ids, whatever the order in which they were served.
void Server::send_replies() {
  std::vector<std::uint64_t> answering = std::exchange(answering_, {});
  std::ranges::sort(answering);
  for (const std::uint64_t id : answering) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    Connection& connection = *found->second;
    if (!connection.replies_.empty()) {
      connection.peer_.send(connection.replies_.bytes());
      connection.replies_.clear();
    }
    if (!connection.closing_) continue;
    connection.peer_.close();
    forget(connection);
  }
  answering.clear();
  if (answering_.empty()) answering_.swap(answering);  // keep its memory
}

void Server::sync_each_second() {
  run_.after(seconds(1), [this] {
    if (aof_->has_unsynced()) {
      if (auto synced = aof_->sync(); !synced) return die(synced.error());
      static_cast<void>(state_.disk->take_elapsed());  // in the background: nobody waits
    }
    sync_each_second();
  });
}

/// The process exits, as redis-server does when its append-only file fails.
void Server::die(const Error&) {
  dying_ = true;
  World& world = run_.world();
  const NodeId id = run_.id();
  world.at(world.now(), [&world, id] { world.crash(World::no_fault, id); });
  world.at(world.now() + supervisor_delay, [&world, id] { world.restart(World::no_fault, id); });
}

void Server::register_verbs() {
  run_.on_verb("failover", [this](std::string_view) { return fail_over(); });
  run_.on_verb("script-flush", [this](std::string_view) { return engine_.flush_scripts(); });
  run_.on_verb("evict", [this](std::string_view argument) { return evict(argument); });
  run_.on_verb("restart-empty", [this](std::string_view) { return restart_empty(); });
}

std::uint64_t Server::evict(std::string_view argument) {
  std::uint64_t count = 1;
  std::from_chars(argument.data(), argument.data() + argument.size(), count);
  const auto pick = [this](std::uint64_t n) { return below(run_.env().random.next(), n); };
  const std::uint64_t evicted = engine_.evict(count, "*", pick, wall());
  if (!flushing_) finish_turn();
  return evicted;
}

std::uint64_t Server::restart_empty() {
  const std::uint64_t keys = engine_.key_count();
  state_.wipe = true;
  World& world = run_.world();
  const NodeId id = run_.id();
  world.crash(World::no_fault, id);
  world.at(world.now(), [&world, id] { world.restart(World::no_fault, id); });
  return keys;
}

std::function<std::unique_ptr<Incarnation>(NodeRun&)> server_program(ServerState& state) {
  return [&state](NodeRun& run) { return std::make_unique<Server>(run, state); };
}

}  // namespace lockstep::sim::redis
