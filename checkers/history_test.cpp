#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "checkers/history_file.hpp"
#include "checkers/recorder.hpp"
#include "checkers/timeline.hpp"
#include "impl/base/hash.hpp"

namespace lockstep::checkers {
namespace {

/// Everything a history can hold, recorded as a run would.
History recorded() {
  History history;
  history.header = {.scenario = "redis \"lock\"\n\x01é",
                    .seed = Seed{0xffffffffffffffffULL},
                    .commit = "0123456789abcdef",
                    .model = "lease-lock",
                    .params = {.ttl_ns = 3'000'000'000,
                               .drift_ppm = 200,
                               .eps_ns = 1'000'000,
                               .single_copy = true,
                               .fenced = false,
                               .retry_ns = 1,
                               .jitter_ns = 2,
                               .round_trip_ns = 3,
                               .bound_ns = 4,
                               .extra = {{"backend", ParamValue{std::string("redis")}},
                                         {"nodes", ParamValue{std::int64_t{-5}}},
                                         {"aof", ParamValue{true}}}}};
  Recorder recorder(history);
  const NameId node = history.names.intern("client/1");
  const NameId key = history.names.intern("lock:\\0");
  const NameId no_reply = history.names.intern("no_reply");
  const ThreadId keeper = recorder.thread();
  const ThreadId worker = recorder.thread();
  const EventIndex grant = recorder.invoke(keeper, {.time = Nanos(10),
                                                    .f = name::acquire,
                                                    .node = node,
                                                    .key = key,
                                                    .lease = LeaseId{~0ULL},
                                                    .owner = OwnerId{7},
                                                    .ttl = seconds(3),
                                                    .attempt = 2});
  recorder.ok(grant, {.time = Nanos(20), .token = FencingToken{12}});
  const EventIndex write = recorder.invoke(worker, {.time = Nanos(30),
                                                    .f = name::write,
                                                    .node = node,
                                                    .key = key,
                                                    .lease = LeaseId{~0ULL},
                                                    .token = FencingToken{12},
                                                    .sink = history.names.intern("store"),
                                                    .value = -42});
  const EventIndex renew =
      recorder.invoke(keeper, {.time = Nanos(30), .f = name::renew, .node = node, .key = key});
  recorder.info(renew, {.time = Nanos(35), .error = no_reply});
  recorder.ok(write, {.time = Nanos(40), .commit = Commit{.index = 9, .at = Nanos(33)}});
  recorder.mark({.time = Nanos(41), .f = name::crash, .node = node});
  recorder.mark({.time = Nanos(42), .f = name::clock_step, .node = node, .value = -1'000});
  const EventIndex stale =
      recorder.invoke(worker, {.time = Nanos(50), .f = name::write, .node = node, .key = key});
  recorder.fail(stale, {.time = Nanos(60),
                        .seen = FencingToken{13},
                        .error = name::stale,
                        .cause = history.names.intern("takeover")});
  const EventIndex open =
      recorder.invoke(keeper, {.time = Nanos(70), .f = name::release, .node = node, .key = key});
  recorder.abandon(keeper);
  recorder.mark({.time = Nanos(80), .f = name::heal});
  recorder.mark({.time = Nanos(90), .f = name::final_mark});
  EXPECT_TRUE(recorder.resolve(renew, true, Nanos(34)));
  EXPECT_TRUE(recorder.resolve(open, false, {}));
  EXPECT_FALSE(recorder.resolve(open, true, Nanos(99)));
  EXPECT_FALSE(recorder.resolve(write, true, Nanos(99)));
  return history;
}

History read_back(const std::string& text) {
  auto history = parse_history(text, "test.jsonl");
  EXPECT_TRUE(history.has_value()) << history.error().detail;
  return history.has_value() ? std::move(*history) : History{};
}

/// Names have other numbers in another history, so they are compared as texts.
std::vector<std::string> names_of(const History& history) {
  std::vector<std::string> names;
  for (const Event& e : history.events) {
    for (const NameId id : {e.f, e.node, e.key, e.error, e.cause, e.sink}) {
      names.emplace_back(history.text(id));
    }
  }
  return names;
}

void expect_same(const History& a, const History& b) {
  EXPECT_EQ(a.header, b.header);
  EXPECT_EQ(a.resolutions, b.resolutions);
  EXPECT_EQ(a.dropped, b.dropped);
  EXPECT_EQ(names_of(a), names_of(b));
  ASSERT_EQ(a.events.size(), b.events.size());
  for (std::size_t i = 0; i < a.events.size(); ++i) {
    Event left = a.events[i];
    const Event right = b.events[i];
    left.f = right.f;
    left.node = right.node;
    left.key = right.key;
    left.error = right.error;
    left.cause = right.cause;
    left.sink = right.sink;
    EXPECT_EQ(left, right) << "event " << i;
  }
}

TEST(Names, keep_their_numbers_and_know_those_of_the_lock_model) {
  Names names;
  EXPECT_EQ(names.text(name::none), "");
  EXPECT_EQ(names.intern(""), name::none);
  for (std::size_t i = 0; i < name::known.size(); ++i) {
    EXPECT_EQ(names.find(name::known[i]), NameId{static_cast<std::uint32_t>(i)});
  }
  std::vector<NameId> ids;
  for (int i = 0; i < 10'000; ++i) ids.push_back(names.intern("key " + std::to_string(i)));
  const Names copy = names;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(copy.text(ids[static_cast<std::size_t>(i)]), "key " + std::to_string(i));
    EXPECT_EQ(copy.find("key " + std::to_string(i)), ids[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(copy.find("key 10000"), std::nullopt);
}

TEST(Recorder, retires_a_process_that_cannot_know) {
  History history;
  Recorder recorder(history);
  const ThreadId thread = recorder.thread();
  const auto acquire = [&] {
    return recorder.invoke(thread, {.time = Nanos(1), .f = name::acquire});
  };
  const EventIndex first = acquire();
  recorder.ok(first, {.time = Nanos(1)});
  const EventIndex second = acquire();
  recorder.info(second, {.time = Nanos(1)});
  const EventIndex third = acquire();
  recorder.abandon(thread);
  const EventIndex fourth = acquire();
  const auto process = [&](EventIndex event) { return history.events[event.value].process; };
  EXPECT_EQ(process(first), process(second));
  EXPECT_NE(process(second), process(third));
  EXPECT_NE(process(third), process(fourth));
  EXPECT_EQ(history.events[third.value].pair, no_event);
  EXPECT_EQ(history.events[first.value].pair, EventIndex{1});
}

TEST(Recorder, completions_repeat_their_invocations) {
  const History history = recorded();
  for (const Event& event : history.events) {
    if (event.type == EventType::invoke || event.process == nemesis) continue;
    const Event& invocation = history.events[event.pair.value];
    EXPECT_EQ(event.f, invocation.f);
    EXPECT_EQ(event.node, invocation.node);
    EXPECT_EQ(event.key, invocation.key);
    EXPECT_EQ(event.lease, invocation.lease);
    EXPECT_EQ(event.owner, invocation.owner);
    EXPECT_EQ(event.attempt, invocation.attempt);
  }
}

TEST(HistoryFile, round_trip_is_exact) {
  const History history = recorded();
  const std::string text = write_history(history);
  const History again = read_back(text);
  expect_same(history, again);
  EXPECT_EQ(write_history(again), text);
}

TEST(HistoryFile, writes_the_same_to_a_stream) {
  std::ostringstream out;
  ASSERT_TRUE(write_history(recorded(), out).has_value());
  EXPECT_EQ(out.str(), write_history(recorded()));
  out.setstate(std::ios::badbit);
  const auto failed = write_history(recorded(), out);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, Errc::io_error);
}

TEST(HistoryFile, dropped_events_are_remembered) {
  History history = recorded();
  history.dropped = 3;
  EXPECT_EQ(read_back(write_history(history)).dropped, 3U);
}

TEST(HistoryFile, takes_over_what_a_completion_leaves_out) {
  const History history = read_back(
      "{\"schema\":1}\n"
      "{\"index\":0,\"time\":0,\"process\":0,\"type\":\"invoke\",\"f\":\"acquire\",\"key\":\"k\","
      "\"lease\":7,\"ttl_ns\":9,\"node\":\"n\",\"value\":null}\n"
      "{\"index\":1,\"time\":1,\"process\":0,\"type\":\"ok\",\"f\":\"acquire\",\"token\":3}\r\n"
      "{\"count\":2}\n");
  ASSERT_EQ(history.events.size(), 2U);
  EXPECT_EQ(history.events[1].lease, LeaseId{7});
  EXPECT_EQ(history.events[1].ttl_ns, 9);
  EXPECT_EQ(history.text(history.events[1].node), "n");
  EXPECT_FALSE(history.events[0].has_value);
}

TEST(HistoryFile, reads_escapes) {
  const History history = read_back(
      "{\"schema\":1,\"scenario\":\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"}\n"
      "{\"count\":0}\n");
  EXPECT_EQ(history.header.scenario, "\xc3\xa9\xf0\x9f\x98\x80\"\\/\b\f\n\r\tA");
}

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
            "t:3: found f, node, key, sink, owner, attempt or ttl_ns unlike in its invocation, "
            "expected 0");
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

TEST(HistoryFile, loads_files_and_says_what_cannot_be_read) {
  const auto folder = std::filesystem::temp_directory_path() / "lockstep_history_test";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "history.jsonl").string();
  std::ofstream(path) << write_history(recorded());
  const auto loaded = load_history(path);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
  expect_same(recorded(), *loaded);
  const auto missing = load_history((folder / "missing").string());
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Errc::not_found);
  const auto directory = load_history(folder.string());
  ASSERT_FALSE(directory.has_value());
  std::filesystem::remove_all(folder);
}

TEST(Timeline, makes_histories_that_files_accept) {
  Timeline timeline;
  timeline.acquire("a", 1, {0, 2, Ending::ok, 5});
  timeline.acquire("b", 2, {1, 3, Ending::denied});
  const std::size_t lost = timeline.renew("a", 1, {4, 6, Ending::info});
  timeline.release("a", 1, {5, 0, Ending::open});
  timeline.mark(name::crash, 5, "a");
  timeline.resolve(lost, true, 5);
  const History history = timeline.history();
  expect_same(history, read_back(write_history(history)));
  EXPECT_EQ(history.events[timeline.event_of(lost)].f, name::renew);
}

}  // namespace
}  // namespace lockstep::checkers
