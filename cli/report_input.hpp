// What `lockstep report` was given: told by looking, because nobody wants to say it.
#pragma once

#include <cstdint>
#include <string>

#include "scenarios/format/input_error.hpp"
#include "scenarios/format/json_value.hpp"

namespace lockstep::cli {

enum class InputKind : std::uint8_t { run_folder, failure, history, campaign, bench };

/// By what a file says, not by its name. Errors: missing; bad_file - JSON that is none of these, or
/// broken.
[[nodiscard]] scenarios::Input<InputKind> kind_of_input(const std::string& path);

/// One set of results of scripts/bench for its page. Errors: missing; bad_file, as bench_run().
[[nodiscard]] scenarios::Input<std::string> load_bench(const std::string& file);

}  // namespace lockstep::cli
