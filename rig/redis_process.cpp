#include "rig/redis_process.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "rig/blocking_redis.hpp"

namespace lockstep::rig {

namespace {

constexpr Nanos ask_limit = seconds(5);
constexpr Nanos orderly_end_limit = seconds(10);
constexpr int port_tries_max = 5;  // another process may take a free port before the server does

}  // namespace

Result<std::unique_ptr<RedisProcess>> RedisProcess::start(RedisOptions options) {
  std::unique_ptr<RedisProcess> server(new RedisProcess);
  server->options_ = std::move(options);
  auto folder = ScratchFolder::make("lockstep-redis");
  if (!folder) return fail(folder.error());
  server->folder_ = std::move(*folder);
  if (server->options_.tls) {
    auto made = make_certificates(server->folder(), "DNS:localhost,IP:127.0.0.1");
    if (!made) return fail(made.error());
    server->certificates_ = *made;
  }
  Result<void> launched;
  for (int tries = 0; tries < port_tries_max; ++tries) {
    const auto port = free_port();
    if (!port) return fail(port.error());
    server->port_ = *port;
    if (server->options_.tls) {
      const auto tls_port = free_port();
      if (!tls_port) return fail(tls_port.error());
      server->tls_port_ = *tls_port;
    }
    launched = server->launch();
    if (launched) return server;
    if (!launched.error().detail.contains("Address already in use")) break;
  }
  return fail(launched.error());
}

// Before its folder goes.
RedisProcess::~RedisProcess() { process_.kill_now(); }

std::vector<std::string> RedisProcess::arguments() const {
  std::vector<std::string> all = {options_.program,
                                  "--bind",
                                  host(),
                                  "--dir",
                                  folder(),
                                  "--save",
                                  "",
                                  "--daemonize",
                                  "no",
                                  "--port",
                                  std::to_string(port_),
                                  "--appendonly",
                                  options_.append_only ? "yes" : "no",
                                  "--appendfsync",
                                  options_.append_fsync};
  const auto add = [&all](const std::string& name, const std::string& value) {
    all.push_back(name);
    all.push_back(value);
  };
  if (!options_.password.empty()) add("--requirepass", options_.password);
  if (options_.tls) {
    add("--tls-port", std::to_string(tls_port_));
    add("--tls-cert-file", certificates_.cert_file);
    add("--tls-key-file", certificates_.key_file);
    add("--tls-ca-cert-file", certificates_.ca_file);
    add("--tls-auth-clients", "no");
  }
  all.insert(all.end(), options_.more_arguments.begin(), options_.more_arguments.end());
  return all;
}

Result<void> RedisProcess::begin() {
  auto started = ChildProcess::start({.arguments = arguments(),
                                      .environment = options_.environment,
                                      .output_file = folder() + "/redis.log"});
  if (!started) return fail(started.error());
  process_ = std::move(*started);
  return {};
}

Result<void> RedisProcess::launch() {
  if (auto begun = begin(); !begun) return begun;
  return wait_until_ready();
}

/// Another server may have taken the port meanwhile: the process id in its answer tells.
bool RedisProcess::answers_as_itself() const {
  const auto pong = ask({"PING"});
  if (!pong) return false;  // -LOADING included
  const auto info = ask({"INFO", "server"});
  return info && info->contains("process_id:" + std::to_string(pid()) + "\r\n");
}

Result<void> RedisProcess::wait_until_ready() {
  const auto until = std::chrono::steady_clock::now() + options_.ready_limit;
  while (std::chrono::steady_clock::now() < until) {
    if (!process_.running()) {
      return fail(definite(Errc::io_error,
                           "redis-server ended: " + tail_of(folder() + "/redis.log", 1000)));
    }
    if (answers_as_itself()) return {};
    std::this_thread::sleep_for(milliseconds(2));
  }
  process_.kill_now();
  return fail(definite(Errc::no_reply, "redis-server did not answer"));
}

void RedisProcess::stop() {
  process_.signal(SIGCONT);
  process_.signal(SIGTERM);
  if (!process_.wait_for(orderly_end_limit)) process_.kill_now();
}

Result<void> RedisProcess::restart() {
  process_.kill_now();
  return launch();
}

Result<void> RedisProcess::begin_restart() {
  process_.kill_now();
  return begin();
}

void RedisProcess::lose_data() {
  process_.kill_now();
  std::error_code ignored;  // what is not there need not be removed
  std::filesystem::remove_all(folder() + "/appendonlydir", ignored);
  std::filesystem::remove(folder() + "/dump.rdb", ignored);
}

Result<std::string> RedisProcess::ask(const std::vector<std::string>& command) const {
  return ask_redis({.port = port_, .password = options_.password}, command, ask_limit);
}

}  // namespace lockstep::rig
