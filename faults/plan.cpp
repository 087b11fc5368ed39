#include "faults/plan.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"

namespace lockstep::faults {

namespace {

// What a draw of an entry is for. Part of every recorded seed: append, never renumber.
enum class Field : std::uint64_t { gap = 0, lasts = 1, pick = 2, on = 3, rate = 4, parameter = 16 };

// Swarm: gaps are multiplied by table[k] / 1024, table[k] = round(1024 * 2^((k - 8) / 4)), so that
// rates are log-uniform in [1/4, 4] without a logarithm.
constexpr std::array<std::int64_t, 17> swarm_rates{
    {256, 304, 362, 431, 512, 609, 724, 861, 1024, 1218, 1448, 1722, 2048, 2435, 2896, 3444, 4096}};
constexpr std::int64_t rate_one = 1024;
constexpr std::uint64_t once_per_entry = UINT64_MAX;  // the firing of draws that all firings share

class EntryDraws {
 public:
  EntryDraws(Seed seed, std::size_t entry) : seed_(seed), entry_(entry) {}

  [[nodiscard]] std::uint64_t of(std::uint64_t firing, Field field, std::uint64_t part = 0) const {
    return draw(seed_, DrawStream::fault, entry_, firing, static_cast<std::uint64_t>(field) + part);
  }

 private:
  Seed seed_;
  std::uint64_t entry_;
};

std::int64_t draw_parameter(const ParameterRange& range, std::uint64_t bits) {
  if (range.choices.empty()) return between(bits, range.low, range.high);
  return range.choices[below(bits, range.choices.size())];
}

// gap * rate / 1024 without overflow: gaps are below 2^63 ns, rates below 2^13.
Nanos scaled(Nanos gap, std::int64_t rate) {
  return Nanos(static_cast<std::int64_t>(static_cast<__int128>(gap.count()) * rate / rate_one));
}

struct Pace {
  bool on = true;
  std::int64_t rate = rate_one;
};

Pace pace_of(const EntryDraws& draws, bool swarm) {
  if (!swarm) return {};
  const bool on = below(draws.of(once_per_entry, Field::on), 2) == 1;
  const auto step = below(draws.of(once_per_entry, Field::rate), swarm_rates.size());
  return {on, swarm_rates[step]};
}

PlannedFault firing_of(const FaultEntry& entry, const EntryDraws& draws, std::uint64_t firing) {
  PlannedFault fault{.firing = static_cast<std::uint32_t>(firing),
                     .kind = entry.kind,
                     .target = entry.target,
                     .peer = entry.peer};
  fault.lasts = between(draws.of(firing, Field::lasts), entry.lasts.low, entry.lasts.high);
  fault.pick = static_cast<std::uint32_t>(draws.of(firing, Field::pick) >> 32U);
  for (std::size_t i = 0; i < entry.parameters.size(); ++i) {
    const std::uint64_t bits = draws.of(firing, Field::parameter, i);
    fault.parameters.push_back(draw_parameter(entry.parameters[i], bits));
  }
  return fault;
}

void plan_entry(const FaultEntry& entry, const EntryDraws& draws, PlanLimits limits,
                std::vector<PlannedFault>& out) {
  const Pace pace = pace_of(draws, limits.swarm);
  if (!pace.on) return;
  const DurationRange gaps = entry.once ? *entry.once : *entry.every;
  const std::int64_t rate = entry.once ? rate_one : pace.rate;
  Nanos at{};
  for (std::uint64_t firing = 0; firing == 0 || !entry.once; ++firing) {
    const Nanos gap = scaled(between(draws.of(firing, Field::gap), gaps.low, gaps.high), rate);
    if (gap >= limits.until - at) return;
    at += gap;
    out.push_back(firing_of(entry, draws, firing));
    out.back().at = at;
  }
}

std::string why_parameter_is_wrong(const ParameterSpec& spec, std::int64_t value) {
  if (value >= spec.least && value <= spec.most) return {};
  return std::string(spec.name) + " " + std::to_string(value) + " is not in " +
         std::to_string(spec.least) + ".." + std::to_string(spec.most) + " " +
         std::string(name_of(spec.unit));
}

}  // namespace

FaultEntry default_entry(Kind kind) {
  const KindSpec& spec = spec_of(kind);
  FaultEntry entry{.kind = kind, .target = std::string(spec.targets.front())};
  for (const ParameterSpec& parameter : spec.parameters) {
    ParameterRange range{parameter.default_low, parameter.default_high, {}};
    for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
      range.choices.push_back(static_cast<std::int64_t>(i));
    }
    entry.parameters.push_back(std::move(range));
  }
  return entry;
}

std::uint64_t firings_max(const std::vector<FaultEntry>& entries, PlanLimits limits) {
  const std::int64_t fastest = limits.swarm ? swarm_rates.front() : rate_one;
  std::uint64_t total = 0;
  for (const FaultEntry& entry : entries) {
    if (entry.once) {
      ++total;
      continue;
    }
    const std::int64_t gap = std::max<std::int64_t>(1, scaled(entry.every->low, fastest).count());
    total += static_cast<std::uint64_t>(limits.until.count() / gap) + 1;
  }
  return total;
}

std::vector<PlannedFault> plan_faults(Seed seed, const std::vector<FaultEntry>& entries,
                                      PlanLimits limits) {
  ASSERT(firings_max(entries, limits) <= faults_max);
  std::vector<PlannedFault> faults;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    ASSERT(entries[i].parameters.size() == spec_of(entries[i].kind).parameters.size());
    ASSERT(entries[i].every.has_value() != entries[i].once.has_value());
    const std::size_t first = faults.size();
    plan_entry(entries[i], EntryDraws(seed, i), limits, faults);
    for (std::size_t k = first; k < faults.size(); ++k) {
      faults[k].entry = static_cast<std::uint32_t>(i);
    }
  }
  std::ranges::sort(faults, {}, [](const PlannedFault& fault) {
    return std::tuple(fault.at, fault.entry, fault.firing);
  });
  for (std::size_t i = 0; i < faults.size(); ++i) {
    faults[i].id = FaultId{static_cast<std::uint32_t>(i)};
  }
  return faults;
}

std::string why_invalid(const PlannedFault& fault) {
  const KindSpec& spec = spec_of(fault.kind);
  if (fault.id.value >= faults_max) return "id is not below " + std::to_string(faults_max);
  if (fault.entry >= entries_max) return "entry is not below " + std::to_string(entries_max);
  if (fault.at < Nanos(0)) return "at is negative";
  if (fault.lasts < Nanos(0)) return "for is negative";
  if (!spec.lasts && fault.lasts != Nanos(0)) return std::string(spec.name) + " does not last";
  if (!may_target(spec, fault.target)) {
    return std::string(spec.name) + " cannot target '" + fault.target + "'";
  }
  if (!may_be_peer(fault.peer)) return "'" + fault.peer + "' is no peer";
  if (fault.parameters.size() != spec.parameters.size()) {
    return std::string(spec.name) + " has " + std::to_string(spec.parameters.size()) +
           " parameters, not " + std::to_string(fault.parameters.size());
  }
  for (std::size_t i = 0; i < fault.parameters.size(); ++i) {
    std::string why = why_parameter_is_wrong(spec.parameters[i], fault.parameters[i]);
    if (!why.empty()) return why;
  }
  return {};
}

}  // namespace lockstep::faults
