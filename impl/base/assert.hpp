// ASSERT: always on, in every build. For programmer errors only; operating errors are Results.
#pragma once

namespace lockstep {

/// Called once, on the thread that failed, before the process ends. It may print what it knows
/// (scenario, seed, event) and write files; it must not throw, draw or return control to a world.
using AssertHook = void (*)(const char* condition, const char* file, int line) noexcept;

/// Installs the hook for this thread and returns the one before it. nullptr: none.
AssertHook set_assert_hook(AssertHook hook) noexcept;

/// Prints the condition and its place, calls the hook, and exits with 70 (internal error).
[[noreturn]] void assert_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace lockstep

#define ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::lockstep::assert_failed(#condition, __FILE__, __LINE__))
