// A bounded list in which each id comes once before any comes a second time: what is wrong in one
// way a hundred times must not hide what is wrong in another. Internal to reports.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checkers/verdict.hpp"

namespace lockstep::reports {

template <class T>
class FirstOfEach {
 public:
  explicit FirstOfEach(std::size_t most) : most_(most) {}

  /// Adds what `make` makes of a violation, unless one of that id and witness was added before, or
  /// there is no room left for it.
  template <class Make>
  void add(const checkers::Violation& violation, const Make& make) {
    if (!seen_.insert({violation.id, violation.witness}).second) return;
    const bool is_new = ids_.insert(violation.id).second;
    std::vector<T>& list = is_new ? first_of_id_ : others_;
    if (list.size() < most_) list.push_back(make(violation));
  }

  std::vector<T> done() && {
    std::ranges::move(others_, std::back_inserter(first_of_id_));
    if (first_of_id_.size() > most_) {
      first_of_id_.erase(first_of_id_.begin() + static_cast<std::ptrdiff_t>(most_),
                         first_of_id_.end());
    }
    return std::move(first_of_id_);
  }

 private:
  std::size_t most_;
  std::set<std::pair<std::string, std::vector<std::uint32_t>>> seen_;
  std::set<std::string> ids_;
  std::vector<T> first_of_id_;
  std::vector<T> others_;
};

}  // namespace lockstep::reports
