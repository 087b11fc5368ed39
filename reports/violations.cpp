#include "reports/violations.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "checkers/witness_text.hpp"

namespace lockstep::reports {
namespace {

class ViolationList {
 public:
  explicit ViolationList(const checkers::History& history) : history_(history) {}

  void add(std::span<const checkers::Violation> violations, std::string_view judge) {
    for (const checkers::Violation& violation : violations) {
      if (!seen_.insert({violation.id, violation.witness}).second) continue;
      const bool is_new = ids_.insert(violation.id).second;
      std::vector<Violation>& list = is_new ? first_of_id_ : others_;
      if (list.size() < violations_max) list.push_back(converted(violation, judge));
    }
  }

  std::vector<Violation> done() && {
    std::ranges::move(others_, std::back_inserter(first_of_id_));
    if (first_of_id_.size() > violations_max) first_of_id_.resize(violations_max);
    return std::move(first_of_id_);
  }

 private:
  [[nodiscard]] Violation converted(const checkers::Violation& violation,
                                    std::string_view judge) const {
    Violation out;
    out.id = violation.id;
    out.judge = judge;
    out.sentence = violation.sentence;
    out.description = checkers::describe(violation, history_);
    out.witness = checkers::witness_lines(violation, history_);
    out.keys = violation.keys;
    out.tokens = violation.tokens;
    return out;
  }

  const checkers::History& history_;
  std::set<std::pair<std::string, std::vector<std::uint32_t>>> seen_;
  std::set<std::string> ids_;
  std::vector<Violation> first_of_id_;
  std::vector<Violation> others_;
};

}  // namespace

std::vector<Violation> violations_in_words(const checkers::History& history,
                                           const checkers::Judgement& judgement,
                                           std::span<const checkers::Violation> of_world) {
  ViolationList list(history);
  list.add(of_world, "world");
  list.add(judgement.black_box.violations, "black-box");
  list.add(judgement.oracle.violations, "oracle");
  if (!judgement.disagreement.empty()) {
    checkers::Violation disagreement;
    disagreement.id = disagreement_id;
    disagreement.sentence = judgement.disagreement;
    list.add(std::span(&disagreement, 1), "both");
  }
  return std::move(list).done();
}

}  // namespace lockstep::reports
