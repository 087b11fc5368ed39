#include "reports/violations.hpp"

#include <string_view>
#include <utility>

#include "checkers/witness_text.hpp"
#include "reports/first_of_each.hpp"

namespace lockstep::reports {
namespace {

Violation converted(const checkers::Violation& violation, std::string_view judge,
                    const checkers::History& history) {
  Violation out;
  out.id = violation.id;
  out.judge = judge;
  out.sentence = violation.sentence;
  out.description = checkers::describe(violation, history);
  out.witness = checkers::witness_lines(violation, history);
  out.keys = violation.keys;
  out.tokens = violation.tokens;
  return out;
}

}  // namespace

std::vector<Violation> violations_in_words(const checkers::History& history,
                                           const checkers::Judgement& judgement,
                                           std::span<const checkers::Violation> of_world) {
  FirstOfEach<Violation> list(violations_max);
  const auto add = [&](std::span<const checkers::Violation> violations, std::string_view judge) {
    for (const checkers::Violation& violation : violations) {
      list.add(violation, [&](const auto& one) { return converted(one, judge, history); });
    }
  };
  add(of_world, "world");
  add(judgement.black_box.violations, "black-box");
  add(judgement.oracle.violations, "oracle");
  if (!judgement.disagreement.empty()) {
    checkers::Violation disagreement;
    disagreement.id = disagreement_id;
    disagreement.sentence = judgement.disagreement;
    add(std::span(&disagreement, 1), "both");
  }
  return std::move(list).done();
}

}  // namespace lockstep::reports
