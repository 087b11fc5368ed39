#include "impl/redis/connection_machine.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"

namespace lockstep::redis {

ConnectionMachine::Action ConnectionMachine::step(MonoTime now, Input input) {
  using Kind = Input::Kind;
  switch (input.kind) {
    case Kind::look: break;
    case Kind::connected:
      ASSERT(state_ == State::connecting);
      state_ = State::up;
      proved_ = false;
      break;
    case Kind::failed:
      ASSERT(state_ == State::connecting);
      state_ = State::down;
      count_failure(now, input.jitter_bits);
      break;
    case Kind::lost:
      ASSERT(state_ == State::up);
      state_ = State::down;
      if (!proved_) count_failure(now, input.jitter_bits);
      break;
    case Kind::turned_away:
      ASSERT(state_ == State::up);
      state_ = State::down;
      count_failure(now, input.jitter_bits);
      break;
  }
  if (state_ == State::up) return {Action::Kind::serve, never};
  if (state_ == State::connecting || !input.wanted) return {Action::Kind::wait, never};
  if (now < not_before_) return {Action::Kind::wait, not_before_};
  state_ = State::connecting;
  return {Action::Kind::connect, never};
}

void ConnectionMachine::count_failure(MonoTime now, std::uint64_t jitter_bits) {
  ++failures_;
  not_before_ = saturating_add(now, backoff_pause(backoff_, failures_, jitter_bits));
}

Nanos backoff_pause(ConnectionMachine::Backoff backoff, std::uint32_t k,
                    std::uint64_t jitter_bits) {
  ASSERT(k > 0);
  Nanos pause = backoff.min;
  for (std::uint32_t i = 1; i < k && pause < backoff.max; ++i) {
    pause = pause > backoff.max / 2 ? backoff.max : pause * 2;
  }
  pause = std::max(std::min(pause, backoff.max), Nanos(1));
  return between(jitter_bits, pause / 2, pause);
}

bool fails_waiters(Errc code) {
  return code == Errc::denied || code == Errc::bad_certificate || code == Errc::protocol ||
         code == Errc::invalid_argument;
}

}  // namespace lockstep::redis
