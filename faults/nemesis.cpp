#include "faults/nemesis.hpp"

#include <algorithm>
#include <utility>

#include "faults/effects.hpp"
#include "faults/holds.hpp"
#include "impl/base/assert.hpp"

namespace lockstep::faults {

class Nemesis::Impl {
 public:
  Impl(sim::Verbs& verbs, std::vector<PlannedFault> faults, NemesisOptions options)
      : verbs_(verbs), faults_(std::move(faults)), options_(std::move(options)), holds_(verbs) {
    ASSERT(faults_.size() <= faults_max);
    for (const PlannedFault& fault : faults_) ASSERT(why_invalid(fault).empty());
    grips_.resize(faults_.size());
    fired_.resize(faults_.size(), false);
  }

  void start() {
    ASSERT(!std::exchange(started_, true));
    for (std::size_t i = 0; i < faults_.size(); ++i) {
      verbs_.at(faults_[i].at, [this, i] { begin(i); });
    }
    if (options_.heal_at) verbs_.at(*options_.heal_at, [this] { heal(); });
  }

  void heal() {
    if (std::exchange(healed_, true)) return;
    verbs_.heal_all();
    report({.what = NemesisEvent::What::heal_all});
  }

  [[nodiscard]] bool healed() const { return healed_; }
  [[nodiscard]] const std::vector<PlannedFault>& faults() const { return faults_; }

  void tally(std::size_t i, Tally& sum) const {
    ++sum.scheduled;
    if (!fired_[i]) return;
    ++sum.fired;
    if (verbs_.count(faults_[i].id).effective > 0) ++sum.effective;
  }

 private:
  // Grips are kept even when a later one is refused: what was taken has to be let go.
  void begin(std::size_t i) {
    if (healed_) return;
    const PlannedFault& fault = faults_[i];
    Effects effects = effects_of(fault, verbs_);
    if (effects.nodes.empty()) return report_step(NemesisEvent::What::no_target, i, {});
    nodes_of_[fault.id] = effects.nodes;
    const Result<void> done = apply(i, effects);
    if (!grips_[i].empty()) verbs_.at(fault.at + fault.lasts, [this, i] { end(i); });
    fired_[i] = done.has_value();
    if (done) return report_step(NemesisEvent::What::begin, i, {});
    report_step(NemesisEvent::What::refused, i, done.error());
  }

  Result<void> apply(std::size_t i, const Effects& effects) {
    const FaultId id = faults_[i].id;
    for (const Blow& blow : effects.blows) {
      if (Result<void> done = strike(id, blow, verbs_); !done) return done;
    }
    for (const Grip& grip : effects.grips) {
      if (Result<void> done = holds_.take(id, grip); !done) return done;
      grips_[i].push_back(grip);
    }
    return {};
  }

  void end(std::size_t i) {
    if (healed_) return;
    for (const Grip& grip : std::exchange(grips_[i], {})) holds_.release(faults_[i].id, grip);
    report_step(NemesisEvent::What::end, i, {});
  }

  void report_step(NemesisEvent::What what, std::size_t i, Error error) {
    const auto nodes = nodes_of_.find(faults_[i].id);
    report({.what = what,
            .fault = &faults_[i],
            .nodes = nodes == nodes_of_.end() ? std::vector<NodeId>{} : nodes->second,
            .error = std::move(error)});
  }

  void report(const NemesisEvent& event) {
    if (options_.observer) options_.observer(event);
  }

  sim::Verbs& verbs_;
  const std::vector<PlannedFault> faults_;
  const NemesisOptions options_;
  Holds holds_;
  std::vector<std::vector<Grip>> grips_;             // by position in faults_
  std::vector<bool> fired_;                          // by position in faults_
  std::map<FaultId, std::vector<NodeId>> nodes_of_;  // of faults that found a target
  bool started_ = false;
  bool healed_ = false;
};

Nemesis::Nemesis(sim::Verbs& verbs, std::vector<PlannedFault> faults, NemesisOptions options)
    : impl_(std::make_unique<Impl>(verbs, std::move(faults), std::move(options))) {}

Nemesis::~Nemesis() = default;

void Nemesis::start() { impl_->start(); }
void Nemesis::heal_now() { impl_->heal(); }
bool Nemesis::healed() const { return impl_->healed(); }

std::array<Tally, kind_count> Nemesis::by_kind() const {
  std::array<Tally, kind_count> sums{};
  const auto& faults = impl_->faults();
  for (std::size_t i = 0; i < faults.size(); ++i) {
    impl_->tally(i, sums[static_cast<std::size_t>(faults[i].kind)]);
  }
  return sums;
}

std::vector<Tally> Nemesis::by_entry() const {
  std::vector<Tally> sums;
  const auto& faults = impl_->faults();
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (faults[i].entry >= sums.size()) sums.resize(faults[i].entry + 1);
    impl_->tally(i, sums[faults[i].entry]);
  }
  return sums;
}

}  // namespace lockstep::faults
