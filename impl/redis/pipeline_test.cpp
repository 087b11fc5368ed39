#include "impl/redis/pipeline.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>

namespace lockstep::redis {
namespace {

using resp::Reply;
using Match = Pipeline::Match;
using Words = std::array<std::string_view, 2>;

MonoTime at(std::int64_t ms) { return MonoTime(milliseconds(ms)); }

Options small() {
  Options options;
  options.command_timeout = milliseconds(100);
  options.in_flight_max = 3;
  options.queued_max = 4;
  options.command_bytes_max = 1000;
  options.batch_bytes_max = 200;
  return options;
}

const Error away = definite(Errc::unreachable, "away");

struct Rig {
  explicit Rig(const Options& options = small()) : pipeline(options) {}

  std::unique_ptr<Call> submit(const Words& words, MonoTime now = at(0),
                               MonoTime deadline = never) {
    auto call = std::make_unique<Call>(words, deadline);
    pipeline.submit(*call, now);
    return call;
  }
  std::string encode(MonoTime now = at(0)) {
    resp::RespWriter out;
    pipeline.encode(out, now);
    return out.take();
  }
  /// The finished calls, in order.
  std::vector<Call*> finished() {
    std::vector<Call*> calls;
    while (Call* call = pipeline.next_finished()) calls.push_back(call);
    return calls;
  }

  Pipeline pipeline;
};

constexpr Words get_a{"GET", "a"};
constexpr Words get_b{"GET", "b"};
const std::string get_a_bytes = "*2\r\n$3\r\nGET\r\n$1\r\na\r\n";
const std::string get_b_bytes = "*2\r\n$3\r\nGET\r\n$1\r\nb\r\n";

void expect_error(Call& call, Errc code, bool indefinite) {
  const Result<Reply> result = call.take();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, code) << to_text(result.error());
  EXPECT_EQ(result.error().indefinite(), indefinite) << to_text(result.error());
}

TEST(Pipeline, nothing_is_written_before_there_is_a_connection) {
  Rig rig;
  const auto call = rig.submit(get_a);
  EXPECT_TRUE(rig.pipeline.wanted());
  EXPECT_FALSE(rig.pipeline.writable());
  EXPECT_EQ(rig.encode(), "");
}

TEST(Pipeline, one_batch_holds_all_that_waits_and_replies_match_in_order) {
  Rig rig;
  const auto a = rig.submit(get_a);
  const auto b = rig.submit(get_b);
  rig.pipeline.connected(at(0));
  EXPECT_EQ(rig.encode(at(7)), get_a_bytes + get_b_bytes);
  EXPECT_EQ(a->sent_at(), at(7));
  EXPECT_EQ(rig.pipeline.on_reply(Reply::bulk("1")).what, Match::answered);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::nil()).what, Match::answered);
  EXPECT_EQ(rig.finished(), (std::vector<Call*>{a.get(), b.get()}));
  EXPECT_EQ(a->take(), Reply::bulk("1"));
  EXPECT_EQ(b->take(), Reply::nil());
  EXPECT_EQ(rig.pipeline.on_reply(Reply::nil()).what, Match::unexpected);
}

TEST(Pipeline, the_window_bounds_what_is_in_flight) {
  Rig rig;
  rig.pipeline.connected(at(0));
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 4; ++i) calls.push_back(rig.submit(get_a));
  rig.encode();
  EXPECT_EQ(rig.pipeline.in_flight(), 3U);
  EXPECT_FALSE(rig.pipeline.writable());
  static_cast<void>(rig.pipeline.on_reply(Reply::nil()));
  EXPECT_TRUE(rig.pipeline.writable());
  EXPECT_EQ(rig.encode(), get_a_bytes);
}

TEST(Pipeline, a_batch_is_cut_at_its_bound) {
  Options options = small();
  options.batch_bytes_max = 1;
  Rig rig(options);
  rig.pipeline.connected(at(0));
  const auto a = rig.submit(get_a);
  const auto b = rig.submit(get_b);
  EXPECT_EQ(rig.encode(), get_a_bytes);
  EXPECT_EQ(rig.encode(), get_b_bytes);
}

TEST(Pipeline, bounds_on_the_queue_and_on_a_command_are_definite_errors) {
  Rig rig;
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 4; ++i) calls.push_back(rig.submit(get_a));
  const auto fifth = rig.submit(get_a);
  EXPECT_EQ(rig.finished(), std::vector<Call*>{fifth.get()});
  expect_error(*fifth, Errc::limit, false);
  calls.pop_back();
  const std::string big(1000, 'x');
  const Words words{"GET", big};
  const auto fat = rig.submit(words);
  expect_error(*fat, Errc::limit, false);
}

TEST(Pipeline, a_call_that_was_never_written_fails_definite) {
  Rig rig;
  const auto call = rig.submit(get_a);
  EXPECT_EQ(rig.pipeline.next_deadline(), at(100));
  rig.pipeline.expire(at(99), away);
  EXPECT_TRUE(rig.finished().empty());
  rig.pipeline.expire(at(100), away);
  EXPECT_EQ(rig.finished(), std::vector<Call*>{call.get()});
  expect_error(*call, Errc::unreachable, false);
  rig.pipeline.connected(at(101));
  EXPECT_EQ(rig.encode(at(101)), "");
  EXPECT_EQ(rig.pipeline.next_deadline(), never);
}

TEST(Pipeline, a_timed_out_call_is_indefinite_keeps_its_place_and_its_late_reply_is_dropped) {
  Rig rig;
  rig.pipeline.connected(at(0));
  const auto a = rig.submit(get_a, at(0), at(50));
  const auto b = rig.submit(get_b, at(0));
  rig.encode();
  rig.pipeline.expire(at(50), away);
  EXPECT_EQ(rig.finished(), std::vector<Call*>{a.get()});
  expect_error(*a, Errc::no_reply, true);
  EXPECT_EQ(rig.pipeline.in_flight(), 2U);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::bulk("of a")).what, Match::late);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::bulk("of b")).what, Match::answered);
  EXPECT_EQ(b->take(), Reply::bulk("of b"));
}

TEST(Pipeline, a_deadline_that_passed_while_waiting_is_noticed_before_writing) {
  Rig rig;
  rig.pipeline.connected(at(0));
  const auto a = rig.submit(get_a, at(0), at(5));
  const auto b = rig.submit(get_b, at(0));
  EXPECT_EQ(rig.encode(at(5)), get_b_bytes);
  expect_error(*a, Errc::no_reply, false);
}

TEST(Pipeline, a_lost_connection_leaves_written_calls_indefinite_and_keeps_the_others) {
  Rig rig;
  rig.pipeline.connected(at(0));
  const auto sent = rig.submit(get_a);
  rig.encode();
  const auto waiting = rig.submit(get_b);
  rig.pipeline.lost(Errc::connection_lost, "reset");
  EXPECT_EQ(rig.finished(), std::vector<Call*>{sent.get()});
  expect_error(*sent, Errc::connection_lost, true);
  rig.pipeline.connected(at(1));
  EXPECT_EQ(rig.encode(at(1)), get_b_bytes);
  // the old connection's reply can meet nobody: only the new one's first reply counts
  EXPECT_EQ(rig.pipeline.on_reply(Reply::bulk("b")).what, Match::answered);
  EXPECT_EQ(waiting->take(), Reply::bulk("b"));
}

TEST(Pipeline, an_abandoned_call_is_not_sent_or_its_reply_is_dropped) {
  Rig rig;
  rig.pipeline.connected(at(0));
  auto sent = rig.submit(get_a);
  rig.encode();
  auto waiting = rig.submit(get_b);
  const auto last = rig.submit(get_b);
  sent.reset();
  waiting.reset();
  EXPECT_EQ(rig.encode(), get_b_bytes);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::bulk("x")).what, Match::late);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::bulk("y")).what, Match::answered);
  EXPECT_EQ(last->take(), Reply::bulk("y"));
}

TEST(Pipeline, a_stopped_caller_learns_whether_it_was_sent) {
  Rig rig;
  rig.pipeline.connected(at(0));
  const auto sent = rig.submit(get_a);
  rig.encode();
  const auto waiting = rig.submit(get_b);
  expect_error(*sent, Errc::cancelled, true);
  expect_error(*waiting, Errc::cancelled, false);
  EXPECT_FALSE(rig.pipeline.wanted());
}

TEST(Pipeline, error_replies_are_classified) {
  Rig rig;
  rig.pipeline.connected(at(0));
  const auto a = rig.submit(get_a);
  const auto b = rig.submit(get_b);
  rig.encode();
  static_cast<void>(rig.pipeline.on_reply(Reply::error("WRONGTYPE no")));
  static_cast<void>(rig.pipeline.on_reply(Reply::error("ERR what")));
  expect_error(*a, Errc::server_error, false);
  expect_error(*b, Errc::server_error, true);
}

TEST(Pipeline, after_readonly_nothing_more_is_written_and_the_rest_drains) {
  Rig rig;
  rig.pipeline.connected(at(0));
  const auto a = rig.submit(get_a);
  const auto b = rig.submit(get_b);
  rig.encode();
  static_cast<void>(rig.pipeline.on_reply(Reply::error("READONLY no")));
  const auto c = rig.submit(get_a);
  EXPECT_FALSE(rig.pipeline.writable());
  EXPECT_FALSE(rig.pipeline.drained());
  static_cast<void>(rig.pipeline.on_reply(Reply::nil()));
  EXPECT_TRUE(rig.pipeline.drained());
  expect_error(*a, Errc::read_only, false);
  EXPECT_EQ(b->take(), Reply::nil());
}

TEST(Pipeline, a_silent_connection_is_given_up_after_two_command_timeouts) {
  Rig rig;
  rig.pipeline.connected(at(0));
  EXPECT_FALSE(rig.pipeline.stalled(at(1000)));  // nothing is owed
  const auto a = rig.submit(get_a, at(1000), at(1001));
  rig.encode(at(1000));
  rig.pipeline.expire(at(1001), away);
  EXPECT_EQ(rig.pipeline.next_deadline(), at(1200));
  EXPECT_FALSE(rig.pipeline.stalled(at(1199)));
  EXPECT_TRUE(rig.pipeline.stalled(at(1200)));
  rig.pipeline.received(at(1150));  // slow is not silent
  EXPECT_FALSE(rig.pipeline.stalled(at(1349)));
  EXPECT_TRUE(rig.pipeline.stalled(at(1350)));
  rig.pipeline.hang_up();
  EXPECT_FALSE(rig.pipeline.stalled(at(1350)));
}

TEST(Pipeline, close_ends_everything_and_every_later_call) {
  Rig rig;
  rig.pipeline.connected(at(0));
  const auto sent = rig.submit(get_a);
  rig.encode();
  const auto waiting = rig.submit(get_b);
  rig.pipeline.close();
  const auto late = rig.submit(get_b);
  expect_error(*sent, Errc::closed, true);
  expect_error(*waiting, Errc::closed, false);
  expect_error(*late, Errc::closed, false);
}

TEST(Pipeline, calls_may_outlive_the_pipeline) {
  std::optional<Rig> rig(std::in_place);
  rig->pipeline.connected(at(0));
  const auto sent = rig->submit(get_a);
  rig->encode();
  const auto waiting = rig->submit(get_b);
  rig.reset();
  expect_error(*sent, Errc::cancelled, true);
  expect_error(*waiting, Errc::cancelled, false);
}

// ---- scripts ------------------------------------------------------------------------------------

const std::string load_bytes = "*3\r\n$6\r\nSCRIPT\r\n$4\r\nLOAD\r\n$8\r\nreturn 1\r\n";
const std::string eval_bytes = "*4\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n$1\r\n1\r\n$1\r\nk\r\n";
const std::string sha_bytes = "*4\r\n$7\r\nEVALSHA\r\n$3\r\nabc\r\n$1\r\n1\r\n$1\r\nk\r\n";
constexpr std::array<std::string_view, 1> key{"k"};

struct ScriptRig : Rig {
  ScriptRig() : id(pipeline.add_script("one", "return 1")) {}
  std::unique_ptr<Call> script() {
    auto call = std::make_unique<Call>(id, 1, key);
    pipeline.submit(*call, at(0));
    return call;
  }
  /// A connection on which the script is known under "abc".
  void learn() {
    pipeline.connected(at(0));
    const auto first = script();
    encode();
    EXPECT_EQ(pipeline.on_reply(Reply::bulk("abc")).what, Match::internal);
    EXPECT_EQ(pipeline.on_reply(Reply::integer(1)).what, Match::answered);
    EXPECT_EQ(finished().size(), 1U);
  }
  ScriptId id;
};

TEST(PipelineScripts, the_first_use_loads_it_and_needs_no_round_trip) {
  ScriptRig rig;
  rig.pipeline.connected(at(0));
  const auto first = rig.script();
  const auto second = rig.script();
  EXPECT_EQ(rig.encode(), load_bytes + eval_bytes + eval_bytes);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::bulk("abc")).what, Match::internal);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::integer(1)).what, Match::answered);
  EXPECT_EQ(first->take(), Reply::integer(1));
  const auto third = rig.script();
  EXPECT_EQ(rig.encode(), sha_bytes);
}

TEST(PipelineScripts, a_new_connection_loads_it_again_in_the_same_write) {
  ScriptRig rig;
  rig.learn();
  rig.pipeline.lost(Errc::connection_lost, "");
  rig.pipeline.connected(at(0));
  const auto call = rig.script();
  EXPECT_EQ(rig.encode(), load_bytes + sha_bytes);
}

TEST(PipelineScripts, noscript_sends_the_text_once_and_loads_once_for_many) {
  ScriptRig rig;
  rig.learn();
  const auto a = rig.script();
  const auto b = rig.script();
  EXPECT_EQ(rig.encode(), sha_bytes + sha_bytes);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::error("NOSCRIPT no")).what, Match::script_missing);
  EXPECT_EQ(rig.encode(), load_bytes + eval_bytes);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::error("NOSCRIPT no")).what, Match::script_missing);
  EXPECT_EQ(rig.encode(), eval_bytes);  // the load is on its way
  EXPECT_EQ(rig.pipeline.on_reply(Reply::bulk("abc")).what, Match::internal);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::integer(1)).what, Match::answered);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::integer(2)).what, Match::answered);
  EXPECT_EQ(a->take(), Reply::integer(1));
  EXPECT_EQ(b->take(), Reply::integer(2));
}

TEST(PipelineScripts, a_call_lost_between_noscript_and_its_text_is_definite) {
  ScriptRig rig;
  rig.learn();
  const auto call = rig.script();
  rig.encode();
  EXPECT_EQ(rig.pipeline.on_reply(Reply::error("NOSCRIPT no")).what, Match::script_missing);
  rig.pipeline.lost(Errc::connection_lost, "");
  rig.pipeline.expire(at(100), away);
  expect_error(*call, Errc::unreachable, false);
}

TEST(PipelineScripts, a_failed_load_is_tried_again_with_the_next_use) {
  ScriptRig rig;
  rig.pipeline.connected(at(0));
  const auto a = rig.script();
  rig.encode();
  EXPECT_EQ(rig.pipeline.on_reply(Reply::error("LOADING wait")).what, Match::internal);
  EXPECT_EQ(rig.pipeline.on_reply(Reply::error("LOADING wait")).what, Match::answered);
  expect_error(*a, Errc::server_error, false);
  const auto b = rig.script();
  EXPECT_EQ(rig.encode(), load_bytes + eval_bytes);
}

TEST(PipelineScripts, the_same_text_has_one_id) {
  Rig rig;
  const ScriptId one = rig.pipeline.add_script("one", "return 1");
  const ScriptId two = rig.pipeline.add_script("two", "return 2");
  EXPECT_NE(one, two);
  EXPECT_EQ(rig.pipeline.add_script("uno", "return 1"), one);
  EXPECT_EQ(rig.pipeline.name_of(two), "two");
}

}  // namespace
}  // namespace lockstep::redis
