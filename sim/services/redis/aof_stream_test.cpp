// Streams, their groups and what is pending survive a crash: what is logged brings back the same.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/services/redis/aof_fixture.hpp"

namespace lockstep::sim::redis {
namespace {

bool use_streams(Store& store) {
  bool all = store.run({"XADD", "s", "*", "f", "a"}) && store.run({"XADD", "s", "*", "f", "b"}) &&
             store.run({"XADD", "s", "5000000000000-*", "f", "c"}) &&
             store.run({"XGROUP", "CREATE", "s", "g", "0"}) &&
             store.run({"XREADGROUP", "GROUP", "g", "alice", "STREAMS", "s", ">"}) &&
             store.run({"XACK", "s", "g", "5000000000000-0"}) &&
             store.run({"XDEL", "s", "1700000000000-1"}) &&
             store.run({"XAUTOCLAIM", "s", "g", "bob", "5", "-", "COUNT", "1"},
                       aof_test_time + milliseconds(9));
  for (int n = 0; n < 150; ++n) all = all && store.run({"XADD", "t", "*", "f", "v"});
  all = all && store.run({"XADD", "t", "MAXLEN", "~", "20", "*", "f", "v"});
  all = all && store.run({"XGROUP", "CREATE", "t", "g", "0"});
  all = all &&
        store.run({"XREADGROUP", "GROUP", "g", "c", "NOACK", "COUNT", "3", "STREAMS", "t", ">"});
  all =
      all && store.run({"EVAL",
                        "redis.call('XADD', 'u', '*', 'f', 'v') redis.call('ZADD', 'z', 0.1, 'm') "
                        "redis.call('RPUSH', 'l', 'x', 'y')",
                        "0"});
  return all && store.run({"ZINCRBY", "z", "0.2", "m"}) && store.run({"LPOP", "l"});
}

TEST(AofStream, streams_groups_and_pending_entries_are_there_after_a_restart) {
  Disk disk(options(1));
  std::vector<Effect> before;
  std::string pending;
  {
    Store store(disk);
    ASSERT_TRUE(use_streams(store) && store.sync());
    before = store.content();
    pending = store.say({"XPENDING", "s", "g", "-", "+", "9"});
    EXPECT_EQ(store.say({"XLEN", "t"}), "(integer) 51");
  }
  crash(disk, false);
  Store store(disk);
  ASSERT_TRUE(store.loaded());
  EXPECT_EQ(store.say({"XPENDING", "s", "g", "-", "+", "9"}), pending);
  EXPECT_EQ(store.say({"XADD", "s", "*", "f", "d"}), "\"5000000000000-1\"");
  EXPECT_EQ(store.say({"ZSCORE", "z", "m"}), "\"0.30000000000000004\"");
  EXPECT_EQ(store.say({"LRANGE", "l", "0", "-1"}), "[\"y\"]");
  EXPECT_EQ(store.say({"XDEL", "s", "5000000000000-1"}), "(integer) 1");
  EXPECT_EQ(before.size(), store.content().size());
}

// A stream's snapshot has everything but the read counter, which redis-server does not log either.
TEST(AofStream, the_data_of_a_replayed_file_is_the_same) {
  Disk disk(options(1));
  const auto without_counters = [](std::vector<Effect> effects) {
    for (Effect& effect : effects) {
      if (effect.command[0] == "XGROUP" && effect.command[1] == "CREATE") effect.command.pop_back();
    }
    return effects;
  };
  std::vector<Effect> before;
  {
    Store store(disk);
    ASSERT_TRUE(use_streams(store) && store.sync());
    before = store.content();
  }
  crash(disk, true);
  EXPECT_EQ(without_counters(Store(disk).content()), without_counters(before));
}

// A consumer reads, works and acknowledges; at whatever call the disk dies, nothing acknowledged
// comes back and nothing added is lost.
TEST(AofStream, a_death_at_any_call_loses_no_entry_and_no_acknowledgement) {
  for (std::uint64_t k = 1; k <= 90; ++k) {
    Disk disk(options(k));
    disk.die_at_call(k);
    int added = 0;
    int acknowledged = 0;
    {
      Store store(disk);
      bool goes_on = store.loaded() && store.run({"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"});
      for (int n = 1; goes_on && n <= 10; ++n) {
        const std::string id = std::to_string(n) + "-0";
        goes_on = store.run({"XADD", "s", id, "f", "v"}) && store.sync();
        if (!goes_on) break;
        added = n;
        goes_on = store.run({"XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">"}) &&
                  store.run({"XACK", "s", "g", id}) && store.sync();
        if (goes_on) acknowledged = n;
      }
    }
    crash(disk, k % 2 == 0);
    Store store(disk);
    ASSERT_TRUE(store.loaded());
    if (added == 0) continue;
    const auto end = std::to_string(added) + "-0";
    EXPECT_NE(store.say({"XRANGE", "s", end, end}), "[]") << "died at call " << k;
    const auto done = std::to_string(acknowledged);
    EXPECT_EQ(store.say({"XPENDING", "s", "g", "-", done, "9"}), "[]") << "died at call " << k;
  }
}

}  // namespace
}  // namespace lockstep::sim::redis
