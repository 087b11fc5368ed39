#include "scenarios/format/seeds.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "impl/base/draw.hpp"

namespace lockstep::scenarios {

namespace {

constexpr std::size_t commit_digits = 40;

std::unexpected<InputError> bad(std::string found, std::string expected) {
  InputError error{.kind = InputError::Kind::bad_option};
  error.found = std::move(found);
  error.expected = std::move(expected);
  return std::unexpected(std::move(error));
}

std::optional<std::uint64_t> number(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

Seed folded(std::string_view commit) {
  const std::uint64_t a = *number(commit.substr(0, 16), 16);
  const std::uint64_t b = *number(commit.substr(16, 16), 16);
  const std::uint64_t c = *number(commit.substr(32), 16);
  return Seed{mix64(a ^ mix64(b ^ mix64(c)))};
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

}  // namespace

Input<Seed> parse_seed(std::string_view text) {
  if (text.size() == commit_digits && std::ranges::all_of(text, is_hex)) return folded(text);
  const bool hex = text.starts_with("0x");
  const auto value = number(hex ? text.substr(2) : text, hex ? 16 : 10);
  if (value) return Seed{*value};
  return bad(quoted(text),
             "a seed: 0..18446744073709551615, 0x and up to 16 hex digits, or a commit hash of 40");
}

Input<SeedRange> parse_seeds(std::string_view text) {
  const std::size_t at = text.find('@');
  const auto count = number(text.substr(0, at), 10);
  if (!count || *count == 0 || *count > seeds_max) {
    return bad(quoted(text), "N or N@FIRST with N in 1.." + std::to_string(seeds_max));
  }
  SeedRange range{.count = *count};
  if (at != std::string_view::npos) {
    const Input<Seed> first = parse_seed(text.substr(at + 1));
    if (!first) return std::unexpected(first.error());
    range.first = *first;
  }
  if (range.first.value > UINT64_MAX - (range.count - 1)) {
    return bad(quoted(text), "seeds below 2^64");
  }
  return range;
}

}  // namespace lockstep::scenarios
