// What is wrong with a history file is said with its place, what was found and what was expected.
#include <gtest/gtest.h>

#include "checkers/history_file.hpp"

namespace lockstep::checkers {
namespace {

struct BadFile {
  const char* text;
  const char* message;  ///< must be part of what is said
};

constexpr const char* header = "{\"schema\":1}\n";

/// Files after the header.
const BadFile bad_bodies[] = {
    {"", "t:2: found the end of the file, expected a footer"},
    {"{\"count\":1}\n", "t:2: found a count of 1, expected 0"},
    {"{\"count\":0,\"hash\":\"00\"}\n", "t:2: found another hash"},
    {"{\"count\":0}\n\n", "t:3: found a line after the footer"},
    {"nonsense\n", "t:2:1: found nonsense, expected an object"},
    {"{\"index\":0\n", "t:2:11: found the end of the line, expected ',' or '}'"},
    {"{\"index\":0.5}\n", "t:2:10: found 0.5}, expected an integer"},
    {"{\"index\":\"0\"}\n", "expected an integer, not negative"},
    {"{\"index\":-1}\n", "t:2:10: found -1}, expected an integer, not negative"},
    {"{\"index\":01}\n", "expected an integer"},
    {"{\"index\":18446744073709551616}\n", "expected an integer below 2^64"},
    {"{\"time\":4611686018427387904}\n", "expected a number not above 4611686018427387903"},
    {"{\"value\":9223372036854775808}\n", "expected an integer of 64 bits"},
    {"{\"index\":0,\"index\":0}\n", "found \"index\" a second time"},
    {"{\"indx\":0}\n", "found unknown field \"indx\""},
    {"{\"f\":\"a\\q\"}\n", "expected an escape sequence"},
    {"{\"f\":\"\\ud800\"}\n", "expected a low surrogate"},
    {"{\"f\":\"\\udc00\"}\n", "expected a high surrogate first"},
    {"{\"f\":\"\\u12g4\"}\n", "expected four hex digits"},
    {"{\"f\":\"a}\n", "expected a closing '\"'"},
    {"{\"f\":[1]}\n", "found [1]}, expected a string"},
    {"{\"type\":\"invok\"}\n", "t:2:9: found \"invok\"}, expected invoke, ok, fail or info"},
    {"{\"process\":\"nemeses\"}\n", "expected a process number or \"nemesis\""},
    {"{\"process\":4294967295}\n", "expected a number not above 4294967294"},
    {"{\"attempt\":65536}\n", "expected a number not above 65535"},
    {"{\"index\":0,\"time\":0,\"process\":0,\"type\":\"invoke\"}\n", "found no \"f\""},
    {"{\"index\":0,\"time\":0,\"process\":0,\"type\":\"invoke\",\"f\":\"\"}\n",
     "found an empty \"f\""},
    {"{\"index\":1,\"time\":0,\"process\":0,\"type\":\"invoke\",\"f\":\"a\"}\n",
     "found index 1, expected 0"},
    {"{\"index\":0,\"time\":0,\"process\":0,\"type\":\"ok\",\"f\":\"a\"}\n",
     "found a completion of process 0, which has no operation open"},
    {"{\"index\":0,\"time\":0,\"process\":\"nemesis\",\"type\":\"invoke\",\"f\":\"a\"}\n",
     "expected type info"},
    {"{\"commit_index\":0}\n", "found only one of \"commit_index\" and \"commit_ns\""},
    {"{\"resolves\":0}\n", "found no \"happened\""},
    {"{\"resolves\":0,\"happened\":true}\n", "found no \"at\""},
    {"{\"resolves\":0,\"happened\":false}\n", "found operation 0, expected an invocation above"},
    {"{\"resolves\":0,\"happened\":maybe}\n", "expected true or false"},
    {"{\"resolves\":0,\"happened\":false,\"index\":1}\n", "found \"index\" in a line of another"},
    {"{\"count\":0,\"time\":1}\n", "found \"time\" in a line of another kind"},
    {"{} {}\n", "expected the end of the line"},
    {"\xff\xfe{\n", "t:2:1: found ??{, expected an object"},
};

TEST(HistoryFile, says_where_and_what_is_wrong) {
  for (const BadFile& bad : bad_bodies) {
    const auto history = parse_history(std::string(header) + bad.text, "t");
    ASSERT_FALSE(history.has_value()) << bad.text;
    EXPECT_EQ(history.error().code, Errc::corrupt) << bad.text;
    EXPECT_NE(history.error().detail.find(bad.message), std::string::npos)
        << bad.text << history.error().detail;
  }
}

const BadFile bad_headers[] = {
    {"", "t:1: found an empty file, expected the header"},
    {"{}\n", "found no \"schema\""},
    {"{\"schema\":2}\n", "t:1:11: found 2}, expected schema 1"},
    {"{\"schema\":1,\"schema\":1}\n", "found \"schema\" a second time"},
    {"{\"schema\":1,\"sceme\":1}\n", "found unknown field \"sceme\""},
    {"{\"schema\":1,\"order\":\"partial\"}\n", "expected \"total\" or \"time\""},
    {"{\"schema\":1,\"seed\":-1}\n", "expected an integer, not negative"},
    {"{\"schema\":1,\"params\":[]}\n", "expected an object"},
    {"{\"schema\":1,\"params\":{\"drift_ppm\":1000000}}\n", "expected a number of [0, 999999]"},
    {"{\"schema\":1,\"params\":{\"ttl_ns\":-1}}\n", "expected a number of [0, "},
    {"{\"schema\":1,\"params\":{\"ttl_ns\":1,\"ttl_ns\":1}}\n", "found \"ttl_ns\" a second time"},
    {"{\"schema\":1,\"params\":{\"single_copy\":1}}\n", "expected true or false"},
    {"{\"schema\":1,\"params\":{\"x\":1,\"x\":2}}\n", "found \"x\" a second time"},
    {"{\"schema\":1,\"params\":{\"x\":{}}}\n", "expected an integer"},
    {"{\"schema\":1,\"params\":{}\n", "expected ',' or '}'"},
};

TEST(HistoryFile, says_what_is_wrong_with_a_header) {
  for (const BadFile& bad : bad_headers) {
    const auto history = parse_history(bad.text, "t");
    ASSERT_FALSE(history.has_value()) << bad.text;
    EXPECT_NE(history.error().detail.find(bad.message), std::string::npos)
        << bad.text << history.error().detail;
  }
}

std::string event_line(int index, int time, int process, const char* type,
                       const std::string& more = "") {
  return "{\"index\":" + std::to_string(index) + ",\"time\":" + std::to_string(time) +
         ",\"process\":" + std::to_string(process) + ",\"type\":\"" + type +
         "\",\"f\":\"acquire\"" + more + "}\n";
}

TEST(HistoryFile, demands_one_operation_per_process_at_a_time) {
  const auto message = [](const std::string& body) {
    const auto history = parse_history(header + body, "t");
    return history.has_value() ? std::string("accepted") : history.error().detail;
  };
  EXPECT_EQ(
      message(event_line(0, 5, 0, "invoke") + event_line(1, 6, 0, "invoke")),
      "t:3: found an invocation of process 0 whose operation 0 is not completed, expected one "
      "operation at a time");
  EXPECT_EQ(message(event_line(0, 5, 0, "invoke") + event_line(1, 6, 0, "info") +
                    event_line(2, 7, 0, "invoke")),
            "t:4: found an invocation of process 0, which ended as info before, expected a new "
            "process number");
  EXPECT_EQ(message(event_line(0, 5, 0, "invoke") + event_line(1, 4, 0, "ok")),
            "t:3: found a time before that of the line above, expected times that never fall "
            "(order \"total\")");
  EXPECT_EQ(message(event_line(0, 5, 0, "invoke", ",\"key\":\"k\"") +
                    event_line(1, 6, 0, "ok", ",\"key\":\"j\"")),
            "t:3: found f, node, key, sink, owner, id, attempt, cause or ttl_ns unlike in its "
            "invocation, expected 0");
}

TEST(HistoryFile, a_real_time_order_lets_lines_be_in_any_order_of_time) {
  const std::string real_time = "{\"schema\":1,\"order\":\"time\"}\n";
  const std::string invokes = event_line(0, 5, 0, "invoke") + event_line(1, 4, 1, "invoke");
  EXPECT_TRUE(parse_history(real_time + invokes + "{\"count\":2}\n", "t").has_value());
  const auto backwards = parse_history(real_time + invokes + event_line(2, 3, 0, "ok"), "t");
  ASSERT_FALSE(backwards.has_value());
  EXPECT_EQ(backwards.error().detail, "t:4: found a time before its invocation, expected 0");
}

TEST(HistoryFile, resolves_only_what_is_unknown_and_only_once) {
  const auto message = [](const std::string& resolution) {
    const std::string body = event_line(0, 5, 0, "invoke") + event_line(1, 6, 0, "info") +
                             event_line(2, 7, 1, "invoke") + event_line(3, 8, 1, "ok");
    const auto history = parse_history(header + body + resolution, "t");
    return history.has_value() ? std::string("accepted") : history.error().detail;
  };
  EXPECT_EQ(message("{\"resolves\":0,\"happened\":false}\n{\"count\":5}\n"), "accepted");
  EXPECT_EQ(message("{\"resolves\":2,\"happened\":false}\n"),
            "t:6: found operation 2, whose client was answered, expected an operation that ended "
            "as info");
  EXPECT_EQ(message("{\"resolves\":1,\"happened\":false}\n"),
            "t:6: found operation 1, no invocation, expected an invocation");
  EXPECT_EQ(message("{\"resolves\":0,\"happened\":true,\"at\":4}\n"),
            "t:6: found operation 0 resolved before it was invoked, expected a later \"at\"");
  EXPECT_EQ(message("{\"resolves\":0,\"happened\":false}\n{\"resolves\":0,\"happened\":false}\n"),
            "t:7: found operation 0 resolved again, expected one resolution");
}

TEST(HistoryFile, refuses_lines_that_are_too_long) {
  const auto header_of = [](std::size_t bytes) {
    const std::string begin = "{\"scenario\":\"";
    const std::string end = "\",\"schema\":1}";
    return begin + std::string(bytes - begin.size() - end.size(), 'x') + end + "\n";
  };
  EXPECT_TRUE(parse_history(header_of(line_bytes_max) + "{\"count\":0}\n", "t").has_value());
  const auto history = parse_history(header_of(line_bytes_max + 1) + "{\"count\":0}\n", "t");
  ASSERT_FALSE(history.has_value());
  EXPECT_EQ(history.error().code, Errc::limit);
  EXPECT_EQ(history.error().detail, "t:1: found a line of more than 65536 bytes");
}

}  // namespace
}  // namespace lockstep::checkers
