#include "cli/report_input.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "scenarios/campaign/results_file.hpp"
#include "scenarios/format/files.hpp"

namespace lockstep::cli {
namespace {

namespace fs = std::filesystem;
using scenarios::bad_file;
using scenarios::Input;
using scenarios::InputError;
using scenarios::Json;
using scenarios::JsonObject;

constexpr const char* known_inputs =
    "a run folder, a failure file, a history, or results of a campaign or of benchmarks";

/// A history is a document per line, and may be too long to be looked at as a whole.
bool is_history(const std::string& file) {
  std::ifstream in(file);
  std::string first;
  std::string second;
  std::getline(in, first);
  std::getline(in, second);
  const auto json = scenarios::parse_json(first);
  if (!json || json->get<JsonObject>() == nullptr) return false;
  return !second.empty() || file.ends_with(".jsonl");
}

Input<Json> read_document(const std::string& file) {
  const Input<std::string> text = scenarios::read_file(file, campaign::results_bytes_max);
  if (!text) return std::unexpected(text.error());
  auto json = scenarios::parse_json(*text);
  if (json) return std::move(*json);
  InputError error = bad_file(file, {}, json.error().what, known_inputs);
  error.line = json.error().line;
  error.column = json.error().column;
  return std::unexpected(std::move(error));
}

Input<InputKind> kind_of_document(const std::string& file) {
  const Input<Json> json = read_document(file);
  if (!json) return std::unexpected(json.error());
  const JsonObject* const object = json->get<JsonObject>();
  const auto has = [object](const char* name) {
    return object != nullptr && find(*object, name) != nullptr;
  };
  if (has("plan")) return InputKind::failure;
  if (has("scenarios") && has("campaign")) return InputKind::campaign;
  if (has("rows")) return InputKind::bench;
  return std::unexpected(bad_file(file, {}, "a JSON document of another kind", known_inputs));
}

/// What is wrong with a row; none: nothing.
std::optional<InputError> check_row(const std::string& file, const Json& row, std::size_t number) {
  const std::string pointer = "/rows/" + std::to_string(number);
  const JsonObject* const object = row.get<JsonObject>();
  if (object == nullptr) return bad_file(file, pointer, describe(row), "an object");
  for (const char* const name : {"group", "name", "unit"}) {
    const Json* const value = find(*object, name);
    if (value == nullptr) return bad_file(file, pointer, "no field", std::string("'") + name + "'");
    if (value->get<std::string>() == nullptr) {
      return bad_file(file, pointer + "/" + name, describe(*value), "a string");
    }
  }
  const Json* const ours = find(*object, "ours");
  if (ours == nullptr) return bad_file(file, pointer, "no field", "'ours'");
  const bool is_number = ours->get<std::int64_t>() != nullptr ||
                         ours->get<std::uint64_t>() != nullptr ||
                         ours->get<scenarios::JsonReal>() != nullptr;
  if (!is_number) return bad_file(file, pointer + "/ours", describe(*ours), "a number");
  return std::nullopt;
}

std::optional<InputError> check_bench(const std::string& file, const Json& json) {
  const JsonObject* const object = json.get<JsonObject>();
  if (object == nullptr) return bad_file(file, {}, describe(json), "an object");
  const Json* const schema = find(*object, "schema");
  if (schema == nullptr || *schema != Json(std::int64_t{1})) {
    return bad_file(file, "/schema", schema == nullptr ? "nothing" : describe(*schema), "1");
  }
  const Json* const rows = find(*object, "rows");
  if (rows == nullptr || rows->get<scenarios::JsonArray>() == nullptr) {
    return bad_file(file, "/rows", rows == nullptr ? "nothing" : describe(*rows), "an array");
  }
  std::size_t number = 0;
  for (const Json& row : *rows->get<scenarios::JsonArray>()) {
    if (auto wrong = check_row(file, row, number)) return wrong;
    number += 1;
  }
  return std::nullopt;
}

}  // namespace

Input<InputKind> kind_of_input(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return InputKind::run_folder;
  if (!fs::exists(path, ignored)) {
    InputError error = bad_file(path, {}, "no such file or folder", known_inputs);
    error.kind = InputError::Kind::missing;
    return std::unexpected(std::move(error));
  }
  if (is_history(path)) return InputKind::history;
  return kind_of_document(path);
}

Input<std::string> load_bench(const std::string& file) {
  const Input<Json> json = read_document(file);
  if (!json) return std::unexpected(json.error());
  if (auto wrong = check_bench(file, *json)) return std::unexpected(std::move(*wrong));
  return scenarios::write_json_line(*json);
}

}  // namespace lockstep::cli
