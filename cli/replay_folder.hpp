// Replays of whole folders.
#pragma once

#include <string>

#include "cli/product.hpp"
#include "scenarios/campaign/replay.hpp"

namespace lockstep::cli {

/// Replays every failure file below `folder`, prints a line about each, and returns the gravest
/// exit code. A file that is no failure file ends it.
[[nodiscard]] int replay_folder(const std::string& folder, const Product& product,
                                const campaign::ReplayOptions& options);

}  // namespace lockstep::cli
