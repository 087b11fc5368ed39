// What `run` does with failures before it reports them: the first of each scenario is shrunk.
#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "cli/product.hpp"
#include "impl/base/time.hpp"
#include "reports/results.hpp"

namespace lockstep::cli {

/// Shrinks the first kept failure of each scenario that shows what was not foreseen (with
/// ShrinkWhat::all: the first of any), writes shrunk.json beside its failure.json, and notes it in
/// `results`. A failure that cannot be shrunk stays as it is. @param budget for each, wall time.
/// Returns why a file could not be written; empty if all were.
[[nodiscard]] std::string shrink_failures(reports::Results& results, ShrinkWhat what, Nanos budget,
                                          const Product& product);

}  // namespace lockstep::cli
