#include "scenarios/format/fields.hpp"

#include <algorithm>
#include <vector>

#include "scenarios/format/field_reader.hpp"

namespace lockstep::scenarios {

namespace {

// Edits between two words: letters inserted, left out, replaced, neighbours swapped.
// Source: optimal string alignment (Damerau 1964; Wagner and Fischer 1974).
std::size_t edits(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> cost((a.size() + 1) * width);
  const auto at = [&cost, width](std::size_t i, std::size_t k) -> std::size_t& {
    return cost[i * width + k];
  };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t k = 0; k <= b.size(); ++k) at(0, k) = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const std::size_t replaced = at(i - 1, k - 1) + (a[i - 1] == b[k - 1] ? 0 : 1);
      at(i, k) = std::min({at(i - 1, k) + 1, at(i, k - 1) + 1, replaced});
      const bool swapped = i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1];
      if (swapped) at(i, k) = std::min(at(i, k), at(i - 2, k - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

}  // namespace

void Fields::optional_duration(std::string_view name, std::optional<Nanos>& value,
                               DurationBounds bounds) {
  if (!has(name) && !value) {
    Nanos ignored{};
    if (reading()) duration(name, ignored, bounds);  // so that the name is known
    return;
  }
  Nanos given = value.value_or(Nanos(0));
  duration(name, given, bounds);
  value = given;
}

void Fields::optional_range(std::string_view name, std::optional<DurationRange>& value,
                            DurationBounds bounds) {
  if (!has(name) && !value) {
    DurationRange ignored;
    if (reading()) range(name, ignored, bounds);
    return;
  }
  DurationRange given = value.value_or(DurationRange{});
  range(name, given, bounds);
  value = given;
}

std::string pointer_step(std::string_view name) {
  std::string step;
  for (const char c : name) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

std::string one_of(std::span<const std::string_view> names) {
  std::string text = names.size() == 1 ? "" : "one of ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::string(names[i]);
  }
  return text;
}

std::string_view closest(std::string_view wrong, std::span<const std::string_view> names) {
  constexpr std::size_t letters_max = 60;  // of a word worth guessing at
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  if (wrong.size() > letters_max) return best;
  for (const std::string_view name : names) {
    const std::size_t distance = edits(wrong, name);
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

}  // namespace lockstep::scenarios
