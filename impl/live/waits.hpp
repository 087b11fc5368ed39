// The waiting of one live node: its suspended operations, their deadlines, and the queue of what is
// ready to run. Everything that is ready runs in one *turn*, before the loop looks at the sockets
// again, so that a batch of replies wakes all its callers and their answers leave in one write.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "impl/env/wait.hpp"
#include "impl/live/deadlines.hpp"
#include "impl/live/function_op.hpp"
#include "impl/live/loop.hpp"

namespace lockstep::live {

/// Loop thread only, but for execute(). Handlers of the io_context share ownership, so that they
/// may arrive after the node's end; they find alive() false.
class LiveWaits final : public env::Waits, public std::enable_shared_from_this<LiveWaits> {
 public:
  explicit LiveWaits(Loop& loop);
  ~LiveWaits() override;

  void suspend(env::PendingOp& op, MonoTime deadline, Errc at_deadline) override;
  void wake(env::PendingOp& op, env::Outcome outcome) override;
  void cancel(env::PendingOp& op) override { wake(op, {Errc::cancelled}); }
  [[nodiscard]] bool alive() const override { return alive_; }

  /// Queues a function: behind everything that is ready when called on the loop's thread; from
  /// another thread, soon. On a dead node it is destroyed here and now, with the frames it owns.
  template <class F>
  void execute(F f) {
    if (!alive_) return;
    if (!loop_.runs_here()) return post_from_outside(FunctionOp<F>::make(nullptr, std::move(f)));
    push_ready(FunctionOp<F>::make(&pool_, std::move(f)));
  }

  /// Held by every handler of the io_context that reaches into the node: what it makes ready runs
  /// when the turn ends.
  class Turn {
   public:
    explicit Turn(LiveWaits& waits) : waits_(waits) { waits.begin_turn(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { waits_.end_turn(); }

   private:
    LiveWaits& waits_;
  };

  /// Destroys every continuation without resuming it, in order of creation; whatever they own ends
  /// with them. Not from inside a turn.
  void die();

  [[nodiscard]] Loop& loop() { return loop_; }
  [[nodiscard]] std::size_t suspended_deadlines() const { return deadlines_.size(); }
  [[nodiscard]] std::size_t pooled_in_use() const { return pool_.in_use(); }

 private:
  using OwnerList =
      boost::intrusive::list<env::PendingOp,
                             boost::intrusive::member_hook<env::PendingOp, env::PendingOp::Hook,
                                                           &env::PendingOp::owner_hook>,
                             boost::intrusive::constant_time_size<false>>;

  void begin_turn();
  void end_turn() noexcept;
  void run_ready() noexcept;
  void push_ready(env::PendingOp& op);
  void post_turn();
  void post_from_outside(env::PendingOp& op);
  void take_incoming();
  void expire();
  void arm_timer();

  Loop& loop_;
  env::OpPool pool_;
  OwnerList all_;       ///< suspended operations, in order of creation
  env::OpQueue ready_;  ///< woken ones and functions, in order
  Deadlines deadlines_;
  asio::steady_timer timer_;
  MonoTime armed_for_ = never;
  std::uint64_t arming_ = 0;  ///< tells the present wait of timer_ from cancelled ones
  bool alive_ = true;
  bool in_turn_ = false;
  bool turn_posted_ = false;

  std::mutex incoming_mutex_;
  std::vector<env::PendingOp*> incoming_;  ///< functions from other threads
};

}  // namespace lockstep::live
