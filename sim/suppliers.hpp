// What one incarnation of a node is given for impl/env: clock, randomness, network, storage and an
// observer, all of them deterministic.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "impl/env/env.hpp"
#include "sim/disk_port.hpp"
#include "sim/node_run.hpp"

namespace lockstep::sim {

class End;

class SimClock final : public env::Clock {
 public:
  explicit SimClock(NodeRun& run) : run_(run) {}
  [[nodiscard]] MonoTime now() const override;
  [[nodiscard]] WallTime wall() const override;

 private:
  NodeRun& run_;
};

/// Keyed by (node, incarnation, n): what one node draws does not depend on any other.
class SimRandom final : public env::Random {
 public:
  explicit SimRandom(NodeRun& run) : run_(run) {}
  [[nodiscard]] std::uint64_t next() override;

 private:
  NodeRun& run_;
  std::uint64_t drawn_ = 0;
};

class SimNetwork final : public env::Network {
 public:
  explicit SimNetwork(NodeRun& run) : run_(run) {}
  [[nodiscard]] env::Task<Result<std::unique_ptr<env::Stream>>> connect(env::Endpoint endpoint,
                                                                        MonoTime deadline) override;

 private:
  NodeRun& run_;
};

/// Runs offloaded calls from the loop, one at a time: a drawn latency, the call, and a moment in
/// which its effects are there and its caller does not know yet. A crash may fall into either.
/// What the disk says the call cost passes before the next call begins and before the caller knows.
class SimStorage final : public env::Storage, private DiskHost {
 public:
  explicit SimStorage(NodeRun& run) : run_(run) {}
  [[nodiscard]] std::string root() const override;
  [[nodiscard]] rocksdb::Env* env() override;
  void adapt(rocksdb::Options& options) override;
  [[nodiscard]] env::Task<env::Outcome> offload(std::function<void()> fn,
                                                MonoTime deadline) override;
  /// The node is dead: what waits and all it owns ends here.
  void drop_jobs();

 private:
  struct Job {
    std::function<void()> fn;
    env::OpQueue caller;  ///< at most one; leaves by itself when it ends first
  };
  static constexpr Nanos answer_delay = microseconds(5);  // a post from thread to thread

  [[nodiscard]] env::Task<env::Outcome> queue(std::function<void()>* fn, MonoTime deadline);
  void start(std::function<void()>* fn, MonoTime deadline, env::PendingOp& op);
  void begin_next();
  void finish_first();
  void answer(Job& job);
  void go_on();
  void run_later(std::function<void()> job) override;
  [[nodiscard]] WallTime wall_now() const override;

  NodeRun& run_;
  rocksdb::Env* env_ = nullptr;  ///< of this incarnation
  std::uint64_t background_ = 0;
  std::deque<std::shared_ptr<Job>> jobs_;  ///< waiting, in order; each has a caller or had one
  bool busy_ = false;
  std::uint64_t begun_ = 0;
};

class NullObserver final : public env::Observer {
 public:
  void on(const env::Observation&) override {}
};

struct NodeRun::Suppliers {
  explicit Suppliers(NodeRun& run);
  SimClock clock;
  SimRandom random;
  SimNetwork network;
  SimStorage storage;
  NullObserver silent;
  env::Env env;
};

/// Makes the service's side of `end`; the End owns it.
Peer& make_peer(End& end);

}  // namespace lockstep::sim
