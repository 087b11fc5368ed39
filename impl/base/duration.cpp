#include "impl/base/duration.hpp"

#include <array>
#include <cstdint>

namespace lockstep {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t ns;
};

constexpr std::array<Unit, 6> units{{{"ns", 1},
                                     {"us", 1'000},
                                     {"ms", 1'000'000},
                                     {"s", 1'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"h", 3'600'000'000'000}}};

Error bad(std::string_view text, std::string_view why) {
  return definite(Errc::invalid_argument, "'" + std::string(text) + "': " + std::string(why) +
                                              " (expected a duration like 200ms, 1.5s, 2m)");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits before and after a point, as an integer and the power of ten it was scaled by.
struct Decimal {
  std::int64_t digits = 0;
  std::int64_t scale = 1;
  std::size_t used = 0;
  bool overflow = false;
};

Decimal read_decimal(std::string_view text) {
  Decimal d;
  bool point = false;
  for (; d.used < text.size(); ++d.used) {
    const char c = text[d.used];
    if (c == '.' && !point && d.used + 1 < text.size() && is_digit(text[d.used + 1])) {
      point = true;
      continue;
    }
    if (!is_digit(c)) break;
    if (__builtin_mul_overflow(d.digits, 10, &d.digits) ||
        __builtin_add_overflow(d.digits, c - '0', &d.digits)) {
      d.overflow = true;
    }
    if (point && __builtin_mul_overflow(d.scale, 10, &d.scale)) d.overflow = true;
  }
  return d;
}

}  // namespace

Result<Nanos> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view body = negative ? text.substr(1) : text;
  const Decimal d = read_decimal(body);
  if (d.used == 0 || body.front() == '.') return fail(bad(text, "no number"));
  if (d.overflow) return fail(bad(text, "too large"));
  const std::string_view unit = body.substr(d.used);
  if (unit.empty()) {
    if (d.digits == 0) return Nanos(0);
    return fail(bad(text, "no unit"));
  }
  for (const Unit& u : units) {
    if (u.name != unit) continue;
    const __int128 ns = static_cast<__int128>(d.digits) * u.ns;
    if (ns % d.scale != 0) return fail(bad(text, "finer than a nanosecond"));
    if (ns / d.scale > INT64_MAX) return fail(bad(text, "too large"));
    const auto value = static_cast<std::int64_t>(ns / d.scale);
    return Nanos(negative ? -value : value);
  }
  return fail(bad(text, "unknown unit '" + std::string(unit) + "'"));
}

Result<DurationRange> parse_duration_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const Result<Nanos> one = parse_duration(text);
    if (!one) return fail(one.error());
    return DurationRange{*one, *one};
  }
  const Result<Nanos> low = parse_duration(text.substr(0, dots));
  if (!low) return fail(low.error());
  const Result<Nanos> high = parse_duration(text.substr(dots + 2));
  if (!high) return fail(high.error());
  if (*low > *high) return fail(bad(text, "the range is empty"));
  return DurationRange{*low, *high};
}

std::string to_text(Nanos duration) {
  if (duration.count() == 0) return "0s";
  const bool negative = duration.count() < 0;
  auto rest = negative ? 0 - static_cast<std::uint64_t>(duration.count())
                       : static_cast<std::uint64_t>(duration.count());
  std::size_t u = 3;  // seconds at most: hours and minutes read worse in a table
  while (u > 0 && rest < static_cast<std::uint64_t>(units[u].ns)) --u;
  const auto unit = static_cast<std::uint64_t>(units[u].ns);
  std::string text = (negative ? "-" : "") + std::to_string(rest / unit);
  if (rest % unit != 0) {
    std::string fraction = std::to_string(unit + rest % unit).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return text + std::string(units[u].name);
}

std::string to_text(const DurationRange& range) {
  if (range.low == range.high) return to_text(range.low);
  return to_text(range.low) + ".." + to_text(range.high);
}

}  // namespace lockstep
