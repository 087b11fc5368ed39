// `lockstep replay`: one seed again, from a failure file or a scenario.
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "cli/commands.hpp"
#include "cli/replay_folder.hpp"
#include "cli/terminal.hpp"
#include "impl/base/duration.hpp"
#include "impl/base/version.hpp"
#include "reports/text.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/replay.hpp"
#include "scenarios/format/seeds.hpp"

namespace lockstep::cli {
namespace {

using campaign::ReplayEnd;
using campaign::ReplayOptions;
using scenarios::Input;
using scenarios::InputError;

/// Prints every event as it happens, unbuffered: the last one before a crash matters most.
/// "#4711  3.2s  client/0  timer  detail".
class TracePrinter final : public scenarios::TraceSink {
 public:
  void event(const scenarios::TraceEvent& event) override {
    if (!is_good_) return;
    std::string line = "#" + std::to_string(event.index) + "  " + to_text(event.time) + "  ";
    line += name_of(event);
    line += "  ";
    line += event.kind;
    if (!event.detail.empty()) line += "  ";
    line += event.detail;
    line += '\n';
    is_good_ = print(line);
  }

 private:
  static std::string name_of(const scenarios::TraceEvent& event) {
    if (!event.name.empty()) return std::string(event.name);
    constexpr NodeId world{0xffffffffU};
    return event.node == world ? "world" : "node " + std::to_string(event.node.value);
  }

  bool is_good_ = true;  ///< once nobody reads, nothing more is printed
};

std::string verdict_text(const ReplayEnd& end) {
  const reports::ScenarioResult& result = end.result;
  if (result.seed_results.empty()) return {};
  if (end.was_cut) return "stopped before event " + std::to_string(end.events) + ", not judged\n";
  std::string text =
      result.name + ", " + reports::to_text(result.seed_results.front(), end.violations);
  for (const std::string& reason : result.reasons) text += reason + "\n";
  if (result.standing == reports::Standing::as_expected) text += "as the scenario expects\n";
  return text;
}

std::string path_text(const ReplayEnd& end, const scenarios::Failure* recorded) {
  if (recorded == nullptr || recorded->trace_hash.empty()) return {};
  if (!end.left_path) {
    return end.was_cut ? "on its recorded path until there\n" : "on its recorded path, same hash\n";
  }
  const reports::Divergence& left = *end.left_path;
  std::string text = "LEFT ITS PATH at event " + std::to_string(left.event) + "\n";
  text += "  recorded: " + left.first + "\n  now:      " + left.second + "\n";
  if (recorded->commit != commit() || recorded->compiler != compiler()) {
    text += "  recorded by commit " + recorded->commit + " (" + recorded->compiler + ")\n";
    text +=
        "  this is     commit " + std::string(commit()) + " (" + std::string(compiler()) + ")\n";
  }
  return text;
}

int report(const ReplayEnd& end, const scenarios::Failure* recorded) {
  if (end.refused) return complain(*end.refused);
  if (!end.internal_error.empty()) {
    complain("internal error: " + end.internal_error);
    return end.exit_code;
  }
  const bool printed = print(verdict_text(end) + path_text(end, recorded));
  return printed ? end.exit_code : complain_about_stdout();
}

InputError with_advice(InputError error, std::string_view advice) {
  if (error.kind == InputError::Kind::bad_file) {
    error.expected += error.expected.empty() ? "" : "; ";
    error.expected += advice;
  }
  return error;
}

int replay_failure(const ReplayArguments& arguments, const Product& product,
                   const ReplayOptions& options) {
  const Input<scenarios::Failure> failure = scenarios::load_failure(arguments.what);
  if (!failure) {
    return complain(with_advice(failure.error(), "a failure file (a scenario needs --seed N)"));
  }
  return report(campaign::replay(*failure, arguments.what, product.runner, options), &*failure);
}

int replay_scenario(const ReplayArguments& arguments, const Product& product,
                    const ReplayOptions& options) {
  const Input<Seed> seed = scenarios::parse_seed(*arguments.seed);
  if (!seed) return complain(seed.error());
  const std::string paths[] = {arguments.what};
  const auto loaded = scenarios::load_scenarios(paths);
  if (!loaded) {
    return complain(with_advice(loaded.error(), "a scenario (a failure file needs no --seed)"));
  }
  if (loaded->size() > 1) {
    complain("replay: " + arguments.what + " holds " + std::to_string(loaded->size()) +
             " scenarios; name one");
    return static_cast<int>(campaign::Exit::usage);
  }
  return report(campaign::replay(loaded->front(), *seed, product.runner, options), nullptr);
}

}  // namespace

int replay(const ReplayArguments& arguments, const Product& product) {
  TracePrinter trace;
  ReplayOptions options;
  if (arguments.until_event) {
    options.until_event = static_cast<std::uint64_t>(*arguments.until_event);
  }
  if (arguments.trace) options.trace = &trace;
  options.now = &wall_now;
  options.warn = [](const std::string& warning) { complain(warning); };
  std::error_code code;
  const bool is_folder = std::filesystem::is_directory(arguments.what, code);
  if (is_folder && !arguments.seed) {
    if (!arguments.trace && !arguments.until_event) {
      return replay_folder(arguments.what, product, options);
    }
    complain("replay: --trace and --until-event need one failure file, not a folder");
    return static_cast<int>(campaign::Exit::usage);
  }
  return arguments.seed ? replay_scenario(arguments, product, options)
                        : replay_failure(arguments, product, options);
}

}  // namespace lockstep::cli
