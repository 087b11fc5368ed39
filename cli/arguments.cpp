#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <limits>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "cli/help.hpp"
#include "cli/suggest.hpp"
#include "impl/base/version.hpp"
#include "scenarios/campaign/campaign.hpp"
#include "scenarios/campaign/exit_code.hpp"

namespace lockstep::cli {
namespace {

constexpr int usage_error = static_cast<int>(campaign::Exit::usage);

std::string joined(std::string_view first, std::string_view second) {
  std::string out(first);
  out += '\n';
  out += second;
  return out;
}

CLI::App* add_command(CLI::App& app, const char* name, const char* about, const char* examples) {
  CLI::App* command = app.add_subcommand(name, about);
  command->footer(joined(examples, help::exit_codes));
  return command;
}

void add_seed_options(CLI::App& command, RunArguments& to) {
  command.add_option("--seed", to.seed, "One seed: 42, 0x2a, or a commit")->type_name("N");
  command.add_option("--seeds", to.seeds, "How many seeds (default 100)")->type_name("N[@FIRST]");
  command.add_option("--for", to.run_for, "As many seeds as fit into a time like 60s")
      ->type_name("TIME");
}

void add_output_options(CLI::App& command, const char* json, OutputArguments& to) {
  command.add_option(json, to.json, "Write results as JSON, all the text says and every seed")
      ->type_name("FILE");
  command.add_option("--junit", to.junit, "Write results as JUnit XML")->type_name("FILE");
  command
      .add_option("--markdown", to.markdown, "Write results as Markdown, such as a step summary")
      ->type_name("FILE");
  command
      .add_option("--html", to.html,
                  "Write a page to look at, and one for each kept failure beside it (a file, or a "
                  "folder)")
      ->type_name("PATH");
  command.add_flag_callback(
      "--github", [&to] { to.github = true; },
      "Print annotations for GitHub Actions (default: where GITHUB_ACTIONS is true)");
  command.add_flag_callback("--no-github", [&to] { to.github = false; }, "Print none");
  command.add_flag("--coverage", to.coverage,
                   "Say of each scenario which faults, probes and states its seeds reached");
}

void add_result_options(CLI::App& command, RunArguments& to) {
  command.add_option("--out", to.out, "Folder for what failing seeds leave (default out)")
      ->type_name("DIR");
  add_output_options(command, "--json", to.outputs);
  command
      .add_option_function<std::string>(
          "--keep", [&to](const std::string& value) { to.keep_all = value == "all"; },
          "Keep every failing seed, not only the first 10 per scenario")
      ->check(CLI::IsMember({"all"}).description(""))
      ->type_name("all");
}

void add_shrink_options(CLI::App& command, RunArguments& to) {
  static const std::map<std::string, ShrinkWhat> names{
      {"none", ShrinkWhat::none}, {"unexpected", ShrinkWhat::unexpected}, {"all", ShrinkWhat::all}};
  command
      .add_option_function<std::string>(
          "--shrink", [&to](const std::string& name) { to.shrink = names.at(name); },
          "Shrink the first failure of each scenario: none, unexpected (default), or all, with "
          "expected ones")
      ->check(CLI::IsMember({"none", "unexpected", "all"}).description(""))
      ->type_name("WHICH");
  command.add_option("--shrink-budget", to.shrink_budget, "For each of them (default 60s)")
      ->type_name("TIME");
}

void add_run(CLI::App& app, RunArguments& to) {
  CLI::App* command = add_command(app, "run", help::run_about, help::run_examples);
  command->add_option("SCENARIO", to.scenarios, "Scenario files, or folders of them")
      ->type_name("")
      ->required();
  add_seed_options(*command, to);
  command->add_option("--jobs", to.jobs, "Threads (default: one per core)")
      ->type_name("N")
      ->check(CLI::Range(std::uint32_t{1}, campaign::jobs_max).description(""));
  command->add_option("--shard", to.shard, "Part I of N of the seeds; auto: as CI says")
      ->type_name("I/N|auto");
  command->add_option("--set", to.sets, "Override a field of every scenario; repeatable")
      ->type_name("path=value")
      ->allow_extra_args(false);
  command
      ->add_option("--strategy", to.strategy,
                   "Order among simultaneous events: fifo, random, pct, delay-bounded")
      ->type_name("NAME");
  add_result_options(*command, to);
  add_shrink_options(*command, to);
  command->add_flag("--fail-fast", to.fail_fast, "Stop at the first seed that fails");
  command->add_flag("--check-determinism", to.check_determinism,
                    "Run every seed twice; name the first event that differs");
  command->add_flag(
      "--whole", to.whole,
      "Run every seed to its end; else it stops at a violation that was not foreseen");
}

void add_merge(CLI::App& app, MergeArguments& to) {
  CLI::App* command = add_command(app, "merge", help::merge_about, help::merge_examples);
  command->add_option("RESULTS", to.results, "What each shard wrote by --json")
      ->type_name("")
      ->required();
  add_output_options(*command, "-o,--json", to.outputs);
  command->add_flag("--partial", to.partial, "Go without shards that are missing (exit 2)");
}

void add_replay(CLI::App& app, ReplayArguments& to) {
  CLI::App* command = add_command(app, "replay", help::replay_about, help::replay_examples);
  command
      ->add_option("FAILURE", to.what,
                   "A failure.json or a folder of them, or with --seed a scenario")
      ->type_name("")
      ->required();
  command->add_option("--seed", to.seed, "The seed, where a scenario is given")->type_name("N");
  command->add_flag("--trace", to.trace, "Print every event");
  command->add_option("--until-event", to.until_event, "Stop before event N (from 0)")
      ->type_name("N")
      ->check(
          CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()).description(""));
}

void add_shrink(CLI::App& app, ShrinkArguments& to) {
  CLI::App* command = add_command(app, "shrink", help::shrink_about, help::shrink_examples);
  command->add_option("FAILURE", to.file, "A failure.json")->type_name("")->required();
  command->add_option("-o,--output", to.output, "Where to write (default: shrunk.json beside it)")
      ->type_name("FILE");
  command->add_option("--budget", to.budget, "Try no longer than this (default 60s)")
      ->type_name("TIME");
  command->add_flag("--regression", to.regression,
                    "For a corpus: without the path, which changes with the code; valid expected");
  command->add_option("--about", to.about, "A sentence for the reader: which bug this was")
      ->type_name("TEXT");
  command
      ->add_option("--anomaly", to.anomaly,
                   "Which to keep (default: an unforeseen one, else an expected one)")
      ->type_name("ID");
}

void add_check(CLI::App& app, CheckArguments& to) {
  CLI::App* command = add_command(app, "check", help::check_about, help::check_examples);
  command->add_option("HISTORY", to.histories, "History files")->type_name("")->required();
  command->add_option("--model", to.model, "Judge by this checker (default: as the history says)")
      ->type_name("NAME");
  command
      ->add_option_function<std::string>(
          "--format", [](const std::string&) {}, "auto or lockstep: our own JSONL")
      ->check(CLI::IsMember({"auto", "lockstep"}).description(""))
      ->type_name("NAME");
  command->add_flag("--json", to.json, "Print JSON instead of text");
}

void add_live(CLI::App& app, LiveArguments& to) {
  CLI::App* command = add_command(app, "live", help::live_about, help::live_examples);
  command->add_option("SCENARIO", to.scenario, "A scenario file")->type_name("")->required();
  command->add_flag("--spawn", to.spawn, "Start redis-servers of its own; faults may harm them");
  command->add_option("--redis", to.redis, "Or use this one; once for each server of a Redlock")
      ->type_name("URL")
      ->allow_extra_args(false);
  command->add_option("--sink", to.sink, "The guarded resource (default: the first --redis)")
      ->type_name("URL");
  command->add_flag("--flush", to.flush, "Empty the databases of the URLs first");
  command->add_option("--seed", to.seed, "Which plan: 42, 0x2a, or a commit (default 0)")
      ->type_name("N");
  command->add_option("--duration", to.duration, "Instead of the scenario's: 30s, 5m")
      ->type_name("TIME");
  command->add_option("--set", to.sets, "Override a field of the scenario; repeatable")
      ->type_name("path=value")
      ->allow_extra_args(false);
  command->add_option("--out", to.out, "Folder for the history (default out)")->type_name("DIR");
  command->add_option("--json", to.json, "Write the result as JSON")->type_name("FILE");
}

/// What options of `live` do not go together; empty: nothing.
std::string clash_of(const LiveArguments& live) {
  if (live.spawn == !live.redis.empty()) return "one of --spawn and --redis, not both or none";
  if (live.spawn && !live.sink.empty()) return "--sink goes with --redis";
  return live.spawn && live.flush ? "--flush goes with --redis" : "";
}

/// Not for people: no help lists it.
void add_worker(CLI::App& app, WorkerArguments& to) {
  CLI::App* command = app.add_subcommand("worker", "A process that lockstep live starts.");
  command->group("");
  command->add_option("JOB", to.job)->required();
}

void add_report(CLI::App& app, ReportArguments& to) {
  static const std::map<std::string, ReportFormat> formats{{"html", ReportFormat::html},
                                                           {"perfetto", ReportFormat::perfetto},
                                                           {"edn", ReportFormat::edn},
                                                           {"mermaid", ReportFormat::mermaid}};
  CLI::App* command = add_command(app, "report", help::report_about, help::report_examples);
  command
      ->add_option(
          "INPUT", to.inputs,
          "A run folder, a failure.json, a history, or results of a campaign or benchmarks")
      ->type_name("")
      ->required();
  command->add_option("-o,--output", to.output, "Where to write (default: beside the input)")
      ->type_name("FILE");
  command
      ->add_option_function<std::string>(
          "--format", [&to](const std::string& name) { to.format = formats.at(name); },
          "html (default), perfetto, edn, or mermaid")
      ->check(CLI::IsMember({"html", "perfetto", "edn", "mermaid"}).description(""))
      ->type_name("NAME");
  command->add_option("--model", to.model, "Judge by this checker (default: as the history says)")
      ->type_name("NAME");
}

struct ListName {
  const char* name;
  const char* about;
  ListArguments::What what;
};
constexpr std::array list_names = {
    ListName{"scenarios", "Scenario files and what they expect", ListArguments::What::scenarios},
    ListName{"workloads", "What clients can do", ListArguments::What::workloads},
    ListName{"checkers", "Models, and every anomaly they can name", ListArguments::What::checkers},
    ListName{"faults", "What can go wrong, with parameters", ListArguments::What::faults},
    ListName{"probes", "What a scenario may require to have happened", ListArguments::What::probes},
    ListName{"zoo", "Implementations that are wrong on purpose", ListArguments::What::zoo},
};

void add_list(CLI::App& app, ListArguments& to) {
  CLI::App* command = add_command(app, "list", help::list_about, help::list_examples);
  command->require_subcommand(1);
  for (const auto& [name, about, what] : list_names) {
    CLI::App* list = command->add_subcommand(name, about);
    list->callback([&to, chosen = what] { to.what = chosen; });
    if (what == ListArguments::What::scenarios) {
      list->add_option("PATH", to.paths, "Files or folders (default: scenarios)")->type_name("");
    }
  }
}

/// Everything that parsing fills; the application refers to it.
struct Parsed {
  RunArguments run;
  MergeArguments merge;
  ReplayArguments replay;
  ShrinkArguments shrink;
  CheckArguments check;
  LiveArguments live;
  WorkerArguments worker;
  ReportArguments report;
  ListArguments list;
};

std::unique_ptr<CLI::App> make_app(Parsed& to) {
  auto app = std::make_unique<CLI::App>(help::about, "lockstep");
  app->require_subcommand(1);
  std::string version_text = "lockstep ";
  version_text += version();
  version_text += " (commit ";
  version_text += commit();
  version_text += ", ";
  version_text += compiler();
  version_text += ")";
  app->set_version_flag("--version", version_text, "Version, commit and compiler");
  app->footer(joined(help::main_examples, help::exit_codes));
  add_run(*app, to.run);
  add_merge(*app, to.merge);
  add_replay(*app, to.replay);
  add_shrink(*app, to.shrink);
  add_check(*app, to.check);
  add_live(*app, to.live);
  add_worker(*app, to.worker);
  add_report(*app, to.report);
  add_list(*app, to.list);
  return app;
}

/// The command whose help fits the mistake: the innermost one that was named.
const CLI::App& innermost(const CLI::App& app) {
  const auto named = app.get_subcommands();
  return named.empty() ? app : innermost(*named.front());
}

std::string full_name(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

std::vector<std::string> known_names(const CLI::App& app, bool options) {
  std::vector<std::string> names;
  if (!options) {
    for (const CLI::App* command : app.get_subcommands(nullptr)) {
      const bool is_for_people = !command->get_group().empty();
      if (is_for_people) names.push_back(command->get_name());
    }
    return names;
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// What CLI11 calls extra: an option that does not exist, or a word too many.
std::string about_extra(const CLI::App& app, const std::string& extra) {
  const std::string word = extra.substr(0, extra.find('='));
  const bool is_option = word.starts_with("-");
  const bool is_command = !is_option && !app.get_subcommands(nullptr).empty();
  std::string text = is_option    ? "unknown option '"
                     : is_command ? "unknown command '"
                                  : "unexpected argument '";
  text += word + "'";
  return text + hint(word, known_names(app, is_option));
}

std::string with_small_start(std::string text) {
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

NothingToDo mistake(const CLI::App& app, const std::string& what) {
  const std::string name = full_name(app);
  return {usage_error, name + ": " + what + " (see " + name + " --help)\n"};
}

NothingToDo mistake(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = innermost(app);
  std::vector<std::string> extras = app.remaining(true);
  if (!extras.empty()) return mistake(command, about_extra(command, extras.front()));
  std::string what = error.what();
  if (const std::size_t end = what.find('\n'); end != std::string::npos) what.resize(end);
  return mistake(command, with_small_start(std::move(what)));
}

}  // namespace

std::expected<Arguments, NothingToDo> parse_arguments(int argc, const char* const* argv) {
  Parsed parsed;
  const std::unique_ptr<CLI::App> app = make_app(parsed);
  if (argc <= 1) return std::unexpected(NothingToDo{usage_error, app->help()});
  try {
    app->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return std::unexpected(NothingToDo{0, app->help()});
  } catch (const CLI::CallForVersion& version) {
    return std::unexpected(NothingToDo{0, std::string(version.what()) + "\n"});
  } catch (const CLI::ParseError& error) {
    return std::unexpected(mistake(*app, error));
  }
  if (app->got_subcommand("run")) {
    const int given =
        parsed.run.seed.has_value() + parsed.run.seeds.has_value() + parsed.run.run_for.has_value();
    if (given <= 1) return std::move(parsed.run);
    return std::unexpected(mistake(innermost(*app), "one of --seed, --seeds and --for, not more"));
  }
  if (app->got_subcommand("merge")) return std::move(parsed.merge);
  if (app->got_subcommand("replay")) return std::move(parsed.replay);
  if (app->got_subcommand("shrink")) return std::move(parsed.shrink);
  if (app->got_subcommand("check")) return std::move(parsed.check);
  if (app->got_subcommand("live")) {
    const std::string clash = clash_of(parsed.live);
    if (clash.empty()) return std::move(parsed.live);
    return std::unexpected(mistake(innermost(*app), clash));
  }
  if (app->got_subcommand("worker")) return std::move(parsed.worker);
  if (app->got_subcommand("report")) return std::move(parsed.report);
  return std::move(parsed.list);
}

}  // namespace lockstep::cli
