// Channels: bounds, order, close, and that nothing is lost to a receiver that gives up.
#include <numeric>
#include <vector>

#include "impl/env/channel.hpp"
#include "impl/env/task_group.hpp"
#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {
namespace {

using env::Channel;
using env::TaskGroup;
using Ints = Channel<int>;

Task<void> send_range(Ints* channel, int first, int count, int* sent) {
  for (int i = 0; i < count; ++i) {
    const Outcome done = co_await channel->send(first + i);
    if (!done) co_return;
    ++*sent;
  }
}

Task<void> receive_into(Ints* channel, std::vector<int>* got) {
  for (;;) {
    const Result<int> value = co_await channel->receive();
    if (!value) co_return;
    got->push_back(*value);
  }
}

TEST_P(EnvContract, a_channel_keeps_the_order_and_its_bound) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Ints channel(env.waits, 3);
    int sent = 0;
    group.spawn(send_range(&channel, 0, 10, &sent));
    co_await env::sleep_for(env, moment);
    EXPECT_EQ(sent, 3);
    EXPECT_EQ(channel.size(), 3U);
    EXPECT_FALSE(channel.try_send(99));
    for (int i = 0; i < 10; ++i) {
      const Result<int> value = co_await channel.receive();
      EXPECT_EQ(value, i);
    }
    EXPECT_TRUE(channel.try_send(99));
    co_await group.join();
  });
}

TEST_P(EnvContract, many_senders_and_receivers_lose_and_double_nothing) {
  run([](Env& env) -> Task<void> {
    TaskGroup senders(env);
    TaskGroup receivers(env);
    Ints channel(env.waits, 4);
    int sent = 0;
    std::vector<int> got;
    for (int r = 0; r < 5; ++r) receivers.spawn(receive_into(&channel, &got));
    for (int s = 0; s < 8; ++s) senders.spawn(send_range(&channel, s * 100, 100, &sent));
    co_await senders.join();
    channel.close();
    co_await receivers.join();
    EXPECT_EQ(sent, 800);
    std::sort(got.begin(), got.end());
    std::vector<int> all(800);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(got, all);
  });
}

TEST_P(EnvContract, close_delivers_what_was_sent_and_refuses_the_rest) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Ints channel(env.waits, 2);
    int sent = 0;
    group.spawn(send_range(&channel, 0, 5, &sent));
    co_await env::sleep_for(env, moment);
    channel.close();
    co_await group.join();  // the sender that waited for room gave up
    EXPECT_EQ(sent, 2);
    std::vector<int> got;
    co_await receive_into(&channel, &got);
    EXPECT_EQ(got, (std::vector<int>{0, 1}));
    const Outcome late = co_await channel.send(7);
    EXPECT_EQ(late.code, Errc::closed);
    EXPECT_FALSE(channel.try_send(7));
    const Result<int> none = co_await channel.receive();
    EXPECT_EQ(none.error().code, Errc::closed);
  });
}

TEST_P(EnvContract, close_wakes_receivers_that_wait) {
  run([](Env& env) -> Task<void> {
    TaskGroup group(env);
    Ints channel(env.waits, 1);
    std::vector<int> got;
    for (int i = 0; i < 10; ++i) group.spawn(receive_into(&channel, &got));
    co_await env::sleep_for(env, moment);
    channel.close();
    co_await group.join();
    EXPECT_TRUE(got.empty());
  });
}

TEST_P(EnvContract, channel_waits_end_at_their_deadlines) {
  run([](Env& env) -> Task<void> {
    Ints channel(env.waits, 1);
    const MonoTime first = env.clock.now() + moment;
    const Result<int> none = co_await channel.receive(first);
    EXPECT_EQ(none.error().code, Errc::no_reply);
    EXPECT_FALSE(none.error().indefinite());
    EXPECT_GE(env.clock.now(), first);
    EXPECT_TRUE(channel.try_send(1));
    const MonoTime second = env.clock.now() + moment;
    const Outcome full = co_await channel.send(2, second);
    EXPECT_EQ(full.code, Errc::no_reply);
    EXPECT_GE(env.clock.now(), second);
    const Result<int> value = co_await channel.receive();
    EXPECT_EQ(value, 1);
    EXPECT_EQ(channel.size(), 0U);  // the value that found no room was dropped
  });
}

Task<void> receive_one(Ints* channel, int* got) {
  const Result<int> value = co_await channel->receive();
  if (value) *got = *value;
}

TEST_P(EnvContract, a_value_is_not_lost_to_a_receiver_that_is_stopped) {
  run([](Env& env) -> Task<void> {
    Ints channel(env.waits, 8);
    TaskGroup doomed(env);
    TaskGroup heir(env);
    int first = 0;
    int second = 0;
    doomed.spawn(receive_one(&channel, &first));
    co_await env::sleep_for(env, milliseconds(1));
    heir.spawn(receive_one(&channel, &second));
    co_await env::sleep_for(env, milliseconds(1));
    EXPECT_TRUE(channel.try_send(1));  // wakes the first, which is stopped before it runs
    doomed.stop();
    EXPECT_TRUE(channel.try_send(2));
    co_await doomed.join();
    co_await heir.join();
    int left = static_cast<int>(channel.size());
    EXPECT_EQ(first + second + (left > 0 ? 2 : 0), 3);
    EXPECT_NE(second, 0);
  });
}

}  // namespace
}  // namespace lockstep::conformance
