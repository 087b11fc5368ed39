// Whole numbers in replies, however a server writes them.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "impl/resp/reply.hpp"

namespace lockstep::resp {

/// Of digits and nothing else.
[[nodiscard]] inline std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

/// Of an integer from 0 on, or of a bulk string of digits.
[[nodiscard]] inline std::optional<std::uint64_t> number_of(const Reply& reply) {
  if (reply.is_integer() && reply.integer() >= 0) {
    return static_cast<std::uint64_t>(reply.integer());
  }
  if (!reply.is_bulk()) return std::nullopt;
  return number_of(std::string_view(reply.text()));
}

}  // namespace lockstep::resp
