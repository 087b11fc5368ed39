#include "scenarios/format/scenario_file.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenarios/format/samples.hpp"

namespace lockstep::scenarios {
namespace {

Scenario sample() { return parse_scenario(sample_text(), "sample.json").value(); }

std::string message(const std::string& text, const std::vector<std::string>& sets = {}) {
  const auto scenario = parse_scenario(text, "a.json", sets);
  return scenario ? "accepted" : to_text(scenario.error());
}

TEST(ScenarioFile, the_documented_example_is_read_field_by_field) {
  const Scenario s = sample();
  EXPECT_EQ(s.name, "redis_lock_holder_paused");
  EXPECT_EQ(s.workload.clients, 5);
  EXPECT_EQ(s.workload.keys, 2);
  EXPECT_EQ(s.workload.hold, (DurationRange{milliseconds(200), seconds(2)}));
  EXPECT_EQ(s.workload.guarded, Guarded::fenced);
  EXPECT_EQ(s.lock.ttl, seconds(3));
  EXPECT_EQ(s.topology.redis.persistence, Persistence::aof_always);
  EXPECT_EQ(s.clocks.all.skew, (DurationRange{seconds(0), milliseconds(200)}));
  EXPECT_EQ(s.clocks.all.drift_ppm, (IntegerRange{-200, 200}));
  EXPECT_EQ(s.duration, seconds(60));
  ASSERT_EQ(s.faults.size(), 1U);
  EXPECT_EQ(s.faults[0].kind, faults::Kind::pause);
  EXPECT_EQ(s.faults[0].target, "client");
  EXPECT_EQ(s.faults[0].every, (DurationRange{seconds(5), seconds(15)}));
  EXPECT_EQ(s.faults[0].lasts, (DurationRange{seconds(1), seconds(8)}));
  EXPECT_EQ(s.require, (std::vector<std::string>{"grant", "takeover", "guarded_write"}));
  EXPECT_EQ(s.expect.verdict, ExpectedVerdict::valid);
}

TEST(ScenarioFile, what_is_written_is_read_back_equal) {
  const std::vector<std::string> every_field{
      "workload.write_delay=0..20ms",
      "lock.stop_grace=100ms",
      "liveness=30s",
      "swarm=true",
      "strategy=pct",
      "topology.redis.replica=true",
      "clocks.redis={\"drift_ppm\": 5}",
      "clocks.sink={\"skew\": \"-1s..1s\"}",
      R"(expect={"verdict":"invalid","anomalies":["a/b"],"allowed":["c/d"],"within_seeds":9})",
      R"(faults=[{"kind":"latency","at":"1s..2s","for":"1s","extra":"5ms..9ms","direction":["in"]},
                 {"kind":"partition","every":"1s","for":"0..1ms","shape":["ring","bridge"]},
                 {"kind":"evict","every":"9s","keys":"1..3"},{"kind":"failover","at":"5s"}])"};
  const auto full = parse_scenario(sample_text(), "sample.json", every_field);
  ASSERT_TRUE(full) << to_text(full.error());
  for (const Scenario& scenario : {sample(), *full}) {
    const auto back = parse_scenario(write_scenario(scenario), "written.json");
    ASSERT_TRUE(back) << to_text(back.error()) << write_scenario(scenario);
    EXPECT_EQ(*back, scenario);
  }
  EXPECT_EQ(full->clocks.redis->skew, sample().clocks.all.skew) << "left out: that of all nodes";
  EXPECT_EQ(full->faults[1].parameters[0].choices, (std::vector<std::int64_t>{4, 3}));
}

// What is changed in the sample, and what is then said about it.
struct Mistake {
  const char* from;
  const char* to;
  const char* message;
};
const std::vector<Mistake> mistakes{
    {"\"ttl\"", "\"tttl\"",
     "a.json: /lock/tttl: found unknown field 'tttl'; expected one of backend, ttl, "
     "refresh_interval, retry_interval, retry_jitter, renew_retry_interval, stop_grace, "
     "command_timeout, connect_timeout, fencing; did you mean 'ttl'?"},
    {"\"3s\"", "\"3\"",
     "a.json: /lock/ttl: found '3': no unit; expected a duration like 200ms, 3s or 2m"},
    {"\"3s\"", "\"3 parsecs\"",
     "a.json: /lock/ttl: found '3 parsecs': unknown unit ' parsecs'; expected a duration like "
     "200ms, 3s or 2m"},
    {"\"3s\"", "3",
     "a.json: /lock/ttl: found the number 3; expected a duration like \"3s\", 1ms..3600s"},
    {"\"3s\"", "\"0.1ms\"", "a.json: /lock/ttl: found 100us; expected 1ms..3600s"},
    {"\"200ms..2s\"", "\"2s..200ms\"",
     "a.json: /workload/hold: found '2s..200ms': the range is empty; expected a duration like 3s "
     "or a range like 1s..3s"},
    {"\"clients\": 5", "\"clients\": \"5\"",
     "a.json: /workload/clients: found the string \"5\"; expected an integer, 1..1000"},
    {"\"clients\": 5", "\"clients\": 5.0",
     "a.json: /workload/clients: found the number 5.0; expected an integer, 1..1000"},
    {"\"clients\": 5", "\"clients\": 0",
     "a.json: /workload/clients: found the number 0; expected an integer, 1..1000"},
    {"\"clients\": 5", "\"clients\": 99999999999999999999",
     "a.json: /workload/clients: found the number 99999999999999999999; expected an integer, "
     "1..1000"},
    {"\"fencing\": true", "\"fencing\": \"true\"",
     "a.json: /lock/fencing: found the string \"true\"; expected true or false"},
    {"\"fencing\": true", "\"fencing\": false",
     "a.json: /workload/guarded: found a fenced resource without fencing tokens; expected "
     "lock.fencing to be true"},
    {"\"aof-always\"", "\"aof-allways\"",
     "a.json: /topology/redis/persistence: found the string \"aof-allways\"; expected one of "
     "none, "
     "aof-everysec, aof-always; did you mean 'aof-always'?"},
    {"\"-200..200\"", "\"-200..200ppm\"",
     "a.json: /clocks/drift_ppm: found the string \"-200..200ppm\"; expected an integer or a "
     "range "
     "like \"1..3\", within -100000..100000"},
    {"\"schema\": 1", "\"schema\": 2",
     "a.json: /schema: found the number 2; expected an integer, 1..1"},
    {"\"schema\": 1,", "", "a.json: found no field 'schema'; expected 'schema' to be given"},
    {"\"about\"", "\"aobut\"", "a.json: found no field 'about'; expected 'about' to be given"},
    {"\"redis_lock_holder_paused\"", "\"../x\"",
     "a.json: /name: found the string \"../x\"; expected a name of a-z, 0-9 and _"},
    {"\"pause\"", "\"puase\"",
     "a.json: /faults/0/kind: found the string \"puase\"; expected one of crash, pause, "
     "partition, "
     "blackhole, clog, latency, reset, refuse, bad-certificate, clock-step, clock-skew, "
     "clock-drift, redis-restart, redis-restart-empty, failover, script-flush, evict, "
     "fsync-error, io-error, disk-full, slow-disk, bit-rot, lose-unsynced, torn-write; did you "
     "mean 'pause'?"},
    {"\"target\": \"client\"", "\"target\": \"server\"",
     "a.json: /faults/0/target: found the string \"server\"; expected a role, node or label: "
     "client, client/0, redis, sink, holder, any"},
    {"\"target\": \"client\"", "\"target\": \"client/5\"",
     "a.json: /faults/0/target: found 'client/5'; expected one of the 5 nodes of role client, "
     "numbered from 0"},
    {"\"every\": \"5s..15s\", ", "",
     "a.json: /faults/0: found neither 'every' nor 'at'; expected one of them"},
    {"\"every\"", "\"at\": \"1s\", \"every\"",
     "a.json: /faults/0: found both 'every' and 'at'; expected one of them"},
    {"\"5s..15s\"", "\"0..15s\"",
     "a.json: /faults/0/every: found 0s..15s; expected within "
     "1ms..86400s"},
    {"\"5s..15s\"", "\"1ms..15s\"",
     "a.json: /faults/0/every: found up to 60001 faults so far in one run; expected at most "
     "10000"},
    {", \"for\": \"1s..8s\"", "",
     "a.json: /faults/0: found no field 'for'; expected 'for' to be given"},
    {"\"kind\": \"pause\"", "\"kind\": \"reset\"",
     "a.json: /faults/0/for: found unknown field 'for'; expected one of kind, target, peer, "
     "every, "
     "at"},
    {"\"pause\", \"target\": \"client\"", "\"failover\"",
     "a.json: /faults/0/for: found unknown field 'for'; expected one of kind, target, every, at"},
    {"\"kind\": \"pause\"", "\"kind\": \"evict\"",
     "a.json: /faults/0/target: found 'client'; expected something that evict can hit"},
    {"[\"grant\"", "[\"grant\", \"grant\"",
     "a.json: /require/1: found 'grant' again; expected each once"},
    {"[\"grant\"", "[7",
     "a.json: /require/0: found the number 7; expected a property or probe like \"takeover\", or "
     "a fault like \"fault:pause\""},
    {"[\"grant\"", "[\"fault:paws\"",
     "a.json: /require/0: found the string \"fault:paws\"; expected a property or probe like "
     "\"takeover\", or a fault like \"fault:pause\""},
    {"[\"grant\"", "[\"fault:crash\"",
     "a.json: /require/0: found 'fault:crash'; expected fault:pause"},
    {"\"valid\"", "\"invalid\"",
     "a.json: /expect: found no field 'anomalies'; expected 'anomalies' to be given"},
    {"\"valid\"", "\"invalid\", \"within_seeds\": 5, \"anomalies\": []",
     "a.json: /expect/anomalies: found an empty list; expected what makes the verdict invalid"},
    {"\"valid\"", "\"valid\", \"anomalies\": [\"lock/double-grant\"]",
     "a.json: /expect/anomalies: found unknown field 'anomalies'; expected verdict"},
    {"\"hold\": \"200ms..2s\", \"think\": \"50ms..500ms\"",
     "\"hold\": \"1ms\", \"think\": \"0..1us\"",
     "a.json: /workload/think: found about 659680 operations in one run; expected at most "
     "100000: "
     "longer hold and think, or fewer clients"},
    {"\"lock\": {", "\"lock\": [{", "a.json:9:13: found unexpected ':'; expected ']'"},
    {"{\"redis\": {\"nodes\": 1, \"persistence\": \"aof-always\"}}", "[]",
     "a.json: /topology: found a list; expected an object"},
    {"\"duration\": \"60s\",", "\"duration\": \"60s\", \"duration\": \"60s\",",
     "a.json: found field 'duration' given twice"},
};

TEST(ScenarioFile, every_mistake_is_named_with_its_place) {
  for (const Mistake& mistake : mistakes) {
    const std::string text = replaced(sample_text(), mistake.from, mistake.to);
    ASSERT_NE(text, "") << mistake.from;
    EXPECT_EQ(message(text), mistake.message);
    const auto scenario = parse_scenario(text, "a.json");
    if (!scenario) {
      EXPECT_EQ(exit_code_of(scenario.error()), 65);
    }
  }
  EXPECT_EQ(message("[]"), "a.json: found a list; expected an object");
  const std::string cut = sample_text().substr(0, sample_text().find("\n  \"lock\""));
  EXPECT_EQ(message(cut), "a.json:6:61: found unexpected end of input; expected string literal");
  EXPECT_EQ(message(std::string(2'000'000, ' ')),
            "a.json: found 2000000 bytes; expected at most 1048576");
}

TEST(ScenarioFile, what_is_required_is_a_property_a_probe_or_a_fault_of_its_own) {
  const std::string good = replaced(sample_text(), "\"grant\"", "\"fault:pause\", \"lease_lost\"");
  const auto scenario = parse_scenario(good, "a.json");
  ASSERT_TRUE(scenario.has_value()) << to_text(scenario.error());
  EXPECT_EQ(scenario->require,
            (std::vector<std::string>{"fault:pause", "lease_lost", "takeover", "guarded_write"}));
  const std::string wrong = message(replaced(sample_text(), "\"grant\"", "\"lease_lots\""));
  EXPECT_TRUE(wrong.starts_with(
      "a.json: /require/0: found 'lease_lots'; expected one of grant, contended, renew, "))
      << wrong;
  EXPECT_NE(wrong.find(", event_buried; did you mean 'lease_lost'?"), std::string::npos) << wrong;
  const std::string quiet = replaced(sample_text(),
                                     "\"faults\": [{\"kind\": \"pause\", "
                                     "\"target\": \"client\", \"every\": \"5s..15s\", "
                                     "\"for\": \"1s..8s\"}],",
                                     "");
  EXPECT_EQ(message(replaced(quiet, "\"grant\"", "\"fault:pause\"")),
            "a.json: /require/0: found 'fault:pause'; expected a kind among the faults, and there "
            "are none");
}

TEST(ScenarioFile, faults_that_need_what_the_topology_lacks_are_refused) {
  const auto with = [](const std::string& faults, const std::vector<std::string>& more) {
    std::vector<std::string> sets{"faults=" + faults};
    sets.insert(sets.end(), more.begin(), more.end());
    return message(sample_text(), sets);
  };
  const std::string set = "--set faults=";
  const std::string failover = R"([{"kind":"failover","at":"1s"}])";
  EXPECT_EQ(with(failover, {}), set + failover +
                                    " (a.json): /faults/0/kind: found a failover; expected "
                                    "topology.redis.replica to be true");
  EXPECT_EQ(with(failover, {"topology.redis.replica=true"}), "accepted");
  const std::string slow = R"([{"kind":"slow-disk","at":"1s","for":"1s"}])";
  EXPECT_EQ(with(slow, {"topology.redis.persistence=none"}),
            set + slow +
                " (a.json): /faults/0/kind: found a fault of a disk; expected a target with "
                "persistence: a server with one, or a client with a disk");
  EXPECT_EQ(with(slow, {}), "accepted");
  const std::string sink = R"([{"kind":"pause","target":"sink","at":"1s","for":"1s"}])";
  EXPECT_EQ(with(sink, {}), "accepted");
  EXPECT_EQ(with(sink, {"workload.guarded=none"}),
            set + sink +
                " (a.json): /faults/0/target: found 'sink'; expected a role that this scenario has "
                "(a sink comes with workload.guarded)");
}

TEST(ScenarioFile, a_workload_has_the_fields_of_its_kind_only) {
  const auto with = [](const std::string& workload, const std::vector<std::string>& more = {}) {
    std::vector<std::string> sets{"workload=" + workload, "lock.stop_grace=700ms"};
    sets.insert(sets.end(), more.begin(), more.end());
    return message(sample_text(), sets);
  };
  EXPECT_EQ(with(R"({"kind":"pipeline","level":"database","batch":7,"step":3,"rotate":"1s..2s"})"),
            "accepted");
  EXPECT_EQ(with(R"({"kind":"scheduler","period":"2s","write_delay":"0..9ms"})"), "accepted");
  EXPECT_EQ(with(R"({"kind":"task","period":"2s","hold":"1ms..9ms"})"), "accepted");
  EXPECT_EQ(with(R"({"kind":"lock","interface":"plugin"})"), "accepted");
  const auto is_refused = [&](const std::string& workload, const std::string& why) {
    const std::string found = with(workload);
    EXPECT_NE(found.find(why), std::string::npos) << found;
  };
  is_refused(R"({"kind":"pipeline","hold":"1s"})", "/workload/hold: found unknown field 'hold'");
  is_refused(R"({"kind":"scheduler","batch":1})", "/workload/batch: found unknown field 'batch'");
  is_refused(R"({"kind":"task","guarded":"fenced"})", "/workload/guarded: found unknown field");
  is_refused(R"({"kind":"lock","period":"1s"})", "/workload/period: found unknown field");
  is_refused(R"({"kind":"pipeline","guarded":"none"})",
             "/workload/guarded: found 'none'; expected fenced or unfenced");
  is_refused(R"({"kind":"pipeline","write_delay":"101ms"})",
             "/lock/stop_grace: found 700ms; expected at least a step of the pipeline, 701ms");
}

TEST(ScenarioFile, workloads_of_every_kind_are_read_as_they_are_written) {
  for (const std::string kind : {"lock", "pipeline", "queue", "scheduler", "task"}) {
    const std::vector<std::string> sets{R"(workload={"kind":")" + kind + R"(","clients":3})",
                                        "lock.stop_grace=700ms"};
    const auto scenario = parse_scenario(sample_text(), "a.json", sets);
    ASSERT_TRUE(scenario) << kind;
    const auto again = parse_scenario(write_scenario(*scenario), "again.json");
    ASSERT_TRUE(again) << kind;
    EXPECT_EQ(*again, *scenario) << kind;
  }
}

TEST(ScenarioFile, a_shared_queue_is_refused_what_only_a_queue_of_its_own_can_have) {
  const auto with = [](const std::string& more) {
    std::vector<std::string> sets{R"(workload={"kind":"queue","queue":"redis-streams"})",
                                  "sweep={}", "queue.visibility=1s"};
    if (!more.empty()) sets.push_back(more);
    const std::string text = message(sample_text(), sets);
    return text.substr(text.find("/") == std::string::npos ? 0 : text.find("): ") + 3);
  };
  EXPECT_EQ(with(""), "accepted");
  EXPECT_EQ(with("queue.visibility=0s"),
            "/queue/visibility: found 0s; expected 1ms at least: a server cannot tell who died");
  EXPECT_EQ(with("queue.ack=os"),
            "/queue/ack: found a level of its own; expected 'sync': topology.redis.persistence "
            "says when a write is durable");
  EXPECT_EQ(with("sweep.calls=5"),
            "/sweep: found a sweep over the calls of a disk; expected the workload 'queue', with "
            "the queue 'rocksdb'");
  EXPECT_NE(with(R"(workload={"kind":"queue","queue":"files"})").find("/workload/queue"),
            std::string::npos);
}

TEST(ScenarioFile, a_backend_gets_the_servers_that_it_can_use) {
  const auto with = [](const std::vector<std::string>& sets) {
    const std::string text = message(sample_text(), sets);
    return text.substr(text.find("/") == std::string::npos ? 0 : text.find("): ") + 3);
  };
  EXPECT_EQ(with({"topology.redis.nodes=3"}),
            "/topology/redis/nodes: found 3; expected 1: the redis backend uses one server "
            "(lock.backend redlock uses several)");
  EXPECT_EQ(with({"topology.redis.nodes=3", "lock.backend=redlock"}), "accepted");
  EXPECT_EQ(with({"topology.redis.nodes=4", "lock.backend=redlock"}),
            "/topology/redis/nodes: found 4; expected an odd number of servers, 3 at least, for "
            "the redlock backend");
  EXPECT_EQ(with({"topology.redis.nodes=3", "lock.backend=redlock", "topology.redis.replica=true"}),
            "/topology/redis/replica: found true; expected false: Redlock's servers are "
            "independent");
  EXPECT_EQ(
      with({"topology.redis.nodes=3", "lock.backend=redlock", "implementation=zoo/plain_delete"}),
      "/lock/backend: found 'redlock'; expected 'redis': only the reference implementation has a "
      "redlock backend");
}

TEST(Overrides, set_any_field_with_the_checks_of_a_file) {
  const auto with = [](const std::vector<std::string>& sets) {
    return parse_scenario(sample_text(), "a.json", sets);
  };
  EXPECT_EQ(with({"lock.ttl=10s"})->lock.ttl, seconds(10));
  EXPECT_EQ(with({"lock.ttl=\"10s\""})->lock.ttl, seconds(10));
  EXPECT_EQ(with({"lock.ttl=10s", "lock.ttl=20s"})->lock.ttl, seconds(20));
  EXPECT_EQ(with({"workload.clients=7"})->workload.clients, 7);
  EXPECT_EQ(with({"clocks.skew=0"})->clocks.all.skew, DurationRange{});
  EXPECT_EQ(with({"clocks.drift_ppm=5"})->clocks.all.drift_ppm, (IntegerRange{5, 5}));
  EXPECT_EQ(with({"clocks.drift_ppm=-5..5"})->clocks.all.drift_ppm, (IntegerRange{-5, 5}));
  EXPECT_EQ(with({"clocks.redis.drift_ppm=1"})->clocks.redis->drift_ppm, (IntegerRange{1, 1}));
  EXPECT_EQ(with({"faults.0.every=1s..2s"})->faults[0].every,
            (DurationRange{seconds(1), seconds(2)}));
  EXPECT_TRUE(with({"faults=[]"})->faults.empty());
  EXPECT_EQ(with({"network.latency=3ms"})->network.latency.low, milliseconds(3));
  EXPECT_EQ(with({"name=42"})->name, "42");
  EXPECT_EQ(with({"about=a = b"})->about, "a = b");
}

TEST(Overrides, a_bad_one_is_the_users_mistake_not_the_files) {
  const auto wrong = [](const std::vector<std::string>& sets) {
    const auto scenario = parse_scenario(sample_text(), "a.json", sets);
    if (scenario) return std::string("accepted");
    EXPECT_EQ(exit_code_of(scenario.error()), 64);
    return to_text(scenario.error());
  };
  EXPECT_EQ(wrong({"lock.ttl"}),
            "--set lock.ttl (a.json): found no '='; expected path=value, for example lock.ttl=10s");
  EXPECT_EQ(wrong({"lock.ttl=10"}),
            "--set lock.ttl=10 (a.json): /lock/ttl: found '10': no unit; expected a duration like "
            "200ms, 3s or 2m");
  EXPECT_EQ(wrong({"lock..ttl=10s"}),
            "--set lock..ttl=10s (a.json): found an empty step in the path; expected names between "
            "the dots");
  EXPECT_EQ(
      wrong({"faults.1.every=1s"}),
      "--set faults.1.every=1s (a.json): found nothing at '1'; expected a field, or the number "
      "of an item of a list");
  EXPECT_EQ(
      wrong({"lock.ttl.x=1s"}),
      "--set lock.ttl.x=1s (a.json): found nothing at 'x'; expected a field, or the number of "
      "an item of a list");
  EXPECT_EQ(
      wrong({"workload.clients=5", "lock.retry=1s"}).substr(0, 85),
      "--set lock.retry=1s (a.json): /lock/retry: found unknown field 'retry'; expected one ");
  EXPECT_EQ(wrong({"workload.clients=many"}),
            "--set workload.clients=many (a.json): /workload/clients: found the string \"many\"; "
            "expected an integer, 1..1000");
  EXPECT_EQ(wrong({"lock.fencing=false"}),
            "--set lock.fencing=false (a.json): /workload/guarded: found a fenced resource without "
            "fencing tokens; expected lock.fencing to be true");
}

TEST(Overrides, do_not_hide_that_the_file_itself_is_wrong) {
  const std::string text = replaced(sample_text(), "\"3s\"", "\"3\"");
  const auto scenario = parse_scenario(text, "a.json", std::vector<std::string>{"lock.ttl=3s"});
  ASSERT_FALSE(scenario);
  EXPECT_EQ(exit_code_of(scenario.error()), 65);
}

TEST(Scenario, liveness_covers_an_old_lease_a_retry_and_a_hold) {
  Scenario s = sample();
  EXPECT_EQ(liveness_of(s), milliseconds(3300 + 500 + 100 + 2 * 300 + 500 + 500 + 2000 + 1000));
  s.liveness = seconds(7);
  EXPECT_EQ(liveness_of(s), seconds(7));
}

}  // namespace
}  // namespace lockstep::scenarios
