// Session: what a relay does under one lease: it presents its fence, then performs the machine's
// steps, several at once, until it is told to stop, the lease ends, or a fence refuses. Internal to
// impl/relay.
#pragma once

#include <functional>
#include <optional>
#include <set>

#include "impl/env/task_group.hpp"
#include "impl/lock/guard.hpp"
#include "impl/relay/relay.hpp"
#include "impl/relay/relay_machine.hpp"

namespace lockstep::relay {

class Session {
 public:
  struct Stores {
    OutboxStore& store;
    Publisher& publisher;
  };
  /// @param guard  Of the leader lock; nullopt: no election.
  Session(env::Env& env, Stores stores, const RelayConfig& config,
          std::optional<lock::LeaseGuard> guard, lock::StopToken stop, RelayMetrics& metrics);

  /// Returns when nothing of it runs any more. Cancelling it ends it; without a lease it acts as
  /// stop.
  [[nodiscard]] Task<void> run();

 private:
  using Raise = std::function<Task<Result<GuardedOutcome>>()>;

  /// There is time for one more step before the lease's deadline.
  [[nodiscard]] bool may_step() const;
  [[nodiscard]] bool is_stopping() const;
  [[nodiscard]] Task<bool> raise(Raise call);
  [[nodiscard]] Task<void> perform_steps();
  void drain();
  [[nodiscard]] Task<void> wait(WaitStep step);
  void start(RelayStep step);
  [[nodiscard]] Task<void> fetch(FetchStep step);
  [[nodiscard]] Task<void> count_backlog();
  [[nodiscard]] Task<void> publish(PublishStep step);
  [[nodiscard]] Task<void> mark(MarkStep step);
  [[nodiscard]] Task<void> note(NoteStep step);
  [[nodiscard]] Task<void> watch_stop();
  [[nodiscard]] Task<void> watch_store();
  void count_published(const PublishStep& step, const std::vector<EntryOutcome>& outcomes);
  /// Whether a call was refused; then nothing more is done.
  template <class Outcome>
  [[nodiscard]] bool is_refused(const Outcome& outcome);
  void failed() { ++metrics_.errors; }

  env::Env& env_;
  Stores stores_;
  const RelayConfig& config_;
  std::optional<lock::LeaseGuard> guard_;
  lock::StopToken stop_;
  Fence fence_;
  RelayMetrics& metrics_;
  RelayMachine machine_;
  env::Event changed_;          ///< something came to its end, or asks for attention
  std::set<EntryId> doubtful_;  ///< published by a call of unknown end
  MonoTime drain_end_ = never;  ///< once it is to stop
  bool is_cancelled_ = false;   ///< to be drained, as by stop()
  bool is_over_ = false;        ///< refused, or cancelled under a lease
  env::TaskGroup steps_;
  env::TaskGroup watchers_;
};

}  // namespace lockstep::relay
