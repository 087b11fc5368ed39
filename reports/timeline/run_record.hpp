// One run as pictures and exports tell it: its history and verdict, and what is known of it
// besides. Plain data, everything already decided; a history from anywhere has no more than the
// first two.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history.hpp"
#include "checkers/registry.hpp"
#include "impl/base/ids.hpp"
#include "reports/asked.hpp"
#include "reports/results.hpp"

namespace lockstep::reports {

/// A fault of the plan. Where it struck stands in the history.
struct PlannedFault {
  std::string kind;           ///< as the history's markers name it: "pause", "crash"
  std::int64_t at_ns = 0;     ///< true time since the start of the run
  std::int64_t lasts_ns = 0;  ///< 0: it strikes and is over
  std::string words;          ///< "client/0 stands still for 5s, while its clocks run on"
  friend bool operator==(const PlannedFault&, const PlannedFault&) = default;
};

/// How far a node's wall clock was from true time; linear between two points.
struct ClockPoint {
  std::int64_t time_ns = 0;
  std::int64_t offset_ns = 0;
  friend bool operator==(const ClockPoint&, const ClockPoint&) = default;
};

struct NodeClock {
  std::string node;
  std::vector<ClockPoint> points;  ///< by time; of two at one time the first is before a jump
};

struct RunRecord {
  std::string file;  ///< the scenario, or what was read instead
  std::string scenario;
  std::string about;
  std::optional<Seed> seed;
  std::string strategy;
  std::string trace_hash;
  std::string version;   ///< of who reports
  std::string commit;    ///< of the build that recorded it
  std::string compiler;  ///< of the same
  std::string replay;    ///< a line for a shell; empty: it cannot be run again
  std::string config;    ///< of the plan, a JSON object; empty: no plan is known
  std::optional<Claim> expect;
  std::optional<ShrunkRun> shrunk;  ///< with its story
  checkers::History history;
  checkers::Judgement judgement;
  std::vector<checkers::Violation> world;  ///< what the world itself found
  std::vector<PlannedFault> plan;
  /// Kinds of faults that last until their end is recorded. Others strike and are over.
  std::vector<std::string> lasting;
  std::vector<NodeClock> clocks;
};

/// The last moment of which the history says something.
[[nodiscard]] std::int64_t end_of(const checkers::History& history);

/// Of a violation with the judge that found it first.
struct Judged {
  const checkers::Violation* violation = nullptr;
  std::string_view judge;  ///< "world", "black-box", "oracle"
  bool is_warning = false;
};

/// Every violation once, in the order of violations.hpp, then the warnings; at most `most` of
/// either.
[[nodiscard]] std::vector<Judged> all_found(const RunRecord& run, std::size_t most);

}  // namespace lockstep::reports
