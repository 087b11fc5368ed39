// Collects what rules find, into a report: everything is counted, the first of each id is spelled
// out. Internal to checkers.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "checkers/verdict.hpp"

namespace lockstep::checkers {

class Findings {
 public:
  explicit Findings(Report& report) : report_(report) {}

  /// Counts a violation of `id`; `tell` makes its words, if it is to be spelled out.
  template <class Tell>
  void violation(std::string_view id, const Tell& tell) {
    report_.verdict = merge(report_.verdict, Verdict::invalid);
    if (count(id)) add(report_.violations, id, tell());
  }

  /// The same for what only looks wrong.
  template <class Tell>
  void warning(std::string_view id, const Tell& tell) {
    if (count(id)) add(report_.warnings, id, tell());
  }

  /// Something could not be judged.
  void unknown(std::string reason);

  /// Something was judged with less strictness than the history allows.
  void doubt() { ++report_.doubts; }

  void exercised(Property property) { report_.exercised.count(property); }
  /// The greatest `bound` of a distribution is kept.
  void sample(std::string_view distribution, Nanos value, Nanos bound);

 private:
  /// True while there is room for the words of `id`.
  bool count(std::string_view id);
  static void add(std::vector<Violation>& list, std::string_view id, Violation violation);

  Report& report_;
};

}  // namespace lockstep::checkers
