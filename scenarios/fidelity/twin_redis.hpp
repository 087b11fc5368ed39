// A simulated Redis beside a real redis-server 7, both at the same standing wall clock: every
// command goes to both, and the answers are compared.
//
// Not compared: INFO, CLIENT ID, COMMAND, addresses in Lua's tostring(), memory.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/base/time.hpp"
#include "rig/clock_shim/clock_file.hpp"
#include "rig/redis_process.hpp"
#include "scenarios/fidelity/blocking_client.hpp"
#include "sim/services/redis/engine.hpp"

namespace lockstep::scenarios {

/// The real server, with a clock that stands until it is set. One for many sequences.
class RealRedis {
 public:
  static constexpr std::size_t clients = 2;

  /// With an append-only file, which is never rewritten, if steps are to reload it.
  /// Errors: those of RedisProcess and ClockFile.
  [[nodiscard]] static Result<std::unique_ptr<RealRedis>> start(bool append_only = false);
  ~RealRedis();

  void set_clock(WallTime now) { clock_->set(now.time_since_epoch()); }
  /// Sends one command and waits for the answer. Errors: `connection_lost`.
  [[nodiscard]] Result<resp::Reply> run(std::size_t client, const std::vector<std::string>& words);
  /// No keys, no scripts, sessions as new.
  [[nodiscard]] Result<void> forget_everything();
  [[nodiscard]] const rig::RedisProcess& process() const { return *process_; }

 private:
  RealRedis() = default;

  std::string folder_;
  std::optional<rig::ClockFile> clock_;
  std::unique_ptr<rig::RedisProcess> process_;
  std::vector<BlockingClient> connections_;
};

/// One command of a sequence.
struct TwinStep {
  std::size_t client = 0;
  milliseconds later{0};  ///< since the step before; negative: the clock jumps back
  std::vector<std::string> words;
};
std::ostream& operator<<(std::ostream& out, const TwinStep& step);

/// The only word of a step in which both lose everything and load their append-only files.
inline constexpr std::string_view reload_word = "(RELOAD)";

/// Runs the steps on both. @return nothing, or a text with the first step whose answers differ, or
/// that the simulated server's snapshot does not rebuild what it holds in the end.
[[nodiscard]] std::optional<std::string> first_difference(RealRedis& real,
                                                          const std::vector<TwinStep>& steps);

/// When every sequence starts.
inline constexpr WallTime twin_epoch{seconds(1'700'000'000)};

}  // namespace lockstep::scenarios
