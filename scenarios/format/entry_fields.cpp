// The fields of one entry of a scenario's "faults": those of every entry, and those that its kind
// declares in the registry.
#include <array>

#include "faults/kind.hpp"
#include "scenarios/format/scenario_fields.hpp"

namespace lockstep::scenarios {

namespace {

using faults::FaultEntry;
using faults::KindSpec;
using faults::ParameterRange;
using faults::ParameterSpec;
using faults::Unit;

constexpr DurationBounds every_bounds{milliseconds(1), std::chrono::hours(24)};

std::array<std::string_view, faults::kind_count> kind_names() {
  std::array<std::string_view, faults::kind_count> names;
  for (const KindSpec& spec : faults::kinds())
    names[static_cast<std::size_t>(spec.kind)] = spec.name;
  return names;
}

void parameter_field(Fields& fields, const ParameterSpec& spec, ParameterRange& range) {
  if (spec.unit == Unit::choice) return fields.indices(spec.name, range.choices, spec.choices);
  if (spec.unit == Unit::nanoseconds) {
    DurationRange duration{Nanos(range.low), Nanos(range.high)};
    fields.range(spec.name, duration, {Nanos(spec.least), Nanos(spec.most)});
    range = {duration.low.count(), duration.high.count(), {}};
    return;
  }
  IntegerRange integers{range.low, range.high};
  fields.integer_range(spec.name, integers, {spec.least, spec.most});
  range = {integers.low, integers.high, {}};
}

void target_fields(Fields& fields, const KindSpec& spec, FaultEntry& entry) {
  fields.text("target", entry.target, selector_rule());
  if (fields.good() && !faults::may_target(spec, entry.target)) {
    fields.refuse("target", "'" + entry.target + "'",
                  "something that " + std::string(spec.name) + " can hit");
  }
  if (spec.has_peer) fields.text("peer", entry.peer, selector_rule());
}

void time_fields(Fields& fields, const KindSpec& spec, FaultEntry& entry) {
  fields.optional_range("every", entry.every, every_bounds);
  fields.optional_range("at", entry.once, any_duration);
  if (fields.good() && entry.every.has_value() == entry.once.has_value()) {
    fields.refuse({}, entry.every ? "both 'every' and 'at'" : "neither 'every' nor 'at'",
                  "one of them");
  }
  if (!spec.lasts) return;
  fields.must({"for"});
  fields.range("for", entry.lasts, any_duration);
}

}  // namespace

void entry_fields(Fields& fields, faults::FaultEntry& entry) {
  static const auto names = kind_names();
  fields.must({"kind"});
  faults::Kind kind = entry.kind;
  fields.choice("kind", kind, names);
  if (fields.reading()) entry = faults::default_entry(kind);
  const KindSpec& spec = faults::spec_of(kind);
  target_fields(fields, spec, entry);
  time_fields(fields, spec, entry);
  for (std::size_t i = 0; i < spec.parameters.size(); ++i) {
    parameter_field(fields, spec.parameters[i], entry.parameters[i]);
  }
}

}  // namespace lockstep::scenarios
