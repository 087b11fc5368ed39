// A simulated redis-server on a node of a world: accepts streams, executes commands at the time of
// its own wall clock, persists to the node's disk, feeds replicas, and can fail over.
//
// Like redis-server it does one thing at a time: while it waits for an fsync (appendfsync always)
// what arrives waits, and the replies of what it executed leave after the fsync. A write or sync
// that fails ends the process, which a supervisor starts again.
//
// Not modelled: the time that commands take, background rewriting, client output limits, MISCONF.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/resp/command_reader.hpp"
#include "impl/resp/writer.hpp"
#include "sim/disk/disk.hpp"
#include "sim/node_run.hpp"
#include "sim/services/redis/aof.hpp"
#include "sim/services/redis/commit_log.hpp"
#include "sim/services/redis/engine.hpp"

namespace lockstep::sim::redis {

class Server;

enum class Persistence : std::uint8_t {
  none,          ///< a restart finds nothing
  aof_everysec,  ///< synced once a second: a crash loses up to that
  aof_always,    ///< synced before the reply
};

/// A master and its replica, and which is which now. Outlives its servers.
struct Group {
  std::string host;  ///< what clients connect to; always names the present master
  NodeId master = NodeId{0xffffffff};
  std::map<NodeId, Server*> running;
};

struct ServerOptions {
  std::uint16_t port = 6379;
  Persistence persistence = Persistence::aof_always;
  EngineOptions engine{};
  /// From execution at the master to the moment it is sent to the replica; drawn per batch.
  Nanos replication_delay_min{0};
  Nanos replication_delay_max{0};
};

/// A commit whose effects end at `aof_end` of the append-only file, which is not synced so far.
struct Unsettled {
  std::size_t commit = 0;  ///< index in the log
  std::uint64_t aof_end = 0;
};

/// What stays when the process of a node comes and goes. Outlives the node.
struct ServerState {
  ServerOptions options;
  Group* group = nullptr;            ///< must be set
  Disk* disk = nullptr;              ///< needed unless persistence is none
  CommitLog* log = nullptr;          ///< may be null
  bool wipe = false;                 ///< the next start finds nothing
  std::vector<Unsettled> unsettled;  ///< in order; emptied by each sync
};

class Server final : public Incarnation, public Acceptor {
 public:
  /// Starts listening; the name of the group must be bound to the master's node. Registers the
  /// verbs "failover", "script-flush", "evict" (argument: how many keys) and "restart-empty".
  Server(NodeRun& run, ServerState& state);
  ~Server() override;

  void on_accept(Peer& peer) override;

  [[nodiscard]] Engine& engine() { return engine_; }
  [[nodiscard]] bool is_master() const;

 private:
  class Connection;
  class ReplicaLink;

  void load();
  void serve_all();
  void serve(Connection& connection);
  void execute(Connection& connection, Args words);
  void finish_turn();
  void persist_turn();
  void settle_after_crash();
  void log(Connection& connection, Args words, resp::Reply reply);
  void flush();
  void send_replies();
  void sync_each_second();
  void forget(Connection& connection);
  void die(const Error& why);
  void become_replica();
  void become_master();
  void feed_replicas(const std::vector<Effect>& effects);
  void begin_replication(Connection& connection);
  std::uint64_t fail_over();
  std::uint64_t step_down();
  std::uint64_t evict(std::string_view argument);
  std::uint64_t restart_empty();
  void register_verbs();
  [[nodiscard]] WallTime wall() { return run_.env().clock.wall(); }

  NodeRun& run_;
  ServerState& state_;
  Engine engine_;
  std::optional<Aof> aof_;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;  ///< by Peer::id()
  std::deque<std::uint64_t> ready_;       ///< connections with bytes to look at
  std::vector<std::uint64_t> answering_;  ///< connections with replies to send, or to be closed
  std::uint32_t feeding_ = 0;             ///< connections that are replicas
  bool flushing_ = false;                 ///< an fsync is under way: nothing is executed
  bool dying_ = false;
  std::unique_ptr<ReplicaLink> replica_;  ///< of a replica: its link to the master
};

/// The program of a node that runs a Server; `state` outlives the node.
[[nodiscard]] std::function<std::unique_ptr<Incarnation>(NodeRun&)> server_program(
    ServerState& state);

}  // namespace lockstep::sim::redis
