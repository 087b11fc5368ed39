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

/// What opening a new database, closing and opening it again costs the disk.
struct Cost {
  Nanos elapsed{};
  std::uint64_t calls = 0;
  std::uint64_t bytes_written = 0;
  friend bool operator==(const Cost&, const Cost&) = default;
};

/// @param buffer_bytes  An option to tell texts apart by.
rocksdb::Status open_once(const std::shared_ptr<SimFileSystem>& files, std::size_t buffer_bytes) {
  Pump pump;
  SimEnv env(files, pump);
  rocksdb::Options options;
  options.env = &env;
  options.create_if_missing = true;
  options.fail_if_options_file_error = true;
  make_deterministic(options);
  options.write_buffer_size = buffer_bytes;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, "/db", &raw);
  delete raw;
  return status;
}

Cost cost_of_opening_twice(Disk& disk, std::size_t buffer_bytes) {
  for (int i = 0; i < 2; ++i) {
    const auto status = open_once(std::make_shared<SimFileSystem>(disk), buffer_bytes);
    EXPECT_TRUE(status.ok()) << status.ToString();
  }
  return {disk.take_elapsed(), disk.counters().calls, disk.counters().bytes_written};
}

TEST(RocksDisk, spares_a_check_of_options_that_passed_before_and_makes_the_same_calls) {
  Disk outside(options(7));
  const Cost of_the_library = cost_of_opening_twice(outside, 70'000);
  const OptionsChecks before = RocksDisk::options_checks();
  RocksDisk world(options(7));
  EXPECT_EQ(cost_of_opening_twice(world.disk(), 70'000), of_the_library);
  const OptionsChecks after = RocksDisk::options_checks();
  EXPECT_EQ(after.made + after.spared, before.made + before.spared + 2) << "it is not asked";
  EXPECT_GE(after.spared, before.spared + 1);
}

/// Shows half of what stands in a file of options.
class HalfOptions final : public SimFileSystem {
 public:
  using SimFileSystem::SimFileSystem;
  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    auto status = SimFileSystem::NewSequentialFile(name, options, file, debug);
    const bool is_options = name.find("OPTIONS") != std::string::npos;
    if (status.ok() && is_options) *file = std::make_unique<Half>(std::move(*file));
    return status;
  }

 private:
  struct Half final : rocksdb::FSSequentialFileOwnerWrapper {
    using FSSequentialFileOwnerWrapper::FSSequentialFileOwnerWrapper;
    rocksdb::IOStatus Read(std::size_t size, const rocksdb::IOOptions& options,
                           rocksdb::Slice* result, char* into,
                           rocksdb::IODebugContext* debug) override {
      auto status = target()->Read(size, options, result, into, debug);
      *result = rocksdb::Slice(result->data(), result->size() / 2);
      return status;
    }
  };
};

TEST(RocksDisk, finds_a_file_of_options_damaged_though_the_whole_one_passed_before) {
  RocksDisk world(options(8));
  cost_of_opening_twice(world.disk(), 80'000);
  const auto status = open_once(std::make_shared<HalfOptions>(world.disk()), 80'000);
  EXPECT_FALSE(status.ok());
}

}  // namespace
}  // namespace lockstep::sim
