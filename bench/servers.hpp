// The Redis servers that are measured: those that --redis named, or processes of our own.
#pragma once

#include <cstddef>
#include <string>

#include "impl/redis/options.hpp"

namespace lockstep::bench {

/// Own servers append to no file, and vanish with the program.
struct ServerKind {
  bool append_only = false;  ///< own ones: appendfsync always
};

/// Whether there are so many: own ones are started as they are asked for.
[[nodiscard]] bool has_servers(std::size_t count);
/// How to reach server `index`, with patience for full pipelines. Ends the program where there is
/// none.
[[nodiscard]] redis::Options server(std::size_t index, ServerKind kind = {});

/// Every key that is used now begins with it; another run's does not.
[[nodiscard]] std::string key_prefix();
/// From here on no key is there: own servers are emptied, on others the prefix is a new one. Ends
/// open clients' use of the old one. At exit whatever this program made on others is removed.
void start_over();

}  // namespace lockstep::bench
