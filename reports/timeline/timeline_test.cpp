#include <gtest/gtest.h>

#include "checkers/history_file.hpp"
#include "reports/timeline/deliveries.hpp"
#include "reports/timeline/fault_bands.hpp"
#include "reports/timeline/json_text.hpp"

namespace lockstep::reports {
namespace {

/// Marks "f node" at 1, 2, 3, ... ns; "-" for no node.
RunRecord run_with(const std::vector<std::pair<std::string, std::string>>& marks) {
  RunRecord run;
  run.lasting = {"pause", "partition"};
  for (const auto& [f, node] : marks) {
    checkers::Event& event = run.history.events.emplace_back();
    event.process = checkers::nemesis;
    event.type = checkers::EventType::info;
    event.time_ns = static_cast<std::int64_t>(run.history.events.size());
    event.f = run.history.names.intern(f);
    if (node != "-") event.node = run.history.names.intern(node);
  }
  return run;
}

TEST(FaultBands, last_from_their_beginning_to_their_end) {
  const auto bands = fault_bands(
      run_with({{"pause", "a"}, {"pause", "b"}, {"pause-end", "a"}, {"pause-end", "b"}}));
  ASSERT_EQ(bands.size(), 2U);
  EXPECT_EQ(bands[0].node, "a");
  EXPECT_EQ(bands[0].from_ns, 1);
  EXPECT_EQ(bands[0].to_ns, 3);
  EXPECT_EQ(bands[1].from_ns, 2);
  EXPECT_EQ(bands[1].to_ns, 4);
}

TEST(FaultBands, that_overlap_on_one_node_end_in_the_order_in_which_they_began) {
  const auto bands = fault_bands(
      run_with({{"pause", "a"}, {"pause", "a"}, {"pause-end", "a"}, {"pause-end", "a"}}));
  ASSERT_EQ(bands.size(), 2U);
  EXPECT_EQ(bands[0].to_ns, 3);
  EXPECT_EQ(bands[1].to_ns, 4);
}

TEST(FaultBands, without_an_end_last_until_the_healing_or_the_end_of_the_history) {
  const auto healed = fault_bands(run_with({{"pause", "a"}, {"heal", "-"}, {"final", "-"}}));
  ASSERT_EQ(healed.size(), 1U);
  EXPECT_EQ(healed[0].to_ns, 2);
  const auto cut = fault_bands(run_with({{"pause", "a"}, {"evict", "b"}, {"evict", "b"}}));
  ASSERT_EQ(cut.size(), 3U);
  EXPECT_EQ(cut[0].to_ns, 3);
  EXPECT_EQ(cut[1].to_ns, cut[1].from_ns) << "it struck and was over";
}

TEST(FaultBands, a_restart_ends_a_crash_and_ends_without_a_beginning_are_nothing) {
  const auto bands = fault_bands(
      run_with({{"pause-end", "a"}, {"restart", "a"}, {"crash", "a"}, {"restart", "a"}}));
  ASSERT_EQ(bands.size(), 1U);
  EXPECT_EQ(bands[0].kind, "crash");
  EXPECT_EQ(bands[0].from_ns, 3);
  EXPECT_EQ(bands[0].to_ns, 4);
}

TEST(FaultBands, are_told_in_the_words_of_the_plan_where_there_is_one) {
  RunRecord run = run_with({{"pause", "a"}, {"crash", "b"}});
  run.plan = {{"pause", 1, 5, "a stands still"}, {"redis-restart", 2, 5, "b restarts"}};
  const auto bands = fault_bands(run);
  ASSERT_EQ(bands.size(), 2U);
  EXPECT_EQ(bands[0].words, "a stands still");
  EXPECT_EQ(bands[1].words, "b restarts");
  run.plan.clear();
  EXPECT_EQ(fault_bands(run)[1].words, "b crashes");
}

std::vector<Delivery> deliveries_of(const std::string& lines, int count) {
  const auto history = checkers::parse_history(
      "{\"schema\":1}\n" + lines + "{\"count\":" + std::to_string(count) + "}\n", "test");
  EXPECT_TRUE(history.has_value()) << (history ? "" : history.error().detail);
  return history ? deliveries(*history) : std::vector<Delivery>{};
}

TEST(Deliveries, an_entry_goes_from_its_commit_to_its_publish_to_its_mark_and_its_inbox) {
  const auto arrows = deliveries_of(
      R"({"index":0,"time":1,"process":1,"type":"invoke","f":"commit","key":"a","value":7}
{"index":1,"time":2,"process":1,"type":"ok","f":"commit","key":"a","value":7,"id":1}
{"index":2,"time":3,"process":2,"type":"invoke","f":"publish","key":"a","value":7,"token":1}
{"index":3,"time":4,"process":2,"type":"info","f":"publish","key":"a","value":7,"token":1}
{"index":4,"time":5,"process":3,"type":"invoke","f":"mark","key":"a","value":7,"token":1}
{"index":5,"time":6,"process":3,"type":"ok","f":"mark","key":"a","value":7,"token":1}
{"index":6,"time":7,"process":4,"type":"invoke","f":"consume","key":"a","value":7,"sink":"i"}
{"index":7,"time":8,"process":4,"type":"ok","f":"consume","key":"a","value":7,"sink":"i"}
)",
      8);
  const std::vector<Delivery> expected{{0, 2, 7}, {2, 4, 7}, {2, 6, 7}};
  EXPECT_EQ(arrows, expected);
}

TEST(Deliveries, what_failed_hands_on_nothing) {
  EXPECT_TRUE(
      deliveries_of(
          R"({"index":0,"time":1,"process":1,"type":"invoke","f":"commit","key":"a","value":7}
{"index":1,"time":2,"process":1,"type":"fail","f":"commit","key":"a","value":7,"error":"rolled_back"}
{"index":2,"time":3,"process":2,"type":"invoke","f":"publish","key":"a","value":7,"token":1}
{"index":3,"time":4,"process":2,"type":"ok","f":"publish","key":"a","value":7,"token":1}
)",
          4)
          .empty());
}

TEST(JsonText, puts_commas_where_they_belong_and_nothing_that_ends_an_element) {
  JsonText json;
  json.begin_object().member("a", 1).key("b").begin_array().text("</script>").null().number(-2);
  json.begin_object().end_object().end_array().flag("c", false).member("d", "x\n\"").end_object();
  EXPECT_EQ(json.str(), R"({"a":1,"b":["\u003c/script>",null,-2,{}],"c":false,"d":"x\u000a\""})");
}

TEST(JsonText, replaces_bytes_that_are_no_text) {
  std::string out;
  append_text(out, "a\xff\xed\xa0\x80z");
  EXPECT_EQ(out, "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}

TEST(JsonText, embeds_what_others_wrote) {
  EXPECT_EQ(embeddable(R"({"a":"<!--"})"), R"({"a":"\u003c!--"})");
}

}  // namespace
}  // namespace lockstep::reports
