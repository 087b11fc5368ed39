// The end of a node whose coroutines wait for all kinds of things: every frame is destroyed while
// the env still stands, none is resumed, and nothing that destructors try has an effect.
#include <vector>

#include "impl/env/channel.hpp"
#include "impl/env/task_group.hpp"
#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {
namespace {

using env::Channel;
using env::Event;
using env::TaskGroup;
using Does = PeerScript::Does;

/// What became of the frames.
struct Fates {
  int waiting = 0;
  int destroyed = 0;
  int resumed = 0;
};

/// Lives in a frame; uses the env in its destructor, as a careless RAII lock would.
class Witness {
 public:
  Witness(Env& env, Fates* fates) : env_(env), fates_(fates), last_(env.clock.now()) {
    ++fates_->waiting;
  }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() {
    EXPECT_GE(env_.clock.now(), last_);
    EXPECT_FALSE(env_.waits.alive());
    ++fates_->destroyed;
  }
  void resumed() { ++fates_->resumed; }

 private:
  Env& env_;
  Fates* fates_;
  MonoTime last_;
};

Task<void> in_sleep(Env& env, Fates* fates) {
  Witness witness(env, fates);
  co_await env::sleep_for(env, seconds(1000));
  witness.resumed();
}

Task<void> in_event(Env& env, Fates* fates) {
  Witness witness(env, fates);
  Event event(env.waits);
  co_await event.wait();
  witness.resumed();
}

Task<void> in_receive(Env& env, Fates* fates) {
  Witness witness(env, fates);
  Channel<std::unique_ptr<int>> channel(env.waits, 1);
  const auto value = co_await channel.receive();
  witness.resumed();
}

Task<void> in_read(Env& env, Fates* fates, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  Witness witness(env, fates);
  std::string buffer(100, '\0');
  co_await env::read_some(*stream, bytes_of(buffer), env.clock.now() + seconds(1000));
  witness.resumed();
}

Task<void> in_write(Env& env, Fates* fates, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  Witness witness(env, fates);
  const std::string much(more_than_fits, '.');
  co_await env::write_all(*stream, bytes_of(std::string_view(much)));
  witness.resumed();
}

Task<void> in_connect(Env& env, Fates* fates, Peer* peer) {
  Witness witness(env, fates);
  const auto stream = co_await env.network.connect(peer->endpoint(), never);
  witness.resumed();
}

Task<void> in_join(Env& env, Fates* fates) {
  Witness witness(env, fates);
  TaskGroup group(env);
  group.spawn(in_sleep(env, fates));
  co_await group.join();
  witness.resumed();
}

/// A storage call runs or waits at any time.
Task<void> in_offload(Env& env, Fates* fates, std::function<void()> work) {
  Witness witness(env, fates);
  for (;;) {
    const Outcome ran = co_await env.storage.offload(work, never);
    EXPECT_EQ(ran.code, Errc::ok);
  }
}

struct Others {
  Peer* silent;
  Peer* deaf;
  std::function<void()> work;
};

Task<void> wait_for_everything(Env& env, Fates* fates, Others others) {
  Witness witness(env, fates);
  TaskGroup group(env);
  group.spawn(in_sleep(env, fates));
  group.spawn(in_event(env, fates));
  group.spawn(in_receive(env, fates));
  group.spawn(in_read(env, fates, others.silent));
  group.spawn(in_write(env, fates, others.silent));
  group.spawn(in_connect(env, fates, others.deaf));
  group.spawn(in_join(env, fates));
  group.spawn(in_offload(env, fates, others.work));
  co_await group.join();
  witness.resumed();
}

TEST_P(EnvContract, a_crash_destroys_every_frame_in_every_kind_of_wait_and_resumes_none) {
  Fates fates;
  const Others others{&peer({Does::stall}), &peer({Does::deaf}), world().storage_call(moment)};
  world().run_and_crash(
      [&fates, others](Env& env) { return wait_for_everything(env, &fates, others); }, 20 * moment);
  EXPECT_EQ(fates.waiting, 10);
  EXPECT_EQ(fates.destroyed, 10);
  EXPECT_EQ(fates.resumed, 0);
  end_world();
  EXPECT_EQ(fates.destroyed, 10);
  EXPECT_EQ(fates.resumed, 0);
}

Task<void> a_thousand(Env& env, Fates* fates) {
  TaskGroup group(env);
  for (int i = 0; i < 500; ++i) {
    group.spawn(in_event(env, fates));
    group.spawn(in_sleep(env, fates));
  }
  co_await group.join();
}

TEST_P(EnvContract, a_crash_destroys_a_thousand_frames) {
  Fates fates;
  world().run_and_crash([&fates](Env& env) { return a_thousand(env, &fates); }, 4 * moment);
  EXPECT_EQ(fates.waiting, 1000);
  EXPECT_EQ(fates.destroyed, 1000);
  EXPECT_EQ(fates.resumed, 0);
}

/// Unlocks, wakes and closes in its destructor.
class Unlock {
 public:
  Unlock(Env& env, env::Stream* stream, Event* event, Fates* fates)
      : env_(env), stream_(stream), event_(event), fates_(fates) {}
  Unlock(const Unlock&) = delete;
  Unlock& operator=(const Unlock&) = delete;
  ~Unlock() {
    event_->notify_all();
    stream_->close();
    TaskGroup group(env_);
    group.spawn(in_sleep(env_, fates_));
    group.stop();
  }

 private:
  Env& env_;
  env::Stream* stream_;
  Event* event_;
  Fates* fates_;
};

Task<void> wait_with_unlock(Env& env, Fates* fates, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  TaskGroup group(env);
  Event event(env.waits);
  const Unlock unlock(env, stream.get(), &event, fates);
  group.spawn(in_sleep(env, fates));
  co_await event.wait();
  ++fates->resumed;
}

TEST_P(EnvContract, what_destructors_of_a_crashed_node_try_has_no_effect) {
  Fates fates;
  Peer& silent = peer({Does::stall});
  world().run_and_crash(
      [&fates, &silent](Env& env) { return wait_with_unlock(env, &fates, &silent); }, 20 * moment);
  EXPECT_EQ(fates.waiting, 1);  // the task that the destructor spawned never began
  EXPECT_EQ(fates.destroyed, 1);
  EXPECT_EQ(fates.resumed, 0);
}

}  // namespace
}  // namespace lockstep::conformance
