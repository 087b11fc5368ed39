#include "scenarios/format/overrides.hpp"

#include <charconv>
#include <utility>
#include <vector>

#include "scenarios/format/field_reader.hpp"

namespace lockstep::scenarios {

namespace {

std::unexpected<InputError> bad(const std::string& option, std::string found,
                                std::string expected) {
  InputError error{.kind = InputError::Kind::bad_option, .file = "--set " + option};
  error.found = std::move(found);
  error.expected = std::move(expected);
  return std::unexpected(std::move(error));
}

std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    steps.push_back(path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  steps.push_back(path);
  return steps;
}

Json* step_into(Json& json, std::string_view step) {
  if (auto* object = json.get<JsonObject>()) {
    if (Json* member = find(*object, step)) return member;
    object->push_back({std::string(step), Json()});
    return &object->back().value;
  }
  auto* array = json.get<JsonArray>();
  if (array == nullptr) return nullptr;
  std::size_t i = 0;
  const char* end = step.data() + step.size();
  const auto [rest, error] = std::from_chars(step.data(), end, i);
  if (error != std::errc{} || rest != end || i >= array->size()) return nullptr;
  return &(*array)[i];
}

bool is_null(const Json& json) { return json.get<std::nullptr_t>() != nullptr; }

}  // namespace

std::string override_pointer(std::string_view option) {
  std::string pointer;
  for (const std::string_view step : steps_of(option.substr(0, option.find('=')))) {
    pointer += "/" + pointer_step(step);
  }
  return pointer;
}

Input<void> apply_override(Json& root, const std::string& option, Given& given) {
  const std::size_t equals = option.find('=');
  if (equals == std::string::npos || equals == 0) {
    return bad(option, "no '='", "path=value, for example lock.ttl=10s");
  }
  Json* at = &root;
  for (const std::string_view step : steps_of(std::string_view(option).substr(0, equals))) {
    if (step.empty()) return bad(option, "an empty step in the path", "names between the dots");
    if (is_null(*at)) *at = Json(JsonObject{});
    at = step_into(*at, step);
    if (at == nullptr) {
      return bad(option, "nothing at '" + std::string(step) + "'",
                 "a field, or the number of an item of a list");
    }
  }
  const std::string value = option.substr(equals + 1);
  auto json = parse_json(value);
  *at = json ? *std::move(json) : Json(value);
  given[override_pointer(option)] = value;
  return {};
}

}  // namespace lockstep::scenarios
