// A property: a sentence that holds for every case within its terms, and how one case is tried.
//
// Two kinds. A promise of the implementation: no run within the terms shows certain anomalies. A
// law of runs: any plan runs the same way twice, a plan without one of its faults still runs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/verdict.hpp"
#include "impl/base/result.hpp"
#include "scenarios/properties/generate.hpp"
#include "scenarios/properties/terms.hpp"
#include "scenarios/run.hpp"

namespace lockstep::properties {

/// What came of one case.
struct Tried {
  /// Of the plan that is to be looked at: the case's, unless the law ran another.
  scenarios::Plan plan;
  checkers::Verdict verdict = checkers::Verdict::valid;
  checkers::Exercised exercised;
  /// Why the property does not hold, in words; empty: it does.
  std::string broken;
  std::string anomaly;  ///< of a promise: the id that breaks it
};

/// Tries a case. Deterministic; may run plans as often as it likes, with this runner only.
using Law = std::function<Tried(const Case&, const scenarios::Runner&)>;

struct Property {
  std::string_view sentence;  ///< the name of its test
  std::vector<Terms> terms;
  Law law;
  /// What cases must have exercised for the property to have been tried at all.
  std::vector<checkers::Property> exercised;
};

/// A promise: no run shows an id of `never` ("lock/double-grant"; "queue/": any that begins so), by
/// either judge; with an empty `never` none at all. A plan that this build refuses breaks it too.
[[nodiscard]] Property promise(std::string_view sentence, std::vector<Terms> terms,
                               std::vector<std::string_view> never,
                               std::vector<checkers::Property> exercised);

/// All promises, one for each test of promises_test.cpp.
[[nodiscard]] const std::vector<Property>& promises();
/// Requires that there is one of this sentence.
[[nodiscard]] const Property& promise(std::string_view sentence);

// Laws of runs.

/// The run has the same hash, the same verdict and the same history twice.
[[nodiscard]] Tried runs_the_same_way_twice(const Case& tried, const scenarios::Runner& runner);
/// Every run comes to its end: nothing is stuck, nothing goes on for ever.
[[nodiscard]] Tried comes_to_its_end(const Case& tried, const scenarios::Runner& runner);
/// What the clients' view alone calls wrong is wrong for who knows more.
[[nodiscard]] Tried judges_agree(const Case& tried, const scenarios::Runner& runner);
/// Without one fault the plan still runs to its end, and until that fault would have begun
/// everything happens as it does with it.
[[nodiscard]] Tried runs_without_a_fault(const Case& tried, const scenarios::Runner& runner);
/// The same of one operation, which nothing of another client can feel before its client would have
/// begun it: the plan still runs to its end.
[[nodiscard]] Tried runs_without_an_operation(const Case& tried, const scenarios::Runner& runner);
/// What is wrong in some beginning of the history is wrong in the whole: runs may stop there.
[[nodiscard]] Tried beginnings_agree(const Case& tried, const scenarios::Runner& runner);
/// A run that stops at its first violation goes the way of the whole run until there.
[[nodiscard]] Tried stops_on_the_way(const Case& tried, const scenarios::Runner& runner);
/// Scenario and plan are written and read back equal. Runs nothing.
[[nodiscard]] Tried reads_back_equal(const Case& tried, const scenarios::Runner& runner);

}  // namespace lockstep::properties
