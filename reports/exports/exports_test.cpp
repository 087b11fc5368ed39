#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <sstream>

#include "checkers/history_file.hpp"
#include "reports/exports/edn.hpp"
#include "reports/exports/mermaid.hpp"
#include "reports/exports/perfetto.hpp"

namespace lockstep::reports {
namespace {

/// A strict reader of the EDN that a line may hold: one map from keywords to keywords, integers,
/// strings or nil, with ", " between its pairs. Anything else is refused.
class EdnLine {
 public:
  explicit EdnLine(std::string_view text) : text_(text) {}

  std::optional<std::map<std::string, std::string>> map() {
    std::map<std::string, std::string> out;
    if (!take("{")) return std::nullopt;
    while (true) {
      const auto key = keyword();
      if (!key || !take(" ")) return std::nullopt;
      const auto value = any();
      if (!value || !out.emplace(*key, *value).second) return std::nullopt;
      if (take("}")) return text_.empty() ? std::optional(out) : std::nullopt;
      if (!take(", ")) return std::nullopt;
    }
  }

 private:
  bool take(std::string_view token) {
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }

  std::optional<std::string> span(std::string_view allowed) {
    const std::size_t end = std::min(text_.find_first_not_of(allowed), text_.size());
    if (end == 0) return std::nullopt;
    std::string out(text_.substr(0, end));
    text_.remove_prefix(end);
    return out;
  }

  std::optional<std::string> keyword() {
    if (!take(":")) return std::nullopt;
    const auto name = span("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    const bool is_good = name && !(name->front() >= '0' && name->front() <= '9');
    return is_good ? std::optional(":" + *name) : std::nullopt;
  }

  std::optional<std::string> string() {
    std::string out;
    while (!text_.empty()) {
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') return out;
      if (c != '\\') {
        out += c;
        continue;
      }
      if (text_.empty()) return std::nullopt;
      const char escape = text_.front();
      text_.remove_prefix(1);
      if (escape == 'n') {
        out += '\n';
      } else if (escape == '"' || escape == '\\') {
        out += escape;
      } else {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  std::optional<std::string> any() {
    if (take("nil")) return "nil";
    if (take("\"")) return string();
    if (text_.starts_with(":")) return keyword();
    const std::string sign = take("-") ? "-" : "";
    const auto digits = span("0123456789");
    return digits ? std::optional(sign + *digits) : std::nullopt;
  }

  std::string_view text_;
};

checkers::History history_with(const std::string& lines, int count) {
  const std::string text = "{\"schema\":1,\"model\":\"lease-lock\"}\n" + lines +
                           "{\"count\":" + std::to_string(count) + "}\n";
  auto history = checkers::parse_history(text, "test");
  EXPECT_TRUE(history.has_value()) << (history ? "" : history.error().detail);
  return history ? std::move(*history) : checkers::History{};
}

checkers::History odd_history() {
  return history_with(
      R"({"index":0,"time":5,"process":3,"type":"invoke","f":"has space","key":"a\"\\b\nc","value":-7}
{"index":1,"time":6,"process":3,"type":"fail","f":"has space","key":"a\"\\b\nc","error":"1st"}
{"index":2,"time":7,"process":"nemesis","type":"info","f":"pause-end","node":"client/0"}
{"index":3,"time":8,"process":3,"type":"invoke","f":"acquire","lease":18446744073709551615}
)",
      4);
}

std::vector<std::map<std::string, std::string>> edn_of(const checkers::History& history) {
  std::ostringstream out;
  EXPECT_TRUE(write_edn(history, out).has_value());
  std::istringstream in(std::move(out).str());
  std::vector<std::map<std::string, std::string>> all;
  for (std::string line; std::getline(in, line);) {
    auto map = EdnLine(line).map();
    EXPECT_TRUE(map.has_value()) << line;
    all.push_back(map.value_or(std::map<std::string, std::string>{}));
  }
  return all;
}

TEST(Edn, each_event_is_one_map_in_a_line_and_names_come_back_as_they_were) {
  const auto lines = edn_of(odd_history());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].at(":index"), "0");
  EXPECT_EQ(lines[0].at(":type"), ":invoke");
  EXPECT_EQ(lines[0].at(":f"), "has space") << "no keyword can say it";
  EXPECT_EQ(lines[0].at(":key"), "a\"\\b\nc");
  EXPECT_EQ(lines[0].at(":value"), "-7");
  EXPECT_EQ(lines[1].at(":error"), "1st") << "keywords do not begin with a digit";
  EXPECT_EQ(lines[3].at(":f"), ":acquire");
  EXPECT_EQ(lines[3].at(":value"), "nil");
  EXPECT_EQ(lines[3].at(":lease"), "18446744073709551615");
  EXPECT_FALSE(lines[3].contains(":key"));
}

TEST(Edn, the_nemesis_is_no_process_and_its_value_is_whom_it_struck) {
  const auto lines = edn_of(odd_history());
  EXPECT_EQ(lines[2].at(":process"), ":nemesis");
  EXPECT_EQ(lines[2].at(":type"), ":info");
  EXPECT_EQ(lines[2].at(":f"), ":pause-end");
  EXPECT_EQ(lines[2].at(":value"), "client/0");
}

TEST(Edn, a_stream_that_fails_is_an_error) {
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  const auto written = write_edn(odd_history(), out);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, Errc::io_error);
}

RunRecord run_with(checkers::History history) {
  RunRecord run;
  run.history = std::move(history);
  return run;
}

checkers::Violation violation_of(std::vector<std::uint32_t> witness) {
  checkers::Violation violation;
  violation.id = "lock/double-grant";
  violation.sentence = "It; did #not \"end\" <well>";
  violation.witness = std::move(witness);
  return violation;
}

TEST(Mermaid, nothing_in_a_name_is_read_as_mermaid) {
  const RunRecord run = run_with(
      history_with(R"({"index":0,"time":5,"process":3,"type":"invoke","f":"acquire","key":")" +
                       std::string(R"(k\"</script>\n;end)") + R"(","lease":1}
)",
                   1));
  const std::string text = to_mermaid(violation_of({0}), run);
  EXPECT_EQ(text.find('<'), std::string::npos) << text;
  EXPECT_EQ(text.find('"'), std::string::npos) << text;
  EXPECT_EQ(text.find("end"), std::string::npos) << text;
  EXPECT_NE(text.find("It#59; did #35;not #34;#101;nd#34; #60;well#62;"), std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    // every ; closes an entity
    for (std::size_t at = line.find(';'); at != std::string::npos; at = line.find(';', at + 1)) {
      EXPECT_NE(line.rfind('#', at), std::string::npos) << line;
    }
  }
}

TEST(Mermaid, a_violation_without_operations_is_still_a_diagram) {
  const std::string text = to_mermaid(violation_of({}), run_with(odd_history()));
  EXPECT_TRUE(text.starts_with("sequenceDiagram\n  participant p0 as world\n")) << text;
}

TEST(Mermaid, a_witness_that_the_history_lacks_is_left_out) {
  const std::string text = to_mermaid(violation_of({0, 4711}), run_with(odd_history()));
  EXPECT_NE(text.find("#0 "), std::string::npos) << text;
  EXPECT_EQ(text.find("#4711"), std::string::npos) << text;
}

TEST(Mermaid, what_was_never_answered_is_said) {
  const std::string text = to_mermaid(violation_of({3}), run_with(odd_history()));
  EXPECT_NE(text.find("Note over p0: #3 was never answered"), std::string::npos) << text;
}

TEST(Perfetto, times_are_microseconds_with_three_decimals_and_open_operations_reach_the_end) {
  std::ostringstream out;
  ASSERT_TRUE(write_perfetto(run_with(odd_history()), out).has_value());
  const std::string text = std::move(out).str();
  EXPECT_NE(text.find(R"("ts":0.005,"dur":0.001,"cat":"fail")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("ts":0.008,"dur":0.000,"cat":"pending")"), std::string::npos) << text;
}

TEST(Perfetto, a_message_is_an_arrow_from_its_push_to_its_delivery_and_to_its_ack) {
  const RunRecord run = run_with(history_with(
      R"({"index":0,"time":1000,"process":3,"type":"invoke","f":"push","key":"q","value":1}
{"index":1,"time":2000,"process":3,"type":"ok","f":"push","key":"q","value":1,"id":9}
{"index":2,"time":3000,"process":4,"type":"invoke","f":"pop","key":"q"}
{"index":3,"time":4000,"process":4,"type":"ok","f":"pop","key":"q","id":9,"attempt":1,"token":1}
{"index":4,"time":5000,"process":4,"type":"invoke","f":"ack","key":"q","id":9,"attempt":1,"token":1}
{"index":5,"time":6000,"process":4,"type":"ok","f":"ack","key":"q","id":9,"attempt":1,"token":1}
)",
      6));
  std::ostringstream out;
  ASSERT_TRUE(write_perfetto(run, out).has_value());
  const std::string text = std::move(out).str();
  for (
      const char* const part :
      {R"({"ph":"s","name":"delivery","pid":10,"tid":3,"ts":2.000,"cat":"delivery","id":1})",
       R"({"ph":"f","name":"delivery","pid":10,"tid":4,"ts":4.000,"cat":"delivery","id":1,"bp":"e"})",
       R"({"ph":"s","name":"delivery","pid":10,"tid":4,"ts":4.000,"cat":"delivery","id":2})",
       R"({"ph":"f","name":"delivery","pid":10,"tid":4,"ts":6.000,"cat":"delivery","id":2,"bp":"e"})"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace lockstep::reports
