// The smallest Redis client that can be: one command, one connection, blocking. For the rig's own
// use beside a server; the product's client is impl/redis.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace lockstep::rig {

struct RedisAddress {
  std::uint16_t port = 0;  ///< on 127.0.0.1
  std::string password{};  ///< empty: no AUTH
};

/// See RedisProcess::ask(). `limit` bounds every wait for bytes.
[[nodiscard]] Result<std::string> ask_redis(const RedisAddress& address,
                                            const std::vector<std::string>& command, Nanos limit);

/// A port of 127.0.0.1 on which nobody listens, outside the ephemeral range. Somebody else may take
/// it before the caller does. Errors, definite: `limit` (none found in a hundred tries).
[[nodiscard]] Result<std::uint16_t> free_port();

}  // namespace lockstep::rig
