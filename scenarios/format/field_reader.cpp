#include "scenarios/format/field_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "impl/base/result.hpp"

namespace lockstep::scenarios {

namespace {

std::string bounded(IntegerBounds bounds) {
  constexpr std::int64_t open_end = std::numeric_limits<std::int64_t>::max();
  if (bounds.most == open_end) return "at least " + std::to_string(bounds.least);
  return std::to_string(bounds.least) + ".." + std::to_string(bounds.most);
}

std::string bounded(DurationBounds bounds) {
  return to_text(bounds.least) + ".." + to_text(bounds.most);
}

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

std::optional<IntegerRange> integer_range_of(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto low = integer_of(text.substr(0, dots));
  const auto high = dots == std::string_view::npos ? low : integer_of(text.substr(dots + 2));
  if (!low || !high || *low > *high) return std::nullopt;
  return IntegerRange{*low, *high};
}

// Messages of parse_duration() say what was expected too; here that is said in one place.
std::string reason_of(const Error& error) {
  return error.detail.substr(0, error.detail.find(" (expected"));
}

}  // namespace

FieldReader::FieldReader(const Json& json, std::string pointer, ReadState& state)
    : object_(json.get<JsonObject>()), pointer_(std::move(pointer)), state_(state) {
  if (object_ == nullptr) refuse({}, describe(json), "an object");
}

void FieldReader::finish() {
  if (object_ == nullptr) return;
  for (const JsonMember& member : *object_) {
    if (!good()) return;
    if (std::ranges::find(asked_, member.name) != asked_.end()) continue;
    const std::string_view guess = closest(member.name, asked_);
    std::string expected = one_of(asked_);
    if (!guess.empty()) expected += "; did you mean '" + std::string(guess) + "'?";
    refuse(member.name, "unknown field '" + member.name + "'", std::move(expected));
  }
}

void FieldReader::must(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (object_ == nullptr || find(*object_, name) != nullptr) continue;
    refuse({}, "no field '" + std::string(name) + "'", "'" + std::string(name) + "' to be given");
  }
}

bool FieldReader::has(std::string_view name) const {
  return object_ != nullptr && find(*object_, name) != nullptr;
}

void FieldReader::refuse(std::string_view name, std::string found, std::string expected) {
  refuse_at(name.empty() ? pointer_ : pointer_to(name), std::move(found), std::move(expected));
}

void FieldReader::refuse_item(std::string_view name, std::size_t i, std::string found,
                              std::string expected) {
  refuse_at(pointer_to(name) + "/" + std::to_string(i), std::move(found), std::move(expected));
}

void FieldReader::refuse_at(std::string pointer, std::string found, std::string expected) {
  if (state_.error) return;
  InputError error;
  error.pointer = std::move(pointer);
  error.found = std::move(found);
  error.expected = std::move(expected);
  state_.error = std::move(error);
}

void FieldReader::refuse_value(std::string_view name, const Json& json, std::string expected) {
  refuse(name, describe(json), std::move(expected));
}

std::string FieldReader::pointer_to(std::string_view name) const {
  return pointer_ + "/" + pointer_step(name);
}

const Json* FieldReader::take(std::string_view name) {
  if (std::ranges::find(asked_, name) == asked_.end()) asked_.push_back(name);
  if (object_ == nullptr || !good()) return nullptr;
  return find(*object_, name);
}

std::optional<std::string> FieldReader::text_of(const Json& json, std::string_view name) const {
  if (const auto* text = json.get<std::string>()) return *text;
  const auto given = state_.given.find(pointer_to(name));
  if (given == state_.given.end()) return std::nullopt;
  return given->second;
}

void FieldReader::boolean(std::string_view name, bool& value) {
  const Json* json = take(name);
  if (json == nullptr) return;
  const bool* flag = json->get<bool>();
  if (flag == nullptr) return refuse_value(name, *json, "true or false");
  value = *flag;
}

void FieldReader::integer(std::string_view name, std::int64_t& value, IntegerBounds bounds) {
  const Json* json = take(name);
  if (json == nullptr) return;
  const auto* number = json->get<std::int64_t>();
  if (number == nullptr || *number < bounds.least || *number > bounds.most) {
    return refuse_value(name, *json, "an integer, " + bounded(bounds));
  }
  value = *number;
}

void FieldReader::unsigned_integer(std::string_view name, std::uint64_t& value) {
  const Json* json = take(name);
  if (json == nullptr) return;
  const auto* number = json->get<std::int64_t>();
  if (const auto* large = json->get<std::uint64_t>()) {
    value = *large;
  } else if (number != nullptr && *number >= 0) {
    value = static_cast<std::uint64_t>(*number);
  } else {
    refuse_value(name, *json, "an integer of 64 bits without sign");
  }
}

void FieldReader::text(std::string_view name, std::string& value, TextRule rule) {
  const Json* json = take(name);
  if (json == nullptr) return;
  std::optional<std::string> text = text_of(*json, name);
  if (!text || !rule.accepts(*text)) return refuse_value(name, *json, std::string(rule.expected));
  value = *std::move(text);
}

const JsonArray* FieldReader::take_list(std::string_view name, std::string_view of_what) {
  const Json* json = take(name);
  if (json == nullptr) return nullptr;
  const auto* array = json->get<JsonArray>();
  if (array == nullptr) refuse_value(name, *json, "a list of " + std::string(of_what));
  return array;
}

void FieldReader::texts(std::string_view name, std::vector<std::string>& values, TextRule rule) {
  const JsonArray* array = take_list(name, "strings");
  if (array == nullptr) return;
  values.clear();
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto* text = (*array)[i].get<std::string>();
    if (text == nullptr || !rule.accepts(*text)) {
      return refuse_item(name, i, describe((*array)[i]), std::string(rule.expected));
    }
    if (std::ranges::find(values, *text) != values.end()) {
      return refuse_item(name, i, "'" + *text + "' again", "each once");
    }
    values.push_back(*text);
  }
}

void FieldReader::integers(std::string_view name, std::vector<std::uint64_t>& values) {
  const JsonArray* array = take_list(name, "integers");
  if (array == nullptr) return;
  values.clear();
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto* number = (*array)[i].get<std::int64_t>();
    if (number == nullptr || *number < 0) {
      return refuse_item(name, i, describe((*array)[i]), "an integer, at least 0");
    }
    values.push_back(static_cast<std::uint64_t>(*number));
  }
}

void FieldReader::duration(std::string_view name, Nanos& value, DurationBounds bounds) {
  const Json* json = take(name);
  if (json == nullptr) return;
  const std::optional<std::string> text = text_of(*json, name);
  if (!text) return refuse_value(name, *json, "a duration like \"3s\", " + bounded(bounds));
  const Result<Nanos> parsed = parse_duration(*text);
  if (!parsed) {
    return refuse(name, reason_of(parsed.error()), "a duration like 200ms, 3s or 2m");
  }
  if (*parsed < bounds.least || *parsed > bounds.most) {
    return refuse(name, to_text(*parsed), bounded(bounds));
  }
  value = *parsed;
}

void FieldReader::range(std::string_view name, DurationRange& value, DurationBounds bounds) {
  const Json* json = take(name);
  if (json == nullptr) return;
  const std::optional<std::string> text = text_of(*json, name);
  if (!text) {
    return refuse_value(name, *json, "a duration or a range like \"1s..3s\", " + bounded(bounds));
  }
  const Result<DurationRange> parsed = parse_duration_range(*text);
  if (!parsed) {
    return refuse(name, reason_of(parsed.error()), "a duration like 3s or a range like 1s..3s");
  }
  if (parsed->low < bounds.least || parsed->high > bounds.most) {
    return refuse(name, to_text(*parsed), "within " + bounded(bounds));
  }
  value = *parsed;
}

void FieldReader::integer_range(std::string_view name, IntegerRange& value, IntegerBounds bounds) {
  const Json* json = take(name);
  if (json == nullptr) return;
  std::optional<IntegerRange> range;
  if (const auto* number = json->get<std::int64_t>()) {
    range = IntegerRange{*number, *number};
  } else if (const auto* text = json->get<std::string>()) {
    range = integer_range_of(*text);
  }
  if (!range || range->low < bounds.least || range->high > bounds.most) {
    return refuse_value(name, *json,
                        "an integer or a range like \"1..3\", within " + bounded(bounds));
  }
  value = *range;
}

void FieldReader::index(std::string_view name, std::size_t& value,
                        std::span<const std::string_view> names) {
  const Json* json = take(name);
  if (json == nullptr) return;
  const auto* text = json->get<std::string>();
  if (text == nullptr) return refuse_value(name, *json, one_of(names));
  const auto found = std::ranges::find(names, *text);
  if (found == names.end()) {
    const std::string_view guess = closest(*text, names);
    std::string expected = one_of(names);
    if (!guess.empty()) expected += "; did you mean '" + std::string(guess) + "'?";
    return refuse_value(name, *json, std::move(expected));
  }
  value = static_cast<std::size_t>(found - names.begin());
}

void FieldReader::indices(std::string_view name, std::vector<std::int64_t>& values,
                          std::span<const std::string_view> names) {
  const Json* json = take(name);
  if (json == nullptr) return;
  const auto* array = json->get<JsonArray>();
  const JsonArray single = array == nullptr ? JsonArray{*json} : JsonArray{};
  if (array == nullptr) array = &single;
  if (array->empty()) return refuse(name, "an empty list", one_of(names));
  values.clear();
  for (const Json& item : *array) {
    const auto* text = item.get<std::string>();
    const auto found = text == nullptr ? names.end() : std::ranges::find(names, *text);
    if (found == names.end()) {
      return refuse_value(name, item, one_of(names) + ", or a list of them");
    }
    const auto chosen = static_cast<std::int64_t>(found - names.begin());
    if (std::ranges::find(values, chosen) != values.end()) {
      return refuse(name, "'" + *text + "' twice", "each once");
    }
    values.push_back(chosen);
  }
}

void FieldReader::object(std::string_view name, const std::function<void(Fields&)>& describe) {
  const Json* json = take(name);
  if (json == nullptr) return;
  FieldReader inner(*json, pointer_to(name), state_);
  describe(inner);
  inner.finish();
}

std::size_t FieldReader::list_size(std::string_view name, std::size_t count, std::size_t max) {
  const Json* json = take(name);
  if (json == nullptr) return count;
  const auto* array = json->get<JsonArray>();
  if (array == nullptr) {
    refuse_value(name, *json, "a list of objects");
    return 0;
  }
  if (array->size() > max) {
    refuse(name, std::to_string(array->size()) + " items", "at most " + std::to_string(max));
    return 0;
  }
  return array->size();
}

void FieldReader::item(std::string_view name, std::size_t i,
                       const std::function<void(Fields&)>& describe) {
  const Json* json = take(name);
  if (json == nullptr) return;
  const JsonArray& array = *json->get<JsonArray>();
  FieldReader inner(array[i], pointer_to(name) + "/" + std::to_string(i), state_);
  describe(inner);
  inner.finish();
}

}  // namespace lockstep::scenarios
