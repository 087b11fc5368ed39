// Reads described fields from JSON and keeps the first mistake with its JSON pointer. A field that
// no description names is a mistake, with a guess at what was meant.
// Internal to scenarios/format.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/format/fields.hpp"
#include "scenarios/format/input_error.hpp"
#include "scenarios/format/json_value.hpp"

namespace lockstep::scenarios {

/// What all readers of one file share.
struct ReadState {
  std::optional<InputError> error;  ///< the first; `file` and `kind` are for the caller to fill in
  /// Values given on the command line by JSON pointer: what is no string there may serve as one.
  std::map<std::string, std::string, std::less<>> given;
};

class FieldReader final : public Fields {
 public:
  /// `json` and `state` outlive the reader. Something that is no object is a mistake at `pointer`.
  FieldReader(const Json& json, std::string pointer, ReadState& state);
  FieldReader(const FieldReader&) = delete;
  FieldReader& operator=(const FieldReader&) = delete;

  /// To be called after the last field: fields that nothing asked for are mistakes.
  void finish();

  void must(std::initializer_list<std::string_view> names) override;
  [[nodiscard]] bool reading() const override { return true; }
  [[nodiscard]] bool has(std::string_view name) const override;
  void refuse(std::string_view name, std::string found, std::string expected) override;
  [[nodiscard]] bool good() const override { return !state_.error.has_value(); }

  void boolean(std::string_view name, bool& value) override;
  void integer(std::string_view name, std::int64_t& value, IntegerBounds bounds) override;
  void unsigned_integer(std::string_view name, std::uint64_t& value) override;
  void text(std::string_view name, std::string& value, TextRule rule) override;
  void texts(std::string_view name, std::vector<std::string>& values, TextRule rule) override;
  void integers(std::string_view name, std::vector<std::uint64_t>& values) override;
  void duration(std::string_view name, Nanos& value, DurationBounds bounds) override;
  void range(std::string_view name, DurationRange& value, DurationBounds bounds) override;
  void integer_range(std::string_view name, IntegerRange& value, IntegerBounds bounds) override;
  void index(std::string_view name, std::size_t& value,
             std::span<const std::string_view> names) override;
  void indices(std::string_view name, std::vector<std::int64_t>& values,
               std::span<const std::string_view> names) override;
  void object(std::string_view name, const std::function<void(Fields&)>& describe) override;

 protected:
  std::size_t list_size(std::string_view name, std::size_t count, std::size_t max) override;
  void item(std::string_view name, std::size_t i,
            const std::function<void(Fields&)>& describe) override;

 private:
  [[nodiscard]] const Json* take(std::string_view name);
  [[nodiscard]] const JsonArray* take_list(std::string_view name, std::string_view of_what);
  [[nodiscard]] std::string pointer_to(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> text_of(const Json& json, std::string_view name) const;
  void refuse_at(std::string pointer, std::string found, std::string expected);
  void refuse_item(std::string_view name, std::size_t i, std::string found, std::string expected);
  void refuse_value(std::string_view name, const Json& json, std::string expected);

  const JsonObject* object_ = nullptr;  // nullptr: it was no object
  std::string pointer_;
  ReadState& state_;
  std::vector<std::string_view> asked_;  // names have static storage
};

/// `name` as one step of a JSON pointer (RFC 6901: "~" and "/" are escaped).
[[nodiscard]] std::string pointer_step(std::string_view name);
/// "one of a, b, c".
[[nodiscard]] std::string one_of(std::span<const std::string_view> names);
/// The name that `wrong` was probably meant to be: at most a third of its letters (and at least
/// one) inserted, left out, replaced or swapped with a neighbour. Empty when none is that close.
[[nodiscard]] std::string_view closest(std::string_view wrong,
                                       std::span<const std::string_view> names);

}  // namespace lockstep::scenarios
