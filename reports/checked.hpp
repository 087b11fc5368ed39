// What `lockstep check` says about one history, as data and rendered.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/registry.hpp"
#include "checkers/verdict.hpp"
#include "reports/results.hpp"

namespace lockstep::reports {

/// How often one id was found, listed or not.
struct Found {
  std::string id;
  bool is_warning = false;
  std::uint64_t count = 0;
};

struct CheckedHistory {
  std::string file;
  std::string model;
  checkers::Verdict verdict = checkers::Verdict::unknown;  ///< of both judges
  checkers::Verdict black_box = checkers::Verdict::unknown;
  checkers::Verdict oracle = checkers::Verdict::unknown;
  std::uint64_t events = 0;
  std::vector<Found> found;           ///< by id; of the judge that found more
  std::vector<Violation> violations;  ///< violations_in_words()
  std::vector<std::string> reasons;   ///< why not all could be judged
  std::vector<std::pair<std::string, std::uint64_t>> exercised;  ///< property and how often
  std::vector<Distribution> distributions;
};

[[nodiscard]] CheckedHistory checked_history(const std::string& file,
                                             const checkers::History& history,
                                             const checkers::Judgement& judgement);

/// The verdict in a line, then every violation in words, then what is uncertain.
[[nodiscard]] std::string to_text(const CheckedHistory& checked);

/// {"schema":1,"histories":[...]}: everything the text says. Ends with a newline.
[[nodiscard]] std::string to_json(std::span<const CheckedHistory> checked);

}  // namespace lockstep::reports
