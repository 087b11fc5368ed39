// What the commands share towards the terminal: one-line errors, output that notices when nobody
// reads it, and Ctrl-C.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "impl/base/time.hpp"
#include "scenarios/format/input_error.hpp"

namespace lockstep::cli {

/// "lockstep: message" on stderr, one write. Any thread.
void complain(std::string_view message);

/// `text` as it is, to stderr. May be called when memory is out.
void complain_raw(std::string_view text) noexcept;

/// Complains about bad input, with a hint where a missing file has a likely name nearby.
/// Returns its exit code.
[[nodiscard]] int complain(const scenarios::InputError& error);

/// Writes to stdout. False when it cannot be written (full disk, closed pipe): exit code 74, after
/// complain_about_stdout().
[[nodiscard]] bool print(std::string_view text);

/// Says that stdout could not be written; returns 74.
[[nodiscard]] int complain_about_stdout();

/// Monotonic wall time, any epoch.
[[nodiscard]] Nanos wall_now();

/// True from the first Ctrl-C (or SIGTERM) on; a second one ends the process at once. The handlers
/// are installed by the first call.
[[nodiscard]] const std::atomic<bool>& interruption();

}  // namespace lockstep::cli
