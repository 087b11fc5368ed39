// The commands: one function, one file each. Each prints its results to stdout and its troubles to
// stderr, and returns the exit code.
#pragma once

#include "cli/arguments.hpp"
#include "cli/product.hpp"

namespace lockstep::cli {

[[nodiscard]] int run_scenarios(const RunArguments& arguments, const Product& product);
[[nodiscard]] int merge(const MergeArguments& arguments);
[[nodiscard]] int replay(const ReplayArguments& arguments, const Product& product);
[[nodiscard]] int shrink_failure(const ShrinkArguments& arguments, const Product& product);
[[nodiscard]] int check(const CheckArguments& arguments);
[[nodiscard]] int live(const LiveArguments& arguments, const Product& product);
[[nodiscard]] int report(const ReportArguments& arguments, const Product& product);
[[nodiscard]] int list(const ListArguments& arguments, const Product& product);

}  // namespace lockstep::cli
