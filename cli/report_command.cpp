// `lockstep report`: a page to look at, or a run in the format of another tool.
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/campaign_pages.hpp"
#include "cli/commands.hpp"
#include "cli/judged_history.hpp"
#include "cli/load_run.hpp"
#include "cli/report.hpp"
#include "cli/report_input.hpp"
#include "cli/terminal.hpp"
#include "reports/exports/edn.hpp"
#include "reports/exports/mermaid.hpp"
#include "reports/exports/perfetto.hpp"
#include "reports/html/bench_page.hpp"
#include "reports/html/run_page.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/failure_folder.hpp"
#include "scenarios/campaign/results_file.hpp"

namespace lockstep::cli {
namespace {

namespace fs = std::filesystem;
using campaign::Exit;
using reports::RunRecord;

std::string ending_of(ReportFormat format) {
  switch (format) {
    case ReportFormat::html: return ".html";
    case ReportFormat::perfetto: return ".perfetto.json";
    case ReportFormat::edn: return ".edn";
    case ReportFormat::mermaid: return ".mmd";
  }
  return {};
}

/// Beside the input; of a run folder, in it.
std::string output_of(const ReportArguments& arguments, InputKind kind) {
  if (arguments.output) return *arguments.output;
  const fs::path input(arguments.inputs.front());
  const bool is_folder = kind == InputKind::run_folder;
  std::string stem =
      is_folder || input.filename() == "failure.json" ? "report" : input.stem().string();
  const bool is_edn = arguments.format == ReportFormat::edn;
  if (is_edn && stem == "report") stem = "history";
  const fs::path folder = is_folder ? input : input.parent_path();
  return (folder / (stem + ending_of(arguments.format))).string();
}

int complain_of_writing(const std::string& why) {
  complain(why);
  return static_cast<int>(Exit::cannot_write);
}

/// Says where the result is.
int written(const std::string& file) { return print(file + "\n") ? 0 : complain_about_stdout(); }

int write_text(const std::string& file, const std::string& text) {
  const Result<void> done = campaign::write_file(file, text);
  return done ? written(file) : complain_of_writing(done.error().detail);
}

int write_page(const std::string& file, const reports::Page& page) {
  const Result<std::string> html = reports::to_html(page);
  if (html) return write_text(file, *html);
  complain("internal error: " + html.error().detail);
  return static_cast<int>(Exit::internal);
}

/// A million operations are too much to be held as text once more.
template <class Write>
int write_stream(const std::string& file, const Write& write) {
  std::ofstream out(file, std::ios::binary);
  const Result<void> done = write(out);
  out.close();
  if (done && out.good()) return written(file);
  return complain_of_writing("cannot write " + file);
}

int write_witness(const RunRecord& run, const std::string& file) {
  const auto found = reports::all_found(run, 1);
  if (!found.empty()) {
    return write_text(file, reports::to_mermaid(*found.front().violation, run));
  }
  complain(run.file + ": found no violation; expected one, whose witness can be drawn");
  return static_cast<int>(Exit::bad_input);
}

int report_run(const RunRecord& run, ReportFormat format, const std::string& file) {
  switch (format) {
    case ReportFormat::html: return write_page(file, reports::run_page(run));
    case ReportFormat::mermaid: return write_witness(run, file);
    case ReportFormat::perfetto:
      return write_stream(file,
                          [&](std::ostream& out) { return reports::write_perfetto(run, out); });
    case ReportFormat::edn:
      return write_stream(file,
                          [&](std::ostream& out) { return reports::write_edn(run.history, out); });
  }
  return static_cast<int>(Exit::internal);
}

int report_campaign(const std::string& input, const std::string& file) {
  const auto results = campaign::load_results(input);
  if (!results) return complain(results.error());
  const std::string page = page_file(file);
  const std::string unwritten = write_campaign_pages(file, *results);
  return unwritten.empty() ? written(page) : complain_of_writing(unwritten);
}

int report_bench(const std::vector<std::string>& inputs, const std::string& file) {
  std::vector<std::string> runs;
  for (const std::string& input : inputs) {
    auto run = load_bench(input);
    if (!run) return complain(run.error());
    runs.push_back(std::move(*run));
  }
  return write_page(file, reports::bench_page(runs));
}

int usage(const std::string& what) {
  complain("report: " + what);
  return static_cast<int>(Exit::usage);
}

/// What does not go together.
int check_usage(const ReportArguments& arguments, InputKind kind) {
  const bool is_run = kind != InputKind::campaign && kind != InputKind::bench;
  if (!is_run && arguments.format != ReportFormat::html) {
    return usage(arguments.inputs.front() + " is no run; --format needs one");
  }
  if (arguments.inputs.size() > 1 && kind != InputKind::bench) {
    return usage("one input; only results of benchmarks may be several");
  }
  if (!arguments.model.empty() && kind != InputKind::history) {
    return usage("--model is for histories; a failure file says what judges it");
  }
  return check_model("report", arguments.model);
}

std::expected<RunRecord, int> load_run(const ReportArguments& arguments, InputKind kind,
                                       const Product& product) {
  const std::string& input = arguments.inputs.front();
  if (kind == InputKind::history) return load_history_run(input, arguments.model);
  const bool is_folder = kind == InputKind::run_folder;
  return load_failed_run(is_folder ? (fs::path(input) / "failure.json").string() : input, product);
}

}  // namespace

int report(const ReportArguments& arguments, const Product& product) {
  const auto kind = kind_of_input(arguments.inputs.front());
  if (!kind) return complain(kind.error());
  if (const int wrong = check_usage(arguments, *kind); wrong != 0) return wrong;
  const std::string file = output_of(arguments, *kind);
  const std::string why = *kind == InputKind::campaign ? why_page_unwritable(file)
                                                       : campaign::why_file_unwritable(file);
  if (!why.empty()) return complain(unwritable(file, why));
  if (*kind == InputKind::campaign) return report_campaign(arguments.inputs.front(), file);
  if (*kind == InputKind::bench) return report_bench(arguments.inputs, file);
  const auto run = load_run(arguments, *kind, product);
  return run ? report_run(*run, arguments.format, file) : run.error();
}

}  // namespace lockstep::cli
