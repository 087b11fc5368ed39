// The outbox in real processes over a live Redis: killed, stopped and continued at any moment.
#include <gtest/gtest.h>
#include <poll.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "impl/base/draw.hpp"
#include "impl/base/test_seeds.hpp"
#include "impl/live/run.hpp"
#include "impl/relay/inbox.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::rig {
namespace {

constexpr Seed seed{2026};

void doze(std::int64_t ms) { ::poll(nullptr, 0, static_cast<int>(ms)); }

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line) && !in.eof();) lines.push_back(line);
  return lines;
}

std::set<std::string> committed_in(const std::vector<std::string>& lines) {
  const std::string word = "committed ";
  std::set<std::string> orders;
  for (const std::string& line : lines) {
    if (line.starts_with(word)) orders.insert(line.substr(word.size()));
  }
  return orders;
}

/// What a consumer of the stream "orders" would see.
struct StreamSummary {
  std::uint64_t distinct = 0;    ///< idempotency keys
  std::uint64_t duplicates = 0;  ///< messages whose key was there before
  std::uint64_t disorder = 0;    ///< first messages that came after a later one of their aggregate
  std::uint64_t zombies = 0;     ///< messages of a leader that came after one of a later leader
};

StreamSummary summary_of(const RedisProcess& server) {
  const auto text = server.ask({"EVAL", R"lua(
local seen, last, distinct, duplicates, disorder, zombies, highest = {}, {}, 0, 0, 0, 0, 0
local from = '-'
while true do
  local page = redis.call('XRANGE', 'orders', from, '+', 'COUNT', 10000)
  if #page == 0 then break end
  for _, message in ipairs(page) do
    local aggregate, id, key, payload = message[2][2], tonumber(message[2][4]), message[2][6],
        message[2][8]
    local token = tonumber(message[2][10] or '0')
    if token < highest then zombies = zombies + 1 end
    highest = math.max(highest, token)
    if seen[key] then
      duplicates = duplicates + 1
      if seen[key] ~= payload then disorder = disorder + 1 end
    else
      seen[key] = payload
      distinct = distinct + 1
      if last[aggregate] and id < last[aggregate] then disorder = disorder + 1 end
      last[aggregate] = id
      redis.call('SADD', 'published', payload)
    end
  end
  from = '(' .. page[#page][1]
end
return distinct .. ' ' .. duplicates .. ' ' .. disorder .. ' ' .. zombies
)lua",
                                "0"});
  EXPECT_TRUE(text) << (text ? "" : to_text(text.error()));
  StreamSummary summary;
  std::istringstream in(text.value_or(""));
  in >> summary.distinct >> summary.duplicates >> summary.disorder >> summary.zombies;
  return summary;
}

void expect_published(const RedisProcess& server, const std::set<std::string>& orders) {
  for (const std::string& order : orders) {
    const auto there = server.ask({"SISMEMBER", "published", order});
    EXPECT_EQ(there.value_or("?"), "1") << "order " << order << " was committed and is lost";
    if (testing::Test::HasFailure()) return;
  }
}

env::Task<void> count_applied(env::Env* env, std::uint64_t* keys, std::uint64_t* sum) {
  auto inbox = co_await relay::Inbox::open(*env, "inbox");
  EXPECT_TRUE(inbox);
  if (!inbox) co_return;
  *keys = (*inbox)->keys();
  const auto counts = co_await (*inbox)->scan("", "", 10'000);
  EXPECT_TRUE(counts);
  if (counts) {
    for (const auto& [customer, count] : *counts) *sum += std::stoull(count);
  }
  const auto closed = co_await (*inbox)->close();
  EXPECT_TRUE(closed);
}

ChildProcess start(const std::vector<std::string>& words, const std::string& output) {
  ChildOptions options;
  options.arguments = words;
  options.output_file = output;
  auto started = ChildProcess::start(options);
  if (!started) throw std::runtime_error(started.error().detail);
  return std::move(*started);
}

std::string url_of(const RedisProcess& server) {
  return "redis://127.0.0.1:" + std::to_string(server.port());
}

TEST(LiveOutbox, every_order_of_a_process_killed_twenty_times_is_applied_once) {
  const std::string orders = std::to_string(test_seeds(100'000));
  const std::uint64_t kills = test_seeds(20);
  const auto server = RedisProcess::start({});
  ASSERT_TRUE(server);
  const std::string folder = (*server)->folder() + "/store";
  const std::string output = (*server)->folder() + "/orders.txt";
  const std::vector<std::string> words{OUTBOX_ORDERS, url_of(**server), folder, orders};
  for (std::uint64_t kill = 0; kill < kills; ++kill) {
    ChildProcess child = start(words, output);
    doze(100 + static_cast<std::int64_t>(below(draw(seed, DrawStream::test, kill), 500)));
    child.kill_now();
  }
  ChildProcess last = start(words, output);
  ASSERT_TRUE(last.wait_for(seconds(170))) << tail_of(output, 500);
  EXPECT_EQ(last.wait_status(), 0) << tail_of(output, 500);

  const StreamSummary stream = summary_of(**server);
  EXPECT_EQ(std::to_string(stream.distinct), orders);
  EXPECT_EQ(stream.disorder, 0U);
  const auto committed = committed_in(lines_of(output));
  expect_published(**server, committed);
  live::Loop loop;
  live::Node node(loop, {.root = folder});
  std::uint64_t keys = 0;
  std::uint64_t sum = 0;
  ASSERT_TRUE(live::run_until_complete(node, count_applied(&node.env(), &keys, &sum), seconds(60)));
  EXPECT_EQ(std::to_string(keys), orders);
  EXPECT_EQ(std::to_string(sum), orders) << "each was applied once";
  std::printf("%s orders, %llu kills: %zu commits acknowledged, %llu messages published again\n",
              orders.c_str(), static_cast<unsigned long long>(kills), committed.size(),
              static_cast<unsigned long long>(stream.duplicates));
}

/// Leaders and standbys, in a row; each commits orders of its own.
class Fleet {
 public:
  explicit Fleet(const RedisProcess& server) : server_(server) {}

  struct Member {
    std::string output;
    ChildProcess process;
  };

  [[nodiscard]] Member join(int orders) {
    const std::string name = "p" + std::to_string(++members_);
    Member member{server_.folder() + "/" + name + ".txt", {}};
    member.process =
        start({OUTBOX_FLEET, url_of(server_), name, std::to_string(orders), "600"}, member.output);
    outputs_.push_back(member.output);
    return member;
  }
  [[nodiscard]] static std::size_t count(const Member& member, const std::string& start) {
    std::size_t found = 0;
    for (const std::string& line : lines_of(member.output)) found += line.starts_with(start);
    return found;
  }
  /// Waits until more than `before` lines start so.
  [[nodiscard]] static bool says(const Member& member, const std::string& start,
                                 std::size_t before) {
    for (int i = 0; i < 1'000 && count(member, start) <= before; ++i) doze(10);
    return count(member, start) > before;
  }
  [[nodiscard]] std::set<std::string> committed() const {
    std::set<std::string> all;
    for (const std::string& output : outputs_) all.merge(committed_in(lines_of(output)));
    return all;
  }

 private:
  const RedisProcess& server_;
  int members_ = 0;
  std::vector<std::string> outputs_;
};

TEST(LiveOutbox, a_fleet_goes_on_when_leaders_are_killed_and_stopped_past_their_ttl) {
  const auto server = RedisProcess::start({.append_only = true});
  ASSERT_TRUE(server);
  Fleet fleet(**server);
  Fleet::Member leader = fleet.join(100'000);
  ASSERT_TRUE(Fleet::says(leader, "published", 3));
  const std::uint64_t kills = test_seeds(20);
  std::size_t refusals = 0;
  std::size_t stops = 0;
  for (std::uint64_t round = 0; round < kills; ++round) {
    Fleet::Member standby = fleet.join(100'000);
    doze(50 + static_cast<std::int64_t>(below(draw(seed, DrawStream::test, round), 300)));
    const bool is_stop = round % 4 == 3;
    is_stop ? leader.process.signal(SIGSTOP) : leader.process.kill_now();
    ASSERT_TRUE(Fleet::says(standby, "published", 0)) << "round " << round;
    if (is_stop) {
      ++stops;
      leader.process.signal(SIGCONT);
      doze(1'000);
      EXPECT_EQ(Fleet::count(leader, "leads"), 1U) << "it goes back to waiting";
      refusals += Fleet::count(leader, "was refused");
      leader.process.kill_now();
    }
    std::swap(leader, standby);
  }
  leader.process.kill_now();
  Fleet::Member last = fleet.join(0);
  for (int i = 0; i < 2'000; ++i) {
    if ((*server)->ask({"GET", "{lockstep-outbox}:count"}).value_or("") == "0") break;
    doze(10);
  }
  EXPECT_EQ((*server)->ask({"GET", "{lockstep-outbox}:count"}).value_or("?"), "0");
  last.process.kill_now();
  const StreamSummary stream = summary_of(**server);
  const auto committed = fleet.committed();
  EXPECT_EQ(stream.disorder, 0U);
  EXPECT_EQ(stream.zombies, 0U) << "an old leader's was accepted";
  EXPECT_GE(stream.distinct, committed.size());
  expect_published(**server, committed);
  std::printf(
      "%llu takeovers, %zu of them from stopped leaders (%zu refusals seen): %zu commits "
      "acknowledged, %llu in the stream, %llu published again\n",
      static_cast<unsigned long long>(kills), stops, refusals, committed.size(),
      static_cast<unsigned long long>(stream.distinct),
      static_cast<unsigned long long>(stream.duplicates));
}

}  // namespace
}  // namespace lockstep::rig
