// Real RocksDB on a simulated disk: what it synced is there after a power cut at any call.
#include "sim/rocks/rocks_disk.hpp"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <deque>
#include <string>

#include "sim/rocks/sim_env.hpp"

namespace lockstep::sim {
namespace {

class Pump final : public DiskHost {
 public:
  void run_later(std::function<void()> job) override { jobs.push_back(std::move(job)); }
  [[nodiscard]] WallTime wall_now() const override { return WallTime(seconds(1'000)); }
  void run_all() {
    while (!jobs.empty()) {
      const auto job = std::move(jobs.front());
      jobs.pop_front();
      job();
    }
  }
  std::deque<std::function<void()>> jobs;
};

/// One incarnation of a database on a disk.
struct Session {
  explicit Session(RocksDisk& disk) : env(disk.rocks_env(pump)) {
    rocksdb::Options options;
    options.env = env;
    options.create_if_missing = true;
    disk.adapt(options);
    rocksdb::DB* raw = nullptr;
    status = rocksdb::DB::Open(options, "/db", &raw);
    db.reset(raw);
  }
  rocksdb::Status put(int key, bool sync, std::size_t size = 100) {
    rocksdb::WriteOptions how;
    how.sync = sync;
    return db->Put(how, std::to_string(key), std::string(size, static_cast<char>('a' + key % 26)));
  }
  [[nodiscard]] bool has(int key) const {
    std::string value;
    return db->Get(rocksdb::ReadOptions(), std::to_string(key), &value).ok();
  }

  Pump pump;
  rocksdb::Env* env;
  rocksdb::Status status;
  std::unique_ptr<rocksdb::DB> db;
};

DiskOptions options(std::uint64_t seed) { return {.seed = Seed{seed}, .node = NodeId{0}}; }

void crash(RocksDisk& disk, std::unique_ptr<Session>& session, std::uint64_t number) {
  disk.power_off();
  session.reset();
  disk.power_cut(number);
}

TEST(RocksDisk, keeps_what_was_closed) {
  RocksDisk disk(options(1));
  {
    Session session(disk);
    ASSERT_TRUE(session.status.ok()) << session.status.ToString();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(session.put(i, true).ok());
  }
  Session session(disk);
  ASSERT_TRUE(session.status.ok()) << session.status.ToString();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(session.has(i)) << i;
}

TEST(RocksDisk, keeps_what_was_synced_through_power_cuts_and_loses_what_was_not) {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    RocksDisk disk(options(seed));
    auto session = std::make_unique<Session>(disk);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(session->put(i, true).ok());
    for (int i = 20; i < 40; ++i) ASSERT_TRUE(session->put(i, false).ok());
    crash(disk, session, seed);
    session = std::make_unique<Session>(disk);
    ASSERT_TRUE(session->status.ok()) << seed << ": " << session->status.ToString();
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(session->has(i)) << seed << ": " << i;
    for (int i = 20; i < 40; ++i) lost += session->has(i) ? 0 : 1;
  }
  EXPECT_GT(lost, 1'000);
  EXPECT_LT(lost, 4'000);
}

TEST(RocksDisk, dies_at_every_call_and_keeps_what_was_synced) {
  int points = 0;
  for (std::uint64_t k = 1;; ++k) {
    RocksDisk disk(options(k));
    disk.disk().die_at_call(k);
    auto session = std::make_unique<Session>(disk);
    int synced = 0;
    for (; session->status.ok() && synced < 60; ++synced) {
      if (!session->put(synced, true, 3'000).ok()) break;
      session->pump.run_all();  // 64 KiB buffers: flushes too
    }
    const bool survived = disk.disk().is_on();
    crash(disk, session, k);
    session = std::make_unique<Session>(disk);
    ASSERT_TRUE(session->status.ok()) << k << ": " << session->status.ToString();
    for (int i = 0; i < synced; ++i) EXPECT_TRUE(session->has(i)) << k << ": " << i;
    if (survived) break;
    ++points;
  }
  EXPECT_GT(points, 150);
}

TEST(RocksDisk, flushes_and_compacts_in_background_jobs) {
  RocksDisk disk(options(3));
  Session session(disk);
  for (int i = 0; i < 3'000; ++i) {
    ASSERT_TRUE(session.put(i % 500, false, 1'000).ok());
    session.pump.run_all();
  }
  std::string files;
  ASSERT_TRUE(session.db->GetProperty("rocksdb.num-files-at-level1", &files));
  EXPECT_NE(files, "0") << "nothing was compacted";
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(session.has(i)) << i;
}

TEST(RocksDisk, refuses_a_second_opener) {
  RocksDisk disk(options(4));
  const Session first(disk);
  const Session second(disk);
  EXPECT_TRUE(first.status.ok());
  EXPECT_FALSE(second.status.ok());
}

TEST(RocksDisk, a_failed_fsync_and_a_full_disk_fail_the_put) {
  for (const auto& [verb, amount] : {std::pair{"fail-sync", 1}, std::pair{"full", 1'000}}) {
    RocksDisk disk(options(5));
    Session session(disk);
    ASSERT_TRUE(session.put(1, true).ok());
    ASSERT_TRUE(disk.apply(FaultId{1}, verb, amount).has_value());
    bool failed = false;
    for (int i = 2; i < 30 && !failed; ++i) failed = !session.put(i, true).ok();
    EXPECT_TRUE(failed) << verb;
    EXPECT_GT(disk.effective(FaultId{1}), 0U) << verb;
  }
}

TEST(RocksDisk, the_self_test_passes) {
  const auto tested = rocks_self_test();
  EXPECT_TRUE(tested) << to_text(tested.error());
}

TEST(RocksDisk, draws_its_entropy_from_the_world) {
  const RocksEntropy outer(Seed{1});
  RocksDisk disk(options(6));
  const std::uint64_t before = RocksEntropy::draws();
  Session session(disk);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(session.put(i, false).ok());
  EXPECT_GT(RocksEntropy::draws(), before + 10) << "the library uses its own functions";
}

}  // namespace
}  // namespace lockstep::sim
