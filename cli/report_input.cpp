#include "cli/report_input.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "cli/bench_results.hpp"
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
  if (has("benchmarks")) return InputKind::bench;
  return std::unexpected(bad_file(file, {}, "a JSON document of another kind", known_inputs));
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
  return bench_run(*json, file);
}

}  // namespace lockstep::cli
