#include "scenarios/format/field_writer.hpp"

#include "impl/base/assert.hpp"

namespace lockstep::scenarios {

void FieldWriter::add(std::string_view name, Json value) {
  ASSERT(find(object_, name) == nullptr);
  object_.push_back({std::string(name), std::move(value)});
}

void FieldWriter::boolean(std::string_view name, bool& value) { add(name, Json(value)); }

void FieldWriter::integer(std::string_view name, std::int64_t& value, IntegerBounds) {
  add(name, Json(value));
}

void FieldWriter::unsigned_integer(std::string_view name, std::uint64_t& value) {
  add(name, Json(value));
}

void FieldWriter::text(std::string_view name, std::string& value, TextRule) {
  add(name, Json(value));
}

void FieldWriter::texts(std::string_view name, std::vector<std::string>& values, TextRule) {
  JsonArray array;
  for (const std::string& value : values) array.emplace_back(value);
  add(name, Json(std::move(array)));
}

void FieldWriter::integers(std::string_view name, std::vector<std::uint64_t>& values) {
  JsonArray array;
  for (const std::uint64_t value : values) array.emplace_back(value);
  add(name, Json(std::move(array)));
}

void FieldWriter::duration(std::string_view name, Nanos& value, DurationBounds) {
  add(name, Json(to_text(value)));
}

void FieldWriter::range(std::string_view name, DurationRange& value, DurationBounds) {
  add(name, Json(to_text(value)));
}

void FieldWriter::integer_range(std::string_view name, IntegerRange& value, IntegerBounds) {
  if (value.low == value.high) return add(name, Json(value.low));
  add(name, Json(std::to_string(value.low) + ".." + std::to_string(value.high)));
}

void FieldWriter::index(std::string_view name, std::size_t& value,
                        std::span<const std::string_view> names) {
  ASSERT(value < names.size());
  add(name, Json(names[value]));
}

void FieldWriter::indices(std::string_view name, std::vector<std::int64_t>& values,
                          std::span<const std::string_view> names) {
  JsonArray array;
  for (const std::int64_t value : values) {
    ASSERT(value >= 0 && static_cast<std::size_t>(value) < names.size());
    array.emplace_back(names[static_cast<std::size_t>(value)]);
  }
  add(name, array.size() == 1 ? std::move(array.front()) : Json(std::move(array)));
}

void FieldWriter::object(std::string_view name, const std::function<void(Fields&)>& describe) {
  FieldWriter inner;
  describe(inner);
  add(name, inner.take());
}

std::size_t FieldWriter::list_size(std::string_view name, std::size_t count, std::size_t max) {
  ASSERT(count <= max);
  add(name, Json(JsonArray{}));
  return count;
}

void FieldWriter::item(std::string_view name, std::size_t,
                       const std::function<void(Fields&)>& describe) {
  FieldWriter inner;
  describe(inner);
  find(object_, name)->get<JsonArray>()->push_back(inner.take());
}

}  // namespace lockstep::scenarios
