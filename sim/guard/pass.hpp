// The way through the guard. The sources of this folder define functions of the C library in the
// executable, which the dynamic linker then prefers to the library's, for calls out of shared
// libraries too. Each of them refuses simulated code, and passes everybody else on to the library.
//
// Not seen: calls that a shared library binds to itself (glibc's fopen does not call this open()),
// and instructions that enter the kernel without a library.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "sim/guard/in_world.hpp"

namespace lockstep::sim::guard {

/// Prints `function`, what to use `instead`, and the stack; ends the process by SIGABRT, whose
/// handlers may know the scenario, the seed and the event. Never returns, and must not be declared
/// so: the address behind a last call belongs to another function, which the stack would name.
void refuse(const char* function, const char* instead) noexcept;

/// The definition that this executable's own hides. nullptr: no library of the program has one.
[[nodiscard]] void* hidden_definition(const char* symbol) noexcept;

/// A symbol as a template argument.
template <std::size_t size>
struct Symbol {
  // NOLINTNEXTLINE: made from a literal
  consteval Symbol(const char (&literal)[size]) { std::copy_n(literal, size, text); }
  char text[size];
};

/// The library's definition of `symbol`, of the type Function.
template <Symbol symbol, class Function>
class Hidden {
 public:
  static Function* get() noexcept {
    // Found before main(), since dlsym() is neither for signal handlers nor for the child of a
    // fork; earlier only if another library's initialisation calls.
    static_cast<void>(&found_early_);
    Function* function = found_.load(std::memory_order_relaxed);
    return function != nullptr ? function : find();
  }

 private:
  static Function* find() noexcept {
    auto* const function = reinterpret_cast<Function*>(hidden_definition(symbol.text));
    found_.store(function, std::memory_order_relaxed);
    return function;
  }

  static inline constinit std::atomic<Function*> found_ = nullptr;
  static inline const bool found_early_ = find() != nullptr;
};

/// What a definition of this folder returns: its arguments passed on, if this thread runs no world.
template <Symbol symbol, class Function, class... Arguments>
auto pass(const char* instead, Arguments... arguments) {
  if (in_world()) [[unlikely]]
    refuse(symbol.text, instead);
  return Hidden<symbol, Function>::get()(arguments...);
}

}  // namespace lockstep::sim::guard
