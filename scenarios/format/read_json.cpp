#include "scenarios/format/read_json.hpp"

#include <utility>

namespace lockstep::scenarios {

Input<Json> read_json(std::string_view text, const std::string& file, std::size_t bytes_max) {
  InputError error;
  error.file = file;
  if (text.size() > bytes_max) {
    error.found = std::to_string(text.size()) + " bytes";
    error.expected = "at most " + std::to_string(bytes_max);
    return std::unexpected(std::move(error));
  }
  auto json = parse_json(text);
  if (json) return *std::move(json);
  error.line = json.error().line;
  error.column = json.error().column;
  error.found = std::move(json.error().what);
  return std::unexpected(std::move(error));
}

}  // namespace lockstep::scenarios
