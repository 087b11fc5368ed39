// Deadlines of every kind of operation: not early, with the code that the seam names, and what was
// waited on stays usable. Channels and storage calls: in the files of those.
#include "impl/env/event.hpp"
#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {
namespace {

using env::Event;
using Does = PeerScript::Does;

TEST_P(EnvContract, a_wait_for_an_event_ends_at_its_deadline) {
  run([](Env& env) -> Task<void> {
    Event event(env.waits);
    for (int i = 0; i < 3; ++i) {
      const MonoTime deadline = env.clock.now() + moment;
      const Outcome waited = co_await event.wait(deadline);
      EXPECT_EQ(waited.code, Errc::no_reply);
      EXPECT_GE(env.clock.now(), deadline);
      EXPECT_FALSE(event.has_waiters());
    }
  });
}

TEST_P(EnvContract, a_deadline_in_the_past_ends_a_wait) {
  run([](Env& env) -> Task<void> {
    Event event(env.waits);
    const Outcome waited = co_await event.wait(env.clock.now() - seconds(1));
    EXPECT_EQ(waited.code, Errc::no_reply);
    EXPECT_FALSE(event.has_waiters());
  });
}

Task<void> read_with_deadline(Env& env, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  std::string buffer(100, '\0');
  for (int i = 0; i < 3; ++i) {
    const MonoTime deadline = env.clock.now() + moment;
    const Outcome read = co_await env::read_some(*stream, bytes_of(buffer), deadline);
    EXPECT_EQ(name_of(read.code), "no_reply");
    EXPECT_GE(env.clock.now(), deadline);
    co_await send(*stream, "still usable");
    const std::string back = co_await receive(*stream, 12, env);
    EXPECT_EQ(back, "still usable");
  }
}

TEST_P(EnvContract, a_read_ends_at_its_deadline_and_the_stream_goes_on) {
  Peer& peer = this->peer({Does::echo});
  run([&peer](Env& env) { return read_with_deadline(env, &peer); });
}

Task<void> write_with_deadline(Env& env, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  const std::string much(more_than_fits, '.');
  const MonoTime deadline = env.clock.now() + 10 * moment;
  const Outcome wrote =
      co_await env::write_all(*stream, bytes_of(std::string_view(much)), deadline);
  EXPECT_EQ(name_of(wrote.code), "no_reply");
  EXPECT_GE(env.clock.now(), deadline);
}

TEST_P(EnvContract, a_blocked_write_ends_at_its_deadline) {
  Peer& peer = this->peer({Does::stall});
  run([&peer](Env& env) { return write_with_deadline(env, &peer); });
}

Task<void> connect_with_deadline(Env& env, Peer* peer) {
  const MonoTime deadline = env.clock.now() + 4 * moment;
  const Result<StreamPtr> stream = co_await env.network.connect(peer->endpoint(), deadline);
  EXPECT_FALSE(stream.has_value());
  if (stream) co_return;
  EXPECT_EQ(name_of(stream.error().code), "unreachable") << to_text(stream.error());
  EXPECT_FALSE(stream.error().indefinite());
  EXPECT_GE(env.clock.now(), deadline);
}

TEST_P(EnvContract, a_connect_without_an_answer_ends_at_its_deadline) {
  Peer& peer = this->peer({Does::deaf});
  run([&peer](Env& env) { return connect_with_deadline(env, &peer); });
}

Task<void> answer_in_time(Env& env, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  std::string buffer(100, '\0');
  for (int i = 0; i < 200; ++i) {  // a deadline that was not reached leaves nothing behind
    co_await send(*stream, "ping");
    const MonoTime deadline = env.clock.now() + patience;
    const Outcome read = co_await env::read_some(*stream, bytes_of(buffer), deadline);
    EXPECT_EQ(read.code, Errc::ok);
  }
}

TEST_P(EnvContract, an_answer_in_time_disarms_the_deadline) {
  Peer& peer = this->peer({Does::echo});
  run([&peer](Env& env) { return answer_in_time(env, &peer); });
}

}  // namespace
}  // namespace lockstep::conformance
