#include "scenarios/coverage/coverage.hpp"

#include <algorithm>
#include <bit>

namespace lockstep::scenarios {

void NodeCoverage::on(const env::Observation& observation) {
  all_.count(observation.signal);
  take(Step::of(observation.signal));
}

void NodeCoverage::answered(checkers::NameId f, Ending ending) {
  if (f.value < checkers::name::known.size()) take(Step::of(f, ending));
}

void NodeCoverage::take(Step step) {
  all_.reach(before_, step);
  before_ = step;
}

void Coverage::fault_begins(faults::Kind kind) {
  std::erase_if(faults_, [](faults::Kind begun) { return !faults::spec_of(begun).lasts; });
  faults_.push_back(kind);
}

void Coverage::fault_ends(faults::Kind kind) {
  const auto found = std::ranges::find(faults_, kind);
  if (found != faults_.end()) faults_.erase(found);
}

void Coverage::reach(Step before, Step now) {
  std::optional<faults::Kind> fault;
  if (!faults_.empty()) fault = faults_.back();
  const std::uint32_t state = state_number(before, now, fault);
  states_[state / 64] |= std::uint64_t{1} << (state % 64);
}

Reached Coverage::reached() const {
  Reached out;
  out.probes = probes_;
  for (std::uint32_t i = 0; i < states_.size(); ++i) {
    for (std::uint64_t word = states_[i]; word != 0; word &= word - 1) {
      out.states.push_back(i * 64 + static_cast<std::uint32_t>(std::countr_zero(word)));
    }
  }
  return out;
}

}  // namespace lockstep::scenarios
