// `lockstep list`: what there is to name in scenarios and on the command line.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "checkers/registry.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "faults/kind.hpp"
#include "impl/base/duration.hpp"
#include "scenarios/coverage/reached.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::cli {
namespace {

/// Two columns, the first as wide as its longest entry.
class Table {
 public:
  void add(std::string_view name, std::string_view about) { rows_.emplace_back(name, about); }
  [[nodiscard]] std::string text() const {
    std::size_t width = 0;
    for (const auto& [name, about] : rows_) width = std::max(width, name.size());
    std::string out;
    for (const auto& [name, about] : rows_) {
      out += name;
      if (!about.empty()) out += std::string(width - name.size() + 2, ' ') + about;
      out += '\n';
    }
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

std::string list_named(std::span<const scenarios::Listed> items) {
  Table table;
  for (const scenarios::Listed& item : items) table.add(item.name, item.about);
  return table.text();
}

std::string list_checkers() {
  Table table;
  for (const checkers::CheckerInfo& checker : checkers::checkers()) {
    table.add(checker.name, checker.about);
    for (const checkers::AnomalyInfo& anomaly : checker.anomalies) {
      std::string about(anomaly.about);
      if (anomaly.warning) about += " (a warning)";
      table.add("  " + std::string(anomaly.id), about);
    }
  }
  return table.text();
}

std::string value_text(const faults::ParameterSpec& spec, std::int64_t value) {
  if (spec.unit == faults::Unit::nanoseconds) return to_text(Nanos(value));
  return std::to_string(value) + " " + std::string(faults::name_of(spec.unit));
}

/// "extra: 1ms..10s, by default 10ms..100ms; added to each message".
std::string parameter_text(const faults::ParameterSpec& spec) {
  std::string out;
  if (spec.unit == faults::Unit::choice) {
    for (const std::string_view choice : spec.choices) {
      out += (out.empty() ? "one of " : ", ") + std::string(choice);
    }
  } else {
    out = value_text(spec, spec.least) + ".." + value_text(spec, spec.most) + ", by default ";
    out += value_text(spec, spec.default_low) + ".." + value_text(spec, spec.default_high);
  }
  if (!spec.about.empty()) out += "; " + std::string(spec.about);
  return out;
}

std::string list_faults() {
  Table table;
  for (const faults::KindSpec& kind : faults::kinds()) {
    table.add(kind.name, kind.in_sim);
    std::string targets;
    for (const std::string_view target : kind.targets) {
      targets += (targets.empty() ? "" : ", ") + std::string(target);
    }
    table.add("  target", targets);
    if (kind.lasts) table.add("  for", "how long it lasts");
    const std::string why_not = "none: " + std::string(kind.why_not_live);
    table.add("  live", kind.live.empty() ? why_not : kind.live);
    for (const faults::ParameterSpec& parameter : kind.parameters) {
      table.add("  " + std::string(parameter.name), parameter_text(parameter));
    }
  }
  return table.text();
}

std::string list_probes() {
  Table table;
  for (const scenarios::Probe& probe : scenarios::probes()) table.add(probe.name, probe.about);
  for (std::size_t i = 0; i < checkers::property_count; ++i) {
    table.add(checkers::name_of(static_cast<checkers::Property>(i)), "what histories show");
  }
  table.add("fault:KIND", "a fault of that kind touched something (see: lockstep list faults)");
  return table.text();
}

int list_scenarios(const ListArguments& arguments) {
  const std::vector<std::string> fallback = {"scenarios"};
  const auto& paths = arguments.paths.empty() ? fallback : arguments.paths;
  const auto loaded = scenarios::load_scenarios(paths);
  if (!loaded) return complain(loaded.error());
  Table table;
  for (const scenarios::LoadedScenario& scenario : *loaded) {
    const scenarios::Expectation& expect = scenario.scenario.expect;
    std::string about = "expects ";
    about += scenarios::name_of(expect.verdict);
    for (const std::string& id : expect.anomalies) about += " " + id;
    table.add(scenario.file, about + ". " + scenario.scenario.about);
  }
  return print(table.text()) ? 0 : complain_about_stdout();
}

}  // namespace

int list(const ListArguments& arguments, const Product& product) {
  std::string text;
  switch (arguments.what) {
    case ListArguments::What::scenarios: return list_scenarios(arguments);
    case ListArguments::What::workloads: text = list_named(product.workloads); break;
    case ListArguments::What::checkers: text = list_checkers(); break;
    case ListArguments::What::faults: text = list_faults(); break;
    case ListArguments::What::probes: text = list_probes(); break;
    case ListArguments::What::zoo: text = list_named(product.zoo); break;
  }
  return print(text) ? 0 : complain_about_stdout();
}

}  // namespace lockstep::cli
