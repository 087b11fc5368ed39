#include "reports/github.hpp"

#include <string_view>

#include "reports/valid_text.hpp"

namespace lockstep::reports {
namespace {

/// A value ends where its line does; a property also at a comma, and its name at a colon.
std::string escaped(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : xml_text(text)) {
    switch (c) {
      case '%': out += "%25"; break;
      case '\n': out += "%0A"; break;
      case ':': out += is_property ? "%3A" : ":"; break;
      case ',': out += is_property ? "%2C" : ","; break;
      default: out += c;
    }
  }
  return out;
}

std::string command(std::string_view level, std::string_view file, std::string_view title,
                    std::string_view message) {
  std::string out = "::";
  out += level;
  out += ' ';
  if (!file.empty()) out += "file=" + escaped(file, true) + ",";
  out += "title=" + escaped(title, true);
  return out + "::" + escaped(message, false) + "\n";
}

std::string message_of(const ScenarioResult& scenario) {
  std::string out;
  for (const std::string& reason : scenario.reasons) out += (out.empty() ? "" : "\n") + reason;
  for (const Failure& failure : scenario.failures) {
    if (failure.as_expected) continue;
    return out + "\n" + replay_line(failure.shrunk ? failure.shrunk->file : failure.file);
  }
  return out;
}

}  // namespace

std::string to_github(const Results& results) {
  std::string out;
  for (const ScenarioResult& scenario : results.scenarios) {
    if (scenario.standing == Standing::as_expected || scenario.seeds == 0) continue;
    const bool is_unknown = scenario.standing == Standing::unknown;
    std::string title = scenario.name + ": ";
    title += name_of(scenario.standing);
    out += command(is_unknown ? "warning" : "error", scenario.file, title, message_of(scenario));
  }
  for (const std::string& problem : results.problems)
    out += command("error", "", "campaign", problem);
  return out;
}

}  // namespace lockstep::reports
