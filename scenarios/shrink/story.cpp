#include "scenarios/shrink/story.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "checkers/names.hpp"
#include "checkers/witness_text.hpp"
#include "faults/words.hpp"
#include "impl/base/duration.hpp"
#include "scenarios/shrink/nodes_hit.hpp"

namespace lockstep::shrink {

namespace {

using checkers::Event;
using checkers::History;
using faults::PlannedFault;
using scenarios::Plan;

/// One line to be: when, what, and whether it may be left out.
struct Line {
  std::int64_t time_ns = 0;
  std::string text;
  bool is_needed = false;
  std::string who;
  std::string like;          ///< what a line must have in common to be told with this one
  std::uint32_t times = 1;   ///< operations told in it
  std::int64_t last_ns = 0;  ///< when the last of them began
  std::size_t place = 0;     ///< among those of its time
};

std::string counted(std::int64_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " ";
  text += noun;
  return count == 1 ? text : text + "s";
}

std::string servers_of(const scenarios::PlanConfig& config) {
  return config.lock.backend == scenarios::Backend::redlock
             ? "Redlock on " + counted(config.topology.redis.nodes, "server")
             : std::string("one Redis");
}

/// "2 clients with locks on one Redis (ttl 3s), implementation zoo/plain_delete".
std::string setting_of(const Plan& plan) {
  const scenarios::PlanConfig& config = plan.config;
  std::string text = counted(config.workload.clients, "client");
  if (has_shared_queue(config.workload)) {
    text += " with a queue on one Redis";
  } else if (config.workload.kind == scenarios::WorkloadKind::queue) {
    text += config.workload.clients == 1 ? " with a durable queue" : ", a durable queue each";
  } else {
    text += " with locks on " + servers_of(config) + " (ttl " + to_text(config.lock.ttl) + ")";
  }
  if (config.crash_point.call > 0) {
    text += "; the power of client/0 fails at call " + std::to_string(config.crash_point.call) +
            " that changes its disk";
  }
  return text + "; implementation " + config.implementation;
}

std::string whom(const PlannedFault& fault, const History& history) {
  std::string who;
  for (const std::string& node : nodes_hit(fault, history)) {
    who += (who.empty() ? "" : ", ") + node;
  }
  return who;
}

void add_faults(const Plan& plan, const History& history, std::vector<Line>& lines) {
  for (const PlannedFault& fault : plan.faults) {
    Line line;
    line.time_ns = fault.at.count();
    line.text = faults::in_words(fault, whom(fault, history));
    line.is_needed = true;
    lines.push_back(std::move(line));
  }
}

/// "client/0 renew k1 (lease 3): renewed".
Line operation_line(std::uint32_t index, const History& history, bool is_needed) {
  const checkers::WitnessRow row = checkers::row_of(index, history);
  Line line;
  line.time_ns = history.events[index].time_ns;
  line.last_ns = line.time_ns;
  line.who = row.who;
  const bool is_marker = history.events[index].process == checkers::nemesis;
  line.text = is_marker ? row.did : row.who + ": " + row.did;
  if (!row.outcome.empty()) line.text += " -> " + row.outcome;
  line.is_needed = is_needed;
  line.like = row.who + " " + std::string(history.text(history.events[index].f)) + " " +
              std::string(history.text(history.events[index].key)) + " " + row.outcome;
  return line;
}

/// Markers of faults are told by the plan; of the others, the heal and what a crash point did.
bool is_told(const Event& event, const Plan& plan) {
  if (event.process != checkers::nemesis) return event.type == checkers::EventType::invoke;
  if (event.f == checkers::name::heal || event.f == checkers::name::final_mark) return true;
  return event.f == checkers::name::crash && plan.config.crash_point.call > 0;
}

/// The moment after which nothing matters any more, and the operations that matter most.
struct Proof {
  const checkers::Violation* violation = nullptr;
  std::set<std::uint32_t> witness;
  std::int64_t end_ns = 0;
};

Proof proof_of(const scenarios::RunResult& run, std::string_view anomaly) {
  Proof proof;
  for (const auto* violations :
       {&run.judgement.oracle.violations, &run.judgement.black_box.violations, &run.world}) {
    const auto found = std::ranges::find(*violations, anomaly, &checkers::Violation::id);
    if (found != violations->end()) proof.violation = &*found;
  }
  if (proof.violation == nullptr) return proof;
  for (const std::uint32_t index : proof.violation->witness) {
    if (index >= run.history.events.size()) continue;
    const Event& event = run.history.events[index];
    proof.witness.insert(index);
    proof.end_ns = std::max(proof.end_ns, event.time_ns);
    if (event.pair == checkers::no_event) continue;
    proof.end_ns = std::max(proof.end_ns, run.history.events[event.pair.value].time_ns);
  }
  if (proof.witness.empty()) proof.end_ns = run.virtual_time.count();
  return proof;
}

/// Whether it is about what the violation is about.
bool is_of(const Proof& proof, const Event& event, const History& history) {
  const std::vector<std::string>& keys = proof.violation->keys;
  if (keys.empty() || event.key == checkers::name::none) return true;
  return std::ranges::find(keys, history.text(event.key)) != keys.end();
}

/// One of the last two lines of the same node that tells the like; nullptr: there is none.
Line* like_before(const Line& line, std::vector<Line>& lines) {
  int seen = 0;
  for (auto before = lines.rbegin(); before != lines.rend() && seen < 2; ++before) {
    if (before->who != line.who) continue;
    if (before->like == line.like && !before->is_needed) return &*before;
    seen += 1;
  }
  return nullptr;
}

/// What a node does over and over is one line.
void tell(Line line, std::vector<Line>& lines) {
  Line* const before = line.is_needed ? nullptr : like_before(line, lines);
  if (before == nullptr) return lines.push_back(std::move(line));
  before->times += 1;
  before->last_ns = line.time_ns;
}

void add_operations(const Plan& plan, const History& history, const Proof& proof,
                    std::vector<Line>& lines) {
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.time_ns > proof.end_ns || !is_told(event, plan)) continue;
    const bool is_needed = proof.witness.contains(i);
    if (!is_needed && !is_of(proof, event, history)) continue;
    tell(operation_line(i, history, is_needed), lines);
  }
}

/// Leaves out what can be left out, earliest first. Returns how many lines that were.
std::size_t shorten(std::vector<Line>& lines) {
  std::size_t surplus = lines.size() > story_lines_max ? lines.size() - story_lines_max : 0;
  const std::size_t before = lines.size();
  std::erase_if(lines, [&surplus](const Line& line) {
    if (surplus == 0 || line.is_needed) return false;
    surplus -= 1;
    return true;
  });
  return before - lines.size();
}

/// To the millisecond: "4.207s".
std::string moment_of(std::int64_t time_ns) {
  return to_text(std::chrono::floor<milliseconds>(Nanos(time_ns)));
}

std::string told(const Line& line) {
  std::string text = moment_of(line.time_ns) + "  " + line.text;
  if (line.times == 1) return text;
  return text + " (" + std::to_string(line.times) + " times, until " + moment_of(line.last_ns) +
         ")";
}

std::vector<std::string> numbered(const std::vector<std::string>& items) {
  std::vector<std::string> story;
  for (const std::string& item : items) {
    story.push_back(std::to_string(story.size() + 1) + ". " + item);
  }
  return story;
}

}  // namespace

std::vector<std::string> story_of(const Plan& plan, const scenarios::RunResult& run,
                                  std::string_view anomaly) {
  const Proof proof = proof_of(run, anomaly);
  if (proof.violation == nullptr) return {};
  std::vector<Line> lines;
  add_operations(plan, run.history, proof, lines);
  add_faults(plan, run.history, lines);
  for (std::size_t i = 0; i < lines.size(); ++i) lines[i].place = i;
  std::ranges::sort(lines, {},
                    [](const Line& line) { return std::pair(line.time_ns, line.place); });
  const std::size_t left_out = shorten(lines);
  std::vector<std::string> items{setting_of(plan)};
  if (left_out > 0) items.push_back("(" + std::to_string(left_out) + " lines left out)");
  for (const Line& line : lines) items.push_back(told(line));
  items.push_back(proof.violation->sentence + ": " + proof.violation->id);
  return numbered(items);
}

}  // namespace lockstep::shrink
