// Everything that simulated code must not do, as functions that a test plants in a world. Outside
// of one each of them works, and says whether it did.
#pragma once

#include <ostream>
#include <span>

namespace lockstep::conformance {

struct Planted {
  const char* called;   ///< what the guard should say was called
  const char* planter;  ///< the name of `act`, which the stack should show
  bool (*act)();        ///< touches the operating system; true if that went as it always does
};

/// For the names of tests, and for who reads their output.
inline std::ostream& operator<<(std::ostream& out, const Planted& planted) {
  return out << planted.planter;
}

[[nodiscard]] std::span<const Planted> all_planted();

}  // namespace lockstep::conformance
