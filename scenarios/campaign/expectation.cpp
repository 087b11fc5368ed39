#include "scenarios/campaign/expectation.hpp"

#include <algorithm>
#include <utility>

#include "scenarios/format/require.hpp"

namespace lockstep::campaign {
namespace {

using reports::Standing;
using reports::Weight;

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string seeds_in_words(std::uint64_t count) {
  return number(count) + (count == 1 ? " seed" : " seeds");
}

class Judge {
 public:
  Judge(const scenarios::Expectation& expect, const Observed& observed)
      : expect_(expect), observed_(observed) {}

  void forbidden_ids() {
    for (const auto& [id, sightings] : observed_.anomalies) {
      if (weight_of(expect_, id) != Weight::unexpected) continue;
      add(Standing::failed,
          id + " is neither expected nor allowed; first at seed " + number(sightings.first.value));
    }
  }

  void divergences() {
    if (observed_.divergences == 0) return;
    add(Standing::diverged, seeds_in_words(observed_.divergences) +
                                " did not run the same way twice; first " +
                                number(observed_.first_divergence.value));
  }

  void expected_ids() {
    const auto within = static_cast<std::uint64_t>(expect_.within_seeds);
    for (const std::string& id : expect_.anomalies) {
      const auto seen = observed_.anomalies.find(id);
      const bool found = seen != observed_.anomalies.end();
      if (found && seen->second.first_ordinal < within) continue;
      if (found) {
        add(Standing::failed, id + " was first found by seed number " +
                                  number(seen->second.first_ordinal + 1) + ", expected within " +
                                  seeds_in_words(within));
      } else if (observed_.seeds >= within) {
        add(Standing::failed, id + " was not found in " + seeds_in_words(observed_.seeds) +
                                  ", expected within " + number(within));
      } else {
        add(Standing::unknown, id + " was not found yet: " + seeds_in_words(observed_.seeds) +
                                   " ran, expected within " + number(within));
      }
    }
  }

  // An invalid seed outweighs unknown ones; only where nothing may be found do they matter.
  void unjudged_seeds() {
    const bool expects_valid = expect_.verdict == scenarios::ExpectedVerdict::valid;
    if (observed_.seeds_unknown == 0 || !(expects_valid || observed_.single_seed)) return;
    add(Standing::unknown,
        seeds_in_words(observed_.seeds_unknown) + " could not be judged; first " +
            number(observed_.first_unknown.value) + ": " + observed_.unknown_reason);
  }

  void vacuity(const std::vector<std::string>& require) {
    for (const std::string& property : require) {
      if (const auto kind = scenarios::required_fault(property)) {
        ineffective(*kind);
        continue;
      }
      const auto found = observed_.exercised.find(property);
      if (found != observed_.exercised.end() && found->second > 0) continue;
      add(Standing::unknown, "not exercised by any seed: " + property);
    }
  }

  void ineffective(faults::Kind kind) {
    const faults::Tally& tally = observed_.faults.at(static_cast<std::size_t>(kind));
    if (tally.effective > 0) return;
    const bool is_enough = observed_.seeds >= fault_seeds_min;
    add(is_enough ? Standing::failed : Standing::unknown,
        "required fault " + std::string(faults::name_of(kind)) + " was never effective in " +
            seeds_in_words(observed_.seeds) + ": planned " + number(tally.scheduled) +
            " times, fired " + number(tally.fired));
  }

  Judgement done() && { return std::move(judgement_); }

  void no_seeds() {
    if (observed_.seeds == 0) add(Standing::unknown, "no seed was run");
  }

 private:
  void add(Standing standing, std::string reason) {
    judgement_.standing = std::max(judgement_.standing, standing);
    judgement_.reasons.push_back(std::move(reason));
  }

  const scenarios::Expectation& expect_;
  const Observed& observed_;
  Judgement judgement_;
};

bool contains(const std::vector<std::string>& list, std::string_view id) {
  return std::ranges::find(list, id) != list.end();
}

}  // namespace

std::vector<std::string> foreseen_by(const scenarios::Expectation& expect) {
  std::vector<std::string> ids = expect.anomalies;
  ids.insert(ids.end(), expect.allowed.begin(), expect.allowed.end());
  return ids;
}

Weight weight_of(const scenarios::Expectation& expect, std::string_view id) {
  if (contains(expect.anomalies, id)) return Weight::expected;
  if (contains(expect.allowed, id)) return Weight::allowed;
  return Weight::unexpected;
}

Judgement judge(const scenarios::Expectation& expect, const std::vector<std::string>& require,
                const Observed& observed) {
  Judge judge(expect, observed);
  judge.divergences();
  judge.forbidden_ids();
  if (observed.seeds == 0) {
    judge.no_seeds();
    return std::move(judge).done();
  }
  judge.unjudged_seeds();
  if (!observed.single_seed) {
    judge.expected_ids();
    judge.vacuity(require);
  }
  return std::move(judge).done();
}

}  // namespace lockstep::campaign
