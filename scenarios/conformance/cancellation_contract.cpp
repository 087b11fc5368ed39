// Stopping a task in every kind of wait: the wait ends with `cancelled`, the next co_await throws,
// and what was waited on is as good as before where the seam says so.
#include <atomic>
#include <optional>

#include "impl/env/channel.hpp"
#include "impl/env/task_group.hpp"
#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {
namespace {

using env::Channel;
using env::Event;
using env::TaskGroup;
using Does = PeerScript::Does;

/// How a stopped task's wait ended, and whether the task ran on.
struct Stopped {
  std::optional<Errc> ended;
  bool ran_on = false;
};

/// The end of every task here: this is where a stopped one must throw.
Task<void> run_on(Env& env, Stopped* stopped) {
  co_await env::sleep_for(env, Nanos(0));
  stopped->ran_on = true;
}

/// Lets `waiting` wait for `time`, stops it, and expects that it was waiting, and ends cancelled.
Task<void> stop_after(Env& env, Task<void> waiting, Stopped* stopped, Nanos time) {
  TaskGroup group(env);
  group.spawn(std::move(waiting));
  co_await env::sleep_for(env, time);
  EXPECT_FALSE(stopped->ended) << "it did not wait";
  group.stop();
  EXPECT_FALSE(stopped->ended) << "resumed inside stop()";
  co_await group.join();
  EXPECT_EQ(name_of(stopped->ended.value_or(Errc::ok)), "cancelled");
  EXPECT_FALSE(stopped->ran_on);
}

Task<void> in_sleep(Env& env, Stopped* stopped) {
  const Outcome ended = co_await env::sleep_for(env, seconds(1000));
  stopped->ended = ended.code;
  co_await run_on(env, stopped);
}

TEST_P(EnvContract, a_sleep_is_cancelled) {
  run([](Env& env) -> Task<void> {
    Stopped stopped;
    co_await stop_after(env, in_sleep(env, &stopped), &stopped, moment);
  });
}

Task<void> in_event(Env& env, Event* event, Stopped* stopped) {
  const Outcome ended = co_await event->wait();
  stopped->ended = ended.code;
  co_await run_on(env, stopped);
}

TEST_P(EnvContract, a_wait_for_an_event_is_cancelled) {
  run([](Env& env) -> Task<void> {
    Event event(env.waits);
    Stopped stopped;
    co_await stop_after(env, in_event(env, &event, &stopped), &stopped, moment);
    EXPECT_FALSE(event.has_waiters());
  });
}

Task<void> in_receive(Env& env, Channel<int>* channel, Stopped* stopped) {
  const Result<int> ended = co_await channel->receive();
  stopped->ended = ended ? Errc::ok : ended.error().code;
  co_await run_on(env, stopped);
}

TEST_P(EnvContract, a_receive_is_cancelled) {
  run([](Env& env) -> Task<void> {
    Channel<int> channel(env.waits, 1);
    Stopped stopped;
    co_await stop_after(env, in_receive(env, &channel, &stopped), &stopped, moment);
    EXPECT_TRUE(channel.try_send(1));
  });
}

Task<void> in_send(Env& env, Channel<int>* channel, Stopped* stopped) {
  const Outcome ended = co_await channel->send(2);
  stopped->ended = ended.code;
  co_await run_on(env, stopped);
}

TEST_P(EnvContract, a_send_to_a_full_channel_is_cancelled) {
  run([](Env& env) -> Task<void> {
    Channel<int> channel(env.waits, 1);
    EXPECT_TRUE(channel.try_send(1));
    Stopped stopped;
    co_await stop_after(env, in_send(env, &channel, &stopped), &stopped, moment);
    const Result<int> value = co_await channel.receive();
    EXPECT_EQ(value, 1);
    EXPECT_EQ(channel.size(), 0U);
  });
}

Task<void> in_read(Env& env, env::Stream* stream, Stopped* stopped) {
  std::string buffer(100, '\0');
  const Outcome ended = co_await env::read_some(*stream, bytes_of(buffer));
  stopped->ended = ended.code;
  co_await run_on(env, stopped);
}

Task<void> cancel_a_read(Env& env, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  for (int i = 0; i < 3; ++i) {
    Stopped stopped;
    co_await stop_after(env, in_read(env, stream.get(), &stopped), &stopped, moment);
    const std::string said = pattern(1000);
    co_await send(*stream, said);
    co_await env::sleep_for(env, moment);  // the echo arrives while nobody reads
    const std::string heard = co_await receive(*stream, said.size(), env);
    EXPECT_TRUE(heard == said);
  }
}

TEST_P(EnvContract, a_read_is_cancelled_and_no_byte_is_lost) {
  Peer& peer = this->peer({Does::echo});
  run([&peer](Env& env) { return cancel_a_read(env, &peer); });
}

Task<void> in_write(Env& env, env::Stream* stream, Stopped* stopped) {
  const std::string much(more_than_fits, '.');
  const Outcome ended = co_await env::write_all(*stream, bytes_of(std::string_view(much)));
  stopped->ended = ended.code;
  co_await run_on(env, stopped);
}

Task<void> cancel_a_write(Env& env, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  Stopped stopped;
  co_await stop_after(env, in_write(env, stream.get(), &stopped), &stopped, 10 * moment);
}

TEST_P(EnvContract, a_blocked_write_is_cancelled) {
  Peer& peer = this->peer({Does::stall});
  run([&peer](Env& env) { return cancel_a_write(env, &peer); });
}

Task<void> in_connect(Env& env, env::Endpoint endpoint, Stopped* stopped) {
  const Result<StreamPtr> ended = co_await env.network.connect(endpoint, never);
  stopped->ended = ended ? Errc::ok : ended.error().code;
  EXPECT_TRUE(ended || !ended.error().indefinite());
  co_await run_on(env, stopped);
}

Task<void> cancel_a_connect(Env& env, Peer* peer) {
  Stopped stopped;
  co_await stop_after(env, in_connect(env, peer->endpoint(), &stopped), &stopped, moment);
}

TEST_P(EnvContract, a_connect_is_cancelled) {
  Peer& peer = this->peer({Does::deaf});
  run([&peer](Env& env) { return cancel_a_connect(env, &peer); });
}

Task<void> in_offload(Env& env, std::function<void()> fn, Stopped* stopped) {
  const Outcome ended = co_await env.storage.offload(std::move(fn), never);
  stopped->ended = ended.code;
  co_await run_on(env, stopped);
}

Task<void> cancel_an_offload(Env& env, std::function<void()> work) {
  const auto done = std::make_shared<std::atomic<bool>>(false);
  std::function<void()> fn = [work, done] {
    work();
    *done = true;
  };
  Stopped stopped;
  co_await stop_after(env, in_offload(env, std::move(fn), &stopped), &stopped, Nanos(1));
  const std::function<bool()> has_run = [done] { return done->load(); };
  co_await eventually(env, has_run);
}

TEST_P(EnvContract, a_wait_for_a_storage_call_is_cancelled_and_the_call_runs) {
  std::function<void()> work = world().storage_call(10 * moment);
  run([work](Env& env) { return cancel_an_offload(env, work); });
}

}  // namespace
}  // namespace lockstep::conformance
