#include "sim/services/redis/score_text.hpp"

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace lockstep::sim::redis {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// One end of an interval; text behind a zero byte does not count.
std::optional<double> parse_end(std::string_view text, bool& excluded) {
  excluded = text.starts_with('(');
  const std::string word(text.substr(excluded ? 1 : 0));
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  if (*end != '\0' || std::isnan(value)) return std::nullopt;
  return value;
}

}  // namespace

std::string to_text(double score) {
  if (std::isinf(score)) return score > 0 ? "inf" : "-inf";
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "%.17g", score);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<double> parse_score(std::string_view text) {
  if (text.empty() || is_space(text.front())) return std::nullopt;
  const std::string word(text);
  char* end = nullptr;
  errno = 0;
  const double value = std::strtod(word.c_str(), &end);
  if (end != word.c_str() + word.size() || std::isnan(value)) return std::nullopt;
  if (errno == ERANGE && (std::isinf(value) || value == 0)) return std::nullopt;
  return value;
}

std::optional<ScoreRange> parse_score_range(std::string_view min, std::string_view max) {
  ScoreRange range;
  const auto low = parse_end(min, range.excludes_min);
  if (!low) return std::nullopt;
  const auto high = parse_end(max, range.excludes_max);
  if (!high) return std::nullopt;
  range.min = *low;
  range.max = *high;
  return range;
}

}  // namespace lockstep::sim::redis
