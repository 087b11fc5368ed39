#include "reports/html/run_page.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>
#include <vector>

#include "checkers/witness_text.hpp"
#include "reports/checked.hpp"
#include "reports/exports/mermaid.hpp"
#include "reports/html/run_tables.hpp"
#include "reports/timeline/fault_bands.hpp"
#include "reports/timeline/json_text.hpp"

namespace lockstep::reports {
namespace {

using checkers::Event;
using checkers::History;
using checkers::Params;

/// The page counts in doubles: times beyond this are told from where the history begins.
constexpr std::int64_t plain_ns_max = std::int64_t{1} << 53U;

std::int64_t base_of(const History& history) {
  std::int64_t least = 0;
  std::int64_t most = 0;
  bool is_first = true;
  for (const Event& event : history.events) {
    least = is_first ? event.time_ns : std::min(least, event.time_ns);
    most = is_first ? event.time_ns : std::max(most, event.time_ns);
    is_first = false;
  }
  return least < 0 || most >= plain_ns_max ? least : 0;
}

class Document {
 public:
  explicit Document(const RunRecord& run)
      : run_(run), history_(run.history), base_ns_(base_of(run.history)) {}

  Page page() {
    json_.begin_object().member("format", 1).member("kind", "run");
    head();
    verdict();
    violations();
    story();
    nodes();
    faults();
    marks();
    clocks();
    measurements();
    Page page;
    page.tables = write_tables(run_, base_ns_, json_);
    page.data = json_.end_object().take();
    page.title = title();
    return page;
  }

 private:
  [[nodiscard]] std::int64_t since_base(std::int64_t time_ns) const { return time_ns - base_ns_; }

  [[nodiscard]] std::string title() const {
    std::string text = run_.scenario.empty() ? run_.file : run_.scenario;
    if (run_.seed) text += ", seed " + std::to_string(run_.seed->value);
    text += ": ";
    text += checkers::name_of(run_.judgement.verdict());
    return text;
  }

  void head() {
    json_.member_if("version", run_.version).member_if("commit", run_.commit);
    json_.member_if("compiler", run_.compiler).member_if("scenario", run_.scenario);
    json_.member_if("about", run_.about).member_if("file", run_.file);
    if (run_.seed) json_.member("seed", std::to_string(run_.seed->value));
    json_.member_if("strategy", run_.strategy).member_if("trace_hash", run_.trace_hash);
    json_.member("model", run_.judgement.black_box.model);
    json_.member("order", history_.header.order == checkers::Order::total ? "total" : "time");
    json_.member_if("replay", run_.replay);
    json_.member("base_ns", std::to_string(base_ns_));
    json_.member("end_ns", since_base(end_of(history_)));
    const auto heal = std::ranges::find(history_.events, checkers::name::heal, &Event::f);
    if (heal != history_.events.end()) json_.member("heal_ns", since_base(heal->time_ns));
    params();
    if (!run_.config.empty()) json_.key("config").raw(embeddable(run_.config));
    expectation();
  }

  void params() {
    const Params& params = history_.header.params;
    json_.key("params").begin_object();
    const auto number = [&](std::string_view name, std::int64_t value) {
      if (value != 0) json_.member(name, value);
    };
    number("ttl_ns", params.ttl_ns);
    number("drift_ppm", params.drift_ppm);
    number("eps_ns", params.eps_ns);
    json_.flag("single_copy", params.single_copy).flag("fenced", params.fenced);
    number("retry_ns", params.retry_ns);
    number("jitter_ns", params.jitter_ns);
    number("round_trip_ns", params.round_trip_ns);
    number("bound_ns", params.bound_ns);
    number("period_ns", params.period_ns);
    number("attempts_max", params.attempts_max);
    for (const auto& [name, value] : params.extra) extra(name, value);
    json_.end_object();
  }

  void extra(const std::string& name, const checkers::ParamValue& value) {
    json_.key(name);
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      json_.number(*number);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      json_.boolean(*flag);
    } else {
      json_.text(std::get<std::string>(value));
    }
  }

  void expectation() {
    if (!run_.expect) return;
    json_.key("expect").begin_object();
    json_.member("verdict", checkers::name_of(run_.expect->verdict));
    json_.member("anomalies", std::span(run_.expect->anomalies));
    json_.member("allowed", std::span(run_.expect->allowed)).end_object();
  }

  void judge(const checkers::Report& report) {
    json_.begin_object().member("judge", checkers::name_of(report.judge));
    json_.member("model", report.model).member("verdict", checkers::name_of(report.verdict));
    json_.member("reasons", std::span(report.unknown_reasons)).end_object();
  }

  void verdict() {
    const CheckedHistory checked = checked_history(run_.file, history_, run_.judgement);
    const auto whole = run_.world.empty() ? run_.judgement.verdict() : checkers::Verdict::invalid;
    std::vector<std::string> reasons = checked.reasons;
    if (!run_.judgement.disagreement.empty()) reasons.push_back(run_.judgement.disagreement);
    json_.key("verdict").begin_object().member("value", checkers::name_of(whole));
    json_.member("reasons", std::span(std::as_const(reasons))).key("judges").begin_array();
    judge(run_.judgement.black_box);
    judge(run_.judgement.oracle);
    json_.end_array().end_object().key("found").begin_array();
    for (const Found& found : checked.found) {
      json_.begin_object().member("id", found.id).member("count", found.count);
      json_.flag("warning", found.is_warning).end_object();
    }
    json_.end_array();
  }

  void violations() {
    json_.key("violations").begin_array();
    for (const Judged& found : all_found(run_, page_violations_max)) violation(found);
    json_.end_array();
  }

  void violation(const Judged& found) {
    const checkers::Violation& violation = *found.violation;
    json_.begin_object().member("id", violation.id).member("judge", found.judge);
    json_.flag("warning", found.is_warning).member("sentence", violation.sentence);
    json_.key("witness").begin_array();
    for (const std::uint32_t index : violation.witness) json_.number(index);
    json_.end_array().member("keys", std::span(violation.keys)).key("tokens").begin_array();
    for (const std::uint64_t token : violation.tokens) json_.text(std::to_string(token));
    json_.end_array().member("because", std::span(violation.because));
    json_.key("stretches").begin_array();
    for (const checkers::Stretch& stretch : violation.stretches) {
      json_.begin_object().member("label", stretch.label);
      json_.member("from_ns", since_base(stretch.from_ns));
      json_.member("to_ns", since_base(std::min(stretch.to_ns, end_of(history_)))).end_object();
    }
    json_.end_array().member("text", checkers::describe(violation, history_));
    json_.member("mermaid", to_mermaid(violation, run_)).end_object();
  }

  void story() {
    if (!run_.shrunk) return;
    json_.key("story").begin_object().member_if("anomaly", run_.shrunk->anomaly);
    json_.member_if("size", run_.shrunk->size).member_if("file", run_.shrunk->file);
    if (!run_.shrunk->file.empty()) json_.member("replay", replay_line(run_.shrunk->file));
    json_.member("lines", std::span(std::as_const(run_.shrunk->story))).end_object();
  }

  void nodes();

  void faults() {
    json_.key("faults").begin_array();
    std::uint32_t number = 0;
    for (const FaultBand& band : fault_bands(run_)) {
      json_.begin_object().member("id", number++).member("kind", band.kind);
      json_.member_if("node", band.node).member("from_ns", since_base(band.from_ns));
      if (band.to_ns > band.from_ns) json_.member("until_ns", since_base(band.to_ns));
      json_.member_if("detail", band.words).member("mark", band.marker).end_object();
    }
    json_.end_array();
  }

  void marks() {
    json_.key("marks").begin_array();
    for (std::uint32_t i = 0; i < history_.events.size(); ++i) {
      const Event& event = history_.events[i];
      if (event.process != checkers::nemesis) continue;
      json_.begin_object().member("index", i).member("at_ns", since_base(event.time_ns));
      json_.member("f", history_.text(event.f)).member_if("node", history_.text(event.node));
      if (event.has_value) json_.member("value", std::to_string(event.value));
      json_.end_object();
    }
    json_.end_array();
  }

  void clocks() {
    json_.key("clocks").begin_array();
    for (const NodeClock& clock : run_.clocks) {
      json_.begin_object().member("node", clock.node).key("points").begin_array();
      for (const ClockPoint& point : clock.points) {
        json_.begin_array().number(since_base(point.time_ns)).number(point.offset_ns).end_array();
      }
      json_.end_array().end_object();
    }
    json_.end_array();
  }

  void measurements() {
    json_.key("measurements").begin_array();
    for (const checkers::Distribution& measured : run_.judgement.black_box.measurements) {
      json_.begin_object().member("name", measured.name);
      if (measured.bound.count() > 0) json_.member("bound_ns", measured.bound.count());
      json_.key("samples").begin_array();
      for (const Nanos sample : measured.samples) {
        json_.begin_array().number(-1).number(sample.count()).end_array();
      }
      json_.end_array().end_object();
    }
    json_.end_array();
  }

  const RunRecord& run_;
  const History& history_;
  std::int64_t base_ns_;
  JsonText json_;
};

/// "client/12" as its role and number, so that nodes stand in the order that people count in.
struct Node {
  std::uint32_t rank = 0;
  std::string role;
  std::uint64_t number = 0;
  std::string name;
  auto operator<=>(const Node&) const = default;
};

Node node_of(std::string_view name) {
  constexpr std::string_view roles[] = {"client", "redis", "sink", "disk"};
  Node node;
  node.name = name;
  const std::size_t slash = name.rfind('/');
  const std::string_view role = name.substr(0, slash);
  const auto* const known = std::ranges::find(roles, role);
  node.rank = static_cast<std::uint32_t>(known - std::ranges::begin(roles));
  node.role = known == std::ranges::end(roles) ? "other" : std::string(role);
  if (slash == std::string_view::npos) return node;
  const std::string_view digits = name.substr(slash + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), node.number);
  return node;
}

void Document::nodes() {
  std::map<std::string, Node, std::less<>> nodes;
  const auto add = [&](std::string_view name) {
    if (!name.empty() && !nodes.contains(name)) nodes.emplace(name, node_of(name));
  };
  std::vector<bool> is_seen(history_.names.size());
  for (const Event& event : history_.events) {
    if (is_seen[event.node.value]) continue;
    is_seen[event.node.value] = true;
    add(history_.text(event.node));
  }
  for (const NodeClock& clock : run_.clocks) add(clock.node);
  std::vector<Node> sorted;
  for (auto& [name, node] : nodes) sorted.push_back(std::move(node));
  std::ranges::sort(sorted);
  json_.key("nodes").begin_array();
  for (const Node& node : sorted) {
    json_.begin_object().member("name", node.name).member("role", node.role).end_object();
  }
  json_.end_array();
}

}  // namespace

Page run_page(const RunRecord& run) { return Document(run).page(); }

}  // namespace lockstep::reports
