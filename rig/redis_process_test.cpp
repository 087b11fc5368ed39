#include "rig/redis_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "rig/blocking_redis.hpp"

namespace lockstep::rig {
namespace {

std::unique_ptr<RedisProcess> started(RedisOptions options = {}) {
  auto server = RedisProcess::start(std::move(options));
  if (!server) {
    ADD_FAILURE() << to_text(server.error());
    return nullptr;
  }
  return std::move(*server);
}

bool process_exists(pid_t pid) { return kill(pid, 0) == 0; }

TEST(RedisProcess, answers_and_leaves_nothing_behind) {
  auto server = started();
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->ask({"SET", "a", "1"}), "OK");
  EXPECT_EQ(server->ask({"GET", "a"}), "1");
  EXPECT_EQ(server->ask({"GET", "b"}), "(nil)");
  EXPECT_EQ(server->ask({"GET"}).error().code, Errc::server_error);
  const pid_t pid = server->pid();
  const std::string folder = server->folder();
  EXPECT_TRUE(std::filesystem::exists(folder));
  server.reset();
  EXPECT_FALSE(process_exists(pid));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(RedisProcess, two_servers_share_nothing) {
  auto a = started();
  auto b = started();
  ASSERT_TRUE(a && b);
  EXPECT_NE(a->port(), b->port());
  EXPECT_EQ(a->ask({"SET", "key", "of a"}), "OK");
  EXPECT_EQ(b->ask({"GET", "key"}), "(nil)");
}

TEST(RedisProcess, append_only_file_survives_a_kill_and_memory_does_not) {
  auto durable = started({.append_only = true});
  auto forgetful = started();
  ASSERT_TRUE(durable && forgetful);
  for (RedisProcess* server : {durable.get(), forgetful.get()}) {
    EXPECT_EQ(server->ask({"SET", "key", "kept"}), "OK");
    const std::uint16_t port = server->port();
    server->kill_now();
    EXPECT_FALSE(server->running());
    EXPECT_EQ(server->ask({"PING"}).error().code, Errc::refused);
    ASSERT_TRUE(server->restart());
    EXPECT_EQ(server->port(), port);
  }
  EXPECT_EQ(durable->ask({"GET", "key"}), "kept");
  EXPECT_EQ(forgetful->ask({"GET", "key"}), "(nil)");
}

TEST(RedisProcess, password_is_demanded) {
  auto server = started({.password = "secret"});
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->ask({"PING"}), "PONG");
  const auto stranger = ask_redis({.port = server->port(), .password = ""}, {"PING"}, seconds(5));
  ASSERT_FALSE(stranger);
  EXPECT_TRUE(stranger.error().detail.starts_with("NOAUTH")) << stranger.error().detail;
}

TEST(RedisProcess, paused_server_is_silent_until_resumed) {
  auto server = started();
  ASSERT_NE(server, nullptr);
  const RedisAddress address{.port = server->port(), .password = ""};
  server->pause();
  const auto silent = ask_redis(address, {"PING"}, milliseconds(100));
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, Errc::no_reply);
  server->resume();
  EXPECT_EQ(server->ask({"PING"}), "PONG");
  server->pause();
  server->stop();  // reaches a paused server too
  EXPECT_FALSE(server->running());
}

TEST(RedisProcess, tls_port_listens_beside_the_plain_one) {
  auto server = started({.tls = true});
  ASSERT_NE(server, nullptr);
  EXPECT_NE(server->tls_port(), 0);
  EXPECT_TRUE(std::filesystem::exists(server->ca_file()));
  EXPECT_EQ(server->ask({"CONFIG", "GET", "tls-port"}).error().code, Errc::protocol);  // an array
  const auto closed = ask_redis({.port = server->tls_port(), .password = ""}, {"PING"}, seconds(5));
  EXPECT_NE(closed.value_or(""), "PONG");
}

TEST(RedisProcess, failures_say_why) {
  const auto missing = RedisProcess::start({.program = "no-such-redis-server"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  const auto refused = RedisProcess::start({.more_arguments = {"--no-such-option", "1"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::io_error);
  EXPECT_TRUE(refused.error().detail.contains("no-such-option")) << refused.error().detail;
}

TEST(RedisProcess, dies_with_the_process_that_started_it) {
  int channel[2];
  ASSERT_EQ(pipe(channel), 0);
  const pid_t owner = fork();
  if (owner == 0) {
    auto server = RedisProcess::start();
    const pid_t pid = server ? (*server)->pid() : -1;
    const ssize_t n = write(channel[1], &pid, sizeof pid);
    if (server) std::filesystem::remove_all((*server)->folder());
    kill(getpid(), n == sizeof pid ? SIGKILL : SIGTERM);
  }
  pid_t pid = -1;
  ASSERT_EQ(read(channel[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  close(channel[0]);
  close(channel[1]);
  waitpid(owner, nullptr, 0);
  ASSERT_GT(pid, 0);
  int waits = 0;
  const auto gone_or_zombie = [pid] {  // nobody may reap orphans here
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    const std::string text(std::istreambuf_iterator<char>(stat), {});
    return text.empty() || text.contains(") Z ");
  };
  while (!gone_or_zombie() && ++waits < 5000) usleep(1000);
  EXPECT_TRUE(gone_or_zombie());
}

}  // namespace
}  // namespace lockstep::rig
