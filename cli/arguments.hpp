// What the user typed, checked for form only: which command, which options. Values that need more
// than a look (seeds, durations, scenario fields) stay text here.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lockstep::cli {

/// Which failures `run` shrinks: none, those with what was not foreseen, or expected ones as well.
enum class ShrinkWhat : std::uint8_t { none, unexpected, all };

/// Where results go besides stdout.
struct OutputArguments {
  std::optional<std::string> json;
  std::optional<std::string> junit;
  std::optional<std::string> markdown;
  std::optional<std::string> html;  ///< a file, or a folder for index.html
  std::optional<bool> github;       ///< none: as GITHUB_ACTIONS says
  bool coverage = false;
};

struct RunArguments {
  std::vector<std::string> scenarios;
  std::optional<std::string> seed;
  std::optional<std::string> seeds;
  std::optional<std::string> run_for;
  std::optional<std::string> shard;
  std::optional<std::string> strategy;
  std::vector<std::string> sets;
  std::uint32_t jobs = 0;  ///< 0: one per core
  std::string out = "out";
  OutputArguments outputs;
  bool keep_all = false;
  bool fail_fast = false;
  bool check_determinism = false;
  bool whole = false;
  ShrinkWhat shrink = ShrinkWhat::unexpected;
  std::string shrink_budget = "60s";
};

struct MergeArguments {
  std::vector<std::string> results;  ///< files that `run --json` wrote
  OutputArguments outputs;
  bool partial = false;
};

struct ReplayArguments {
  std::string what;  ///< failure file, or with `seed` a scenario
  std::optional<std::string> seed;
  std::optional<std::int64_t> until_event;  ///< at least 0
  bool trace = false;
};

struct ShrinkArguments {
  std::string file;                    ///< a failure file
  std::optional<std::string> output;   ///< none: beside `file`
  std::optional<std::string> anomaly;  ///< which to keep; none: what the failure is about
  std::string budget = "60s";
  std::optional<std::string> about;  ///< written into the file; none: what the input says
  bool regression = false;           ///< for a corpus: no path, and nothing may be found any more
};

struct CheckArguments {
  std::vector<std::string> histories;
  std::string model;  ///< empty: as the history says
  bool json = false;
};

/// What `report` writes.
enum class ReportFormat : std::uint8_t { html, perfetto, edn, mermaid };

struct ReportArguments {
  std::vector<std::string> inputs;    ///< several: results of benchmarks
  std::optional<std::string> output;  ///< none: beside the input
  ReportFormat format = ReportFormat::html;
  std::string model;  ///< of a history; empty: as it says
};

struct ListArguments {
  enum class What : std::uint8_t { scenarios, workloads, checkers, faults, probes, zoo };
  What what = What::scenarios;
  std::vector<std::string> paths;  ///< scenarios only; empty: the folder "scenarios"
};

struct LiveArguments {
  std::string scenario;
  std::vector<std::string> redis;  ///< URLs; none exactly if
  bool spawn = false;              ///< servers are started
  std::string sink;                ///< a URL; empty: the first of `redis`
  bool flush = false;
  std::string seed = "0";
  std::optional<std::string> duration;
  std::vector<std::string> sets;
  std::string out = "out";
  std::optional<std::string> json;
};

/// A process that `live` starts.
struct WorkerArguments {
  std::string job;
};

using Arguments =
    std::variant<RunArguments, MergeArguments, ReplayArguments, ShrinkArguments, CheckArguments,
                 LiveArguments, WorkerArguments, ReportArguments, ListArguments>;

/// Nothing to run: help, version, or a mistake.
struct NothingToDo {
  int exit_code = 0;
  std::string text;  ///< for stdout if exit_code is 0, else for stderr; ends with a newline
};

[[nodiscard]] std::expected<Arguments, NothingToDo> parse_arguments(int argc,
                                                                    const char* const* argv);

}  // namespace lockstep::cli
