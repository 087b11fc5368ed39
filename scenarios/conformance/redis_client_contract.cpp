#include "scenarios/conformance/redis_client_contract.hpp"

#include <array>

#include "impl/env/task_group.hpp"

namespace lockstep::conformance {

Words words(std::string a, std::string b, std::string c) {
  Words made{std::move(a)};
  if (!b.empty()) made.push_back(std::move(b));
  if (!c.empty()) made.push_back(std::move(c));
  return made;
}

Task<void> expect_reply(redis::Client& client, Words command, Reply expected) {
  const Result<Reply> reply = co_await client.command(std::move(command));
  EXPECT_TRUE(reply) << to_text(reply.error());
  if (reply) {
    EXPECT_EQ(*reply, expected) << to_text(*reply);
  }
}

Task<void> expect_failure(redis::Client& client, Words command, Errc code, bool indefinite) {
  const Result<Reply> reply = co_await client.command(std::move(command));
  EXPECT_FALSE(reply);
  if (reply) co_return;
  EXPECT_EQ(name_of(reply.error().code), name_of(code)) << to_text(reply.error());
  EXPECT_EQ(reply.error().indefinite(), indefinite) << to_text(reply.error());
}

Task<void> send_into(Env* env, redis::Client* client, Words command, MonoTime deadline,
                     Sent* sent) {
  sent->result = co_await client->command(std::move(command), deadline);
  sent->ended = env->clock.now();
}

bool failed(const Sent& sent, Errc code, bool indefinite) {
  if (!sent.result || *sent.result) return false;
  const Error& error = sent.result->error();
  return error.code == code && error.indefinite() == indefinite;
}

redis::Options options_of(Fleet& fleet) { return fleet.world().lock_servers().front(); }

namespace {

// ---- sharing ------------------------------------------------------------------------------------

Task<void> set_and_get(redis::Client* client, int worker, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const std::string key = "key" + std::to_string(worker);
    const std::string value = std::to_string(worker) + ":" + std::to_string(i);
    const Reply ok = Reply::status("OK");
    co_await expect_reply(*client, words("SET", key, value), ok);
    const Reply stored = Reply::bulk(value);
    co_await expect_reply(*client, words("GET", key), stored);
  }
}

TEST_P(RedisClientContract, many_coroutines_share_a_connection_and_each_gets_its_own_answers) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    env::TaskGroup group(fleet.env());
    for (int worker = 0; worker < 100; ++worker) {
      group.spawn(set_and_get(&a.client(), worker, 20));
    }
    co_await group.join();
    EXPECT_EQ(a.network.connections(), 1U);
    EXPECT_LT(a.network.writes(), 4000U / 4);  // batched by turns of the loop
  });
}

TEST_P(RedisClientContract, a_window_smaller_than_the_crowd_serves_everybody) {
  run([](Fleet& fleet) -> Task<void> {
    redis::Options options = options_of(fleet);
    options.in_flight_max = 2;
    options.batch_bytes_max = 64;
    Own own(fleet.add(), options);
    env::TaskGroup group(fleet.env());
    for (int worker = 0; worker < 50; ++worker) group.spawn(set_and_get(&own.client, worker, 3));
    co_await group.join();
    co_await own.client.shutdown();
  });
}

TEST_P(RedisClientContract, replies_of_every_shape_arrive_whole) {
  run([](Fleet& fleet) -> Task<void> {
    redis::Client& client = fleet.add().client();
    std::string binary("\0\r\n$5\r\n", 8);
    binary.append(300'000, 'x');
    const Reply ok = Reply::status("OK");
    co_await expect_reply(client, words("SET", "big", binary), ok);
    const Reply big = Reply::bulk(binary);
    co_await expect_reply(client, words("GET", "big"), big);
    const Reply nothing = Reply::nil();
    co_await expect_reply(client, words("GET", "none"), nothing);
    const Reply one = Reply::integer(1);
    co_await expect_reply(client, words("DEL", "big"), one);
    std::vector<Reply> parts{Reply::nil(), Reply::nil()};
    const Reply pair = Reply::array(std::move(parts));
    co_await expect_reply(client, words("MGET", "a", "b"), pair);
  });
}

// ---- greeting, scripts --------------------------------------------------------------------------

TEST_P(RedisClientContract, every_connection_selects_its_database_first) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    redis::Options options = options_of(fleet);
    options.db = 5;
    options.client_name = "lockstep-test";
    Own own(a, options);
    const Reply ok = Reply::status("OK");
    co_await expect_reply(own.client, words("SET", "k", "five"), ok);
    const Reply nothing = Reply::nil();
    co_await expect_reply(a.client(), words("GET", "k"), nothing);
    a.network.reset();
    co_await sleep(fleet.env(), milliseconds(5));  // until the client has seen it
    const Reply five = Reply::bulk("five");
    co_await expect_reply(own.client, words("GET", "k"), five);
    co_await own.client.shutdown();
  });
}

TEST_P(RedisClientContract, a_greeting_that_is_refused_fails_everybody_at_once_and_definite) {
  run([](Fleet& fleet) -> Task<void> {
    redis::Options options = options_of(fleet);
    options.db = 1'000'000;
    Own own(fleet.add(), options);
    const MonoTime before = fleet.env().clock.now();
    co_await expect_failure(own.client, words("GET", "k"), Errc::invalid_argument, false);
    EXPECT_LT(fleet.env().clock.now() - before, options.command_timeout);
    co_await own.client.shutdown();
    redis::Options wrong = options_of(fleet);
    wrong.password = "no password is wanted there";
    Own other(fleet.add(), wrong);
    co_await expect_failure(other.client, words("GET", "k"), Errc::denied, false);
    co_await other.client.shutdown();
  });
}

Task<std::int64_t> add_up(redis::Client& client, redis::ScriptId script, std::string amount) {
  const std::array<std::string_view, 2> arguments{"sum", amount};
  redis::Call call(script, 1, arguments);
  co_await client.run(call);
  const Result<Reply> reply = call.take();
  EXPECT_TRUE(reply) << to_text(reply.error());
  co_return reply && reply->is_integer() ? reply->integer() : -1;
}

TEST_P(RedisClientContract, a_script_runs_once_per_call_even_when_the_server_forgot_it) {
  run([](Fleet& fleet) -> Task<void> {
    Own own(fleet.add(), options_of(fleet));
    const redis::ScriptId script =
        own.client.add_script("add", "return redis.call('INCRBY', KEYS[1], ARGV[1])");
    const std::int64_t one = co_await add_up(own.client, script, "1");
    EXPECT_EQ(one, 1);
    const std::int64_t three = co_await add_up(own.client, script, "2");
    EXPECT_EQ(three, 3);
    EXPECT_EQ(own.observer.count(env::Signal::script_reloaded), 0);
    const Reply ok = Reply::status("OK");
    co_await expect_reply(own.client, words("SCRIPT", "FLUSH"), ok);
    const std::int64_t six = co_await add_up(own.client, script, "3");
    EXPECT_EQ(six, 6);
    EXPECT_EQ(own.observer.count(env::Signal::script_reloaded), 1);
    const std::int64_t ten = co_await add_up(own.client, script, "4");
    EXPECT_EQ(ten, 10);
    EXPECT_EQ(own.observer.count(env::Signal::script_reloaded), 1);
    co_await own.client.shutdown();
  });
}

TEST_P(RedisClientContract, a_script_that_fails_is_indefinite_since_it_may_have_written) {
  run([](Fleet& fleet) -> Task<void> {
    redis::Client& client = fleet.add().client();
    const redis::ScriptId script = client.add_script(
        "half", "redis.call('SET', KEYS[1], 'x') return redis.call('HGET', KEYS[1], 'f')");
    const std::array<std::string_view, 1> key{"k"};
    redis::Call call(script, 1, key);
    co_await client.run(call);
    const Result<Reply> reply = call.take();
    EXPECT_FALSE(reply);
    if (!reply) {
      EXPECT_TRUE(reply.error().indefinite()) << to_text(reply.error());
    }
    const Reply written = Reply::bulk("x");
    co_await expect_reply(client, words("GET", "k"), written);
  });
}

// ---- ends ---------------------------------------------------------------------------------------

TEST_P(RedisClientContract, shutdown_ends_what_is_outstanding_and_all_that_comes_later) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const Reply nothing = Reply::nil();
    co_await expect_reply(a.client(), words("GET", "k"), nothing);
    a.network.hold_replies(true);
    env::TaskGroup group(fleet.env());
    Sent sent;
    group.spawn(send_into(&fleet.env(), &a.client(), words("INCR", "k"), never, &sent));
    co_await sleep(fleet.env(), milliseconds(50));
    co_await a.client().shutdown();
    co_await group.join();
    EXPECT_TRUE(failed(sent, Errc::closed, true));
    co_await expect_failure(a.client(), words("GET", "k"), Errc::closed, false);
    co_await a.client().shutdown();
  });
}

TEST_P(RedisClientContract, shutdown_does_not_wait_for_a_connection_that_does_not_come) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    fleet.world().kill_lock_servers();
    env::TaskGroup group(fleet.env());
    Sent sent;
    group.spawn(send_into(&fleet.env(), &a.client(), words("INCR", "k"), never, &sent));
    co_await sleep(fleet.env(), milliseconds(30));
    EXPECT_FALSE(sent.result);
    co_await a.client().shutdown();
    co_await group.join();
    EXPECT_TRUE(failed(sent, Errc::closed, false));
  });
}

TEST_P(RedisClientContract, a_client_that_never_sent_anything_shuts_down) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    co_await a.client().shutdown();
    co_await expect_failure(a.client(), words("GET", "k"), Errc::closed, false);
    EXPECT_EQ(a.network.connections(), 0U);
  });
}

TEST_P(RedisClientContract, a_caller_that_is_stopped_harms_nobody) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    const Reply nothing = Reply::nil();
    co_await expect_reply(a.client(), words("GET", "k"), nothing);
    a.network.hold_replies(true);
    env::TaskGroup doomed(fleet.env());
    env::TaskGroup group(fleet.env());
    Sent stopped;
    Sent lives;
    doomed.spawn(send_into(&fleet.env(), &a.client(), words("INCR", "k"), never, &stopped));
    co_await sleep(fleet.env(), milliseconds(30));
    group.spawn(send_into(&fleet.env(), &a.client(), words("INCR", "k"), never, &lives));
    co_await sleep(fleet.env(), milliseconds(30));
    doomed.stop();
    co_await doomed.join();
    EXPECT_TRUE(failed(stopped, Errc::cancelled, true));
    a.network.hold_replies(false);
    co_await group.join();
    EXPECT_TRUE(lives.result && *lives.result && **lives.result == Reply::integer(2));
  });
}

Task<void> ask_for_ever(redis::Client* client, int worker) {
  while (true) {
    co_await client->command(words("INCR", "k" + std::to_string(worker)));
  }
}

TEST_P(RedisClientContract, a_node_may_crash_in_the_middle_of_everything) {
  for (const int ms : {0, 1, 5, 20, 60}) {
    crash(
        [](Fleet& fleet) -> Task<void> {
          Process& silent = fleet.add();
          silent.network.hold_replies(true);
          env::TaskGroup group(fleet.env());
          Process& busy = fleet.add();
          for (int worker = 0; worker < 20; ++worker) {
            group.spawn(ask_for_ever(&silent.client(), worker));
            group.spawn(ask_for_ever(&busy.client(), worker));
          }
          co_await group.join();
        },
        milliseconds(ms));
  }
}

}  // namespace
}  // namespace lockstep::conformance
