// A live node: the real world's supplier of impl/env for one incarnation of one node. Its
// coroutines run on its loop's thread, its blocking storage calls on a thread of its own.
//
//   live::Loop loop;
//   live::Node node(loop, {});
//   auto answer = live::run_until_complete(node, ask(node.env()), seconds(5));   // run.hpp
#pragma once

#include <array>
#include <memory>
#include <string>

#include "impl/env/env.hpp"
#include "impl/live/loop.hpp"
#include "impl/live/network.hpp"
#include "impl/live/os_clock.hpp"
#include "impl/live/os_random.hpp"
#include "impl/live/storage.hpp"
#include "impl/live/waits.hpp"

namespace lockstep::live {

/// Counts what is observed, by signal. Loop thread only.
class CountingObserver final : public env::Observer {
 public:
  void on(const env::Observation& observation) override {
    ++counts_[static_cast<std::uint8_t>(observation.signal)];
  }
  [[nodiscard]] std::uint64_t count(env::Signal signal) const {
    return counts_[static_cast<std::uint8_t>(signal)];
  }

 private:
  std::array<std::uint64_t, 256> counts_{};
};

struct NodeOptions {
  std::string root{};                 ///< the node's folder, for Storage::root(); it must exist
  env::Observer* observer = nullptr;  ///< outlives the node; nullptr: observed() counts
  StorageThread storage = StorageThread::own;
};

class Node {
 public:
  explicit Node(Loop& loop, NodeOptions options = {});
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  /// end().
  ~Node();

  /// As the crash of a process: waits for the storage call that runs now, then destroys every
  /// suspended coroutine without resuming it, while env() still stands; afterwards nothing runs and
  /// every operation of the seam is swallowed. For owners of clients and task groups that must see
  /// their coroutines gone before they go themselves. No coroutine of the node may call it; from
  /// the loop's thread, or while the loop does not run. Idempotent.
  void end();

  /// Valid as long as the node; what uses it goes first.
  [[nodiscard]] env::Env& env() { return env_; }
  [[nodiscard]] Loop& loop() { return waits_->loop(); }
  /// The default observer's counts; all 0 when another was given.
  [[nodiscard]] const CountingObserver& observed() const { return counting_; }

 private:
  std::shared_ptr<LiveWaits> waits_;
  OsClock clock_;
  OsRandom random_;
  LiveNetwork network_;
  LiveStorage storage_;
  CountingObserver counting_;
  env::Env env_;
};

}  // namespace lockstep::live
