#include "scenarios/live/wire.hpp"

#include <gtest/gtest.h>

#include "impl/base/draw.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/scenario_file.hpp"
#include "scenarios/live/worker_job.hpp"

namespace lockstep::scenarios::live {
namespace {

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::vector<Message> some_of_each() {
  checkers::Event event;
  event.time_ns = 42;
  event.value = -3;
  return {NewName{"k\n\"\0"},       NewName{""},        NewLease{{0xffffffffffffffffULL, 12}},
          NewEvent{event},          Taken{7},           QueueLeft{1},
          Labelled{"holder", true}, Labelled{"", false}};
}

TEST(Wire, what_is_written_is_read_in_any_pieces) {
  std::string all;
  for (const Message& message : some_of_each()) all += encode(message);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, all.size()}) {
    MessageReader reader;
    std::vector<std::string> heard;
    for (std::size_t i = 0; i < all.size(); i += piece) {
      reader.feed(as_bytes(all).subspan(i, std::min(piece, all.size() - i)));
      for (auto next = reader.next(); next && *next; next = reader.next()) {
        heard.push_back(encode(**next));
      }
    }
    ASSERT_EQ(heard.size(), some_of_each().size());
    for (std::size_t i = 0; i < heard.size(); ++i) EXPECT_EQ(heard[i], encode(some_of_each()[i]));
  }
}

TEST(Wire, a_message_cut_short_by_a_kill_is_no_message) {
  const std::string whole = encode(Taken{7});
  MessageReader reader;
  reader.feed(as_bytes(whole).first(whole.size() - 1));
  const auto next = reader.next();
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->has_value());
}

TEST(Wire, what_no_worker_wrote_is_refused) {
  std::string unknown = encode(Taken{7});
  unknown[4] = 99;
  std::string too_short = encode(Taken{7});
  too_short[0] = 3;
  const std::string too_long(8, '\xff');
  for (const std::string& bad : {unknown, too_short, too_long}) {
    MessageReader reader;
    reader.feed(as_bytes(bad));
    const auto next = reader.next();
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, Errc::protocol);
  }
}

TEST(Wire, noise_never_hurts) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    std::string noise;
    for (std::uint64_t k = 0; k < 64; ++k) {
      noise += static_cast<char>(draw(Seed{i}, DrawStream::test, k) % 8);
    }
    MessageReader reader;
    reader.feed(as_bytes(noise));
    for (auto next = reader.next(); next && *next; next = reader.next()) {
    }
  }
}

WorkerJob job() {
  WorkerJob job;
  job.client = 1;
  job.life = 9;
  job.start = MonoTime(Nanos(123));
  job.queues = 2;
  job.root = "/tmp/a folder";
  job.lock_urls = {"redis://:secret@127.0.0.1:1", "redis://127.0.0.1:2"};
  job.sink_url = "redis://127.0.0.1:3";
  const auto scenario = parse_scenario(
      R"({"schema": 1, "name": "x", "about": "x", "workload": {"kind": "lock", "clients": 2},
          "duration": "1s", "expect": {"verdict": "valid"}})",
      "x.json");
  EXPECT_TRUE(scenario) << to_text(scenario.error());
  job.plan = expand(*scenario, Seed{3});
  return job;
}

TEST(WorkerJob, is_read_as_it_was_written) {
  const WorkerJob written = job();
  const auto read = parse_job(write_job(written), "x.job");
  ASSERT_TRUE(read) << to_text(read.error());
  EXPECT_EQ(read->client, 1U);
  EXPECT_EQ(read->life, 9U);
  EXPECT_EQ(read->start, written.start);
  EXPECT_EQ(read->queues, 2U);
  EXPECT_EQ(read->root, written.root);
  EXPECT_EQ(read->lock_urls, written.lock_urls);
  EXPECT_EQ(read->sink_url, written.sink_url);
  EXPECT_EQ(read->plan, written.plan);
}

TEST(WorkerJob, what_is_no_job_is_refused_with_its_line) {
  const std::string good = write_job(job());
  for (const std::string& bad :
       {std::string(), std::string("client x\nplan\n{}"), "clients 1\n" + good,
        "client 7\n" + good.substr(good.find('\n') + 1)}) {
    const auto read = parse_job(bad, "x.job");
    ASSERT_FALSE(read) << bad.substr(0, 40);
    EXPECT_NE(to_text(read.error()).find("x.job"), std::string::npos);
  }
}

}  // namespace
}  // namespace lockstep::scenarios::live
