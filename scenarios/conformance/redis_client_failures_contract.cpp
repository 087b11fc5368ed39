// What a command's failure says, and how the client finds its way back.
#include <array>

#include "impl/env/task_group.hpp"
#include "scenarios/conformance/redis_client_contract.hpp"

namespace lockstep::conformance {
namespace {

TEST_P(RedisClientContract, error_replies_say_whether_they_are_definite) {
  run([](Fleet& fleet) -> Task<void> {
    redis::Client& client = fleet.add().client();
    const Reply one = Reply::integer(1);
    Words hset{"HSET", "h", "f", "v"};
    co_await expect_reply(client, std::move(hset), one);
    co_await expect_failure(client, words("GET", "h"), Errc::server_error, false);
    co_await expect_failure(client, words("NOSUCH"), Errc::server_error, true);
  });
}

TEST_P(RedisClientContract, a_timed_out_command_is_indefinite_and_its_late_reply_meets_nobody) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Own own(a, options_of(fleet));
    const Reply ok = Reply::status("OK");
    co_await expect_reply(own.client, words("SET", "k", "old"), ok);
    a.network.hold_replies(true);
    const MonoTime deadline = fleet.env().clock.now() + milliseconds(60);
    const Result<Reply> late = co_await own.client.command(words("GET", "k"), deadline);
    EXPECT_GE(fleet.env().clock.now(), deadline);
    EXPECT_FALSE(late);
    if (!late) {
      EXPECT_EQ(late.error().code, Errc::no_reply);
    }
    if (!late) {
      EXPECT_TRUE(late.error().indefinite());
    }
    env::TaskGroup group(fleet.env());
    Sent set;
    group.spawn(send_into(&fleet.env(), &own.client, words("SET", "k", "new"), never, &set));
    co_await sleep(fleet.env(), milliseconds(20));
    a.network.hold_replies(false);
    co_await group.join();
    EXPECT_TRUE(set.result && *set.result && **set.result == ok);
    EXPECT_EQ(own.observer.count(env::Signal::late_reply_dropped), 1);
    EXPECT_EQ(a.network.connections(), 1U);
    co_await own.client.shutdown();
  });
}

TEST_P(RedisClientContract, without_a_server_a_command_fails_definite_by_its_deadline) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    fleet.world().kill_lock_servers();
    redis::Options options = options_of(fleet);
    options.command_timeout = milliseconds(300);
    Own own(a, options);
    const MonoTime before = fleet.env().clock.now();
    const Result<Reply> reply = co_await own.client.command(words("GET", "k"));
    EXPECT_GE(fleet.env().clock.now() - before, options.command_timeout);
    EXPECT_FALSE(reply);
    if (!reply) {
      EXPECT_FALSE(reply.error().indefinite()) << to_text(reply.error());
    }
    EXPECT_GE(own.observer.count(env::Signal::connect_failed), 2);  // with pauses between
    EXPECT_LE(own.observer.count(env::Signal::connect_failed), 30);
    fleet.world().start_lock_servers();
    Result<Reply> again = co_await own.client.command(words("GET", "k"));
    for (int i = 0; i < 100 && !again; ++i) {
      EXPECT_FALSE(again.error().indefinite()) << to_text(again.error());
      again = co_await own.client.command(words("GET", "k"));
    }
    EXPECT_TRUE(again);
    co_await own.client.shutdown();
  });
}

TEST_P(RedisClientContract, a_server_that_dies_leaves_sent_commands_indefinite_and_is_found_again) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const Reply ok = Reply::status("OK");
    co_await expect_reply(a.client(), words("SET", "k", "1"), ok);
    a.network.hold_replies(true);
    env::TaskGroup group(fleet.env());
    std::array<Sent, 10> sent;
    for (Sent& one : sent) {
      group.spawn(send_into(&fleet.env(), &a.client(), words("INCR", "k"), never, &one));
    }
    co_await sleep(fleet.env(), milliseconds(50));
    fleet.world().kill_lock_servers();
    a.network.reset();
    co_await group.join();
    for (const Sent& one : sent) {
      EXPECT_TRUE(failed(one, Errc::connection_lost, true));
    }
    a.network.hold_replies(false);
    fleet.world().start_lock_servers();
    co_await sleep(fleet.env(), milliseconds(500));
    const Reply stored = Reply::bulk("11");  // all had happened, and were durable
    co_await expect_reply(a.client(), words("GET", "k"), stored);
    EXPECT_GE(a.network.connections(), 2U);
  });
}

TEST_P(RedisClientContract, a_half_open_connection_is_given_up_after_two_command_timeouts) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    redis::Options options = options_of(fleet);
    options.command_timeout = milliseconds(250);
    Own own(a, options);
    const Reply nothing = Reply::nil();
    co_await expect_reply(own.client, words("GET", "k"), nothing);
    a.network.black_hole();
    const MonoTime cut = fleet.env().clock.now();
    co_await expect_failure(own.client, words("GET", "k"), Errc::no_reply, true);
    const Result<Reply> second = co_await own.client.command(words("GET", "k"));
    EXPECT_TRUE(!second && second.error().indefinite());  // timed out, or given up with the rest
    EXPECT_GE(fleet.env().clock.now() - cut, 2 * options.command_timeout);
    co_await expect_reply(own.client, words("GET", "k"), nothing);
    EXPECT_EQ(a.network.connections(), 2U);
    EXPECT_EQ(own.observer.count(env::Signal::connection_lost), 1);
    co_await own.client.shutdown();
  });
}

TEST_P(RedisClientContract, bounds_are_definite_errors) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    redis::Options options = options_of(fleet);
    options.queued_max = 3;
    options.in_flight_max = 1;
    options.command_bytes_max = 1000;
    Own own(a, options);
    const std::string fat(2000, 'x');
    co_await expect_failure(own.client, words("GET", fat), Errc::limit, false);
    a.network.hold_replies(true);
    env::TaskGroup group(fleet.env());
    std::array<Sent, 5> sent;
    for (Sent& one : sent) {
      group.spawn(send_into(&fleet.env(), &own.client, words("GET", "k"), never, &one));
    }
    co_await sleep(fleet.env(), milliseconds(50));
    a.network.hold_replies(false);
    co_await group.join();
    int refused = 0;
    for (const Sent& one : sent) refused += failed(one, Errc::limit, false) ? 1 : 0;
    EXPECT_GE(refused, 1);  // two, if the connection was not ready when they came
    EXPECT_LE(refused, 2);
    co_await own.client.shutdown();
  });
}

TEST_P(RedisClientContract,
       a_reply_beyond_its_bound_breaks_the_connection_and_the_client_recovers) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    redis::Options options = options_of(fleet);
    options.reply_limits.bulk_bytes_max = 100;
    Own own(a, options);
    const std::string fat(200, 'x');
    const Reply ok = Reply::status("OK");
    co_await expect_reply(own.client, words("SET", "k", fat), ok);
    co_await expect_failure(own.client, words("GET", "k"), Errc::protocol, true);
    const Reply nothing = Reply::nil();
    co_await expect_reply(own.client, words("GET", "none"), nothing);
    EXPECT_EQ(a.network.connections(), 2U);
    co_await own.client.shutdown();
  });
}

}  // namespace
}  // namespace lockstep::conformance
