// Makes JSON of described fields. Internal to scenarios/format.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/format/fields.hpp"
#include "scenarios/format/json_value.hpp"

namespace lockstep::scenarios {

class FieldWriter final : public Fields {
 public:
  [[nodiscard]] Json take() { return Json(std::move(object_)); }

  void must(std::initializer_list<std::string_view>) override {}
  [[nodiscard]] bool reading() const override { return false; }
  [[nodiscard]] bool has(std::string_view) const override { return false; }
  void refuse(std::string_view, std::string, std::string) override {}
  [[nodiscard]] bool good() const override { return true; }

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
  void add(std::string_view name, Json value);

  JsonObject object_;
};

/// The JSON of `value` as `describe` says.
template <class T>
[[nodiscard]] Json to_json(T value, void (*describe)(Fields&, T&)) {
  FieldWriter writer;
  describe(writer, value);
  return writer.take();
}

}  // namespace lockstep::scenarios
