// StopToken: tells coroutines of one node to come to an end; polled or awaited. StopSource fires
// it. Unlike cancellation it interrupts nothing: the worker decides where it stops.
#pragma once

#include <memory>

#include "impl/env/env.hpp"
#include "impl/env/event.hpp"

namespace lockstep::lock {

class StopToken {
 public:
  [[nodiscard]] bool requested() const { return state_->requested; }

  /// Waits for the request; good for sleeping too.
  /// @return `ok` once requested (at once if it was), `no_reply` at `deadline`, `cancelled`.
  [[nodiscard]] env::Task<env::Outcome> wait(MonoTime deadline = never) const {
    return wait_on(state_, deadline);
  }

 private:
  friend class StopSource;
  struct State {
    explicit State(env::Waits& waits) : event(waits) {}
    bool requested = false;
    env::Event event;
  };
  explicit StopToken(std::shared_ptr<State> state) : state_(std::move(state)) {}

  [[nodiscard]] static env::Task<env::Outcome> wait_on(std::shared_ptr<State> state,
                                                       MonoTime deadline) {
    while (!state->requested) {
      const env::Outcome woken = co_await state->event.wait(deadline);
      if (!woken && !state->requested) co_return woken;
    }
    co_return env::Outcome{};
  }

  std::shared_ptr<State> state_;
};

class StopSource {
 public:
  explicit StopSource(env::Env& env) : state_(std::make_shared<StopToken::State>(env.waits)) {}

  [[nodiscard]] StopToken token() const { return StopToken(state_); }
  [[nodiscard]] bool requested() const { return state_->requested; }
  /// Idempotent.
  void request() {
    state_->requested = true;
    state_->event.notify_all();
  }

 private:
  std::shared_ptr<StopToken::State> state_;
};

}  // namespace lockstep::lock
