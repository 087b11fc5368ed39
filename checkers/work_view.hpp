// The operations of one collection or task, as one judge knows them, and the rules over them.
// Internal to work.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/findings.hpp"
#include "checkers/operations.hpp"
#include "checkers/work.hpp"

namespace lockstep::checkers {

/// Who did something. A lease where there is one: an owner with two leases is two workers.
struct WorkerId {
  std::uint64_t lease = 0;
  std::uint32_t owner = 0;  ///< 0 where the lease says it
  [[nodiscard]] bool is_named() const { return lease != 0 || owner != 0; }
  friend constexpr auto operator<=>(const WorkerId&, const WorkerId&) = default;
};

struct WorkOperation {
  Instant asked;    ///< when its client began
  Instant invoked;  ///< from when on it may have taken effect: `asked`, or what the oracle knows
  Instant answered = never_at;   ///< never_at: unknown; it may take effect at any time
  Instant completed = never_at;  ///< when its client stopped waiting; never_at: it died waiting
  std::int64_t value = 0;        ///< event, resume token, period
  WorkerId worker;
  FencingToken token{};
  EventIndex event{};  ///< its invocation
  NameId f{};
  Outcome outcome = Outcome::unknown;
  bool resolved = false;  ///< its client knows less

  [[nodiscard]] bool is_done() const { return outcome == Outcome::done; }
  [[nodiscard]] bool may_be_done() const { return is_done() || outcome == Outcome::unknown; }
};

/// One key; each list by `invoked`.
struct WorkView {
  NameId key{};
  std::vector<WorkOperation> emits;
  std::vector<WorkOperation> loads;
  std::vector<WorkOperation> applies;
  std::vector<WorkOperation> saves;
  std::vector<WorkOperation> dispatches;
};

/// By key, in the order of their names' numbers.
[[nodiscard]] std::vector<WorkView> work_views(const History& history, Judge judge);

struct WorkContext {
  const History& history;
  const Params& params;
  Findings& findings;
  std::uint32_t heal = no_event.value;  ///< event
  std::int64_t heal_ns = endless;
  std::int64_t final_ns = endless;

  [[nodiscard]] std::string_view name(NameId id) const { return history.text(id); }
  /// "lease 7 of client/1"
  [[nodiscard]] std::string worker_words(const WorkOperation& operation) const;
};

/// Reports two workers at once.
void judge_workers(const WorkView& view, const WorkContext& context);
/// Reports periods started twice.
void judge_periods(const WorkView& view, const WorkContext& context);
/// Reports lost events and duplicates without a cause.
void judge_events(const WorkView& view, const WorkContext& context);
/// Reports what nobody took over after the heal.
void judge_takeover(const WorkView& view, const WorkContext& context);

/// A violation that names its key, with the operations that prove it.
[[nodiscard]] Violation work_violation(const WorkView& view, const WorkContext& context,
                                       std::string sentence,
                                       std::initializer_list<const WorkOperation*> witness);

}  // namespace lockstep::checkers
