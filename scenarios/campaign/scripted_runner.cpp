#include "scenarios/campaign/scripted_runner.hpp"

#include <atomic>
#include <stdexcept>
#include <utility>

#include "checkers/recorder.hpp"
#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"
#include "scenarios/coverage/coverage.hpp"

namespace lockstep::campaign {
namespace {

using checkers::Verdict;
using scenarios::Plan;
using scenarios::RunOptions;
using scenarios::RunResult;

constexpr std::uint64_t events_of_a_run = 20;

checkers::History two_grants(const Plan& plan) {
  checkers::History history;
  history.header.scenario = "scripted";
  history.header.seed = plan.config.seed;
  history.header.model = "lease-lock";
  history.header.params.ttl_ns = 3'000'000'000;
  checkers::Recorder recorder(history);
  for (std::int64_t client = 0; client < 2; ++client) {
    const checkers::ThreadId thread = recorder.thread();
    checkers::Invocation acquire;
    acquire.time = seconds(1) + milliseconds(10) * client;
    acquire.f = checkers::name::acquire;
    acquire.node = history.names.intern("client/" + std::to_string(client));
    acquire.key = history.names.intern("k");
    acquire.lease = checkers::LeaseId{static_cast<std::uint64_t>(client) + 1};
    acquire.ttl = seconds(3);
    const checkers::EventIndex index = recorder.invoke(thread, acquire);
    checkers::Answer granted;
    granted.time = acquire.time + milliseconds(1);
    granted.token = FencingToken{static_cast<std::uint64_t>(client) + 1};
    recorder.ok(index, granted);
  }
  return history;
}

checkers::Violation violation(std::string id) {
  checkers::Violation out;
  out.id = std::move(id);
  out.sentence = "Two leases of k were held at once";
  out.witness = {0, 2};
  out.keys = {"k"};
  out.tokens = {1, 2};
  return out;
}

void add_violation(checkers::Report& report, const std::string& id) {
  report.verdict = Verdict::invalid;
  report.violations.push_back(violation(id));
  report.found[id] += 1;
}

class ScriptedRun {
 public:
  ScriptedRun(const Plan& plan, const RunOptions& options)
      : plan_(plan),
        options_(options),
        role_(plan.config.implementation),
        seed_(plan.config.seed.value) {}

  RunResult all() {
    result_.judgement.black_box.verdict = Verdict::valid;
    result_.judgement.oracle.verdict = Verdict::valid;
    result_.judgement.oracle.judge = checkers::Judge::oracle;
    result_.history = two_grants(plan_);
    for (std::uint64_t event = 0; event < events_of_a_run; ++event) {
      if (options_.until_event == event) {
        result_.end = scenarios::RunEnd::until_event;
        break;
      }
      happen(event);
    }
    result_.operations = 2;
    exercise();
    judge();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool is(std::string_view role) const { return role_ == role; }

  void happen(std::uint64_t event) {
    if (options_.progress != nullptr) options_.progress->events = event;
    if (event == 5 && seed_ == 2) misbehave();
    static std::atomic<std::uint64_t> runs{0};
    const std::uint64_t flip = is("zoo/flipping") && event == 7 ? ++runs : 0;
    const std::uint64_t digest = draw(plan_.config.seed, DrawStream::test, event, flip);
    result_.trace_hash.add(digest);
    result_.events += 1;
    result_.virtual_time = milliseconds(static_cast<std::int64_t>(event) * 100);
    if (options_.record_path) {
      result_.path.push_back(static_cast<std::uint16_t>(result_.trace_hash.high() >> 48U));
    }
    if (options_.trace == nullptr) return;
    options_.trace->event({event, result_.virtual_time,
                           NodeId{static_cast<std::uint32_t>(event % 3)}, "timer", digest,
                           "client/0", event % 2 == 0 ? "even" : ""});
  }

  void misbehave() const {
    if (is("zoo/asserting")) ASSERT(seed_ != 2);
    if (is("zoo/throwing")) throw std::runtime_error("out of scripts");
    if (is("zoo/crashing")) {
      // an address that nothing has, and that no sanitizer looks at first
      volatile std::uintptr_t address = 64;
      const auto* const nowhere = reinterpret_cast<const volatile std::uint64_t*>(address);
      static_cast<void>(*nowhere);
    }
  }

  void exercise() {
    checkers::Report& report = result_.judgement.black_box;
    report.exercised.count(checkers::Property::grant);
    if (seed_ % 2 == 0) report.exercised.count(checkers::Property::takeover);
    report.measurements.push_back(
        {"handover", {milliseconds(static_cast<std::int64_t>(seed_ % 1000))}, seconds(1)});
    reach();
    const bool touches = !is("zoo/idle_fault");
    result_.faults[static_cast<std::size_t>(faults::Kind::pause)] = {3, 2, touches ? 1U : 0U};
  }

  /// Every seed comes up and is granted a lease; a state more every 50 seeds, a probe in few.
  void reach() {
    scenarios::Coverage coverage;
    scenarios::NodeCoverage& node = coverage.add_node();
    node.started();
    node.on({env::Signal::lease_acquired, "k", 0, Errc::ok});
    if (seed_ % 40 == 17) node.on({env::Signal::fence_refused, "k", 0, Errc::ok});
    const auto other = static_cast<faults::Kind>(seed_ / 50 % faults::kind_count);
    coverage.fault_begins(other);
    node.answered(checkers::name::acquire, scenarios::Ending::ok);
    result_.reached = coverage.reached();
  }

  void judge() {
    checkers::Judgement& judgement = result_.judgement;
    const bool breaks = is("zoo/broken") || is("zoo/surprising");
    if (breaks && seed_ % 10 == 3) {
      add_violation(judgement.black_box, "lock/double-grant");
      add_violation(judgement.oracle, "lock/double-grant");
    }
    if (is("zoo/surprising") && seed_ == 207) add_violation(judgement.oracle, "fence/token-reused");
    if (is("zoo/undecided") && seed_ % 5 == 0) {
      judgement.black_box.verdict = Verdict::unknown;
      judgement.black_box.unknown_reasons = {"the run was not drained"};
    }
    if (is("zoo/disagreeing")) {
      add_violation(judgement.black_box, "lock/double-grant");
      judgement.disagreement = "One of the judges is wrong";
    }
    if (is("zoo/stuck") && seed_ == 4) {
      result_.end = scenarios::RunEnd::deadlock;
      result_.world.push_back({"sim/deadlock", "Nothing is left to happen", {}, {}, {}, {}, {}});
    }
  }

  const Plan& plan_;
  const RunOptions& options_;
  std::string_view role_;
  std::uint64_t seed_;
  RunResult result_;
};

bool is_scripted(std::string_view role) {
  for (const std::string_view known :
       {"reference", "zoo/broken", "zoo/surprising", "zoo/undecided", "zoo/disagreeing",
        "zoo/stuck", "zoo/idle_fault", "zoo/flipping", "zoo/asserting", "zoo/crashing",
        "zoo/throwing"}) {
    if (role == known) return true;
  }
  return false;
}

}  // namespace

Result<RunResult> scripted_run(const Plan& plan, const RunOptions& options) {
  if (!is_scripted(plan.config.implementation)) {
    return fail(definite(Errc::invalid_argument,
                         "/implementation: there is no '" + plan.config.implementation + "'"));
  }
  return ScriptedRun(plan, options).all();
}

std::string scripted_scenario(std::string_view name, std::string_view implementation,
                              std::string_view expect, std::string_view require) {
  std::string out = R"({"schema": 1, "name": ")";
  out += name;
  out +=
      R"(", "about": "For tests.", "workload": {"kind": "lock", "clients": 2}, "duration": "2s",)";
  out += R"( "implementation": ")";
  out += implementation;
  out += R"(", "require": )";
  out += require;
  out += R"(, "expect": )";
  out += expect;
  return out + "}\n";
}

scenarios::LoadedScenario load_scripted(std::string_view name, std::string_view implementation,
                                        std::string_view expect, std::string_view require) {
  const std::string file = std::string(name) + ".json";
  auto scenario =
      scenarios::parse_scenario(scripted_scenario(name, implementation, expect, require), file);
  ASSERT(scenario.has_value());
  return {file, std::move(*scenario)};
}

}  // namespace lockstep::campaign
