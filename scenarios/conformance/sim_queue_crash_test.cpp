// What is left of a queue after power cuts at every call, failing disks and flipped bits.
#include <algorithm>
#include <map>
#include <set>

#include "scenarios/conformance/sim_queue_book.hpp"

namespace lockstep::conformance {
namespace {

using queue::Acked;
using queue::Level;

struct Cut {
  const char* verb;  ///< of the disk; null: by the draw of the seed
  Level level;
};

class QueueSweep : public testing::TestWithParam<Cut> {};

TEST_P(QueueSweep, q17_dies_at_every_call_and_keeps_what_was_acknowledged) {
  QueueOptions options;
  options.push_level = options.ack_level = GetParam().level;
  int points = 0;
  bool survived = false;
  for (std::uint64_t k = 1; !survived; ++k) {
    const auto world = make_world(k);
    Book book;
    if (GetParam().verb != nullptr) {
      ASSERT_TRUE(world->rocks_disk().apply(FaultId{1}, GetParam().verb, 0).has_value());
    }
    world->disk().die_at_call(k);
    survived = world->run_and_crash(work_session(options, &book, 60), seconds(60)) &&
               world->disk().counters().calls < k;
    expect_kept(survey(*world), book, "call " + std::to_string(k));
    if (HasFatalFailure()) return;
    ++points;
  }
  EXPECT_GT(points, 150);
}

std::string name_of_cut(const testing::TestParamInfo<Cut>& cut) {
  std::string name = cut.param.verb == nullptr ? "drawn" : cut.param.verb;
  std::replace(name.begin(), name.end(), '-', '_');
  return name + (cut.param.level == Level::group ? "_group" : "_sync");
}

INSTANTIATE_TEST_SUITE_P(Sim, QueueSweep,
                         testing::Values(Cut{nullptr, Level::sync}, Cut{"torn-write", Level::sync},
                                         Cut{"lose-unsynced", Level::sync},
                                         Cut{nullptr, Level::group}),
                         name_of_cut);

TEST(QueueCrash, at_os_a_power_cut_takes_the_end_and_nothing_else_and_gives_no_id_twice) {
  QueueOptions options;
  options.push_level = options.ack_level = Level::os;
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto world = make_world(seed);
    Book book;
    static_cast<void>(
        world->run_and_crash(work_session(options, &book, 100), milliseconds(5 + seed % 17)));
    const Found found = survey(*world);
    ASSERT_TRUE(found.opened) << seed << ": " << to_text(found.error);
    std::uint64_t last = 0;
    for (const auto& [id, text] : found.events) last = std::max(last, id);
    for (const auto& [id, text] : book.pushed) {
      if (book.ack_sent.contains(id)) continue;
      if (id > last) ++lost;
      if (id < last) {
        EXPECT_TRUE(found.events.contains(id)) << seed << ": a hole at " << id;
      }
    }
    Book second;
    static_cast<void>(world->run_and_crash(work_session({}, &second, 1), seconds(1)));
    ASSERT_FALSE(second.pushed.empty()) << seed << ": " << second.failed;
    EXPECT_FALSE(book.pushed.contains(second.pushed.begin()->first)) << seed;
  }
  EXPECT_GT(lost, 200) << "the loss window shows";
}

TEST(QueueCrash, survives_ten_power_cuts_in_a_row) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const auto world = make_world(seed);
    Book book;
    for (std::uint64_t round = 0; round < 10; ++round) {
      Book now;
      static_cast<void>(world->run_and_crash(work_session({}, &now, 100),
                                             milliseconds(1 + (seed * 7 + round * 13) % 40)));
      for (const auto& [id, text] : now.pushed) {
        EXPECT_TRUE(book.pushed.emplace(id, text).second) << "id " << id << " twice";
      }
      book.acked.insert(now.acked.begin(), now.acked.end());
      book.ack_sent.insert(now.ack_sent.begin(), now.ack_sent.end());
    }
    expect_kept(survey(*world), book, "seed " + std::to_string(seed));
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(QueueCrash, an_opening_cut_short_at_any_call_is_made_again) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (std::uint64_t k = 1; k <= 40; ++k) {
      const auto world = make_world(seed * 100 + k);
      Book book;
      ASSERT_TRUE(world->run(work_session({}, &book, 6)));
      world->disk().die_at_call(k);
      Book nothing;
      static_cast<void>(world->run_and_crash(work_session({}, &nothing, 0), seconds(10)));
      const std::string where = "seed " + std::to_string(seed) + ", call " + std::to_string(k);
      expect_kept(survey(*world), book, where);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(QueueCrash, q18_a_failed_fsync_poisons_the_writer_and_a_reopen_mends_it) {
  const auto world = make_world(1);
  std::vector<std::uint64_t> good;
  // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
  EXPECT_TRUE(world->run([&](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    const EventId first = co_await pushed(queue.get(), "a");
    good.push_back(first.value);
    const bool armed = world->rocks_disk().apply(FaultId{1}, "fail-sync", 1).has_value();
    EXPECT_TRUE(armed);
    const auto failed = co_await queue->push("b");
    EXPECT_EQ(code_of(failed), Errc::io_error);
    EXPECT_TRUE(!failed && failed.error().indefinite()) << "it may be durable after all";
    const auto after = co_await queue->push("c");
    EXPECT_EQ(code_of(after), Errc::io_error);
    EXPECT_TRUE(!after && !after.error().indefinite()) << "no false success, and no doubt";
    const auto ack = co_await queue->ack(first);
    EXPECT_EQ(code_of(ack), Errc::io_error);
  }));
  const Found found = survey(*world);
  ASSERT_TRUE(found.opened) << to_text(found.error);
  EXPECT_TRUE(found.events.contains(1));
  EXPECT_FALSE(found.events.contains(3));
}

TEST(QueueCrash, q19_a_full_disk_refuses_pushes_cleanly_and_lets_acks_through) {
  const auto world = make_world(2);
  // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
  EXPECT_TRUE(world->run([&](Env& env) -> Task<void> {
    QueueOptions options;
    options.reserve_bytes = 200'000;
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    const auto amount = static_cast<std::int64_t>(world->disk().used_bytes() + 400'000);
    const bool armed = world->rocks_disk().apply(FaultId{1}, "full", amount).has_value();
    EXPECT_TRUE(armed);
    Errc code = Errc::ok;
    int accepted = 0;
    for (int i = 0; i < 100 && code == Errc::ok; ++i) {
      const auto id = co_await queue->push(std::string(10'000, 'x'));
      code = code_of(id);
      if (id) ++accepted;
      if (!id) {
        EXPECT_FALSE(id.error().indefinite()) << to_text(id.error());
      }
    }
    EXPECT_EQ(code, Errc::disk_full);
    EXPECT_GT(accepted, 5);
    expect_total(*queue, static_cast<std::uint64_t>(accepted));
    for (int i = 0; i < accepted; ++i) {
      const Delivery event = co_await popped(queue.get());
      const auto acked = co_await queue->ack(event.receipt);
      EXPECT_EQ(code_of(acked), Errc::ok);
    }
    EXPECT_EQ(queue->len(), 0U);
    co_await closed(queue.get());
  }));
}

/// 20 events, 3 of them acked, all at `sync`.
Book filled(SimQueueWorld& world) {
  Book book;
  EXPECT_TRUE(world.run(work_session({}, &book, 20)));
  EXPECT_EQ(book.pushed.size(), 20U);
  return book;
}

TEST(QueueDamage, q13_a_flipped_bit_in_the_log_loses_one_write_and_says_which) {
  int reported = 0;
  int trimmed = 0;
  for (std::uint64_t step = 0; step < 400; ++step) {
    const auto world = make_world(7);
    const Book book = filled(*world);
    std::string log;
    std::uint64_t size = 0;
    for (const std::string& path : world->files(".log")) {
      const auto info = world->disk().info(path);
      if (info && info->size_bytes >= size) {
        size = info->size_bytes;
        log = path;
      }
    }
    ASSERT_GT(size, 1'000U);
    const std::uint64_t offset = step * size / 400;
    ASSERT_TRUE(world->disk().flip_bit(log, offset, step % 8).has_value());
    const Found found = survey(*world);
    const std::string where = "byte " + std::to_string(offset) + " of " + std::to_string(size);
    ASSERT_TRUE(found.opened) << where << ": " << to_text(found.error);
    std::vector<std::uint64_t> missing;
    for (const auto& [id, text] : book.pushed) {
      if (book.ack_sent.contains(id)) continue;
      const auto at = found.events.find(id);
      if (at != found.events.end()) {
        EXPECT_EQ(at->second, text) << where;
      }
      if (at == found.events.end()) missing.push_back(id);
    }
    EXPECT_LE(missing.size(), 1U) << where << ": more than the damaged write is lost";
    const bool is_last =
        missing.size() == 1 && missing[0] == 20 && found.recovery.trimmed_bytes > 0;
    if (is_last) ++trimmed;
    if (missing.size() == 1 && !is_last) {
      EXPECT_TRUE(is_reported(found, missing[0])) << where << ": event " << missing[0];
      ++reported;
    }
    EXPECT_FALSE(found.recovery.damage.empty() && found.recovery.trimmed_bytes == 0) << where;
    // reported again, and still usable, until it is forgotten
    const Found again = survey(*world);
    ASSERT_TRUE(again.opened) << where << ": " << to_text(again.error);
    EXPECT_EQ(again.events, found.events) << where;
    EXPECT_EQ(again.recovery.damage.size(), found.recovery.damage.size()) << where;
  }
  EXPECT_GT(reported, 100);
  EXPECT_LT(trimmed, 60);
}

/// 150 events of 2 kB, half of them acked: tables, a log, a manifest.
Task<void> fill_tables(Env* env, Book* book) {
  const QueuePtr queue = co_await opened(*env);
  if (!queue) co_return;
  for (int i = 0; i < 150; ++i) {
    std::string text = std::to_string(i) + std::string(2'000, static_cast<char>('a' + i % 26));
    const EventId id = co_await pushed(queue.get(), text);
    book->pushed[id.value] = text;
    if (i % 2 != 0) continue;
    const Delivery event = co_await popped(queue.get());
    const auto acked = co_await queue->ack(event.receipt);
    EXPECT_EQ(code_of(acked), Errc::ok);
    book->ack_sent.insert(event.receipt.id.value);
    co_await env::sleep_for(*env, milliseconds(5));  // flushes have time to run
  }
  co_await closed(queue.get());
}

TEST(QueueDamage, a_thousand_flipped_bytes_crash_nothing_and_lose_nothing_silently) {
  int refused = 0;
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    const auto world = make_world(11);
    Book book;
    ASSERT_TRUE(world->run([&book](Env& env) { return fill_tables(&env, &book); }));
    const auto bits = [seed](std::uint64_t n) { return draw(Seed{seed}, DrawStream::test, n); };
    std::vector<std::string> files = world->files("");
    std::erase_if(files, [](const std::string& path) { return path.ends_with(".lock"); });
    const std::string path = files[below(bits(1), files.size())];
    const auto info = world->disk().info(path);
    if (!info || info->size_bytes == 0) continue;
    for (std::uint64_t flip = 0; flip < 8; ++flip) {
      if ((bits(3) >> flip & 1U) == 0) continue;
      const auto flipped = world->disk().flip_bit(path, below(bits(2), info->size_bytes),
                                                  static_cast<unsigned>(flip));
      ASSERT_TRUE(flipped.has_value());
    }
    const Found found = survey(*world);
    const std::string where = "seed " + std::to_string(seed) + ", " + path;
    if (!found.opened) {
      ++refused;
      EXPECT_EQ(found.error.code, Errc::corrupt) << where << ": " << to_text(found.error);
      continue;
    }
    for (const auto& [id, text] : book.pushed) {
      const auto at = found.events.find(id);
      if (at != found.events.end()) {
        EXPECT_EQ(at->second, text) << where;
      }
      if (book.ack_sent.contains(id) || at != found.events.end()) continue;
      ++lost;
      const bool is_last = id == 150 && found.recovery.trimmed_bytes > 0;
      EXPECT_TRUE(is_last || is_reported(found, id)) << where << ": event " << id;
    }
  }
  EXPECT_GT(refused, 10) << "the manifest was hit, too";
  EXPECT_LT(refused, 600);
  EXPECT_GT(lost, 100);
}

TEST(QueueDamage, a_repair_that_is_interrupted_anywhere_is_done_again) {
  for (std::uint64_t k = 1; k <= 40; ++k) {
    const auto world = make_world(8);
    const Book book = filled(*world);
    const std::vector<std::string> logs = world->files(".log");
    ASSERT_FALSE(logs.empty());
    ASSERT_TRUE(world->disk().flip_bit(logs.back(), 900, 3).has_value());
    world->disk().die_at_call(k);
    Book nothing;
    static_cast<void>(world->run_and_crash(work_session({}, &nothing, 0), seconds(10)));
    const Found found = survey(*world);
    const std::string where = "call " + std::to_string(k);
    ASSERT_TRUE(found.opened) << where << ": " << to_text(found.error);
    for (const auto& [id, text] : book.pushed) {
      if (book.ack_sent.contains(id) || found.events.contains(id)) continue;
      EXPECT_TRUE(is_reported(found, id)) << where << ": event " << id;
    }
  }
}

}  // namespace
}  // namespace lockstep::conformance
