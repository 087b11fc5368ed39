// Reads objects of a JSON document that a program wrote: every field must be there, have its type,
// and be asked for. The first mistake is kept with its JSON pointer; after it everything reads as
// nothing.
//
// Not here: files that people write (scenarios/format/fields.hpp), whose fields have defaults.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/time.hpp"
#include "scenarios/format/input_error.hpp"
#include "scenarios/format/json_value.hpp"

namespace lockstep::campaign {

class JsonCursor {
 public:
  using Mistake = std::optional<scenarios::InputError>;

  /// `json` and `mistake` outlive it.
  JsonCursor(const scenarios::Json& json, std::string pointer, Mistake& mistake);
  JsonCursor(const JsonCursor&) = delete;
  JsonCursor& operator=(const JsonCursor&) = delete;

  [[nodiscard]] bool good() const { return !mistake_.has_value(); }
  /// A mistake at `name`, or at this object when it is empty. The first one stays.
  void refuse(std::string_view name, std::string found, std::string expected);

  /// Whether the field is there; for the few that may be left out.
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::uint64_t count(std::string_view name);
  [[nodiscard]] Seed seed(std::string_view name) { return Seed{count(name)}; }
  [[nodiscard]] Nanos time(std::string_view name);  ///< ns, at least 0
  [[nodiscard]] bool flag(std::string_view name);
  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::vector<std::uint64_t> counts(std::string_view name);
  /// [[1, 2], [3, 4]]
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs(std::string_view name);
  /// The first of `values` that `name_of` calls so.
  template <class E>
  [[nodiscard]] E choice(std::string_view name, std::initializer_list<E> values);

  void object(std::string_view name, const std::function<void(JsonCursor&)>& read);
  template <class T>
  [[nodiscard]] std::vector<T> list(std::string_view name, T (*read)(JsonCursor&));

  /// After the last field: one that nobody asked for is a mistake, it would be lost.
  void finish();

 private:
  [[nodiscard]] const scenarios::Json* take(std::string_view name);
  [[nodiscard]] const scenarios::JsonArray* take_list(std::string_view name);
  [[nodiscard]] std::string pointer_to(std::string_view name) const;

  const scenarios::JsonObject* object_;
  std::string pointer_;
  Mistake& mistake_;
  std::vector<std::string_view> asked_;  // names have static storage
};

template <class E>
E JsonCursor::choice(std::string_view name, std::initializer_list<E> values) {
  const std::string found = text(name);
  std::string expected;
  for (const E value : values) {
    if (found == name_of(value)) return value;
    expected += (expected.empty() ? "one of " : ", ") + std::string(name_of(value));
  }
  refuse(name, "'" + found + "'", expected);
  return *values.begin();
}

template <class T>
std::vector<T> JsonCursor::list(std::string_view name, T (*read)(JsonCursor&)) {
  std::vector<T> out;
  const scenarios::JsonArray* const array = take_list(name);
  if (array == nullptr) return out;
  out.reserve(array->size());
  for (std::size_t i = 0; i < array->size() && good(); ++i) {
    JsonCursor item((*array)[i], pointer_to(name) + "/" + std::to_string(i), mistake_);
    out.push_back(read(item));
    item.finish();
  }
  return out;
}

}  // namespace lockstep::campaign
