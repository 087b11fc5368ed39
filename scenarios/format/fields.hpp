// Typed fields of JSON objects, described once and both read and written by that description, so
// that what is written is what can be read.
//
// A description is a function `void fields(Fields&, T&)` that names each field with its type and
// bounds. FieldReader fills T from JSON and keeps the first mistake; FieldWriter makes JSON of T.
// Internal to scenarios/format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/duration.hpp"
#include "impl/base/time.hpp"
#include "scenarios/format/scenario.hpp"

namespace lockstep::scenarios {

struct IntegerBounds {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct DurationBounds {
  Nanos least{};
  Nanos most = std::chrono::hours(24);
};

/// What a text may be: a test, and in words what passes it.
struct TextRule {
  bool (*accepts)(std::string_view text);
  std::string_view expected;
};

class Fields {
 public:
  virtual ~Fields() = default;

  /// These must be there. Everything else that is described may be left out and keeps its value.
  virtual void must(std::initializer_list<std::string_view> names) = 0;
  /// While reading: whether the field is there. While writing: false.
  [[nodiscard]] virtual bool has(std::string_view name) const = 0;
  [[nodiscard]] virtual bool reading() const = 0;
  /// While reading: a mistake at this field (or, if empty, at this object).
  virtual void refuse(std::string_view name, std::string found, std::string expected) = 0;
  /// False once a mistake was found: what has been read is then of no use.
  [[nodiscard]] virtual bool good() const = 0;

  virtual void boolean(std::string_view name, bool& value) = 0;
  virtual void integer(std::string_view name, std::int64_t& value, IntegerBounds bounds) = 0;
  virtual void unsigned_integer(std::string_view name, std::uint64_t& value) = 0;
  virtual void text(std::string_view name, std::string& value, TextRule rule) = 0;
  /// A list of texts, each once.
  virtual void texts(std::string_view name, std::vector<std::string>& values, TextRule rule) = 0;
  virtual void integers(std::string_view name, std::vector<std::uint64_t>& values) = 0;
  virtual void duration(std::string_view name, Nanos& value, DurationBounds bounds) = 0;
  /// "1s..2s", or "1s" for a range of one.
  virtual void range(std::string_view name, DurationRange& value, DurationBounds bounds) = 0;
  /// "-200..200", or 5 for a range of one.
  virtual void integer_range(std::string_view name, IntegerRange& value, IntegerBounds bounds) = 0;
  /// One of `names`, as its index.
  virtual void index(std::string_view name, std::size_t& value,
                     std::span<const std::string_view> names) = 0;
  /// One of `names` or a list of them, as indices; none twice, at least one.
  virtual void indices(std::string_view name, std::vector<std::int64_t>& values,
                       std::span<const std::string_view> names) = 0;
  virtual void object(std::string_view name, const std::function<void(Fields&)>& describe) = 0;

  /// Left out where there is no value.
  void optional_duration(std::string_view name, std::optional<Nanos>& value, DurationBounds bounds);
  void optional_range(std::string_view name, std::optional<DurationRange>& value,
                      DurationBounds bounds);

  template <class E>
  void choice(std::string_view name, E& value, std::span<const std::string_view> names) {
    auto chosen = static_cast<std::size_t>(value);
    index(name, chosen, names);
    value = static_cast<E>(chosen);
  }

  template <class Int>
  void small(std::string_view name, Int& value, IntegerBounds bounds) {
    std::int64_t wide = static_cast<std::int64_t>(value);
    integer(name, wide, bounds);
    value = static_cast<Int>(wide);
  }

  template <class T>
  void list(std::string_view name, std::vector<T>& items, std::size_t items_max,
            void (*describe)(Fields&, T&)) {
    items.resize(list_size(name, items.size(), items_max));
    for (std::size_t i = 0; i < items.size() && good(); ++i) {
      item(name, i, [&items, i, describe](Fields& fields) { describe(fields, items[i]); });
    }
  }

 protected:
  /// While reading: how many items there are. While writing: `count`.
  virtual std::size_t list_size(std::string_view name, std::size_t count, std::size_t max) = 0;
  virtual void item(std::string_view name, std::size_t i,
                    const std::function<void(Fields&)>& describe) = 0;
};

}  // namespace lockstep::scenarios
