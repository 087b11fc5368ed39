// The lock's contract against real redis-servers.
#include <poll.h>

#include "impl/live/run.hpp"
#include "rig/redis_process.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {
namespace {

class LiveLockWorld final : public LockWorld {
 public:
  LiveLockWorld() : locks_(start(true)), store_(start(false)) {}

  redis::Options lock_server() const override { return reach(*locks_); }
  redis::Options store_server() const override { return reach(*store_); }
  bool run(std::function<Task<void>(Env&)> body) override {
    return live::run_until_complete(node_, body(node_.env()), seconds(120)).has_value();
  }
  void kill_lock_server() override { locks_->kill_now(); }
  void start_lock_server() override {
    const Result<void> started = locks_->restart();
    if (!started) ADD_FAILURE() << to_text(started.error());
  }
  Task<void> stand_still(Env& /*env*/, Nanos time) override {
    poll(nullptr, 0, static_cast<int>(time / milliseconds(1)));  // the whole node, its timers too
    co_return;
  }
  bool time_is_exact() const override { return false; }

 private:
  static std::unique_ptr<rig::RedisProcess> start(bool append_only) {
    rig::RedisOptions options;
    options.append_only = append_only;
    auto server = rig::RedisProcess::start(std::move(options));
    if (!server) throw std::runtime_error(to_text(server.error()));
    return std::move(*server);
  }
  static redis::Options reach(const rig::RedisProcess& server) {
    redis::Options options;
    options.endpoint.host = server.host();
    options.endpoint.port = server.port();
    options.command_timeout =
        seconds(5);  // machines are noisy; claims set their own where it counts
    return options;
  }

  std::unique_ptr<rig::RedisProcess> locks_;
  std::unique_ptr<rig::RedisProcess> store_;
  live::Loop loop_;
  live::Node node_{loop_};
};

LockSupplier live_supplier() {
  return {"live", [] { return std::make_unique<LiveLockWorld>(); }};
}

INSTANTIATE_TEST_SUITE_P(Redis, LockContract, testing::Values(live_supplier()),
                         name_of_lock_supplier);

}  // namespace
}  // namespace lockstep::conformance
