// Histories read and judged for commands; what is wrong with one is complained about.
#pragma once

#include <expected>
#include <string>

#include "checkers/history.hpp"
#include "checkers/registry.hpp"

namespace lockstep::cli {

struct JudgedHistory {
  checkers::History history;
  checkers::Judgement judgement;
};

/// 0; or, of a checker that does not exist, complains for `command` and returns the exit code.
[[nodiscard]] int check_model(const std::string& command, const std::string& model);

/// Reads a file and judges it by `model`; empty: as the history says. Complains, and gives the exit
/// code of what is wrong.
[[nodiscard]] std::expected<JudgedHistory, int> load_judged(const std::string& file,
                                                            const std::string& model);

}  // namespace lockstep::cli
