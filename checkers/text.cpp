#include "checkers/text.hpp"

#include <array>

#include "impl/base/duration.hpp"

namespace lockstep::checkers {

std::string moment_text(std::int64_t time_ns) {
  const std::int64_t micros = time_ns / 1'000;
  const bool whole_millis = micros % 1'000 == 0;
  const std::int64_t unit = whole_millis ? 1'000 : 1'000'000;
  const std::int64_t ticks = whole_millis ? micros / 1'000 : micros;
  std::string fraction = std::to_string(ticks % unit);
  fraction.insert(0, (whole_millis ? 3U : 6U) - fraction.size(), '0');
  return cat(ticks / unit, ".", fraction, "s");
}

std::string length_text(std::int64_t ns) {
  static constexpr std::array<std::int64_t, 3> grains{1'000'000, 1'000, 1};  // of s, ms, us
  std::int64_t shown = ns;
  for (const std::int64_t grain : grains) {
    if (ns < 1'000 * grain) continue;
    shown = ns / grain * grain;
    break;
  }
  return to_text(Nanos(shown));
}

}  // namespace lockstep::checkers
