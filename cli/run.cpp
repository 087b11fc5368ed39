// Which command, and the last line of defence: whatever escapes becomes one line and exit code 70.
#include <csignal>
#include <exception>
#include <variant>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/run_slot.hpp"

namespace lockstep::cli {
namespace {

struct Dispatch {
  const Product& product;
  int operator()(const RunArguments& arguments) const { return run_scenarios(arguments, product); }
  int operator()(const MergeArguments& arguments) const { return merge(arguments); }
  int operator()(const ReplayArguments& arguments) const { return replay(arguments, product); }
  int operator()(const ShrinkArguments& arguments) const {
    return shrink_failure(arguments, product);
  }
  int operator()(const CheckArguments& arguments) const { return check(arguments); }
  int operator()(const LiveArguments& arguments) const { return live(arguments, product); }
  int operator()(const WorkerArguments& arguments) const { return product.worker(arguments.job); }
  int operator()(const ReportArguments& arguments) const { return report(arguments, product); }
  int operator()(const ListArguments& arguments) const { return list(arguments, product); }
};

int nothing_to_do(const NothingToDo& nothing) {
  if (nothing.exit_code == 0) return print(nothing.text) ? 0 : complain_about_stdout();
  complain_raw(nothing.text);
  return nothing.exit_code;
}

int internal_error(const char* what) noexcept {
  complain_raw("lockstep: internal error: ");
  complain_raw(what);
  complain_raw("\n");
  return static_cast<int>(campaign::Exit::internal);
}

}  // namespace

int run(int argc, const char* const* argv, const Product& product) noexcept {
  try {
    ::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of write(), not the end
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) return nothing_to_do(arguments.error());
    campaign::report_fatal_signals();
    return std::visit(Dispatch{product}, *arguments);
  } catch (const std::exception& error) {
    return internal_error(error.what());
  }
}

}  // namespace lockstep::cli
