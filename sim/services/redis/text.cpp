#include "sim/services/redis/text.hpp"

#include <algorithm>
#include <charconv>

namespace lockstep::sim::redis {

namespace {

char lower_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Matches one character against the class that starts behind '['; `pattern` is left at its ']' or,
// if there is none, at the last character.
bool class_matches(std::string_view& pattern, char c) {
  const bool negated = pattern.starts_with('^');
  if (negated) pattern.remove_prefix(1);
  bool matched = false;
  while (true) {
    if (pattern.size() >= 2 && pattern[0] == '\\') {
      pattern.remove_prefix(1);
      matched = matched || pattern[0] == c;
    } else if (pattern.empty() || pattern[0] == ']') {
      break;
    } else if (pattern.size() >= 3 && pattern[1] == '-') {
      const auto [low, high] = std::minmax(
          {static_cast<unsigned char>(pattern[0]), static_cast<unsigned char>(pattern[2])});
      const auto byte = static_cast<unsigned char>(c);
      matched = matched || (byte >= low && byte <= high);
      pattern.remove_prefix(2);
    } else {
      matched = matched || pattern[0] == c;
    }
    pattern.remove_prefix(1);
  }
  return matched != negated;
}

// One element of the pattern against the first character; removes the element.
bool element_matches(std::string_view& pattern, char c) {
  char element = pattern.front();
  pattern.remove_prefix(1);
  if (element == '?') return true;
  if (element == '[') {
    const bool matched = class_matches(pattern, c);
    if (!pattern.empty()) pattern.remove_prefix(1);
    return matched;
  }
  if (element == '\\' && !pattern.empty()) {
    element = pattern.front();
    pattern.remove_prefix(1);
  }
  return element == c;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || (digits.front() == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (errc != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_cursor(std::string_view text) {
  if (text.empty()) return 0;
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
  std::uint64_t value = 0;
  const auto [end, errc] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (errc != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return negative ? std::uint64_t{0} - value : value;
}

// Backtracks to the last star only: an earlier one can never help (linear in pattern times text).
bool glob_matches(std::string_view pattern, std::string_view text) {
  std::optional<std::string_view> star;  // the pattern behind the last star seen
  std::string_view star_text;            // what is left of the text if the star takes nothing more
  while (true) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      star = pattern;
      star_text = text;
      continue;
    }
    if (text.empty()) return pattern.empty();
    const char c = text.front();
    if (!pattern.empty() && element_matches(pattern, c)) {
      text.remove_prefix(1);
      continue;
    }
    if (!star || star_text.empty()) return false;
    star_text.remove_prefix(1);
    pattern = *star;
    text = star_text;
  }
}

std::string quotable(std::string_view text, std::size_t bytes_max) {
  std::string out(text.substr(0, std::min(text.find('\0'), bytes_max)));
  std::ranges::replace_if(out, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower_char);
  return out;
}

bool equals_ignoring_case(std::string_view text, std::string_view other) {
  return std::ranges::equal(text, other, {}, lower_char, lower_char);
}

std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

}  // namespace lockstep::sim::redis
