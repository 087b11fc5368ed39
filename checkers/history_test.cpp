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

/// What only queues record.
void record_queue(Recorder& recorder, ThreadId worker, NameId node, NameId key) {
  const EventIndex pop =
      recorder.invoke(worker, {.time = Nanos(61), .f = name::pop, .node = node, .key = key});
  recorder.ok(pop, {.time = Nanos(62),
                    .token = FencingToken{2},
                    .cause = name::damaged,
                    .value = 5,
                    .id = MessageId{~0ULL},
                    .attempt = 3});
  const EventIndex nack = recorder.invoke(worker, {.time = Nanos(63),
                                                   .f = name::nack,
                                                   .node = node,
                                                   .key = key,
                                                   .id = MessageId{~0ULL},
                                                   .cause = name::delayed,
                                                   .attempt = 3});
  recorder.fail(nack, {.time = Nanos(64), .error = name::absent});
}

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
                               .period_ns = 5,
                               .attempts_max = 6,
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
  record_queue(recorder, worker, node, key);
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
    if (invocation.attempt != 0) {
      EXPECT_EQ(event.attempt, invocation.attempt);
    }
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
