#include "reports/exports/perfetto.hpp"

#include <algorithm>
#include <map>
#include <ostream>
#include <string>

#include "checkers/lease_windows.hpp"
#include "checkers/witness_text.hpp"
#include "reports/timeline/deliveries.hpp"
#include "reports/timeline/fault_bands.hpp"
#include "reports/timeline/json_text.hpp"

namespace lockstep::reports {
namespace {

using checkers::Event;
using checkers::EventType;

/// Violations told in one trace: beyond it nobody looks at each.
constexpr std::size_t instants_max = 1000;

/// Processes of the trace: these two, then a node each.
constexpr std::uint32_t faults_pid = 1;
constexpr std::uint32_t leases_pid = 2;
constexpr std::uint32_t first_node_pid = 10;

/// "52003.260".
std::string micros(std::int64_t ns) {
  const std::uint64_t size =
      ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  std::string fraction = std::to_string(size % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return (ns < 0 ? "-" : "") + std::to_string(size / 1000) + "." + fraction;
}

class Trace {
 public:
  Trace(const RunRecord& run, std::ostream& out)
      : run_(run), history_(run.history), out_(out), end_ns_(end_of(run.history)) {}

  Result<void> write() {
    out_ << "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
    process_name(faults_pid, "faults");
    process_name(leases_pid, "leases");
    for (std::uint32_t i = 0; i < history_.events.size(); ++i) {
      if (history_.events[i].type == EventType::invoke) operation(i);
    }
    arrows();
    faults();
    leases();
    verdicts();
    out_ << "\n]}\n";
    if (out_.good()) return {};
    return fail(definite(Errc::io_error, "cannot write the trace"));
  }

 private:
  struct Place {
    std::uint32_t pid = 0;
    std::uint32_t tid = 0;
  };

  void put(JsonText& event) {
    out_ << (is_first_ ? "\n" : ",\n") << event.end_object().str();
    is_first_ = false;
  }

  static JsonText event(std::string_view phase, std::string_view name, Place place,
                        std::int64_t time_ns) {
    JsonText json;
    json.begin_object().member("ph", phase).member("name", name);
    json.member("pid", place.pid).member("tid", place.tid);
    json.key("ts").raw(micros(time_ns));
    return json;
  }

  void meta(std::string_view what, Place place, std::string_view name) {
    JsonText json = event("M", what, place, 0);
    json.key("args").begin_object().member("name", name).end_object();
    put(json);
  }

  void process_name(std::uint32_t pid, std::string_view name) {
    meta("process_name", {pid, 0}, name);
  }

  /// The thread of a client's process; named when it is seen first.
  Place place_of(const Event& event) {
    const auto [pid, is_new] =
        pids_.try_emplace(event.node, first_node_pid + static_cast<std::uint32_t>(pids_.size()));
    if (is_new) {
      process_name(pid->second,
                   event.node == checkers::name::none ? "clients" : history_.text(event.node));
    }
    const Place place{pid->second, event.process.value};
    if (named_.emplace(std::pair(place.pid, place.tid), true).second) {
      meta("thread_name", place, "process " + std::to_string(event.process.value));
    }
    return place;
  }

  [[nodiscard]] std::int64_t end_of_operation(const Event& asked) const {
    return asked.pair == checkers::no_event ? end_ns_ : history_.events[asked.pair.value].time_ns;
  }

  void arguments(JsonText& json, std::uint32_t index, const Event& event) {
    const checkers::WitnessRow row = checkers::row_of(index, history_);
    json.key("args").begin_object().member("event", index);
    json.member("did", row.did).member("outcome", row.outcome);
    const auto name_if = [&](std::string_view name, checkers::NameId id) {
      if (id != checkers::name::none) json.member(name, history_.text(id));
    };
    const auto number_if = [&](std::string_view name, auto value) {
      if (value != 0) json.member(name, value);
    };
    name_if("key", event.key);
    name_if("sink", event.sink);
    name_if("error", event.error);
    number_if("lease", event.lease.value);
    number_if("token", event.token.value);
    number_if("id", event.id.value);
    number_if("attempt", event.attempt);
    if (event.has_value) json.member("value", event.value);
    json.end_object();
  }

  void operation(std::uint32_t index) {
    const Event& asked = history_.events[index];
    const bool is_open = asked.pair == checkers::no_event;
    const Event& told = is_open ? asked : history_.events[asked.pair.value];
    JsonText json = event("X", history_.text(asked.f), place_of(asked), asked.time_ns);
    json.key("dur").raw(micros(end_of_operation(asked) - asked.time_ns));
    json.member("cat", is_open ? "pending" : outcome_of(told.type));
    arguments(json, index, told);
    put(json);
  }

  static std::string_view outcome_of(EventType type) {
    if (type == EventType::ok) return "ok";
    return type == EventType::fail ? "fail" : "info";
  }

  /// From the end of what hands on to the end of what takes: an arrow must lie within both slices.
  void arrows() {
    std::uint64_t number = 0;
    for (const Delivery& delivery : deliveries(history_)) {
      number += 1;
      flow("s", number, delivery.from);
      flow("f", number, delivery.to);
    }
  }

  void flow(std::string_view phase, std::uint64_t number, std::uint32_t index) {
    const Event& asked = history_.events[index];
    JsonText json = event(phase, "delivery", place_of(asked), end_of_operation(asked));
    json.member("cat", "delivery").member("id", number);
    if (phase == "f") json.member("bp", "e");
    put(json);
  }

  /// Bands that may overlap: a nestable pair of its own each.
  void band(std::uint32_t pid, std::string_view category, std::string_view name,
            std::int64_t from_ns, std::int64_t to_ns, std::string_view words) {
    bands_ += 1;
    JsonText from = event("b", name, {pid, 0}, from_ns);
    from.member("cat", category).member("id", bands_);
    from.key("args").begin_object().member("what", words).end_object();
    put(from);
    JsonText to = event("e", name, {pid, 0}, std::max(from_ns, to_ns));
    to.member("cat", category).member("id", bands_);
    put(to);
  }

  void faults() {
    for (const FaultBand& fault : fault_bands(run_)) {
      const std::string name = fault.node.empty() ? fault.kind : fault.kind + " " + fault.node;
      band(faults_pid, "fault", name, fault.from_ns, fault.to_ns, fault.words);
    }
  }

  void leases() {
    for (const checkers::LeaseWindow& window :
         checkers::lease_windows(history_, history_.header.params, checkers::Judge::oracle)) {
      std::string name(history_.text(window.key));
      name += ", lease " + std::to_string(window.lease.value) + " of ";
      name += history_.text(window.node);
      band(leases_pid, "possible hold", name, window.possible_from_ns,
           std::min(window.possible_to_ns, end_ns_), "possible hold");
      if (!window.is_certain) continue;
      band(leases_pid, "certain hold", name, window.certain_from_ns,
           std::min(window.certain_to_ns, end_ns_), "certain hold");
    }
  }

  void verdicts() {
    for (const Judged& found : all_found(run_, instants_max)) {
      std::int64_t time_ns = 0;
      for (const std::uint32_t index : found.violation->witness) {
        if (index >= history_.events.size()) continue;
        time_ns = std::max(time_ns, end_of_operation(history_.events[index]));
      }
      JsonText json = event("i", found.violation->id, {faults_pid, 0}, time_ns);
      json.member("s", "g").member("cat", found.is_warning ? "warning" : "violation");
      json.key("args").begin_object().member("sentence", found.violation->sentence).end_object();
      put(json);
    }
  }

  const RunRecord& run_;
  const checkers::History& history_;
  std::ostream& out_;
  std::int64_t end_ns_;
  bool is_first_ = true;
  std::uint64_t bands_ = 0;
  std::map<checkers::NameId, std::uint32_t> pids_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> named_;
};

}  // namespace

Result<void> write_perfetto(const RunRecord& run, std::ostream& out) {
  return Trace(run, out).write();
}

}  // namespace lockstep::reports
