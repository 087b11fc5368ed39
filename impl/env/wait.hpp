// Waiting, the one primitive under everything that suspends: a coroutine's continuation is held as
// a PendingOp until its supplier resumes it with an Outcome, or destroys it because its node is
// gone.
//
// Two suppliers implement Waits: the deterministic world (sim) and the real one (impl/live).
// Nothing here knows time, bytes or tasks; see clock.hpp, stream.hpp, task.hpp.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <new>
#include <utility>

#include "impl/base/assert.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "impl/env/op_pool.hpp"

namespace lockstep::env {

namespace asio = boost::asio;

/// The one coroutine type of both worlds.
template <class T>
using Task = asio::awaitable<T, asio::any_io_executor>;

/// How a wait ended. `n` counts bytes where the operation moves bytes.
struct Outcome {
  Errc code = Errc::ok;
  std::uint32_t n = 0;
  explicit operator bool() const { return code == Errc::ok; }
};

/// A suspended continuation. Exactly one of complete() and destroy() ends it and frees it.
/// Made by suspend_as(); held by its supplier from start to end.
class PendingOp {
 public:
  using Hook = boost::intrusive::list_member_hook<
      boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  PendingOp(const PendingOp&) = delete;
  PendingOp& operator=(const PendingOp&) = delete;

  /// Resumes the continuation, here and now. For suppliers only.
  void complete(Outcome outcome) { end_(this, &outcome); }
  /// Drops the continuation without resuming it. For suppliers only.
  void destroy() { end_(this, nullptr); }

  Hook owner_hook;  ///< the supplier's list of everything this node waits for, in creation order
  Hook queue_hook;  ///< the list of what is waited on: an Event, a stream, an offload queue
  /// Free for the supplier: a timer's slot, a state, an owner. Zero at the start.
  std::uint64_t supplier_words[3] = {0, 0, 0};

 protected:
  using End = void (*)(PendingOp*, const Outcome*);
  explicit PendingOp(End end) : end_(end) {}
  ~PendingOp() = default;

 private:
  End end_;
};

/// Operations that wait for the same thing, oldest first. An op leaves it by itself when it ends.
using OpQueue = boost::intrusive::list<
    PendingOp, boost::intrusive::member_hook<PendingOp, PendingOp::Hook, &PendingOp::queue_hook>,
    boost::intrusive::constant_time_size<false>>;

/// What a world supplies so that coroutines of one node can wait. One instance per node
/// incarnation.
class Waits {
 public:
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;
  virtual ~Waits() = default;

  /// Takes `op`. It ends by wake(), by cancel(), with `at_deadline` when this node's monotonic
  /// clock reads at least `deadline` (`never`: no deadline), or by destruction with its node.
  virtual void suspend(PendingOp& op, MonoTime deadline, Errc at_deadline) = 0;

  /// Ends a suspended `op` with `outcome`. The continuation runs later, from the loop, never inside
  /// this call. Ignored for an op that was woken already and on a dead node.
  virtual void wake(PendingOp& op, Outcome outcome) = 0;

  /// As wake(op, {Errc::cancelled}), except where the supplier has to stop an operation of its own
  /// first; then the op ends when that has stopped.
  virtual void cancel(PendingOp& op) = 0;

  /// False once the node crashed or its world is being torn down: frames are being destroyed.
  [[nodiscard]] virtual bool alive() const = 0;

  [[nodiscard]] OpPool& pool() { return pool_; }

 protected:
  explicit Waits(OpPool& pool) : pool_(pool) {}

 private:
  OpPool& pool_;
};

namespace detail {

/// A PendingOp that owns a completion handler. Honours the handler's cancellation slot (terminal
/// and partial cancellation; `total` does not reach co_spawned code).
template <class Handler>
class HandlerOp final : public PendingOp {
 public:
  static HandlerOp& make(Waits& waits, Handler&& handler) {
    void* memory = waits.pool().allocate(sizeof(HandlerOp));
    auto* op = ::new (memory) HandlerOp(waits, std::move(handler));
    op->listen();
    return *op;
  }

 private:
  HandlerOp(Waits& waits, Handler&& handler)
      : PendingOp(&HandlerOp::end), waits_(waits), handler_(std::move(handler)) {}

  void listen() {
    auto slot = asio::get_associated_cancellation_slot(handler_);
    if (!slot.is_connected()) return;
    slot.assign([this](asio::cancellation_type type) {
      constexpr auto stops = asio::cancellation_type::terminal | asio::cancellation_type::partial;
      if ((type & stops) != asio::cancellation_type::none) waits_.cancel(*this);
    });
  }

  static void end(PendingOp* base, const Outcome* outcome) {
    auto* self = static_cast<HandlerOp*>(base);
    if (outcome != nullptr) {  // a destroyed op's slot dies with its frame; do not touch it
      auto slot = asio::get_associated_cancellation_slot(self->handler_);
      if (slot.is_connected()) slot.clear();
    }
    OpPool& pool = self->waits_.pool();
    Handler handler(std::move(self->handler_));
    self->~HandlerOp();
    pool.deallocate(self, sizeof(HandlerOp));
    if (outcome != nullptr) std::move(handler)(*outcome);
  }

  Waits& waits_;
  Handler handler_;
};

}  // namespace detail

/// The shape of every operation of the seam: turns `start(PendingOp&, args...)` into an awaitable
/// Outcome. `start` is a captureless function; arguments travel after the token (style rule 7).
template <class Start, class... Args>
[[nodiscard]] Task<Outcome> suspend_as(Waits& waits, Start start, Args... args) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Outcome)>(
      [](auto handler, Waits* w, Start go, Args... rest) {
        using Op = detail::HandlerOp<std::decay_t<decltype(handler)>>;
        go(Op::make(*w, std::move(handler)), rest...);
      },
      asio::use_awaitable, &waits, start, args...);
}

/// Waits until this node's monotonic clock reads at least `deadline`.
/// @return `ok` when it does, `cancelled` when the task was stopped first.
[[nodiscard]] inline Task<Outcome> sleep_until(Waits& waits, MonoTime deadline) {
  return suspend_as(
      waits, [](PendingOp& op, Waits* w, MonoTime t) { w->suspend(op, t, Errc::ok); }, &waits,
      deadline);
}

}  // namespace lockstep::env
