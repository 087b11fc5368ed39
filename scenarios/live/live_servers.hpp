// The servers of a live run: redis-servers of its own under wall clocks that faults move, or
// somebody's, which are only talked to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/redis/options.hpp"
#include "rig/clock_shim/steered_clock.hpp"
#include "rig/live_node.hpp"
#include "rig/redis_process.hpp"
#include "scenarios/format/plan.hpp"

namespace lockstep::scenarios::live {

/// Where a server is, and how a client finds it behind a proxy.
class LiveServer : public rig::LiveNode {
 public:
  /// The server itself.
  [[nodiscard]] virtual redis::Options address() const = 0;
  /// A URL for clients that reach it by `port` of this host.
  [[nodiscard]] virtual std::string url_through(std::uint16_t port) const = 0;
};

class OwnServer final : public LiveServer {
 public:
  /// Started, answering, with the clock that the plan gives `node` ("redis/0"). `folder` is there.
  /// Errors, definite: not_found (no redis-server, no clock shim), io_error, no_reply.
  [[nodiscard]] static Result<std::unique_ptr<OwnServer>> start(const PlanConfig& config,
                                                                const std::string& node,
                                                                const std::string& folder);

  [[nodiscard]] redis::Options address() const override;
  [[nodiscard]] std::string url_through(std::uint16_t port) const override;
  [[nodiscard]] bool up() override { return redis_->running(); }
  void kill() override { redis_->kill_now(); }
  [[nodiscard]] Result<void> start() override { return redis_->begin_restart(); }
  void pause() override { redis_->pause(); }
  void resume() override { redis_->resume(); }
  [[nodiscard]] rig::SteeredClock* clock() override { return &clock_; }
  [[nodiscard]] Result<std::uint64_t> serve(std::string_view verb,
                                            std::string_view argument) override;

 private:
  OwnServer(rig::SteeredClock clock, std::unique_ptr<rig::RedisProcess> redis)
      : clock_(std::move(clock)), redis_(std::move(redis)) {}
  [[nodiscard]] Result<std::string> ask(const std::vector<std::string>& command) const;
  [[nodiscard]] Result<std::uint64_t> evict(std::string_view keys);

  rig::SteeredClock clock_;
  std::unique_ptr<rig::RedisProcess> redis_;
};

class ForeignServer final : public LiveServer {
 public:
  /// Errors, definite: invalid_argument - what is wrong with the URL.
  [[nodiscard]] static Result<std::unique_ptr<ForeignServer>> at(std::string url);

  [[nodiscard]] redis::Options address() const override { return options_; }
  [[nodiscard]] std::string url_through(std::uint16_t port) const override;
  [[nodiscard]] bool up() override { return true; }
  void kill() override {}
  [[nodiscard]] Result<void> start() override { return {}; }
  void pause() override {}
  void resume() override {}
  [[nodiscard]] rig::SteeredClock* clock() override { return nullptr; }
  [[nodiscard]] Result<std::uint64_t> serve(std::string_view verb,
                                            std::string_view argument) override;

 private:
  ForeignServer(std::string url, redis::Options options)
      : url_(std::move(url)), options_(std::move(options)) {}
  std::string url_;
  redis::Options options_;
};

/// `url` with another port of this host in the place of its server, which TLS still expects.
[[nodiscard]] std::string redirected(const std::string& url, std::uint16_t port);

/// Asks a server for its keys; empties the database first if `flush`.
/// Errors, definite: refused - nobody answers there; invalid_argument - the database has keys.
[[nodiscard]] Result<void> prepare_database(const redis::Options& server, bool flush);

}  // namespace lockstep::scenarios::live
