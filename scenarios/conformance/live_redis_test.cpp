// The Redis client against servers that only the real world has: passwords, TLS, a replica.
#include <gtest/gtest.h>

#include "impl/live/run.hpp"
#include "impl/redis/client.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::conformance {
namespace {

using env::Env;
using env::Task;
using resp::Reply;
using Server = std::unique_ptr<rig::RedisProcess>;

Server start(const rig::RedisOptions& options) {
  auto server = rig::RedisProcess::start(options);
  if (!server) throw std::runtime_error(to_text(server.error()));
  return std::move(*server);
}

Task<Result<Reply>> ask_once(Env& env, redis::Options options, std::vector<std::string> words) {
  redis::Client client(env, std::move(options));
  Result<Reply> reply = co_await client.command(std::move(words));
  co_await client.shutdown();
  co_return reply;
}

/// One command over a client made from `url`.
Result<Reply> ask(const std::string& url, std::vector<std::string> words,
                  Nanos timeout = seconds(5)) {
  Result<redis::Options> options = redis::parse_url(url);
  if (!options) return fail(options.error());
  options->command_timeout = timeout;
  options->connect_timeout = timeout;
  live::Loop loop;
  live::Node node(loop);
  auto asked = ask_once(node.env(), std::move(*options), std::move(words));
  Result<Result<Reply>> done = live::run_until_complete(node, std::move(asked), seconds(60));
  if (!done) return fail(done.error());
  return std::move(*done);
}

void expect_refusal(const Result<Reply>& reply, Errc code) {
  ASSERT_FALSE(reply);
  EXPECT_EQ(name_of(reply.error().code), name_of(code)) << to_text(reply.error());
  EXPECT_FALSE(reply.error().indefinite()) << to_text(reply.error());
}

TEST(LiveRedis, a_password_is_given_when_it_is_wanted) {
  rig::RedisOptions options;
  options.password = "p@ss word";
  const Server server = start(options);
  const std::string at = "127.0.0.1:" + std::to_string(server->port());
  EXPECT_EQ(ask("redis://:p%40ss%20word@" + at, {"PING"}), Reply::status("PONG"));
  EXPECT_EQ(ask("redis://default:p%40ss%20word@" + at + "/3", {"PING"}), Reply::status("PONG"));
  expect_refusal(ask("redis://:wrong@" + at, {"PING"}), Errc::denied);
  expect_refusal(ask("redis://nobody:wrong@" + at, {"PING"}), Errc::denied);
  expect_refusal(ask("redis://" + at, {"PING"}), Errc::denied);
}

TEST(LiveRedis, tls_is_verified_against_the_given_authority) {
  rig::RedisOptions options;
  options.tls = true;
  const Server server = start(options);
  const std::string port = std::to_string(server->tls_port());
  const std::string ca = "ca_file=" + server->ca_file();
  EXPECT_EQ(ask("rediss://127.0.0.1:" + port + "?" + ca, {"PING"}), Reply::status("PONG"));
  EXPECT_EQ(ask("rediss://localhost:" + port + "?" + ca, {"PING"}), Reply::status("PONG"));
  EXPECT_EQ(ask("rediss://127.0.0.1:" + port + "?verify=false", {"PING"}), Reply::status("PONG"));
  expect_refusal(ask("rediss://127.0.0.1:" + port, {"PING"}), Errc::bad_certificate);
  expect_refusal(ask("rediss://127.0.0.1:" + port + "?sni=elsewhere&" + ca, {"PING"}),
                 Errc::bad_certificate);
}

TEST(LiveRedis, nobody_there_is_a_definite_refusal) {
  const Server server = start({});
  const std::string url = "redis://127.0.0.1:" + std::to_string(server->port());
  server->stop();
  expect_refusal(ask(url, {"PING"}, milliseconds(200)), Errc::refused);
}

Task<void> meet_a_replica(Env& env, rig::RedisProcess* server, redis::Options options) {
  redis::Client client(env, std::move(options));
  std::vector<std::string> set{"SET", "k", "v"};
  std::vector<std::string> words = set;
  const Result<Reply> before = co_await client.command(std::move(words));
  EXPECT_EQ(before, Reply::status("OK"));
  EXPECT_TRUE(server->ask({"REPLICAOF", "127.0.0.1", "1"}));
  for (int i = 0; i < 3; ++i) {
    words = set;
    const Result<Reply> refused = co_await client.command(std::move(words));
    EXPECT_FALSE(refused);
    if (refused) continue;
    EXPECT_EQ(refused.error().code, Errc::read_only);
    EXPECT_FALSE(refused.error().indefinite());
  }
  EXPECT_TRUE(server->ask({"REPLICAOF", "NO", "ONE"}));
  const Result<Reply> after = co_await client.command(std::move(set));
  EXPECT_EQ(after, Reply::status("OK"));
  co_await client.shutdown();
}

TEST(LiveRedis, a_replica_is_left_for_a_new_connection_after_each_refusal) {
  const Server server = start({});
  redis::Options options;
  options.endpoint.port = server->port();
  options.command_timeout = seconds(5);
  live::Loop loop;
  live::Node node(loop);
  auto meeting = meet_a_replica(node.env(), server.get(), options);
  EXPECT_TRUE(live::run_until_complete(node, std::move(meeting), seconds(60)));
  EXPECT_EQ(node.observed().count(env::Signal::connected), 4U);
  EXPECT_EQ(node.observed().count(env::Signal::connection_lost), 3U);
}

}  // namespace
}  // namespace lockstep::conformance
