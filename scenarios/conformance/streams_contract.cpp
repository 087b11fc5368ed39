// Connections and streams of bytes.
#include <algorithm>

#include "impl/env/task_group.hpp"
#include "scenarios/conformance/env_contract.hpp"

namespace lockstep::conformance {
namespace {

using env::TaskGroup;
using Does = PeerScript::Does;

Task<void> echo_back(Env& env, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  for (const std::size_t size : {1U, 100U, 70'000U}) {
    const std::string sent = pattern(size);
    co_await send(*stream, sent);
    const std::string back = co_await receive(*stream, size, env);
    EXPECT_TRUE(back == sent) << size;
  }
}

TEST_P(EnvContract, what_was_written_comes_back) {
  Peer& peer = this->peer({Does::echo});
  run([&peer](Env& env) { return echo_back(env, &peer); });
}

TEST_P(EnvContract, many_connections_do_not_mix) {
  Peer& peer = this->peer({Does::echo});
  run([&peer](Env& env) {
    return [](Env& e, Peer* p) -> Task<void> {
      TaskGroup group(e);
      for (int i = 0; i < 20; ++i) group.spawn(echo_back(e, p));
      co_await group.join();
    }(env, &peer);
  });
}

Task<void> connect_and_expect(Env& env, env::Endpoint endpoint, Errc expected) {
  const Result<StreamPtr> stream =
      co_await env.network.connect(endpoint, env.clock.now() + patience);
  EXPECT_FALSE(stream.has_value());
  if (stream) co_return;
  EXPECT_EQ(name_of(stream.error().code), name_of(expected)) << to_text(stream.error());
  EXPECT_FALSE(stream.error().indefinite());
  EXPECT_TRUE(stream.error().detail.contains(endpoint.host)) << to_text(stream.error());
}

TEST_P(EnvContract, a_port_without_a_listener_refuses) {
  Peer& peer = this->peer({Does::absent});
  run([&peer](Env& env) { return connect_and_expect(env, peer.endpoint(), Errc::refused); });
}

TEST_P(EnvContract, a_name_that_does_not_resolve_is_refused) {
  run([](Env& env) -> Task<void> {
    const env::Endpoint nowhere{"no such host", 1, std::nullopt};
    co_await connect_and_expect(env, nowhere, Errc::refused);
  });
}

Task<void> hear_then_lose(Env& env, Peer* peer, std::string expected) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  const std::string heard = co_await receive_all(*stream, env);
  EXPECT_EQ(heard, expected);
  std::string buffer(10, '\0');
  for (int i = 0; i < 2; ++i) {
    const Outcome more = co_await env::read_some(*stream, bytes_of(buffer));
    EXPECT_EQ(name_of(more.code), name_of(Errc::connection_lost));
  }
}

TEST_P(EnvContract, a_peer_that_hangs_up_is_heard_out_and_then_lost) {
  Peer& peer = this->peer({Does::hang_up, 0, "farewell"});
  run([&peer](Env& env) { return hear_then_lose(env, &peer, "farewell"); });
}

Task<void> speak_then_lose(Env& env, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  co_await send(*stream, "0123456789");
  std::string buffer(10, '\0');
  const MonoTime limit = env.clock.now() + patience;
  const Outcome read = co_await env::read_some(*stream, bytes_of(buffer), limit);
  EXPECT_EQ(name_of(read.code), name_of(Errc::connection_lost));
  Outcome wrote;
  for (int i = 0; i < 100 && wrote; ++i) {  // the first may still be taken by the transport
    wrote = co_await env::write_all(*stream, bytes_of("more"), limit);
    co_await env::sleep_for(env, milliseconds(1));
  }
  EXPECT_EQ(name_of(wrote.code), name_of(Errc::connection_lost));
}

TEST_P(EnvContract, a_reset_connection_is_lost_in_both_directions) {
  Peer& peer = this->peer({Does::reset, 10});
  run([&peer](Env& env) { return speak_then_lose(env, &peer); });
}

TEST_P(EnvContract, a_closed_connection_is_lost_in_both_directions) {
  Peer& peer = this->peer({Does::hang_up, 10});
  run([&peer](Env& env) { return speak_then_lose(env, &peer); });
}

Task<void> write_and_leave(Env& env, Peer* peer, std::string text, bool close) {
  StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  co_await send(*stream, text);
  if (close) {
    stream->close();
    stream->close();  // idempotent
  }
  stream.reset();
  const std::function<bool()> has_ended = [peer] { return peer->log().ended == 1; };
  co_await eventually(env, has_ended);
  EXPECT_TRUE(peer->log().received == text);
}

TEST_P(EnvContract, bytes_written_before_close_arrive) {
  Peer& peer = this->peer({Does::swallow});
  run([&peer](Env& env) { return write_and_leave(env, &peer, pattern(50'000), true); });
}

TEST_P(EnvContract, destruction_closes) {
  Peer& peer = this->peer({Does::swallow});
  run([&peer](Env& env) { return write_and_leave(env, &peer, pattern(50'000), false); });
}

TEST_P(EnvContract, ten_megabytes_reach_a_slow_reader) {
  Peer& peer = this->peer({Does::dawdle});
  run([&peer](Env& env) { return write_and_leave(env, &peer, pattern(10'000'000), true); });
}

Task<void> write_and_close(env::Stream* stream, const std::string* text) {
  co_await send(*stream, *text);
}

TEST_P(EnvContract, ten_megabytes_flow_both_ways_at_once) {
  Peer& peer = this->peer({Does::echo});
  run([&peer](Env& env) {
    return [](Env& e, Peer* p) -> Task<void> {
      const StreamPtr stream = co_await connected(e, *p);
      if (!stream) co_return;
      TaskGroup group(e);
      const std::string sent = pattern(10'000'000);
      group.spawn(write_and_close(stream.get(), &sent));
      const std::string back = co_await receive(*stream, sent.size(), e);
      co_await group.join();
      EXPECT_TRUE(back == sent);
    }(env, &peer);
  });
}

TEST_P(EnvContract, reads_take_no_more_than_asked_and_keep_the_order) {
  Peer& peer = this->peer({Does::hang_up, 0, pattern(3000)});
  run([&peer](Env& env) {
    return [](Env& e, Peer* p) -> Task<void> {
      const StreamPtr stream = co_await connected(e, *p);
      if (!stream) co_return;
      std::string all;
      std::string small(7, '\0');
      for (;;) {
        const Outcome got = co_await env::read_some(*stream, bytes_of(small));
        if (!got) break;
        EXPECT_GT(got.n, 0U);
        EXPECT_LE(got.n, 7U);
        all.append(small, 0, got.n);
      }
      EXPECT_TRUE(all == pattern(3000));
    }(env, &peer);
  });
}

/// How a pending read and a pending write ended.
struct Ends {
  std::optional<Errc> read;
  std::optional<Errc> wrote;
};

Task<void> read_pending(env::Stream* stream, Ends* ends) {
  std::string buffer(10, '\0');
  const Outcome got = co_await env::read_some(*stream, bytes_of(buffer));
  ends->read = got.code;
}

Task<void> write_pending(env::Stream* stream, Ends* ends) {
  const std::string much(more_than_fits, '.');
  const Outcome wrote = co_await env::write_all(*stream, bytes_of(std::string_view(much)));
  ends->wrote = wrote.code;
}

Task<void> end_with_pending(Env& env, Peer* peer, bool destroy) {
  StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  TaskGroup group(env);
  Ends ends;
  group.spawn(read_pending(stream.get(), &ends));
  group.spawn(write_pending(stream.get(), &ends));
  co_await env::sleep_for(env, 10 * moment);
  EXPECT_FALSE(ends.read || ends.wrote);
  destroy ? stream.reset() : stream->close();
  EXPECT_FALSE(ends.read || ends.wrote);  // later, never inside the call
  co_await group.join();
  EXPECT_EQ(ends.read, Errc::closed);
  EXPECT_EQ(ends.wrote, Errc::closed);
  if (destroy) co_return;
  std::string buffer(10, '\0');
  const Outcome read = co_await env::read_some(*stream, bytes_of(buffer));
  EXPECT_EQ(read.code, Errc::closed);
  const Outcome wrote = co_await env::write_all(*stream, bytes_of("text"));
  EXPECT_EQ(wrote.code, Errc::closed);
}

TEST_P(EnvContract, close_ends_pending_operations_and_all_later_ones) {
  Peer& peer = this->peer({Does::stall});
  run([&peer](Env& env) { return end_with_pending(env, &peer, false); });
}

TEST_P(EnvContract, destruction_ends_pending_operations) {
  Peer& peer = this->peer({Does::stall});
  run([&peer](Env& env) { return end_with_pending(env, &peer, true); });
}

Task<void> write_nothing(Env& env, Peer* peer) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  const std::span<const std::byte> nothing;
  const Outcome wrote = co_await env::write_all(*stream, nothing);
  EXPECT_EQ(wrote.code, Errc::ok);
  EXPECT_EQ(wrote.n, 0U);
  co_await send(*stream, "something");
  const std::string back = co_await receive(*stream, 9, env);
  EXPECT_EQ(back, "something");
}

TEST_P(EnvContract, an_empty_write_succeeds) {
  Peer& peer = this->peer({Does::echo});
  run([&peer](Env& env) { return write_nothing(env, &peer); });
}

enum class Twice : std::uint8_t { read, write };

/// Ends in order where the second operation is not an ASSERT.
Task<void> do_twice(Env& env, Peer* peer, Twice what) {
  const StreamPtr stream = co_await connected(env, *peer);
  if (!stream) co_return;
  TaskGroup group(env);
  Ends ends;
  for (int i = 0; i < 2; ++i) {
    group.spawn(what == Twice::read ? read_pending(stream.get(), &ends)
                                    : write_pending(stream.get(), &ends));
    co_await env::sleep_for(env, moment);
  }
  group.stop();
  stream->close();
  co_await group.join();
}

TEST_P(EnvContractDeathTest, two_pending_operations_of_one_kind_are_an_assert) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const Twice what : {Twice::read, Twice::write}) {
    EXPECT_EXIT(
        {
          Peer& peer = this->peer({Does::stall});
          run([&peer, what](Env& env) { return do_twice(env, &peer, what); });
        },
        testing::ExitedWithCode(70), "ASSERT");
  }
}

}  // namespace
}  // namespace lockstep::conformance
