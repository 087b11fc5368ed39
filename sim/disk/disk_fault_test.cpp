// Each injected fault does what its name says, and is counted.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>

#include "sim/disk/disk.hpp"
#include "sim/disk/disk_fixture.hpp"
#include "sim/disk/node_disk.hpp"

namespace lockstep::sim {
namespace {

using namespace testing;

TEST(DiskFaults, lose_unsynced_keeps_nothing_and_says_what_went) {
  NodeDisk node(options());
  Disk& disk = node.disk();
  DiskFile file = durable_file(disk, "/f", "kept");
  ASSERT_TRUE(node.apply(FaultId{7}, "lose-unsynced", 0));
  node.power_cut(0);
  EXPECT_EQ(node.effective(FaultId{7}), 0U) << "nothing was unsynced";
  file = open(disk, "/f");
  ASSERT_TRUE(file.append("12345") && file.append("678"));
  open(disk, "/g");
  ASSERT_TRUE(node.apply(FaultId{7}, "lose-unsynced", 0));
  EXPECT_EQ(node.power_cut(1), 3U);
  EXPECT_EQ(node.effective(FaultId{7}), 1U);
  EXPECT_EQ(disk.counters().lost.bytes, 8U);
  EXPECT_EQ(disk.counters().lost.names, 1U);
  EXPECT_EQ(content(disk, "/f"), "kept");
  EXPECT_EQ(disk.list("/").value().size(), 1U);
}

TEST(DiskFaults, torn_writes_leave_holes_and_zeroed_tails) {
  int holes = 0;
  int zeroed = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Disk disk(options(seed));
    DiskFile file = durable_file(disk, "/f", "");
    for (int i = 0; i < 16; ++i) ASSERT_TRUE(file.append(std::string(1000, 'x')));
    ASSERT_TRUE(disk.inject(FaultId{0}, "torn-write", 0));
    crash(disk);
    const std::string bytes = content(disk, "/f");
    const std::size_t hole = bytes.find('\0');
    if (hole == std::string::npos) continue;
    if (bytes.find('x', hole) != std::string::npos) ++holes;
    if (disk.counters().lost.zeroed > 0) ++zeroed;
  }
  EXPECT_GT(holes, 10);
  EXPECT_GT(zeroed, 10);
}

TEST(DiskFaults, a_failed_sync_promises_nothing_and_a_later_one_does_not_repair_it) {
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Disk disk(options(seed));
    DiskFile file = durable_file(disk, "/f", "a");
    ASSERT_TRUE(file.append("b"));
    ASSERT_TRUE(disk.inject(FaultId{0}, "fail-sync", 1));
    const auto failed = file.sync();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::io_error);
    EXPECT_TRUE(failed.error().indefinite());
    EXPECT_EQ(content(disk, "/f"), "ab") << "readers still see it";
    ASSERT_TRUE(file.append("c") && file.sync());
    crash(disk);
    const std::string bytes = content(disk, "/f");
    EXPECT_TRUE(bytes == "abc" || bytes == std::string("a\0c", 3)) << bytes;
    lost += bytes == "abc" ? 0 : 1;
  }
  EXPECT_GT(lost, 20);
  EXPECT_LT(lost, 80);
}

TEST(DiskFaults, failed_reads_and_writes_are_counted_to_their_faults) {
  NodeDisk node(options());
  Disk& disk = node.disk();
  DiskFile file = durable_file(disk, "/f", "abc");
  ASSERT_TRUE(node.apply(FaultId{1}, "fail-read", 2));
  ASSERT_TRUE(node.apply(FaultId{2}, "fail-write", 1));
  EXPECT_FALSE(file.read_all());
  EXPECT_FALSE(file.read_all());
  EXPECT_TRUE(file.read_all());
  const auto write = file.append("0123456789");
  ASSERT_FALSE(write);
  EXPECT_TRUE(write.error().indefinite());
  const std::string bytes = file.read_all().value();
  EXPECT_TRUE(std::string("abc0123456789").starts_with(bytes)) << bytes;
  EXPECT_TRUE(file.append("z"));
  EXPECT_EQ(node.effective(FaultId{1}), 2U);
  EXPECT_EQ(node.effective(FaultId{2}), 1U);
}

TEST(DiskFaults, a_full_disk_takes_what_fits_and_has_room_again_after_a_removal) {
  NodeDisk node(options());
  Disk& disk = node.disk();
  durable_file(disk, "/old", "0123456789");
  DiskFile file = durable_file(disk, "/f", "abc");
  ASSERT_TRUE(node.apply(FaultId{1}, "full", 4));
  const auto write = file.append("defghi");
  ASSERT_FALSE(write);
  EXPECT_EQ(write.error().code, Errc::disk_full);
  EXPECT_EQ(content(disk, "/f"), "abcdefg");
  EXPECT_TRUE(file.write_at(0, "ABC")) << "overwriting needs no room";
  EXPECT_FALSE(file.truncate(100));
  ASSERT_TRUE(disk.remove("/old"));
  EXPECT_TRUE(file.append("0123456789"));
  EXPECT_FALSE(file.append("x"));
  node.heal();
  EXPECT_TRUE(file.append("x"));
  EXPECT_EQ(node.effective(FaultId{1}), 3U);
}

TEST(DiskFaults, its_own_capacity_is_a_bound) {
  DiskOptions small = options();
  small.bytes_max = 10;
  Disk disk(small);
  DiskFile file = open(disk, "/f");
  EXPECT_TRUE(file.append("0123456789"));
  EXPECT_EQ(file.append("x").error().code, Errc::disk_full);
  EXPECT_EQ(file.write_at(~std::uint64_t{0} - 4, "0123456789").error().code,
            Errc::invalid_argument);
  EXPECT_EQ(file.truncate(~std::uint64_t{0}).error().code, Errc::disk_full);
}

TEST(DiskFaults, a_slow_disk_takes_longer_and_says_so) {
  NodeDisk node(options());
  Disk& disk = node.disk();
  DiskFile file = open(disk, "/f");
  static_cast<void>(disk.take_elapsed());
  ASSERT_TRUE(file.append("abc"));
  const Nanos usual = disk.take_elapsed();
  EXPECT_GT(usual, Nanos(0));
  ASSERT_TRUE(node.apply(FaultId{1}, "slow", 5'000'000));
  ASSERT_TRUE(file.append("abc"));
  EXPECT_EQ(disk.take_elapsed(), usual + milliseconds(5));
  EXPECT_EQ(node.effective(FaultId{1}), 1U);
  EXPECT_EQ(disk.take_elapsed(), Nanos(0));
}

TEST(DiskFaults, rot_flips_bits_for_good) {
  NodeDisk node(options());
  Disk& disk = node.disk();
  ASSERT_TRUE(node.apply(FaultId{1}, "rot", 3));
  EXPECT_EQ(node.effective(FaultId{1}), 0U) << "an empty disk has no bits";
  const std::string clean(100, 'x');
  durable_file(disk, "/f", clean);
  ASSERT_TRUE(node.apply(FaultId{1}, "rot", 1));
  const std::string rotten = content(disk, "/f");
  EXPECT_NE(rotten, clean);
  node.heal();
  crash(disk);
  EXPECT_EQ(content(disk, "/f"), rotten);
  EXPECT_EQ(node.effective(FaultId{1}), 1U);
}

TEST(DiskFaults, one_bit_of_a_file_can_be_flipped) {
  Disk disk(options());
  durable_file(disk, "/f", "abc");
  ASSERT_TRUE(disk.flip_bit("/f", 1, 0));
  EXPECT_EQ(content(disk, "/f"), "acc");
  EXPECT_FALSE(disk.flip_bit("/f", 3, 0));
  EXPECT_FALSE(disk.flip_bit("/g", 0, 0));
}

TEST(DiskFaults, from_its_death_on_every_call_fails_until_power_is_back) {
  Disk disk(options());
  DiskFile file = durable_file(disk, "/f", "abc");
  disk.die_at_call(2);
  EXPECT_TRUE(file.append("d"));
  EXPECT_TRUE(file.read_all()) << "reads do not count";
  const auto last = file.sync();
  ASSERT_FALSE(last);
  EXPECT_TRUE(last.error().indefinite());
  EXPECT_FALSE(disk.is_on());
  EXPECT_FALSE(file.append("e"));
  EXPECT_FALSE(file.read_all());
  EXPECT_FALSE(disk.open("/f", OpenMode::existing));
  EXPECT_FALSE(disk.rename("/f", "/g"));
  EXPECT_FALSE(disk.list("/"));
  crash(disk);
  const std::string bytes = content(disk, "/f");
  EXPECT_TRUE(bytes == "abc" || bytes == "abcd") << bytes;
}

TEST(DiskFaults, every_kind_of_change_can_be_the_last_one) {
  using Step = std::function<bool(Disk&, DiskFile&)>;
  const std::vector<Step> steps = {
      [](Disk&, DiskFile& f) { return f.append("x").has_value(); },
      [](Disk&, DiskFile& f) { return f.truncate(1).has_value(); },
      [](Disk&, DiskFile& f) { return f.sync().has_value(); },
      [](Disk& d, DiskFile&) { return d.open("/g", OpenMode::create).has_value(); },
      [](Disk& d, DiskFile&) { return d.open("/f", OpenMode::create_empty).has_value(); },
      [](Disk& d, DiskFile&) { return d.rename("/f", "/g").has_value(); },
      [](Disk& d, DiskFile&) { return d.link("/f", "/g").has_value(); },
      [](Disk& d, DiskFile&) { return d.remove("/f").has_value(); },
      [](Disk& d, DiskFile&) { return d.make_directory("/d").has_value(); },
      [](Disk& d, DiskFile&) { return d.sync_directory("/").has_value(); }};
  for (const Step& step : steps) {
    Disk disk(options());
    DiskFile file = durable_file(disk, "/f", "abc");
    disk.die_at_call(1);
    ASSERT_TRUE(disk.inject(FaultId{0}, "fail-sync", 1));
    EXPECT_FALSE(step(disk, file));
    EXPECT_FALSE(disk.is_on());
  }
}

TEST(DiskFaults, unknown_verbs_and_amounts_are_refused) {
  Disk disk(options());
  for (const auto& [verb, amount] : std::map<std::string, std::int64_t>{
           {"melt", 1}, {"fail-sync", 0}, {"fail-read", 0}, {"slow", 0}, {"rot", 0}}) {
    const auto done = disk.inject(FaultId{0}, verb, amount);
    ASSERT_FALSE(done) << verb;
    EXPECT_EQ(done.error().code, Errc::invalid_argument);
  }
}

}  // namespace
}  // namespace lockstep::sim
