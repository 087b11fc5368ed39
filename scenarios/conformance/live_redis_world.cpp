#include "scenarios/conformance/live_redis_world.hpp"

#include <poll.h>

#include <stdexcept>

#include "impl/env/task_group.hpp"
#include "impl/live/run.hpp"

namespace lockstep::conformance {

namespace {

std::unique_ptr<rig::RedisProcess> start(bool append_only) {
  rig::RedisOptions options;
  options.append_only = append_only;
  auto server = rig::RedisProcess::start(std::move(options));
  if (!server) throw std::runtime_error(to_text(server.error()));
  return std::move(*server);
}

redis::Options reach(const rig::RedisProcess& server) {
  redis::Options options;
  options.endpoint.host = server.host();
  options.endpoint.port = server.port();
  options.command_timeout = seconds(5);  // machines are noisy; claims set their own where it counts
  return options;
}

}  // namespace

LiveRedisWorld::LiveRedisWorld(std::size_t lock_servers) : store_(start(false)) {
  while (locks_.size() < lock_servers) locks_.push_back(start(true));
}

std::vector<redis::Options> LiveRedisWorld::lock_servers() const {
  std::vector<redis::Options> servers;
  for (const auto& server : locks_) servers.push_back(reach(*server));
  return servers;
}

redis::Options LiveRedisWorld::store_server() const { return reach(*store_); }

bool LiveRedisWorld::run(std::function<Task<void>(Env&)> body) {
  return live::run_until_complete(node_, body(node_.env()), seconds(120)).has_value();
}

void LiveRedisWorld::run_and_crash(std::function<Task<void>(Env&)> body, Nanos time) {
  env::TaskGroup group(node_.env());
  group.spawn(body(node_.env()));
  loop_.run_for(time);
  node_.end();
}

void LiveRedisWorld::start_lock_server(std::size_t server) {
  const Result<void> started = locks_.at(server)->restart();
  if (!started) ADD_FAILURE() << to_text(started.error());
}

Task<void> LiveRedisWorld::stand_still(Env& /*env*/, Nanos time) {
  poll(nullptr, 0, static_cast<int>(time / milliseconds(1)));  // the whole node, its timers too
  co_return;
}

LockSupplier live_supplier(BackendKind backend) {
  return {"live", backend,
          [backend] { return std::make_unique<LiveRedisWorld>(servers_of(backend)); }};
}

}  // namespace lockstep::conformance
