#include "reports/results.hpp"

#include <string_view>

#include "impl/base/duration.hpp"

namespace lockstep::reports {
namespace {

/// As one word for sh. Names of scenarios never need quotes; the folder a user chose may.
std::string shell_word(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

/// Rounded up: a maximum that is printed was not exceeded.
std::string rounded(Nanos time) {
  if (time < milliseconds(1)) return lockstep::to_text(std::chrono::ceil<microseconds>(time));
  return lockstep::to_text(std::chrono::ceil<milliseconds>(time));
}

}  // namespace

std::string to_text(const Distribution& distribution) {
  if (distribution.count == 0) return {};
  std::string out = distribution.name + ": " + std::to_string(distribution.count);
  out += distribution.count == 1 ? " time" : " times";
  out += ", min " + rounded(distribution.least);
  out += ", median " + rounded(distribution.p50);
  out += ", p99 " + rounded(distribution.p99);
  out += ", max " + rounded(distribution.most);
  if (distribution.bound.count() == 0) return out;
  out += "; bound " + rounded(distribution.bound);
  const bool is_exceeded = distribution.most > distribution.bound;
  return is_exceeded ? out + " while a waiter reaches the store" : out;
}

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::as_expected: return "as expected";
    case Standing::unknown: return "unknown";
    case Standing::failed: return "failed";
    case Standing::diverged: return "diverged";
  }
  return "";
}

std::string_view name_of(Weight weight) {
  switch (weight) {
    case Weight::expected: return "expected";
    case Weight::allowed: return "allowed";
    case Weight::unexpected: return "unexpected";
    case Weight::warning: return "warning";
  }
  return "";
}

std::string replay_line(const std::string& failure_file) {
  return "lockstep replay " + shell_word(failure_file);
}

std::string run_line(const std::string& scenario_file, Seed seed,
                     const std::vector<std::string>& sets) {
  std::string out = "lockstep run " + shell_word(scenario_file);
  out += " --seed " + std::to_string(seed.value);
  for (const std::string& set : sets) out += " --set " + shell_word(set);
  return out;
}

}  // namespace lockstep::reports
