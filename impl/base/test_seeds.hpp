// How many seeds a test over seeds runs. The one place that reads LOCKSTEP_SEEDS, so that slow
// builds (sanitizers) can run the same tests on fewer.
//
// For tests only: what a product or a scenario does never depends on the environment.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace lockstep {

/// `full`, or less where the environment says LOCKSTEP_SEEDS=n with 1 <= n < full. Text that is no
/// number leaves `full`.
[[nodiscard]] inline std::uint64_t test_seeds(std::uint64_t full) {
  const char* const text = std::getenv("LOCKSTEP_SEEDS");
  if (text == nullptr) return full;
  const std::string_view digits(text);
  std::uint64_t wanted = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), wanted);
  const bool whole = error == std::errc{} && end == digits.end() && wanted > 0;
  return whole ? std::min(wanted, full) : full;
}

}  // namespace lockstep
