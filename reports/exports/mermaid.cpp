#include "reports/exports/mermaid.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <vector>

#include "checkers/text.hpp"
#include "checkers/witness_text.hpp"
#include "reports/timeline/fault_bands.hpp"
#include "reports/valid_text.hpp"

namespace lockstep::reports {
namespace {

using checkers::Event;
using checkers::EventType;

/// Mermaid ends a statement at a line end or a semicolon, and reads `#name;` as an entity.
void append_escaped(std::string& out, char c) {
  constexpr std::string_view special = "#;<>\"&%{}`\\";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '\n' || c == '\r' || c == '\t') {
    out += ' ';
  } else if (byte < 0x20 || special.find(c) != std::string_view::npos) {
    out += "#" + std::to_string(byte) + ";";
  } else {
    out += c;
  }
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Whether the word "end" stands at `at`, which closes a block even within a text.
bool is_end(std::string_view text, std::size_t at) {
  if (text.substr(at, 3) != "end") return false;
  const bool begins = at == 0 || !is_word(text[at - 1]);
  return begins && (at + 3 == text.size() || !is_word(text[at + 3]));
}

std::string escaped(std::string_view unsafe) {
  const std::string text = utf8_text(unsafe);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_end(text, i)) {
      out += "#101;";
    } else {
      append_escaped(out, text[i]);
    }
  }
  return out;
}

/// One line of the diagram and where it belongs.
struct Step {
  std::int64_t time_ns = 0;
  std::uint32_t event = 0;
  std::string text;
};

class Diagram {
 public:
  Diagram(const checkers::Violation& violation, const RunRecord& run)
      : violation_(violation), run_(run), history_(run.history) {}

  std::string text() {
    for (const std::uint32_t index : violation_.witness) {
      if (index < history_.events.size()) add(index);
    }
    add_faults();
    std::ranges::sort(steps_, [](const Step& a, const Step& b) {
      return std::tie(a.time_ns, a.event) < std::tie(b.time_ns, b.event);
    });
    std::string out = "sequenceDiagram\n";
    for (std::size_t i = 0; i < names_.size(); ++i) {
      out += "  participant p" + std::to_string(i) + " as " + escaped(names_[i]) + "\n";
    }
    for (const Step& step : steps_) out += step.text;
    return out + closing();
  }

 private:
  /// "p3", of a participant new or old.
  std::string who(const std::string& name) {
    const auto found = std::ranges::find(names_, name);
    const auto at = found - names_.begin();
    if (found == names_.end()) names_.push_back(name);
    return "p" + std::to_string(at);
  }

  /// Whom it is asked of: the sink by its name, else what has the key.
  [[nodiscard]] std::string whom(const Event& event) const {
    std::string name(history_.text(event.key));
    const bool is_sink = event.f >= checkers::name::write && event.f <= checkers::name::raise;
    if (event.sink != checkers::name::none) {
      name = cat(history_.text(event.sink), name.empty() ? "" : " of ", name);
    } else if (is_sink) {
      name = cat("sink of ", name);
    }
    return name.empty() ? "service" : name;
  }

  template <class... Parts>
  static std::string cat(const Parts&... parts) {
    return checkers::cat(parts...);
  }

  void add(std::uint32_t index) {
    const Event& event = history_.events[index];
    const checkers::WitnessRow row = checkers::row_of(index, history_);
    if (event.process == checkers::nemesis) return note(event, index, row.did);
    const std::string from = who(row.who);
    const std::string to = who(whom(event));
    touch(event.time_ns);
    steps_.push_back(
        {event.time_ns, index,
         cat("  ", from, "->>", to, ": ", row.event, " ", row.at, " ", escaped(row.did), "\n")});
    if (event.pair == checkers::no_event) {
      // after everything else: nothing came
      steps_.push_back({end_of(history_), index,
                        cat("  Note over ", from, ": ", row.event, " was never answered\n")});
      return;
    }
    const Event& answer = history_.events[event.pair.value];
    const std::string_view arrow = answer.type == EventType::ok ? "-->>" : "--x";
    touch(answer.time_ns);
    steps_.push_back({answer.time_ns, event.pair.value,
                      cat("  ", to, arrow, from, ": ", row.event, " ",
                          checkers::moment_text(answer.time_ns), " ", escaped(row.outcome), "\n")});
  }

  void touch(std::int64_t time_ns) {
    from_ns_ = is_touched_ ? std::min(from_ns_, time_ns) : time_ns;
    to_ns_ = is_touched_ ? std::max(to_ns_, time_ns) : time_ns;
    is_touched_ = true;
  }

  void note(const Event& event, std::uint32_t index, std::string_view words) {
    std::string over;
    if (event.node == checkers::name::none && !names_.empty()) {
      over = names_.size() == 1 ? "p0" : cat("p0,p", names_.size() - 1);
    } else {
      const bool is_world = event.node == checkers::name::none;
      over = who(is_world ? std::string("world") : std::string(history_.text(event.node)));
    }
    steps_.push_back({event.time_ns, index,
                      cat("  Note over ", over, ": ", checkers::moment_text(event.time_ns), " ",
                          escaped(words), "\n")});
  }

  /// What struck between the operations, and is no part of the witness itself.
  void add_faults() {
    std::vector<FaultBand> within;
    for (FaultBand& band : fault_bands(run_)) {
      const bool is_within = is_touched_ && band.from_ns >= from_ns_ && band.from_ns <= to_ns_;
      const bool is_told =
          std::ranges::find(violation_.witness, band.marker) != violation_.witness.end();
      if (is_within && !is_told) within.push_back(std::move(band));
    }
    const std::size_t surplus =
        within.size() > mermaid_faults_max ? within.size() - mermaid_faults_max : 0;
    for (std::size_t i = surplus; i < within.size(); ++i) {
      note(history_.events[within[i].marker], within[i].marker, within[i].words);
    }
  }

  /// The sentence, over everybody.
  [[nodiscard]] std::string closing() const {
    if (names_.empty()) {
      return cat("  participant p0 as world\n  Note over p0: ", escaped(violation_.id), ": ",
                 escaped(violation_.sentence), "\n");
    }
    const std::string over = names_.size() == 1 ? "p0" : cat("p0,p", names_.size() - 1);
    return cat("  Note over ", over, ": ", escaped(violation_.id), ": ",
               escaped(violation_.sentence), "\n");
  }

  const checkers::Violation& violation_;
  const RunRecord& run_;
  const checkers::History& history_;
  std::vector<std::string> names_;
  std::vector<Step> steps_;
  bool is_touched_ = false;
  std::int64_t from_ns_ = 0;
  std::int64_t to_ns_ = 0;
};

}  // namespace

std::string to_mermaid(const checkers::Violation& violation, const RunRecord& run) {
  return Diagram(violation, run).text();
}

}  // namespace lockstep::reports
