// How many seeds a test over seeds runs. The one place that reads LOCKSTEP_SEEDS, so that slow
// builds (sanitizers) can run the same tests on fewer; and LOCKSTEP_PROPERTY_SEEDS, which says of
// the tests that try properties on generated scenarios which seeds they try.
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

/// What LOCKSTEP_PROPERTY_SEEDS says, "N" or "N@FIRST"; empty where it says nothing. As text: what
/// a seed may be is for its reader to say.
[[nodiscard]] inline std::string_view test_property_seeds() {
  const char* const text = std::getenv("LOCKSTEP_PROPERTY_SEEDS");
  return text == nullptr ? std::string_view() : text;
}

}  // namespace lockstep
