// SHA-1 as Redis names scripts by it.
#pragma once

#include <string>
#include <string_view>

namespace lockstep::sim::redis {

/// 40 lower-case hex digits.
[[nodiscard]] std::string sha1_hex(std::string_view bytes);

}  // namespace lockstep::sim::redis
