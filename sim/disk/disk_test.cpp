// The disk's promises: what was synced survives every crash, what was not may go, and each fault
// does what its name says and is counted.
#include "sim/disk/disk.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sim/disk/node_disk.hpp"

namespace lockstep::sim {
namespace {

DiskOptions options(std::uint64_t seed = 1) { return {.seed = Seed{seed}, .node = NodeId{3}}; }

DiskFile open(Disk& disk, std::string_view path, OpenMode mode = OpenMode::create) {
  auto file = disk.open(path, mode);
  if (!file) throw std::runtime_error(to_text(file.error()));
  return *file;
}

std::string content(Disk& disk, std::string_view path) {
  auto file = disk.open(path, OpenMode::existing);
  return file ? file->read_all().value_or("<unreadable>") : "<" + file.error().detail + ">";
}

// A file whose name and first content are durable.
DiskFile durable_file(Disk& disk, std::string_view path, std::string_view bytes) {
  DiskFile file = open(disk, path);
  EXPECT_TRUE(file.append(bytes) && file.sync() && disk.sync_directory("/"));
  return file;
}

void crash(Disk& disk, std::uint64_t number = 0, CrashKind kind = CrashKind::power) {
  disk.crash(kind, number);
  disk.power_on();
}

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

TEST(Disk, lose_unsynced_keeps_nothing_and_says_what_went) {
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

TEST(Disk, torn_writes_leave_holes_and_zeroed_tails) {
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

TEST(Disk, a_failed_sync_promises_nothing_and_a_later_one_does_not_repair_it) {
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

TEST(Disk, failed_reads_and_writes_are_counted_to_their_faults) {
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

TEST(Disk, a_full_disk_takes_what_fits_and_has_room_again_after_a_removal) {
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

TEST(Disk, its_own_capacity_is_a_bound) {
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

TEST(Disk, a_slow_disk_takes_longer_and_says_so) {
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

TEST(Disk, rot_flips_bits_for_good) {
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

TEST(Disk, one_bit_of_a_file_can_be_flipped) {
  Disk disk(options());
  durable_file(disk, "/f", "abc");
  ASSERT_TRUE(disk.flip_bit("/f", 1, 0));
  EXPECT_EQ(content(disk, "/f"), "acc");
  EXPECT_FALSE(disk.flip_bit("/f", 3, 0));
  EXPECT_FALSE(disk.flip_bit("/g", 0, 0));
}

TEST(Disk, from_its_death_on_every_call_fails_until_power_is_back) {
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

TEST(Disk, every_kind_of_change_can_be_the_last_one) {
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

TEST(Disk, a_locked_path_is_refused_to_a_second_opener_until_unlock_or_crash) {
  Disk disk(options());
  EXPECT_TRUE(disk.lock("/db/LOCK"));
  EXPECT_EQ(disk.lock("/db//LOCK").error().code, Errc::limit);
  disk.unlock("/db/LOCK");
  EXPECT_TRUE(disk.lock("/db/LOCK"));
  crash(disk);
  EXPECT_TRUE(disk.lock("/db/LOCK"));
}

TEST(Disk, unknown_verbs_and_amounts_are_refused) {
  Disk disk(options());
  for (const auto& [verb, amount] : std::map<std::string, std::int64_t>{
           {"melt", 1}, {"fail-sync", 0}, {"fail-read", 0}, {"slow", 0}, {"rot", 0}}) {
    const auto done = disk.inject(FaultId{0}, verb, amount);
    ASSERT_FALSE(done) << verb;
    EXPECT_EQ(done.error().code, Errc::invalid_argument);
  }
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
