// "This thread runs a world": set while simulated code is on the stack, read by the determinism
// guard of this folder, which ends a program whose simulated code asks the operating system for
// anything. Without the guard's objects in the program it costs a counter and stops nothing.
//
// Not caught: what asks nobody. An address, a processor's instruction (rdtsc, rdrand), a static of
// the process, a draw of env::Random that should not have been made. --check-determinism runs every
// seed twice for those.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace lockstep::sim {

namespace guard {
// lint-allow(thread-local): which code a thread runs is a property of the thread, not of a node
inline constinit thread_local std::uint32_t worlds_here = 0;
}  // namespace guard

[[nodiscard]] inline bool in_world() noexcept { return guard::worlds_here > 0; }

/// From construction to destruction this thread runs simulated code. Nests; worlds may be built
/// inside worlds.
class [[nodiscard]] InWorld {
 public:
  InWorld() noexcept { ++guard::worlds_here; }
  InWorld(const InWorld&) = delete;
  InWorld& operator=(const InWorld&) = delete;
  ~InWorld() { --guard::worlds_here; }
};

/// An allowance: from construction to destruction this thread may touch the operating system
/// although a world is on its stack. Nothing that a run depends on may come of it.
class [[nodiscard]] OutOfWorld {
 public:
  /// `reason`: why that is right, a sentence for who reads the source.
  explicit OutOfWorld([[maybe_unused]] std::string_view reason) noexcept
      : before_(std::exchange(guard::worlds_here, 0)) {}
  OutOfWorld(const OutOfWorld&) = delete;
  OutOfWorld& operator=(const OutOfWorld&) = delete;
  ~OutOfWorld() { guard::worlds_here = before_; }

 private:
  std::uint32_t before_;
};

}  // namespace lockstep::sim
