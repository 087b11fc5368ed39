// What the commands that end with results share: where results go besides stdout, and how.
#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "reports/results.hpp"
#include "scenarios/format/input_error.hpp"

namespace lockstep::cli {

/// Asked before any work is done: nobody waits an hour to learn of a mistyped folder.
/// Errors: unwritable.
[[nodiscard]] scenarios::Input<void> check_outputs(const OutputArguments& outputs);

/// "found that it cannot be written", of a file or folder.
[[nodiscard]] scenarios::InputError unwritable(const std::string& path, std::string why);

/// Writes what was asked for and prints the text to stdout. Returns the exit code: that of the
/// results, or 74 when they cannot be written, which no internal error gives way to.
[[nodiscard]] int report(const OutputArguments& outputs, reports::Results results);

}  // namespace lockstep::cli
