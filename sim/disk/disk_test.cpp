// What a disk holds, and what is left of it after crashes: what was synced survives, the rest may
// go.
#include "sim/disk/disk.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>

#include "sim/disk/disk_fixture.hpp"
#include "sim/disk/node_disk.hpp"

namespace lockstep::sim {
namespace {

using namespace testing;

TEST(Disk, reads_what_was_written) {
  Disk disk(options());
  DiskFile file = open(disk, "/a");
  ASSERT_TRUE(file.append("hello") && file.write_at(7, "x") && file.write_at(0, "H"));
  EXPECT_EQ(content(disk, "//a"), std::string("Hello\0\0x", 8));
  std::array<char, 3> buffer{};
  EXPECT_EQ(file.read_at(6, buffer).value(), 2U);
  EXPECT_EQ(file.read_at(100, buffer).value(), 0U);
  ASSERT_TRUE(file.truncate(2));
  EXPECT_EQ(content(disk, "a"), "He");
  EXPECT_EQ(file.size().value(), 2U);
}

TEST(Disk, a_handle_follows_the_file_through_rename_and_removal) {
  Disk disk(options());
  DiskFile file = open(disk, "/a");
  ASSERT_TRUE(disk.rename("/a", "/b"));
  ASSERT_TRUE(file.append("1"));
  EXPECT_EQ(content(disk, "/b"), "1");
  ASSERT_TRUE(disk.remove("/b"));
  ASSERT_TRUE(file.append("2"));
  EXPECT_EQ(file.read_all().value(), "12");
  EXPECT_FALSE(disk.open("/b", OpenMode::existing));
}

TEST(Disk, names_are_checked) {
  Disk disk(options());
  ASSERT_TRUE(disk.make_directory("/d"));
  ASSERT_TRUE(disk.make_directory("/d"));
  durable_file(disk, "/f", "x");
  const auto code = [](const auto& result) { return result ? Errc::ok : result.error().code; };
  EXPECT_EQ(code(disk.open("/none", OpenMode::existing)), Errc::not_found);
  EXPECT_EQ(code(disk.open("/none/f", OpenMode::create)), Errc::not_found);
  EXPECT_EQ(code(disk.open("/f/g", OpenMode::create)), Errc::invalid_argument);
  EXPECT_EQ(code(disk.open("/d", OpenMode::create)), Errc::invalid_argument);
  EXPECT_EQ(code(disk.open("/", OpenMode::create)), Errc::invalid_argument);
  EXPECT_EQ(code(disk.open("", OpenMode::create)), Errc::invalid_argument);
  EXPECT_EQ(code(disk.open("/d/../f", OpenMode::create)), Errc::invalid_argument);
  EXPECT_EQ(code(disk.make_directory("/f")), Errc::invalid_argument);
  EXPECT_EQ(code(disk.remove("/d")), Errc::invalid_argument);
  EXPECT_EQ(code(disk.rename("/f", "/d")), Errc::invalid_argument);
  EXPECT_EQ(code(disk.list("/f")), Errc::invalid_argument);
  open(disk, "/d/x");
  EXPECT_EQ(code(disk.remove_directory("/d")), Errc::invalid_argument);
  ASSERT_TRUE(disk.remove("/d/x"));
  EXPECT_EQ(code(disk.remove_directory("/d")), Errc::ok);
  EXPECT_EQ(disk.list("/").value(), std::vector<std::string>{"f"});
}

TEST(Disk, info_tells_files_from_directories) {
  Disk disk(options());
  ASSERT_TRUE(disk.make_directory("/d"));
  ASSERT_TRUE(open(disk, "/d/f").append("abc"));
  EXPECT_TRUE(disk.info("/d").value().is_directory);
  EXPECT_EQ(disk.info("/d/f").value().size_bytes, 3U);
  EXPECT_FALSE(disk.info("/e"));
}

TEST(Disk, synced_data_under_a_synced_name_survives_every_power_cut) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Disk disk(options(seed));
    DiskFile file = durable_file(disk, "/f", "durable");
    ASSERT_TRUE(file.append("+lost or not"));
    if (seed % 2 == 1) {
      ASSERT_TRUE(disk.inject(FaultId{0}, "torn-write", 0));
    }
    crash(disk, seed);
    const std::string bytes = content(disk, "/f");
    EXPECT_TRUE(bytes.starts_with("durable")) << bytes;
    EXPECT_LE(bytes.size(), 19U);
  }
}

TEST(Disk, unsynced_bytes_are_sometimes_kept_sometimes_lost_and_sometimes_cut) {
  std::map<std::size_t, int> sizes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Disk disk(options(seed));
    DiskFile file = durable_file(disk, "/f", "");
    ASSERT_TRUE(file.append("0123456789"));
    crash(disk);
    ++sizes[content(disk, "/f").size()];
  }
  EXPECT_GT(sizes[0], 20);
  EXPECT_GT(sizes[10], 20);
  EXPECT_GT(sizes.size(), 6U);
}

TEST(Disk, a_process_crash_loses_nothing_but_the_handles) {
  Disk disk(options());
  DiskFile file = open(disk, "/f");
  ASSERT_TRUE(file.append("abc"));
  crash(disk, 0, CrashKind::process);
  EXPECT_EQ(content(disk, "/f"), "abc");
  EXPECT_EQ(file.append("d").error().code, Errc::closed);
  EXPECT_EQ(file.sync().error().code, Errc::closed);
  EXPECT_FALSE(file.read_all());
}

TEST(Disk, what_a_process_crash_left_unsynced_a_later_power_cut_still_takes) {
  Disk disk(options());
  DiskFile file = durable_file(disk, "/f", "a");
  ASSERT_TRUE(file.append("b"));
  crash(disk, 0, CrashKind::process);
  ASSERT_TRUE(disk.inject(FaultId{0}, "lose-unsynced", 0));
  crash(disk, 1);
  EXPECT_EQ(content(disk, "/f"), "a");
}

TEST(Disk, a_name_is_lost_or_kept_without_its_directory_sync) {
  std::map<bool, int> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Disk disk(options(seed));
    DiskFile file = open(disk, "/f");
    ASSERT_TRUE(file.append("abc") && file.sync());
    crash(disk);
    const auto names = disk.list("/").value();
    if (!names.empty()) {
      EXPECT_EQ(content(disk, "/f"), "abc");
    }
    ++seen[names.empty()];
    EXPECT_EQ(disk.counters().files_lost, names.size() == 1 ? 0U : 1U);
  }
  EXPECT_GT(seen[true], 20);
  EXPECT_GT(seen[false], 20);
}

TEST(Disk, an_unsynced_rename_leaves_the_old_file_or_the_new_one_and_never_neither) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Disk disk(options(seed));
    durable_file(disk, "/current", "old");
    durable_file(disk, "/tmp", "new");
    ASSERT_TRUE(disk.rename("/tmp", "/current"));
    crash(disk);
    ++seen[content(disk, "/current")];
  }
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_GT(seen["old"], 20);
  EXPECT_GT(seen["new"], 20);
}

TEST(Disk, a_synced_rename_brings_its_other_half_and_older_changes_of_its_names) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Disk disk(options(seed));
    ASSERT_TRUE(disk.make_directory("/a") && disk.make_directory("/b"));
    DiskFile file = open(disk, "/a/x");
    ASSERT_TRUE(file.append("1") && file.sync());
    ASSERT_TRUE(disk.rename("/a/x", "/b/y"));
    ASSERT_TRUE(disk.sync_directory("/b"));
    crash(disk);
    EXPECT_TRUE(disk.list("/a").value().empty());
    EXPECT_EQ(content(disk, "/b/y"), "1");
  }
}

TEST(Disk, a_removed_file_may_come_back_until_its_directory_is_synced) {
  std::map<bool, int> back;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Disk disk(options(seed));
    durable_file(disk, "/f", "abc");
    ASSERT_TRUE(disk.remove("/f"));
    crash(disk);
    const bool is_back = disk.info("/f").has_value();
    if (is_back) {
      EXPECT_EQ(content(disk, "/f"), "abc");
    }
    ++back[is_back];
  }
  EXPECT_GT(back[true], 20);
  EXPECT_GT(back[false], 20);
  Disk disk(options());
  durable_file(disk, "/f", "abc");
  ASSERT_TRUE(disk.remove("/f") && disk.sync_directory("/"));
  crash(disk);
  EXPECT_FALSE(disk.info("/f"));
}

TEST(Disk, a_locked_path_is_refused_to_a_second_opener_until_unlock_or_crash) {
  Disk disk(options());
  EXPECT_TRUE(disk.lock("/db/LOCK"));
  EXPECT_EQ(disk.lock("/db//LOCK").error().code, Errc::limit);
  disk.unlock("/db/LOCK");
  EXPECT_TRUE(disk.lock("/db/LOCK"));
  crash(disk);
  EXPECT_TRUE(disk.lock("/db/LOCK"));
}

TEST(Disk, a_negative_amount_disarms_what_is_left) {
  Disk disk(options());
  DiskFile file = durable_file(disk, "/f", "a");
  ASSERT_TRUE(disk.inject(FaultId{0}, "full", 0));
  ASSERT_TRUE(disk.inject(FaultId{1}, "fail-sync", 5));
  EXPECT_FALSE(file.append("b"));
  EXPECT_FALSE(file.sync());
  ASSERT_TRUE(disk.inject(FaultId{0}, "full", -1));
  ASSERT_TRUE(disk.inject(FaultId{1}, "fail-sync", -1));
  EXPECT_TRUE(file.append("b"));
  EXPECT_TRUE(file.sync());
}

TEST(Disk, the_same_calls_and_seed_leave_the_same_disk) {
  const auto run = [](std::uint64_t seed) {
    Disk disk(options(seed));
    std::string all;
    for (std::uint64_t n = 0; n < 10; ++n) {
      DiskFile file = open(disk, "/f" + std::to_string(n % 3));
      EXPECT_TRUE(file.append(std::string(3000, static_cast<char>('a' + n))));
      if (n % 4 == 0) {
        EXPECT_TRUE(file.sync());
      }
      if (n % 2 == 0) {
        EXPECT_TRUE(disk.inject(FaultId{0}, "torn-write", 0));
      }
      crash(disk, n);
      const std::vector<std::string> names = disk.list("/").value();
      for (const std::string& name : names) all += name + content(disk, name);
    }
    return all;
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

}  // namespace
}  // namespace lockstep::sim
