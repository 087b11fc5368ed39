#include "bench/simulated_history.hpp"

#include <string>

#include "bench/measure.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/scenario_file.hpp"
#include "scenarios/run.hpp"

namespace lockstep::bench {
namespace {

constexpr std::string_view queue_text = R"json({
  "schema": 1, "name": "recorded_queue", "about": "bench",
  "workload": {"kind": "queue", "producers": 8, "consumers": 8, "hold": "0..5ms",
               "think": "1ms..10ms", "rotate": "20s..40s", "payload": "0..20",
               "nack_percent": 5},
  "queue": {"push": "group", "ack": "group"},
  "faults": [{"kind": "crash", "target": "client", "every": "20s..40s", "for": "100ms..1s"}],
  "implementation": "reference", "require": ["pushed"], "expect": {"verdict": "valid"}
})json";

constexpr std::string_view outbox_text = R"json({
  "schema": 1, "name": "recorded_outbox", "about": "bench",
  "workload": {"kind": "outbox", "clients": 5, "keys": 20, "outbox": "redis",
               "think": "5ms..50ms", "guarded": "fenced", "batch": 20, "inboxes": 2,
               "rollback_percent": 10},
  "lock": {"backend": "redis", "ttl": "3s", "refresh_interval": "800ms",
           "retry_interval": "400ms", "stop_grace": "500ms", "command_timeout": "200ms"},
  "topology": {"redis": {"nodes": 1, "persistence": "aof-always"},
               "sink": {"persistence": "aof-always"}},
  "faults": [{"kind": "crash", "target": "client", "every": "20s..40s", "for": "100ms..1s"}],
  "implementation": "reference", "require": ["commit"], "expect": {"verdict": "valid"}
})json";

constexpr std::string_view pipeline_text = R"json({
  "schema": 1, "name": "recorded_pipeline", "about": "bench",
  "workload": {"kind": "pipeline", "clients": 4, "keys": 8, "guarded": "fenced"},
  "lock": {"backend": "redis", "ttl": "3s", "refresh_interval": "800ms",
           "retry_interval": "400ms", "stop_grace": "500ms", "command_timeout": "200ms"},
  "topology": {"redis": {"nodes": 1, "persistence": "aof-always"}},
  "faults": [{"kind": "crash", "target": "client", "every": "10s..20s", "for": "100ms..1s"}],
  "implementation": "reference", "require": ["grant"], "expect": {"verdict": "valid"}
})json";

std::string_view text_of(Recorded what) {
  if (what == Recorded::queue) return queue_text;
  return what == Recorded::outbox ? outbox_text : pipeline_text;
}

scenarios::RunResult run_for(Recorded what, std::int64_t seconds) {
  std::string text(text_of(what));
  text.insert(text.find('{') + 1, "\"duration\": \"" + std::to_string(seconds) + "s\",");
  auto parsed = scenarios::parse_scenario(text, "bench");
  if (!parsed) give_up(parsed.error().found);
  scenarios::RunOptions options;
  options.whole = true;
  auto result = scenarios::run_plan(scenarios::expand(*parsed, Seed{1}), options);
  if (!result) give_up(result.error().detail);
  if (result->judgement.verdict() != checkers::Verdict::valid) give_up("the run is not valid");
  return std::move(*result);
}

}  // namespace

checkers::History simulated_history(Recorded what, std::uint64_t operations) {
  constexpr std::int64_t tried = 10;
  const std::uint64_t rate = run_for(what, tried).operations / tried;
  if (rate == 0) give_up("nothing was done");
  const auto seconds = static_cast<std::int64_t>(operations / rate) + 1;
  return run_for(what, seconds).history;
}

}  // namespace lockstep::bench
