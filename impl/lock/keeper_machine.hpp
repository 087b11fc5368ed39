// KeeperMachine: every decision of a LeaseKeeper. A plain state machine: one input in, what to do
// out; no clock, no coroutine, no backend.
//
// Story. It acquires, and waits retry_interval + jitter after each attempt that failed. With a
// lease it starts the worker and renews at refresh_interval; a renewal that failed without an
// answer is tried again every renew_retry_interval until the deadline, and leaves the deadline
// where it was. The worker is asked to stop at stop_at = deadline - stop_grace, on Lost, and on
// shutdown; renewals go on while it drains, unless the lease is gone. One that still runs at the
// deadline is cancelled. When the worker is gone, whatever lease may be left is released. Then: a
// worker that ended by itself, or a shutdown, ends the keeper; else it starts over.
//
// One operation of the backend is in flight at a time, so that no answer can meet another lease.
#pragma once

#include <cstdint>

#include "impl/lock/lock_config.hpp"

namespace lockstep::lock {

class KeeperMachine {
 public:
  /// `config` is valid and enabled.
  explicit KeeperMachine(const DistributedLockConfig& config) : config_(config) {}

  struct Input {
    enum class Kind : std::uint8_t {
      look,            ///< time passed; also the first input
      acquired,        ///< `deadline`
      contended,       ///<
      acquire_failed,  ///< `unknown`, `reuse_until`
      renewed,         ///< `deadline`
      renew_failed,    ///< unknown or not: the lease is as it was
      lost,            ///< the store says that the lease ended
      released,        ///< or NotOwned: nothing is left to do
      release_failed,  ///<
      worker_ended,    ///<
      stop,            ///< shutdown was asked for
    };
    Kind kind = Kind::look;
    MonoTime deadline{};
    bool unknown = false;
    MonoTime reuse_until{};
    std::uint64_t jitter_bits = 0;  ///< uniform; needed with every input
  };

  /// What to do now, in the order of the fields.
  struct Actions {
    bool report_lost = false;    ///< the guard ends; on_lost, reason below
    bool by_deadline = false;    ///< of report_lost: no answer in time, rather than Lost
    bool move_deadline = false;  ///< the guard's deadline becomes deadline()
    bool request_stop = false;   ///< fire the worker's stop token
    bool cancel_worker = false;  ///< it outstayed its lease
    bool start_worker = false;   ///< a new guard with deadline()
    bool acquire_new = false;    ///< draw a token and try
    bool acquire_again = false;  ///< try with the same request: it may have been granted
    bool renew = false;
    bool release = false;  ///< the token of the last acquire, whatever came of it
    bool finish = false;   ///< the keeper ends
    friend bool operator==(const Actions&, const Actions&) = default;
  };

  [[nodiscard]] Actions step(MonoTime now, const Input& input);

  /// When to step again with `look` if nothing else happens before; `never` if time changes
  /// nothing.
  [[nodiscard]] MonoTime wake_at() const;

  /// A lease is held as far as is known; false from the deadline on only after a step.
  [[nodiscard]] bool holding() const { return holding_; }
  [[nodiscard]] MonoTime deadline() const { return deadline_; }
  [[nodiscard]] bool finished() const { return phase_ == Phase::finished; }

 private:
  enum class Phase : std::uint8_t {
    idle,       // nothing is held or on its way; an acquire may start at retry_at_
    acquiring,  // an acquire is in flight
    working,    // the worker runs
    releasing,  // a release is in flight
    finished,
  };
  // A lost reply is worth one more try; after that the ttl frees the lock.
  static constexpr std::uint32_t release_attempts_max = 2;

  void take(MonoTime now, const Input& input, Actions& actions);
  void end_worker();
  void on_acquired(MonoTime now, const Input& input, Actions& actions);
  void on_renewed(MonoTime now, MonoTime deadline, Actions& actions);
  void on_release_failed(MonoTime now, const Input& input, Actions& actions);
  void pass_time(MonoTime now, Actions& actions);
  void lose(bool by_deadline, MonoTime now, Actions& actions);
  void ask_worker_to_stop(Actions& actions);
  void advance(MonoTime now, const Input& input, Actions& actions);
  void leave_work(MonoTime now, const Input& input, Actions& actions);
  void start_release(Actions& actions);
  void after_release(MonoTime now, const Input& input);
  void retry_later(MonoTime now, const Input& input);
  void set_deadline(MonoTime deadline);

  const DistributedLockConfig config_;
  Phase phase_ = Phase::idle;
  bool started_ = false;     // the first look has come
  bool stopping_ = false;    // shutdown was asked for
  bool holding_ = false;     // deadline_ is ahead and nothing said that the lease ended
  bool maybe_held_ = false;  // the store may hold our last token
  bool worker_running_ = false;
  bool worker_asked_ = false;  // its stop token has fired
  bool worker_cancelled_ = false;
  bool worker_quit_ = false;  // it ended by itself: so does the keeper
  bool renewing_ = false;     // a renewal is in flight
  std::uint32_t release_attempts_ = 0;
  MonoTime retry_at_{MonoTime::min()};
  MonoTime reuse_until_{MonoTime::min()};
  MonoTime deadline_{};
  MonoTime stop_at_{};
  MonoTime renew_at_{};
  MonoTime cancel_at_ = never;
};

}  // namespace lockstep::lock
