// Text to values through nlohmann's SAX interface: its own document type has no place for order,
// repeats or positions.
#include <nlohmann/json.hpp>

#include "scenarios/format/json_value.hpp"

namespace lockstep::scenarios {

namespace {

using Sax = nlohmann::json_sax<nlohmann::json>;

struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

Position position_of(std::string_view text, std::size_t byte) {
  Position at;
  for (const char c : text.substr(0, byte)) {
    ++at.column;
    if (c == '\n') at = {at.line + 1, 1};
  }
  return at;
}

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing
// value - unexpected end of input" is cut to what follows the dash.
std::string short_form(std::string_view what) {
  const std::size_t dash = what.find(" - ");
  if (dash != std::string_view::npos) return std::string(what.substr(dash + 3));
  const std::size_t bracket = what.find("] ");
  return std::string(bracket == std::string_view::npos ? what : what.substr(bracket + 2));
}

class Builder final : public Sax {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(std::int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) override { return add(Json(std::uint64_t{value})); }
  bool number_float(number_float_t, const string_t& text) override {
    return add(Json(JsonReal{text}));
  }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return stop("binary data"); }
  bool start_object(std::size_t) override { return open(Json(JsonObject{})); }
  bool start_array(std::size_t) override { return open(Json(JsonArray{})); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    JsonObject& object = *stack_.back().get<JsonObject>();
    if (object.size() == json_fields_max) {
      return stop("an object of more than " + std::to_string(json_fields_max) + " fields");
    }
    if (find(object, name) != nullptr) return stop("field '" + name + "' given twice");
    object.push_back({std::move(name), Json()});
    return true;
  }
  bool parse_error(std::size_t byte, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const Position at = position_of(text_, byte == 0 ? 0 : byte - 1);
    error_ = {at.line, at.column, short_form(error.what())};
    return false;
  }

  [[nodiscard]] Json take() { return std::move(root_); }
  [[nodiscard]] JsonError error() const { return error_; }

 private:
  // SAX tells no position for what is well formed but refused; the message says what to look for.
  bool stop(std::string what) {
    error_ = {0, 0, std::move(what)};
    return false;
  }

  bool add(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (JsonArray* array = stack_.back().get<JsonArray>()) {
      array->push_back(std::move(value));
    } else {
      stack_.back().get<JsonObject>()->back().value = std::move(value);
    }
    return true;
  }

  bool open(Json value) {
    if (stack_.size() == json_depth_max) {
      return stop("nested deeper than " + std::to_string(json_depth_max) + " levels");
    }
    stack_.push_back(std::move(value));
    return true;
  }

  bool close() {
    Json value = std::move(stack_.back());
    stack_.pop_back();
    return add(std::move(value));
  }

  std::string_view text_;
  std::vector<Json> stack_;  // open arrays and objects, outermost first
  Json root_;
  JsonError error_;
};

}  // namespace

std::expected<Json, JsonError> parse_json(std::string_view text) {
  Builder builder(text);
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.take();
  return std::unexpected(builder.error());
}

}  // namespace lockstep::scenarios
