// parse_failure(), load_failure() and write_failure() of failure.hpp.
#include <algorithm>
#include <array>
#include <utility>

#include "scenarios/format/failure.hpp"
#include "scenarios/format/field_writer.hpp"
#include "scenarios/format/files.hpp"
#include "scenarios/format/plan_fields.hpp"
#include "scenarios/format/read_json.hpp"
#include "scenarios/format/scenario_fields.hpp"

namespace lockstep::scenarios {

namespace {

constexpr std::size_t findings_max = 10'000;
constexpr std::size_t digits_per_event = 4;
constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_hex(std::string_view text) {
  return text.find_first_not_of(hex_digits) == std::string_view::npos;
}
bool is_hash(std::string_view text) { return text.size() == 32 && is_hex(text); }
bool is_path(std::string_view text) {
  return text.size() % digits_per_event == 0 && text.size() / digits_per_event <= path_events_max &&
         is_hex(text);
}
bool is_verdict(std::string_view text) {
  return text == "valid" || text == "invalid" || text == "unknown";
}
bool is_anything(std::string_view) { return true; }

constexpr TextRule hash_rule{is_hash, "32 lower-case hex digits"};
constexpr TextRule path_rule{is_path, "four lower-case hex digits for each event"};
constexpr TextRule verdict_rule{is_verdict, "one of valid, invalid, unknown"};
constexpr TextRule any_text{is_anything, "a string"};

std::string path_text(const std::vector<std::uint16_t>& path) {
  std::string text;
  text.reserve(path.size() * digits_per_event);
  for (const std::uint16_t hash : path) {
    for (unsigned shift = 16; shift > 0;) {
      shift -= 4;
      text += hex_digits[(unsigned{hash} >> shift) & 15U];
    }
  }
  return text;
}

std::vector<std::uint16_t> path_of(std::string_view text) {
  std::vector<std::uint16_t> path(text.size() / digits_per_event);
  for (std::size_t i = 0; i < path.size() * digits_per_event; ++i) {
    const auto digit = static_cast<unsigned>(hex_digits.find(text[i]));
    std::uint16_t& hash = path[i / digits_per_event];
    hash = static_cast<std::uint16_t>((unsigned{hash} << 4U) | digit);
  }
  return path;
}

void finding_fields(Fields& fields, Finding& finding) {
  fields.must({"anomaly", "sentence", "witness"});
  fields.text("anomaly", finding.anomaly, anomaly_rule());
  fields.text("sentence", finding.sentence, any_text);
  fields.integers("witness", finding.witness);
}

void outcome_fields(Fields& fields, Failure& failure) {
  fields.must({"commit", "compiler", "verdict", "anomalies", "findings"});
  fields.text("commit", failure.commit, any_text);
  fields.text("compiler", failure.compiler, any_text);
  fields.text("verdict", failure.verdict, verdict_rule);
  fields.texts("anomalies", failure.anomalies, anomaly_rule());
  fields.list("findings", failure.findings, findings_max, finding_fields);
  if (fields.has("about") || !failure.about.empty()) fields.text("about", failure.about, any_text);
  if (fields.has("story") || !failure.story.empty()) {
    fields.texts("story", failure.story, any_text);
  }
}

/// Both or neither: what was recorded of the run.
void record_fields(Fields& fields, Failure& failure) {
  const bool is_recorded = fields.reading() ? fields.has("path") || fields.has("trace_hash")
                                            : !failure.trace_hash.empty();
  if (!is_recorded) return;
  fields.must({"trace_hash", "path"});
  fields.text("trace_hash", failure.trace_hash, hash_rule);
  std::string text = fields.reading() ? "" : path_text(failure.path);
  fields.text("path", text, path_rule);
  if (fields.reading() && fields.good()) failure.path = path_of(text);
}

void failure_fields(Fields& fields, Failure& failure) {
  schema_field(fields);
  fields.must({"scenario", "seed", "expect", "require", "plan"});
  fields.text("scenario", failure.scenario, name_rule());
  std::uint64_t seed = failure.plan.config.seed.value;
  fields.unsigned_integer("seed", seed);
  outcome_fields(fields, failure);
  fields.object("expect", [&failure](Fields& inner) { expectation_fields(inner, failure.expect); });
  fields.texts("require", failure.require, require_rule());
  if (fields.has("whole") || !failure.whole) fields.boolean("whole", failure.whole);
  fields.object("plan", [&failure](Fields& inner) { plan_fields(inner, failure.plan); });
  record_fields(fields, failure);
  if (!fields.reading() || !fields.good() || seed == failure.plan.config.seed.value) return;
  fields.refuse("seed", "the number " + std::to_string(seed),
                "that of the plan, " + std::to_string(failure.plan.config.seed.value));
}

}  // namespace

std::string write_failure(const Failure& failure) {
  return write_json(to_json(failure, failure_fields));
}

Input<Failure> parse_failure(std::string_view text, const std::string& file) {
  const Input<Json> json = read_json(text, file, failure_bytes_max);
  if (!json) return std::unexpected(json.error());
  Failure failure;
  ReadState state;
  read_fields(*json, state, failure, failure_fields);
  if (!state.error) return failure;
  state.error->file = file;
  return std::unexpected(*std::move(state.error));
}

Input<Failure> load_failure(const std::string& file) {
  const Input<std::string> text = read_file(file, failure_bytes_max);
  if (!text) return std::unexpected(text.error());
  return parse_failure(*text, file);
}

}  // namespace lockstep::scenarios
