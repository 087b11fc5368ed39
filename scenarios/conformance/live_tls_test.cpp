// TLS of impl/live against a real redis-server with certificates made for the test, and against
// peers that speak no TLS.
//
// Not verified: the system's own certificates accept anybody (no public server is contacted).
#include <gtest/gtest.h>

#include "impl/env/task_group.hpp"
#include "impl/live/run.hpp"
#include "rig/redis_process.hpp"
#include "scenarios/conformance/live_peer.hpp"

namespace lockstep::conformance {
namespace {

using env::TaskGroup;
using env::Tls;
using Does = PeerScript::Does;

class LiveTls : public testing::Test {
 protected:
  void SetUp() override {
    rig::RedisOptions options;
    options.tls = true;
    auto started = rig::RedisProcess::start(options);
    ASSERT_TRUE(started) << to_text(started.error());
    server_ = std::move(*started);
  }

  [[nodiscard]] env::Endpoint endpoint(std::string host, Tls tls) const {
    return {std::move(host), server_->tls_port(), std::move(tls)};
  }
  [[nodiscard]] Tls trusting() const { return {.ca_file = server_->ca_file()}; }

  /// What connecting, then asking PING, comes to: "+PONG\r\n" or the name of an error.
  std::string outcome(const env::Endpoint& endpoint, Nanos limit = patience);

  std::unique_ptr<rig::RedisProcess> server_;
  live::Loop loop_;
  live::Node node_{loop_};
};

Task<std::string> ping(Env& env, env::Endpoint endpoint, MonoTime deadline) {
  const Result<StreamPtr> stream = co_await env.network.connect(endpoint, deadline);
  if (!stream) co_return to_text(stream.error());
  co_await send(**stream, "PING\r\n");
  co_return co_await receive(**stream, 7, env);
}

std::string LiveTls::outcome(const env::Endpoint& endpoint, Nanos limit) {
  const MonoTime deadline = node_.env().clock.now() + limit;
  const auto text =
      live::run_until_complete(node_, ping(node_.env(), endpoint, deadline), patience);
  return text ? *text : "hangs";
}

TEST_F(LiveTls, a_trusted_certificate_with_the_right_name_is_accepted) {
  EXPECT_EQ(outcome(endpoint("127.0.0.1", trusting())), "+PONG\r\n");
  EXPECT_EQ(outcome(endpoint("localhost", trusting())), "+PONG\r\n");
}

TEST_F(LiveTls, sni_names_whom_to_expect) {
  Tls tls = trusting();
  tls.sni = "localhost";
  EXPECT_EQ(outcome(endpoint("127.0.0.1", tls)), "+PONG\r\n");
  tls.sni = "example.org";
  EXPECT_TRUE(outcome(endpoint("127.0.0.1", tls)).starts_with("bad_certificate (definite)"));
}

TEST_F(LiveTls, a_wrong_authority_is_a_bad_certificate) {
  auto other = rig::RedisProcess::start({.tls = true});
  ASSERT_TRUE(other);
  const Tls tls{.ca_file = (*other)->ca_file()};
  EXPECT_TRUE(outcome(endpoint("127.0.0.1", tls)).starts_with("bad_certificate (definite)"));
  EXPECT_TRUE(outcome(endpoint("127.0.0.1", Tls{})).starts_with("bad_certificate (definite)"));
}

TEST_F(LiveTls, without_verification_anybody_is_accepted) {
  const Tls tls{.sni = "example.org", .verify = false};
  EXPECT_EQ(outcome(endpoint("127.0.0.1", tls)), "+PONG\r\n");
}

TEST_F(LiveTls, a_missing_authority_file_says_so) {
  const std::string text = outcome(endpoint("127.0.0.1", {.ca_file = "/no/such/ca.crt"}));
  EXPECT_TRUE(text.starts_with("bad_certificate (definite)")) << text;
  EXPECT_TRUE(text.contains("/no/such/ca.crt")) << text;
}

TEST_F(LiveTls, a_peer_that_speaks_no_tls_is_a_protocol_error) {
  LivePeer echo({Does::echo});
  env::Endpoint endpoint = echo.endpoint();
  endpoint.tls = trusting();
  EXPECT_TRUE(outcome(endpoint).starts_with("protocol (definite)")) << outcome(endpoint);
}

TEST_F(LiveTls, a_peer_that_hangs_up_or_keeps_silent_is_not_there) {
  LivePeer leaver({Does::hang_up, 1});
  env::Endpoint endpoint = leaver.endpoint();
  endpoint.tls = trusting();
  EXPECT_TRUE(outcome(endpoint).starts_with("refused (definite)")) << outcome(endpoint);
  LivePeer silent({Does::stall});
  endpoint.port = silent.endpoint().port;
  EXPECT_TRUE(outcome(endpoint, 4 * moment).starts_with("unreachable (definite)"));
}

Task<void> connect_and_note(Env& env, env::Endpoint endpoint, std::string* ended) {
  const Result<StreamPtr> stream = co_await env.network.connect(endpoint, never);
  *ended = stream ? "connected" : to_text(stream.error());
}

Task<void> stop_a_handshake(Env& env, env::Endpoint endpoint, std::string* ended) {
  TaskGroup group(env);
  group.spawn(connect_and_note(env, endpoint, ended));
  co_await env::sleep_for(env, 4 * moment);
  group.stop();
  co_await group.join();
}

TEST_F(LiveTls, a_handshake_is_cancelled) {
  LivePeer silent({Does::stall});
  env::Endpoint endpoint = silent.endpoint();
  endpoint.tls = trusting();
  std::string ended;
  ASSERT_TRUE(
      live::run_until_complete(node_, stop_a_handshake(node_.env(), endpoint, &ended), patience));
  EXPECT_TRUE(ended.starts_with("cancelled (definite)")) << ended;
}

/// Commands for Redis, whose ECHO sends `text` back as a bulk string.
std::string echo_command(const std::string& text) {
  return "*2\r\n$4\r\nECHO\r\n$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}
std::string echo_reply(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

Task<void> write_all_of(env::Stream* stream, const std::string* text) {
  co_await send(*stream, *text);
}

Task<void> echo_much(Env& env, env::Endpoint endpoint) {
  const MonoTime deadline = env.clock.now() + patience;
  const Result<StreamPtr> stream = co_await env.network.connect(endpoint, deadline);
  EXPECT_TRUE(stream.has_value());
  if (!stream) co_return;
  TaskGroup group(env);
  const std::string text = pattern(10'000'000);
  const std::string command = echo_command(text) + echo_command("x") + echo_command(text);
  const std::string expected = echo_reply(text) + echo_reply("x") + echo_reply(text);
  group.spawn(write_all_of(stream->get(), &command));
  const std::string got = co_await receive(**stream, expected.size(), env);
  EXPECT_TRUE(got == expected);
  co_await group.join();
}

TEST_F(LiveTls, much_flows_both_ways_at_once) {
  const auto done = live::run_until_complete(
      node_, echo_much(node_.env(), endpoint("127.0.0.1", trusting())), patience);
  EXPECT_TRUE(done);
}

Task<void> time_out_and_go_on(Env& env, env::Endpoint endpoint, rig::RedisProcess* server) {
  const MonoTime deadline = env.clock.now() + patience;
  const Result<StreamPtr> stream = co_await env.network.connect(endpoint, deadline);
  EXPECT_TRUE(stream.has_value());
  if (!stream) co_return;
  std::string buffer(100, '\0');
  for (int i = 0; i < 3; ++i) {
    const MonoTime soon = env.clock.now() + moment;
    const Outcome none = co_await env::read_some(**stream, bytes_of(buffer), soon);
    EXPECT_EQ(name_of(none.code), "no_reply");
    co_await send(**stream, "PING\r\n");
    const std::string pong = co_await receive(**stream, 7, env);
    EXPECT_EQ(pong, "+PONG\r\n");
  }
  server->kill_now();
  const Outcome lost = co_await env::read_some(**stream, bytes_of(buffer));
  EXPECT_EQ(name_of(lost.code), "connection_lost");
  const Result<StreamPtr> again = co_await env.network.connect(endpoint, deadline);
  EXPECT_EQ(name_of(again ? Errc::ok : again.error().code), "refused");
}

TEST_F(LiveTls, deadlines_pass_servers_die) {
  const auto done = live::run_until_complete(
      node_, time_out_and_go_on(node_.env(), endpoint("127.0.0.1", trusting()), server_.get()),
      patience);
  EXPECT_TRUE(done);
}

Task<void> wait_forever(Env& env, env::Endpoint endpoint, int* reading) {
  const Result<StreamPtr> stream = co_await env.network.connect(endpoint, never);
  if (!stream) co_return;
  ++*reading;
  std::string buffer(100, '\0');
  co_await env::read_some(**stream, bytes_of(buffer));
  ADD_FAILURE() << "resumed on a dead node";
}

TEST_F(LiveTls, a_node_ends_with_connections_open) {
  TaskGroup group(node_.env());
  int reading = 0;
  for (int i = 0; i < 5; ++i) {
    group.spawn(wait_forever(node_.env(), endpoint("127.0.0.1", trusting()), &reading));
  }
  loop_.run_for(40 * moment);
  EXPECT_EQ(reading, 5);
  node_.end();
}

}  // namespace
}  // namespace lockstep::conformance
