// `lockstep run`: a campaign from options to exit code.
#include <algorithm>
#include <expected>
#include <mutex>
#include <thread>
#include <utility>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/shard_variables.hpp"
#include "cli/shrink_after_run.hpp"
#include "cli/terminal.hpp"
#include "impl/base/duration.hpp"
#include "scenarios/campaign/campaign.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/failure_folder.hpp"

namespace lockstep::cli {
namespace {

using campaign::CampaignEnd;
using campaign::CampaignOptions;
using scenarios::Input;
using scenarios::InputError;

InputError bad_option(std::string option, std::string found, std::string expected) {
  InputError error;
  error.kind = InputError::Kind::bad_option;
  error.pointer = std::move(option);
  error.found = std::move(found);
  error.expected = std::move(expected);
  return error;
}

Input<Nanos> parse_time(const char* option, const std::string& text) {
  const Result<Nanos> time = parse_duration(text);
  if (time && time->count() > 0) return *time;
  return std::unexpected(bad_option(option, "'" + text + "'", "a time like 60s or 5m"));
}

Input<void> read_seeds(const RunArguments& arguments, CampaignOptions& options) {
  if (arguments.seed) {
    const Input<Seed> seed = scenarios::parse_seed(*arguments.seed);
    if (!seed) return std::unexpected(seed.error());
    options.seeds = {1, *seed};
    options.single_seed = true;
  }
  if (arguments.seeds) {
    const Input<scenarios::SeedRange> seeds = scenarios::parse_seeds(*arguments.seeds);
    if (!seeds) return std::unexpected(seeds.error());
    options.seeds = *seeds;
  }
  if (arguments.run_for) {
    const Input<Nanos> time = parse_time("--for", *arguments.run_for);
    if (!time) return std::unexpected(time.error());
    options.run_for = *time;
  }
  if (arguments.shard) {
    const Input<campaign::Shard> shard = *arguments.shard == "auto"
                                             ? shard_from(&variable)
                                             : campaign::parse_shard(*arguments.shard);
    if (!shard) return std::unexpected(shard.error());
    options.shard = *shard;
  }
  return {};
}

Input<CampaignOptions> read_options(const RunArguments& arguments) {
  CampaignOptions options;
  if (Input<void> seeds = read_seeds(arguments, options); !seeds) {
    return std::unexpected(std::move(seeds.error()));
  }
  const std::uint32_t cores = std::max(1U, std::thread::hardware_concurrency());
  options.jobs = std::min(arguments.jobs > 0 ? arguments.jobs : cores, campaign::jobs_max);
  options.out = arguments.out;
  options.keep_all = arguments.keep_all;
  options.fail_fast = arguments.fail_fast;
  options.check_determinism = arguments.check_determinism;
  options.whole = arguments.whole;
  options.sets = arguments.sets;
  if (arguments.strategy) options.sets.push_back("strategy=" + *arguments.strategy);
  options.now = &wall_now;
  options.interrupted = &interruption();
  return options;
}

/// Asked before the first seed.
Input<void> check_folder(const RunArguments& arguments) {
  const std::string why = campaign::why_folder_unwritable(arguments.out);
  if (!why.empty()) return std::unexpected(unwritable(arguments.out, why));
  return check_outputs(arguments.outputs);
}

int report_end(const RunArguments& arguments, CampaignEnd end) {
  const int exit_code = report(arguments.outputs, std::move(end.results));
  if (end.cannot_write) complain(end.cannot_write->detail);
  if (!end.internal_error.empty()) complain("internal error: " + end.internal_error);
  if (end.refused) complain(scenarios::to_text(*end.refused));
  return exit_code;
}

}  // namespace

int run_scenarios(const RunArguments& arguments, const Product& product) {
  Input<CampaignOptions> options = read_options(arguments);
  if (!options) return complain(options.error());
  const auto loaded = scenarios::load_scenarios(arguments.scenarios, options->sets);
  if (!loaded) return complain(loaded.error());
  if (const Input<void> outputs = check_folder(arguments); !outputs) {
    return complain(outputs.error());
  }
  StatusLine line;
  std::mutex drawing;
  options->progress = [&](const campaign::Progress& progress) {
    const std::scoped_lock lock(drawing);
    line.update([&progress] { return progress_text(progress); });
  };
  options->warn = [&](const std::string& warning) {
    const std::scoped_lock lock(drawing);
    line.clear();
    complain(warning);
  };
  const Input<Nanos> budget = parse_time("--shrink-budget", arguments.shrink_budget);
  if (!budget) return complain(budget.error());
  CampaignEnd end = campaign::run_campaign(*loaded, product.runner, *options);
  line.clear();
  const std::string unwritten = shrink_failures(end.results, arguments.shrink, *budget, product);
  if (!unwritten.empty() && !end.cannot_write) {
    end.cannot_write = indefinite(Errc::io_error, unwritten);
    end.results.exit_code = static_cast<int>(campaign::Exit::cannot_write);
  }
  return report_end(arguments, std::move(end));
}

}  // namespace lockstep::cli
