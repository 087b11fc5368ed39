// Words for messages: parts put together, and moments as people read them.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep::checkers {

inline void append_part(std::string& out, std::string_view part) { out += part; }
template <std::integral Number>
void append_part(std::string& out, Number part) {
  out += std::to_string(part);
}

/// "a" 1 "b" -> "a1b".
template <class... Parts>
[[nodiscard]] std::string cat(const Parts&... parts) {
  std::string out;
  (append_part(out, parts), ...);
  return out;
}

/// A moment since the start of the run: "4.210s", "4.210345s"; below a microsecond rounded down.
[[nodiscard]] std::string moment_text(std::int64_t time_ns);

/// A duration as people read it: three significant digits or more, "2.1ms", "1.768s".
[[nodiscard]] std::string length_text(std::int64_t ns);

}  // namespace lockstep::checkers
