#include "scenarios/campaign/json_cursor.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::campaign {

using scenarios::Json;
using scenarios::JsonArray;
using scenarios::JsonObject;

namespace {

std::optional<std::uint64_t> count_of(const Json& json) {
  if (const auto* large = json.get<std::uint64_t>()) return *large;
  const auto* number = json.get<std::int64_t>();
  if (number == nullptr || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

}  // namespace

JsonCursor::JsonCursor(const Json& json, std::string pointer, Mistake& mistake)
    : object_(json.get<JsonObject>()), pointer_(std::move(pointer)), mistake_(mistake) {
  if (object_ == nullptr) refuse({}, describe(json), "an object");
}

void JsonCursor::refuse(std::string_view name, std::string found, std::string expected) {
  if (mistake_) return;
  scenarios::InputError error;
  error.pointer = name.empty() ? pointer_ : pointer_to(name);
  error.found = std::move(found);
  error.expected = std::move(expected);
  mistake_ = std::move(error);
}

std::string JsonCursor::pointer_to(std::string_view name) const {
  return pointer_ + "/" + std::string(name);
}

bool JsonCursor::has(std::string_view name) const {
  return object_ != nullptr && find(*object_, name) != nullptr;
}

const Json* JsonCursor::take(std::string_view name) {
  asked_.push_back(name);
  if (!good()) return nullptr;
  const Json* const json = find(*object_, name);
  if (json == nullptr) refuse(name, "no such field", "results of this version of lockstep");
  return json;
}

const JsonArray* JsonCursor::take_list(std::string_view name) {
  const Json* const json = take(name);
  if (json == nullptr) return nullptr;
  const auto* const array = json->get<JsonArray>();
  if (array == nullptr) refuse(name, describe(*json), "a list");
  return array;
}

std::uint64_t JsonCursor::count(std::string_view name) {
  const Json* const json = take(name);
  if (json == nullptr) return 0;
  const std::optional<std::uint64_t> number = count_of(*json);
  if (!number) refuse(name, describe(*json), "an integer, at least 0");
  return number.value_or(0);
}

Nanos JsonCursor::time(std::string_view name) {
  const std::uint64_t number = count(name);
  if (number > INT64_MAX) refuse(name, std::to_string(number), "nanoseconds below 2^63");
  return Nanos(static_cast<std::int64_t>(number & INT64_MAX));
}

bool JsonCursor::flag(std::string_view name) {
  const Json* const json = take(name);
  if (json == nullptr) return false;
  const bool* const value = json->get<bool>();
  if (value == nullptr) refuse(name, describe(*json), "true or false");
  return value != nullptr && *value;
}

std::string JsonCursor::text(std::string_view name) {
  const Json* const json = take(name);
  if (json == nullptr) return {};
  const auto* const value = json->get<std::string>();
  if (value == nullptr) refuse(name, describe(*json), "a string");
  return value == nullptr ? std::string() : *value;
}

std::vector<std::string> JsonCursor::texts(std::string_view name) {
  std::vector<std::string> out;
  const JsonArray* const array = take_list(name);
  if (array == nullptr) return out;
  for (const Json& item : *array) {
    const auto* const value = item.get<std::string>();
    if (value == nullptr) {
      refuse(name, describe(item), "a list of strings");
      return {};
    }
    out.push_back(*value);
  }
  return out;
}

std::vector<std::uint64_t> JsonCursor::counts(std::string_view name) {
  std::vector<std::uint64_t> out;
  const JsonArray* const array = take_list(name);
  if (array == nullptr) return out;
  for (const Json& item : *array) {
    const std::optional<std::uint64_t> number = count_of(item);
    if (!number) refuse(name, describe(item), "a list of integers, each at least 0");
    out.push_back(number.value_or(0));
  }
  return out;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> JsonCursor::pairs(std::string_view name) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
  const JsonArray* const array = take_list(name);
  if (array == nullptr) return out;
  for (const Json& item : *array) {
    const auto* const pair = item.get<JsonArray>();
    const bool is_pair = pair != nullptr && pair->size() == 2;
    const auto first = is_pair ? count_of(pair->front()) : std::nullopt;
    const auto second = is_pair ? count_of(pair->back()) : std::nullopt;
    if (!first || !second) refuse(name, describe(item), "a list of two integers, each at least 0");
    out.emplace_back(first.value_or(0), second.value_or(0));
  }
  return out;
}

void JsonCursor::object(std::string_view name, const std::function<void(JsonCursor&)>& read) {
  const Json* const json = take(name);
  if (json == nullptr) return;
  JsonCursor inner(*json, pointer_to(name), mistake_);
  if (!good()) return;
  read(inner);
  inner.finish();
}

void JsonCursor::finish() {
  if (!good()) return;
  for (const scenarios::JsonMember& member : *object_) {
    if (std::ranges::find(asked_, member.name) != asked_.end()) continue;
    return refuse(member.name, "an unknown field", "results of this version of lockstep");
  }
}

}  // namespace lockstep::campaign
