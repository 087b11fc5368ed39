// The append-only file on a disk that fails: what was synced is replayed, a torn tail is cut off,
// and the file goes on behind the cut.
#include "sim/services/redis/aof.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/services/redis/aof_fixture.hpp"

namespace lockstep::sim::redis {
namespace {

constexpr std::string_view aof_path = "/redis/appendonly.aof";

std::string file_content(Disk& disk) {
  return disk.open(aof_path, OpenMode::existing).value().read_all().value();
}

TEST(Aof, a_power_cut_keeps_all_writes_of_a_script_or_none) {
  int kept = 0;
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Disk disk(options(seed));
    {
      Store store(disk);
      ASSERT_TRUE(store.run({"SET", "before", "1"}));
      ASSERT_TRUE(store.sync());
      ASSERT_TRUE(store.run({"EVAL", "redis.call('SET','a','1') redis.call('SET','b','2')", "0"}));
    }
    crash(disk, seed % 2 == 0);
    Store store(disk);
    ASSERT_TRUE(store.loaded());
    EXPECT_EQ(store.get("a") == "(nil)", store.get("b") == "(nil)") << "seed " << seed;
    ++(store.get("b") == "(nil)" ? lost : kept);
  }
  EXPECT_GT(kept, 0);
  EXPECT_GT(lost, 0);
}

TEST(Aof, everything_synced_is_there_after_a_restart) {
  Disk disk(options(1));
  std::vector<Effect> before;
  {
    Store store(disk);
    ASSERT_TRUE(store.run({"SET", "k", "v", "PX", "5000"}) && store.run({"HSET", "h", "f", "1"}));
    ASSERT_TRUE(store.run({"SELECT", "3"}) && store.run({"INCR", "n"}));
    ASSERT_TRUE(store.run({"EVAL", "redis.call('SET', 'a', '1') redis.call('DEL', 'n')", "0"}));
    ASSERT_TRUE(store.sync());
    before = store.content();
  }
  crash(disk, false);
  Store store(disk);
  EXPECT_EQ(store.content(), before);
  EXPECT_EQ(before.size(), 4U) << "k with its expiry, h, a";
}

TEST(Aof, a_torn_tail_is_cut_and_the_file_goes_on_behind_it) {
  const std::vector<std::string> tails = {"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n",
                                          "*2\r\n$3\r\nDE",
                                          std::string(3, '\0'),
                                          "garbage",
                                          "*1\r\n$4\r\nNOPE\r\n",
                                          "*"};
  for (const std::string& tail : tails) {
    Disk disk(options(1));
    ASSERT_TRUE(Store(disk).loaded());
    {
      Store store(disk);
      ASSERT_TRUE(store.run({"SET", "k", "good"}) && store.sync());
    }
    DiskFile file = disk.open(aof_path, OpenMode::existing).value();
    const std::string whole = file_content(disk);
    ASSERT_TRUE(file.append(tail) && file.sync());
    {
      Store store(disk);
      EXPECT_EQ(store.get("k"), "\"good\"");
      EXPECT_EQ(file_content(disk), whole);
      ASSERT_TRUE(store.run({"SET", "k", "better"}) && store.sync());
    }
    EXPECT_EQ(Store(disk).get("k"), "\"better\"");
  }
}

TEST(Aof, removing_it_leaves_an_empty_server_for_good) {
  Disk disk(options(1));
  {
    Store store(disk);
    ASSERT_TRUE(store.run({"SET", "k", "v"}) && store.sync());
  }
  ASSERT_TRUE(Aof::remove(disk));
  crash(disk, false);
  EXPECT_EQ(Store(disk).get("k"), "(nil)");
  ASSERT_TRUE(Aof::remove(disk));
  EXPECT_TRUE(Aof::remove(disk)) << "there is none";
}

// Dies at every call in turn; what was acknowledged is there, and nothing that was never written.
void sweep(bool torn) {
  for (std::uint64_t k = 1; k <= 70; ++k) {
    Disk disk(options(k));
    disk.die_at_call(k);
    std::int64_t acknowledged = 0;
    std::int64_t sent = 0;
    {
      Store store(disk);
      bool goes_on = store.loaded();
      while (goes_on && sent < 30) {
        ++sent;
        goes_on = store.run({"INCR", "n"}) && store.sync();
        if (goes_on) acknowledged = sent;
      }
    }
    crash(disk, torn);
    Store store(disk);
    ASSERT_TRUE(store.loaded());
    const std::string found = store.get("n");
    const std::int64_t value = found == "(nil)" ? 0 : std::stoll(found.substr(1));
    EXPECT_GE(value, acknowledged) << "died at call " << k;
    EXPECT_LE(value, sent) << "died at call " << k;
    EXPECT_TRUE(store.run({"INCR", "n"}) && store.sync());
    EXPECT_EQ(Store(disk).get("n"), "\"" + std::to_string(value + 1) + "\"");
  }
}

TEST(Aof, a_death_at_any_call_loses_nothing_acknowledged) { sweep(false); }
TEST(Aof, torn_writes_at_any_call_lose_nothing_acknowledged) { sweep(true); }

TEST(Aof, failures_of_the_disk_are_told) {
  Disk disk(options(1));
  Store store(disk);
  ASSERT_TRUE(disk.inject(FaultId{0}, "fail-write", 1));
  EXPECT_FALSE(store.run({"SET", "k", "v"}));
  ASSERT_TRUE(disk.inject(FaultId{0}, "fail-sync", 1));
  EXPECT_FALSE(store.sync());
  ASSERT_TRUE(disk.inject(FaultId{0}, "fail-read", 1));
  EXPECT_FALSE(Store(disk).loaded());
}

}  // namespace
}  // namespace lockstep::sim::redis
