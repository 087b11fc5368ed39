// The exit code of `lockstep`, as a function of what came of its work. The numbers are those of
// the house rules (64 and above: sysexits.h); docs list them, tests hold the table.
#pragma once

#include <cstdint>

namespace lockstep::campaign {

enum class Exit : std::uint8_t {
  as_expected = 0,
  violation = 1,     ///< or an id neither expected nor allowed, or an expected one missed
  unknown = 2,       ///< could not be judged, too few seeds included; nothing is invalid
  divergence = 3,    ///< a plan did not run the same way twice
  usage = 64,        ///< wrong usage, a bad --set value included
  bad_input = 65,    ///< a file with a mistake in it
  missing = 66,      ///< no such file, or an empty folder
  unavailable = 69,  ///< a server could not be reached
  internal = 70,     ///< a defect of lockstep itself
  cannot_write = 74,
  interrupted = 130,
};

/// What can be true of a finished campaign or replay, any number of them at once.
struct Outcome {
  bool internal_error = false;
  bool cannot_write = false;
  bool interrupted = false;
  bool diverged = false;
  bool violated = false;
  bool unknown = false;
};

/// The gravest wins: a defect, then lost results, then incomplete ones; a divergence before a
/// violation, because verdicts of a run that does not repeat mean nothing.
[[nodiscard]] constexpr Exit exit_of(const Outcome& outcome) {
  if (outcome.internal_error) return Exit::internal;
  if (outcome.cannot_write) return Exit::cannot_write;
  if (outcome.interrupted) return Exit::interrupted;
  if (outcome.diverged) return Exit::divergence;
  if (outcome.violated) return Exit::violation;
  if (outcome.unknown) return Exit::unknown;
  return Exit::as_expected;
}

}  // namespace lockstep::campaign
