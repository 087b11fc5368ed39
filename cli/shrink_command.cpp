// `lockstep shrink`: a failure file made as small as it gets, with its story.
#include <filesystem>
#include <string>
#include <utility>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "impl/base/duration.hpp"
#include "reports/results.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/failure_folder.hpp"
#include "scenarios/shrink/shrunk_failure.hpp"

namespace lockstep::cli {
namespace {

using campaign::Exit;
using scenarios::Failure;
using scenarios::Input;
using scenarios::InputError;
using shrink::ShrunkFailure;

int usage(const std::string& what) {
  complain("shrink: " + what + " (see lockstep shrink --help)");
  return static_cast<int>(Exit::usage);
}

/// "shrunk.json" beside "failure.json"; "x.shrunk.json" beside any other name.
std::string output_of(const ShrinkArguments& arguments) {
  if (arguments.output) return *arguments.output;
  const std::filesystem::path input(arguments.file);
  const bool is_in_run_folder = input.filename() == "failure.json";
  const std::string name =
      is_in_run_folder ? "shrunk.json" : input.stem().string() + ".shrunk.json";
  return (input.parent_path() / name).string();
}

/// Why there is nothing to shrink; empty if there is.
std::string why_hopeless(const Failure& failure, const std::string& anomaly) {
  if (anomaly.empty()) return "the file names no anomaly that could be kept";
  if (anomaly == "sim/assert" || anomaly == "sim/exception") {
    return anomaly + " ends the process: it cannot be tried again and again in this one";
  }
  for (const std::string& id : failure.anomalies) {
    if (id == anomaly) return {};
  }
  std::string known;
  for (const std::string& id : failure.anomalies) known += (known.empty() ? "" : ", ") + id;
  return "the file does not show " + anomaly + "; it shows " + known;
}

std::string end_text(const shrink::Shrunk& shrunk) {
  const std::string runs = std::to_string(shrunk.runs) + " runs";
  switch (shrunk.end) {
    case shrink::End::smallest: return "nothing smaller found in " + runs;
    case shrink::End::budget_spent:
      return "the budget is spent after " + runs + "; --budget for more";
    case shrink::End::interrupted: return "interrupted after " + runs;
    case shrink::End::not_reproduced: return "not reproduced";
  }
  return {};
}

std::string report_text(const ShrunkFailure& result, const std::string& anomaly,
                        const std::string& file) {
  std::string text = anomaly + " in " + result.failure.scenario + ", shrunk\n";
  text += "  from  " + shrink::to_text(result.shrunk.before) + "\n";
  text += "  to    " + shrink::to_text(result.shrunk.after) + "\n";
  text += "  " + end_text(result.shrunk) + "\n\nstory\n";
  for (const std::string& line : result.failure.story) text += "  " + line + "\n";
  for (const reports::Violation& violation : result.violations) {
    if (violation.id != anomaly) continue;
    text += "\n" + violation.description;
    break;
  }
  return text + "\nreplay:\n  " + reports::replay_line(file) + "\n";
}

int refused(const Error& error, const std::string& file) {
  if (error.code != Errc::invalid_argument) {
    complain("internal error: " + to_text(error));
    return static_cast<int>(Exit::internal);
  }
  InputError input;
  input.kind = InputError::Kind::bad_file;
  input.file = file;
  input.found = "a plan that this build cannot run: " + error.detail;
  return complain(input);
}

int not_reproduced(const ShrinkArguments& arguments, const std::string& anomaly) {
  complain("shrink: " + arguments.file + " does not show " + anomaly +
           " in this build; replay says where it leaves its path");
  return static_cast<int>(Exit::divergence);
}

/// For a corpus: once mended, it must stay so, by whatever path.
Failure as_regression(Failure failure) {
  failure.trace_hash.clear();
  failure.path.clear();
  failure.expect = {};
  failure.require.clear();
  return failure;
}

int write_and_report(const ShrunkFailure& result, const ShrinkArguments& arguments,
                     const std::string& anomaly, const std::string& file) {
  Failure failure = arguments.regression ? as_regression(result.failure) : result.failure;
  if (arguments.about) failure.about = *arguments.about;
  const Result<void> written = campaign::write_file(file, scenarios::write_failure(failure));
  if (!written) {
    complain(written.error().detail);
    return static_cast<int>(Exit::cannot_write);
  }
  if (!print(report_text(result, anomaly, file))) return complain_about_stdout();
  const bool was_interrupted = result.shrunk.end == shrink::End::interrupted;
  return static_cast<int>(was_interrupted ? Exit::interrupted : Exit::as_expected);
}

int shrink_loaded(const ShrinkArguments& arguments, const Failure& failure, Nanos budget,
                  const Product& product) {
  const std::string anomaly = arguments.anomaly.value_or(shrink::telling_anomaly(failure));
  const std::string hopeless = why_hopeless(failure, anomaly);
  if (!hopeless.empty()) return usage(hopeless);
  const std::string file = output_of(arguments);
  if (const std::string why = campaign::why_file_unwritable(file); !why.empty()) {
    complain(file + ": cannot be written: " + why);
    return static_cast<int>(Exit::cannot_write);
  }
  StatusLine line;
  shrink::Options options;
  options.budget = budget;
  options.now = &wall_now;
  options.interrupted = &interruption();
  options.progress = [&line](const shrink::Progress& progress) {
    line.update([&progress] { return progress_text(progress); });
  };
  const auto result = shrink::shrink_failure(failure, anomaly, product.runner, options);
  line.clear();
  if (!result) return refused(result.error(), arguments.file);
  if (result->shrunk.end == shrink::End::not_reproduced) return not_reproduced(arguments, anomaly);
  return write_and_report(*result, arguments, anomaly, file);
}

}  // namespace

int shrink_failure(const ShrinkArguments& arguments, const Product& product) {
  const Result<Nanos> budget = parse_duration(arguments.budget);
  if (!budget || budget->count() <= 0) {
    return usage("--budget: found '" + arguments.budget + "', expected a time like 60s or 5m");
  }
  const Input<Failure> failure = scenarios::load_failure(arguments.file);
  if (!failure) return complain(failure.error());
  return shrink_loaded(arguments, *failure, *budget, product);
}

}  // namespace lockstep::cli
