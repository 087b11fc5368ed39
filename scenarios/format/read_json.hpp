// From the text of a file to described fields. Internal to scenarios/format.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "scenarios/format/field_reader.hpp"
#include "scenarios/format/input_error.hpp"
#include "scenarios/format/json_value.hpp"

namespace lockstep::scenarios {

/// Errors: bad_file, with the line where the JSON breaks.
[[nodiscard]] Input<Json> read_json(std::string_view text, const std::string& file,
                                    std::size_t bytes_max);

template <class T>
void read_fields(const Json& json, ReadState& state, T& value, void (*describe)(Fields&, T&)) {
  FieldReader reader(json, "", state);
  describe(reader, value);
  reader.finish();
}

}  // namespace lockstep::scenarios
