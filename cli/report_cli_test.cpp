// `lockstep report` and --html over the scripted runner.
#include <gtest/gtest.h>

#include "cli/sandbox.hpp"
#include "scenarios/format/json_value.hpp"

namespace lockstep::cli {
namespace {

class ReportCli : public testing::Test {
 protected:
  static std::string name_of_test() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  [[nodiscard]] Finished run(const std::vector<std::string>& arguments) const {
    return box_.run(LOCKSTEP_SCRIPTED, arguments);
  }
  /// Seed 3 shows lock/double-grant, as the scenario expects.
  [[nodiscard]] Finished campaign(const std::vector<std::string>& more) const {
    box_.scenario("bad", "zoo/broken", campaign::expects_double_grant);
    std::vector<std::string> all{"run", "bad.json", "--seeds", "5"};
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  }
  [[nodiscard]] bool exists(const std::string& file) const {
    return fs::exists(box_.folder() / file);
  }
  /// The document of a page; its absence is a failure of the test.
  [[nodiscard]] scenarios::Json document(const std::string& file) const {
    const std::string html = box_.read(file);
    const std::string begin = R"(id="lockstep-data">)";
    const std::size_t from = html.find(begin);
    EXPECT_NE(from, std::string::npos) << file;
    if (from == std::string::npos) return {};
    const std::size_t to = html.find("</script>", from);
    auto json = scenarios::parse_json(
        std::string_view(html).substr(from + begin.size(), to - from - begin.size()));
    EXPECT_TRUE(json.has_value()) << (json ? "" : json.error().what);
    return json ? std::move(*json) : scenarios::Json();
  }
  static std::string text_in(const scenarios::Json& document, std::string_view name) {
    const auto* const object = document.get<scenarios::JsonObject>();
    const auto* const value = object == nullptr ? nullptr : find(*object, name);
    const auto* const text = value == nullptr ? nullptr : value->get<std::string>();
    return text == nullptr ? "" : *text;
  }

  Sandbox box_{fs::path(testing::TempDir()) / ("report_" + name_of_test())};
};

TEST_F(ReportCli, a_run_folder_becomes_a_page_in_it) {
  static_cast<void>(campaign({}));
  const Finished end = run({"report", "out/bad/3"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.out, "out/bad/3/report.html\n");
  const scenarios::Json page = document("out/bad/3/report.html");
  EXPECT_EQ(text_in(page, "kind"), "run");
  EXPECT_EQ(text_in(page, "scenario"), "bad");
  EXPECT_EQ(text_in(page, "seed"), "3");
  EXPECT_EQ(text_in(page, "replay"), "lockstep replay out/bad/3/failure.json");
}

TEST_F(ReportCli, a_failure_alone_runs_again) {
  static_cast<void>(campaign({}));
  box_.write("alone/failure.json", box_.read("out/bad/3/failure.json"));
  const Finished end = run({"report", "alone/failure.json", "-o", "page.html"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(text_in(document("page.html"), "scenario"), "bad");
}

TEST_F(ReportCli, a_failure_with_the_history_of_another_seed_is_refused) {
  static_cast<void>(campaign({}));
  box_.write("x/failure.json", box_.read("out/bad/3/failure.json"));
  box_.write("x/history.jsonl",
             "{\"schema\":1,\"seed\":4,\"model\":\"lease-lock\"}\n{\"count\":0}\n");
  const Finished end = run({"report", "x"});
  EXPECT_EQ(end.exit_code, 65);
  EXPECT_EQ(end.err,
            "lockstep: x/history.jsonl:1: found the history of seed 4; expected that of seed 3, as "
            "x/failure.json says\n");
  EXPECT_FALSE(exists("x/report.html"));
}

TEST_F(ReportCli, the_page_of_a_failure_tells_the_story_of_the_shrunk_one) {
  static_cast<void>(campaign({}));
  ASSERT_EQ(run({"shrink", "out/bad/3/failure.json"}).exit_code, 0);
  EXPECT_EQ(run({"report", "out/bad/3"}).exit_code, 0);
  EXPECT_NE(box_.read("out/bad/3/report.html")
                .find(R"("file":"out/bad/3/shrunk.json","replay":"lockstep replay out/bad/3/)"),
            std::string::npos);
  EXPECT_EQ(run({"report", "out/bad/3/shrunk.json"}).out, "out/bad/3/shrunk.html\n");
  EXPECT_NE(box_.read("out/bad/3/shrunk.html").find(R"("story":{"anomaly":"lock/double-grant")"),
            std::string::npos);
}

TEST_F(ReportCli, exports_stand_beside_the_page) {
  static_cast<void>(campaign({}));
  EXPECT_EQ(run({"report", "out/bad/3", "--format", "perfetto"}).out,
            "out/bad/3/report.perfetto.json\n");
  EXPECT_TRUE(scenarios::parse_json(box_.read("out/bad/3/report.perfetto.json")).has_value());
  EXPECT_EQ(run({"report", "out/bad/3", "--format", "edn"}).out, "out/bad/3/history.edn\n");
  EXPECT_TRUE(box_.read("out/bad/3/history.edn").starts_with("{:index 0, :time "));
  EXPECT_EQ(run({"report", "out/bad/3/history.jsonl", "--format", "edn"}).out,
            "out/bad/3/history.edn\n");
}

TEST_F(ReportCli, a_campaign_links_its_page_to_those_of_its_failures) {
  const Finished end = campaign({"--html", "pages"});
  EXPECT_EQ(end.exit_code, 0) << end.err << end.out;
  EXPECT_EQ(text_in(document("pages/index.html"), "kind"), "campaign");
  EXPECT_NE(box_.read("pages/index.html").find(R"("out/bad/3/failure.json":"bad-3.html")"),
            std::string::npos);
  EXPECT_EQ(text_in(document("pages/bad-3.html"), "kind"), "run");
}

TEST_F(ReportCli, results_of_a_campaign_become_its_page) {
  static_cast<void>(campaign({"--json", "results.json"}));
  EXPECT_EQ(run({"report", "results.json"}).out, "results.html\n");
  EXPECT_EQ(text_in(document("results.html"), "kind"), "campaign");
  EXPECT_TRUE(exists("results-bad-3.html"));
  fs::remove_all(box_.folder() / "out");
  EXPECT_EQ(run({"report", "results.json", "-o", "later.html"}).exit_code, 0);
  EXPECT_FALSE(exists("later-bad-3.html")) << "what failing seeds left is elsewhere";
  EXPECT_EQ(run({"merge", "results.json", "--html", "merged.html"}).exit_code, 0);
  EXPECT_EQ(text_in(document("merged.html"), "kind"), "campaign");
}

TEST_F(ReportCli, names_from_files_lead_out_of_no_folder) {
  static_cast<void>(campaign({"--json", "results.json"}));
  std::string results = box_.read("results.json");
  const std::string before = R"("name":"bad")";
  const std::size_t at = results.find(before);
  ASSERT_NE(at, std::string::npos);
  results.replace(at, before.size(), R"("name":"../../x")");
  box_.write("evil.json", results);
  const Finished end = run({"report", "evil.json"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(exists("evil-______x-3.html"));
}

/// What scripts/bench writes: one benchmark with a ceiling, one without.
std::string bench_results(const std::string& date) {
  return R"({"format": "lockstep-bench/1", "date": ")" + date + R"(T22:54:16+00:00",
 "commit": "6569c2ef83fa00ce", "dirty": true, "command": "scripts/bench --quick", "quick": true,
 "machine": {"cpu": "EPYC </script>", "cores": 2, "memory_GiB": 23.5, "os": "Debian", "load": [1.5]},
 "compiler": "clang", "redis": "7.0.15",
 "benchmarks": [
  {"program": "lock", "name": "pairs/redis/depth:1", "rate": 9686.5, "p50_us": 140.938, "peak_MiB": 16},
  {"program": "lock", "name": "pairs/raw/depth:1", "rate": 12000}],
 "ratios": [
  {"program": "lock", "what": "pairs, 1 in flight", "ours": "pairs/redis/depth:1",
   "ceiling": "pairs/raw/depth:1", "counter": "items_per_second", "at_most": false, "target": 0.9,
   "ours_value": 9686.5, "ceiling_value": 12000, "ratio": 0.8072, "met": false},
  {"program": "checker", "what": "a million, ms", "ours": "check/lock", "ceiling": "",
   "counter": "real_time", "at_most": true, "target": 1000,
   "ours_value": 800, "ceiling_value": null, "ratio": 800, "met": true}],
 "failures": [{"program": "checker", "exit": 70, "output": "x"}],
 "missing": [{"what": "redlock for Node", "why": "no npm"}]})";
}

TEST_F(ReportCli, results_of_benchmarks_become_a_trend_in_the_order_given) {
  box_.write("1.json", bench_results("2026-11-29"));
  box_.write("2.json", bench_results("2026-11-30"));
  const Finished end = run({"report", "1.json", "2.json", "-o", "trend.html"});
  EXPECT_EQ(end.out, "trend.html\n") << end.err;
  const std::string html = box_.read("trend.html");
  EXPECT_EQ(text_in(document("trend.html"), "kind"), "bench");
  const std::size_t first = html.find(R"("label":"2026-11-29 6569c2ef83fa")");
  EXPECT_LT(first, html.find(R"("label":"2026-11-30 6569c2ef83fa")"));
  EXPECT_NE(html.find(R"({"group":"lock","name":"pairs, 1 in flight","unit":"/s","better":"more",)"
                      R"("ours":9686.5,"ceiling":12000,"ceiling_name":"pairs/raw/depth:1",)"
                      R"("ratio":0.8072,"target":0.9,"p50_ns":140938,"memory_bytes":16777216})"),
            std::string::npos);
  EXPECT_NE(html.find(R"({"group":"checker","name":"a million, ms","unit":"real_time",)"
                      R"("better":"less","ours":800,"ceiling":1000,"ceiling_name":"the target",)"
                      R"("ratio":1.25,"target":1})"),
            std::string::npos)
      << "held to its target alone, it is a share of that";
  EXPECT_NE(html.find(R"({"group":"lock","name":"pairs/raw/depth:1","unit":"/s","ours":12000})"),
            std::string::npos);
  EXPECT_NE(html.find(R"("checker failed: its rates are not here")"), std::string::npos);
}

TEST_F(ReportCli, mistakes_are_named_with_file_and_place) {
  static_cast<void>(campaign({"--json", "results.json"}));
  box_.write("bench.json", R"({"format": "lockstep-bench/1", "commit": 5, "benchmarks": []})");
  box_.write("new.json", R"({"format": "lockstep-bench/9", "benchmarks": []})");
  box_.write("other.json", R"({"a": 1})");
  box_.write("broken.json", "{\n  \"plan\": }");
  box_.write("cut.jsonl", "{\"schema\":1}\n");
  struct Case {
    std::vector<std::string> arguments;
    int exit_code;
    std::string says;
  };
  for (const Case& one : {
           Case{{"report", "bench.json"}, 65, "bench.json: /commit: found the number 5"},
           Case{{"report", "new.json"},
                65,
                "new.json: /format: found the string \"lockstep-bench/9\""},
           Case{{"report", "other.json"}, 65, "other.json: found a JSON document of another kind"},
           Case{{"report", "broken.json"}, 65, "broken.json:2:"},
           Case{{"report", "cut.jsonl"}, 65, "cut.jsonl:2: "},
           Case{{"report", "nothing.json"}, 66, "nothing.json: found no such file or folder"},
           Case{{"report", "."}, 66, "failure.json: found no such file"},
           Case{{"report", "out/bad/3", "-o", "no/such/x.html"}, 74, "no/such/x.html"},
           Case{{"report", "out/bad/3", "out/bad/3"}, 64, "only results of benchmarks"},
           Case{{"report", "results.json", "--format", "edn"}, 64, "is no run"},
           Case{{"report", "out/bad/3", "--model", "fifo"}, 64, "--model is for histories"},
           Case{
               {"report", "out/bad/3/history.jsonl", "--model", "fifoo"}, 64, "no checker 'fifoo'"},
           Case{{"report", "out/bad/3", "--format", "svg"}, 64, "--format"},
           Case{{"run", "bad.json", "--seeds", "1", "--html", "no/x.html"}, 74, "no/x.html"},
       }) {
    const Finished end = run(one.arguments);
    EXPECT_EQ(end.exit_code, one.exit_code) << one.says << "\n" << end.err;
    EXPECT_NE(end.err.find(one.says), std::string::npos) << one.says << "\n" << end.err;
  }
}

TEST_F(ReportCli, a_valid_history_has_a_page_and_no_witness_to_draw) {
  box_.write("h.jsonl",
             R"({"schema":1,"model":"lease-lock","params":{"ttl_ns":1000}}
{"index":0,"time":5,"process":3,"type":"invoke","f":"acquire","key":"k","lease":1}
{"index":1,"time":6,"process":3,"type":"ok","f":"acquire","key":"k","lease":1,"token":1}
{"count":2}
)");
  EXPECT_EQ(run({"report", "h.jsonl"}).out, "h.html\n");
  EXPECT_EQ(text_in(document("h.html"), "model"), "lease-lock");
  const Finished end = run({"report", "h.jsonl", "--format", "mermaid"});
  EXPECT_EQ(end.exit_code, 65);
  EXPECT_NE(end.err.find("h.jsonl: found no violation"), std::string::npos) << end.err;
}

}  // namespace
}  // namespace lockstep::cli
