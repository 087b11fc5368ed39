// The command line of Lockstep as a function, so that tests can run it with a runner of their own.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "scenarios/live/live_run.hpp"
#include "scenarios/run.hpp"

namespace lockstep::cli {

/// What the command line stands in front of.
struct Product {
  scenarios::Runner runner;
  std::span<const scenarios::Listed> workloads;
  std::span<const scenarios::Listed> zoo;
  /// Plans in real time, and the processes of their clients.
  std::function<Result<scenarios::live::LiveResult>(const scenarios::Plan&,
                                                    const scenarios::live::LiveOptions&)>
      live;
  std::function<int(const std::string& job)> worker;
};

/// Parses, runs one command, prints results to stdout and everything else to stderr. Returns the
/// exit code (scenarios/campaign/exit_code.hpp). Throws nothing.
/// Once per process: it installs signal handlers.
[[nodiscard]] int run(int argc, const char* const* argv, const Product& product) noexcept;

}  // namespace lockstep::cli
