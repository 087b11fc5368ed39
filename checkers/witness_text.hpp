// Tells a violation in words: the sentence, a table of the operations that prove it, the holds
// drawn on one time axis, and the arithmetic. This is what a user reads.
//
// Not here: colours, HTML, what to do about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"

namespace lockstep::checkers {

/// One operation or marker of a witness, a column each.
struct WitnessRow {
  std::string event;    ///< "#12"
  std::string at;       ///< "4.207113s", when it was invoked
  std::string took;     ///< "2.1ms"; empty for markers and what was never answered
  std::string who;      ///< "client/1", or "process 3" where no node is recorded
  std::string did;      ///< "acquire k (lease 7, ttl 3s)"
  std::string outcome;  ///< "granted, token 12"
};

/// The row of one event, which must be an invocation or a marker.
[[nodiscard]] WitnessRow row_of(std::uint32_t index, const History& history);

/// The rows of a violation's witness, in order of time. Events that the history lacks are left out.
[[nodiscard]] std::vector<WitnessRow> witness_rows(const Violation& violation,
                                                   const History& history);

/// One line per operation: "#12 4.207113s client/1 acquire k (lease 7, ttl 3s): granted, token 12".
[[nodiscard]] std::vector<std::string> witness_lines(const Violation& violation,
                                                     const History& history);

/// The whole violation, several lines, each ended by a newline, at most 100 columns but for names.
[[nodiscard]] std::string describe(const Violation& violation, const History& history);

}  // namespace lockstep::checkers
