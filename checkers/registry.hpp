// All checkers by name, and the two ways to judge a history: by what clients were told alone, and
// with what the services' logs add.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "checkers/history.hpp"
#include "checkers/verdict.hpp"
#include "impl/base/result.hpp"

namespace lockstep::checkers {

/// Something that a checker can find.
struct AnomalyInfo {
  std::string_view id{};
  std::string_view about{};  ///< one line
  bool warning = false;      ///< reported, but no violation
};

struct CheckerInfo {
  std::string_view name{};
  std::string_view about{};  ///< one line
  std::span<const AnomalyInfo> anomalies{};
  Report (*check)(const History& history, const Params& params, Judge judge) = nullptr;
};

/// All checkers, by name.
[[nodiscard]] std::span<const CheckerInfo> checkers();
/// nullptr: there is none of that name.
[[nodiscard]] const CheckerInfo* find_checker(std::string_view name);
/// Whether any checker may report `id`.
[[nodiscard]] bool is_known_anomaly(std::string_view id);

/// The checker that fits: the one `model` names; or, with an empty `model`, the one the header
/// names; or else the one whose operations are there.
/// Errors, definite: invalid_argument - no such model, or the operations are of none.
[[nodiscard]] Result<const CheckerInfo*> checker_for(const History& history,
                                                     std::string_view model = {});

/// Judges with the parameters of the header. Errors as above.
[[nodiscard]] Result<Report> judge(const History& history, std::string_view model = {},
                                   Judge judge = Judge::black_box);

/// Both judges side by side.
struct Judgement {
  Report black_box;
  Report oracle;
  /// Black-box invalid, but valid for who knows more: a bug of the checker (or of what resolved the
  /// operations), in one sentence. Empty: they agree.
  std::string disagreement;

  /// Of both: the greater of the two.
  [[nodiscard]] Verdict verdict() const { return merge(black_box.verdict, oracle.verdict); }
};

/// Judges with the parameters of the header. Without resolutions the oracle knows nothing more.
/// Errors as above.
[[nodiscard]] Result<Judgement> judge_both(const History& history, std::string_view model = {});

}  // namespace lockstep::checkers
