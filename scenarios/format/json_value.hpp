// JSON as plain values: what the rest of this folder reads and writes. The parser behind
// parse_json() is nlohmann's, seen by json_parse.cpp only.
//
// Differs from a general JSON library: fields keep their order, a field given twice is an error,
// numbers with a fraction or exponent keep their text and are of no use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lockstep::scenarios {

class Json;
struct JsonMember;
using JsonArray = std::vector<Json>;
using JsonObject = std::vector<JsonMember>;

/// A number that is no 64-bit integer, as written.
struct JsonReal {
  std::string text;
  friend bool operator==(const JsonReal&, const JsonReal&) = default;
};

class Json {
 public:
  /// uint64_t only above INT64_MAX, so that each integer has one representation.
  using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, JsonReal,
                             std::string, JsonArray, JsonObject>;

  Json() noexcept;  // null
  explicit Json(bool value);
  explicit Json(std::int64_t value);
  explicit Json(std::uint64_t value);
  explicit Json(JsonReal value);
  explicit Json(std::string value);
  explicit Json(std::string_view value);
  explicit Json(const char*) = delete;  // would become a bool
  explicit Json(JsonArray value);
  explicit Json(JsonObject value);

  template <class T>
  [[nodiscard]] const T* get() const {
    return std::get_if<T>(&value_);
  }
  template <class T>
  [[nodiscard]] T* get() {
    return std::get_if<T>(&value_);
  }
  friend bool operator==(const Json&, const Json&);

 private:
  Value value_;
};

struct JsonMember {
  std::string name;
  Json value;
  friend bool operator==(const JsonMember&, const JsonMember&) = default;
};

inline Json::Json() noexcept = default;
inline Json::Json(bool value) : value_(value) {}
inline Json::Json(std::int64_t value) : value_(value) {}
inline Json::Json(std::uint64_t value) {
  if (value <= INT64_MAX) {
    value_ = static_cast<std::int64_t>(value);
  } else {
    value_ = value;
  }
}
inline Json::Json(JsonReal value) : value_(std::move(value)) {}
inline Json::Json(std::string value) : value_(std::move(value)) {}
inline Json::Json(std::string_view value) : value_(std::string(value)) {}
inline Json::Json(JsonArray value) : value_(std::move(value)) {}
inline Json::Json(JsonObject value) : value_(std::move(value)) {}
inline bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

/// nullptr when there is none.
[[nodiscard]] const Json* find(const JsonObject& object, std::string_view name);
[[nodiscard]] Json* find(JsonObject& object, std::string_view name);

/// Nesting that no file of ours comes near; recursion over values is safe below it.
inline constexpr std::size_t json_depth_max = 64;

/// Fields of one object: ours have tens, and looking for repeats is quadratic.
inline constexpr std::size_t json_fields_max = 1000;

struct JsonError {
  std::size_t line = 0;  ///< from 1
  std::size_t column = 0;
  std::string what;  ///< "unexpected '}'; expected string literal"
};

/// UTF-8 text to a value. Errors: syntax, invalid UTF-8, a field given twice, nesting beyond
/// json_depth_max or objects beyond json_fields_max, text behind the value.
[[nodiscard]] std::expected<Json, JsonError> parse_json(std::string_view text);

/// What fits on a line of 100 columns stands on one line; the rest is broken at its members. Ends
/// with a newline. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string write_json(const Json& value);
/// Without any line break.
[[nodiscard]] std::string write_json_line(const Json& value);

/// "a string", "the number 5", "an object": for messages.
[[nodiscard]] std::string describe(const Json& value);

}  // namespace lockstep::scenarios
