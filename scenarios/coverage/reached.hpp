// What a run reached: how often each probe (a place that the implementation reports), and which
// states. A state is small: what a node did, what it did before, and the kind of fault that was the
// last to begin and is not over. Campaigns count how many different ones their seeds reach, and how
// many the last of them added: when that is none, more seeds of this scenario show little new.
//
// Not verified: that reaching a state means anything. It is a measure of variety, not of coverage
// of the code.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/names.hpp"
#include "faults/kind.hpp"
#include "impl/env/observer.hpp"

namespace lockstep::scenarios {

/// A signal of impl/env/observer.hpp by its name, with what it means.
struct Probe {
  std::string_view name;
  std::string_view about;
};
/// In the order of env::Signal.
[[nodiscard]] std::span<const Probe> probes();

/// How an operation of a client ended.
enum class Ending : std::uint8_t { ok, fail, info };

/// One thing that a node can do: come up, give a signal, or have an operation answered.
class Step {
 public:
  static constexpr std::uint32_t endings = 3;
  static constexpr std::uint32_t first_answer = 1 + env::signal_count;
  static constexpr std::uint32_t count = first_answer + checkers::name::known.size() * endings;

  static Step start() { return Step(0); }
  static Step of(env::Signal signal) { return Step(1 + static_cast<std::uint32_t>(signal)); }
  /// Requires a name that every history knows.
  static Step of(checkers::NameId f, Ending ending) {
    return Step(first_answer + f.value * endings + static_cast<std::uint32_t>(ending));
  }
  [[nodiscard]] std::uint32_t number() const { return number_; }
  /// "start", "lease_lost", "acquire fail".
  [[nodiscard]] std::string text() const;
  /// Requires a number below `count`.
  explicit Step(std::uint32_t number) : number_(number) {}

 private:
  std::uint32_t number_;
};

/// A number for (step before, step, fault), dense from 0.
inline constexpr std::uint32_t state_count = Step::count * Step::count * (faults::kind_count + 1);
[[nodiscard]] std::uint32_t state_number(Step before, Step now, std::optional<faults::Kind> fault);
/// "lease_acquired > lease_lost during pause", "start > connected".
[[nodiscard]] std::string state_name(std::uint32_t state);

/// A function of the plan alone.
struct Reached {
  std::array<std::uint64_t, env::signal_count> probes{};  ///< times, in the order of env::Signal
  std::vector<std::uint32_t> states;                      ///< ascending
};

}  // namespace lockstep::scenarios
