// Streams: order, flow control, and ends with bytes on the way.
#include "sim/stream.hpp"

#include <gtest/gtest.h>

#include "sim/test_programs.hpp"

namespace lockstep::sim {
namespace {

/// What a stream holds at position `i`: no two stretches of it look alike.
std::byte pattern(std::size_t i) { return static_cast<std::byte>(i * 2'654'435'761U >> 13U); }

std::vector<std::byte> patterned(std::size_t size) {
  std::vector<std::byte> all(size);
  for (std::size_t i = 0; i < size; ++i) all[i] = pattern(i);
  return all;
}

/// How a reader reads, and what came of it.
struct Reading {
  std::size_t piece = 10'000;  ///< bytes per read
  Nanos pause{0};              ///< after each
  std::size_t enough = ~std::size_t{0};
  std::size_t intact = 0;  ///< bytes that came in order
  Errc ended = Errc::ok;
};

/// Reads until the end, or until it has enough and closes.
Task<void> read_pattern(Env& env, StreamPtr stream, Reading* reading) {
  std::vector<std::byte> buffer(reading->piece);
  while (reading->intact < reading->enough) {
    const std::span<std::byte> into(buffer);
    const Outcome read = co_await env::read_some(*stream, into);
    reading->ended = read.code;
    if (!read) co_return;
    for (std::size_t i = 0; i < read.n; ++i) {
      if (buffer[i] != pattern(reading->intact)) co_return;
      ++reading->intact;
    }
    if (reading->pause > Nanos(0)) co_await env::sleep_for(env, reading->pause);
  }
}

/// A node whose coroutine reads each connection it gets.
NodeSpec reader(Reading& reading) {
  return program("server", [&reading](NodeRun& run, env::TaskGroup& group) {
    run.listen(test_port, [&run, &group, &reading](StreamPtr stream) {
      group.spawn(read_pattern(run.env(), std::move(stream), &reading));
    });
  });
}

struct Writing {
  std::size_t size = 0;
  std::size_t piece = ~std::size_t{0};  ///< bytes per write
  std::size_t written = 0;
  Errc ended = Errc::no_reply;
};

Task<void> write_pattern(Env& env, Writing* writing) {
  const StreamPtr stream = co_await connected(env);
  const std::vector<std::byte> all = patterned(writing->size);
  while (writing->written < writing->size) {
    const std::size_t n = std::min(writing->piece, writing->size - writing->written);
    const std::span<const std::byte> from = std::span(all).subspan(writing->written, n);
    const Outcome wrote = co_await env::write_all(*stream, from);
    writing->ended = wrote.code;
    if (!wrote) co_return;
    writing->written += n;
  }
}

struct Transfer {
  explicit Transfer(const WorldOptions& options, Reading how, Writing what)
      : world(options), reading(how), writing(what) {}

  World world;
  Reading reading;
  Writing writing;
  NodeId to = world.add_node(reader(reading));
  NodeId from = world.add_node(program("client", [this](NodeRun& run, env::TaskGroup& group) {
    group.spawn(write_pattern(run.env(), &writing));
  }));
};

constexpr std::size_t mebi = 1U << 20U;

TEST(Stream, ten_megabytes_pass_a_window_of_256_kib_in_order_to_a_slow_reader) {
  for (const auto strategy : {StrategyKind::fifo, StrategyKind::random, StrategyKind::pct}) {
    Transfer t({.seed = Seed{1}, .strategy = strategy},
               {.piece = 10'000, .pause = microseconds(500)}, {.size = 10 * mebi});
    t.world.run_until(milliseconds(300));
    EXPECT_LE(t.reading.intact, 600U * 10'000);
    EXPECT_EQ(t.writing.written, 0U) << "all was taken at once";
    t.world.run_until(seconds(60));
    EXPECT_EQ(t.reading.intact, 10 * mebi);
    EXPECT_EQ(t.reading.ended, Errc::connection_lost);  // the end of the stream
    EXPECT_EQ(t.writing.ended, Errc::ok);
  }
}

TEST(Stream, small_messages_with_random_latencies_keep_their_order) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    WorldOptions options{.seed = Seed{seed}, .strategy = StrategyKind::random};
    options.link.latency_min = Nanos(0);
    options.link.latency_mean = milliseconds(5);
    Transfer t(options, {.piece = 7}, {.size = 20'000, .piece = 11});
    t.world.run_until(seconds(60));
    EXPECT_EQ(t.reading.intact, 20'000U);
  }
}

TEST(Stream, a_reader_of_single_bytes_makes_no_messages_of_single_bytes) {
  Transfer t({.seed = Seed{1}}, {.piece = 1}, {.size = 2 * End::window_bytes});
  t.world.run_until(seconds(60));
  EXPECT_EQ(t.reading.intact, 2 * End::window_bytes);
  // one event per read, and a few dozen of messages and credits
  EXPECT_LT(t.world.trace().events(), 2 * End::window_bytes + 100);
}

TEST(Stream, bandwidth_bounds_what_all_connections_of_a_link_move_together) {
  WorldOptions options{.seed = Seed{1}};
  options.link.bytes_per_second = 10 * mebi;
  World world(options);
  Reading reading[2];
  Writing writing[2];
  for (Writing& w : writing) w = {.size = 5 * mebi, .piece = 100'000};
  int next = 0;
  world.add_node(program("server", [&](NodeRun& run, env::TaskGroup& group) {
    run.listen(test_port, [&](StreamPtr stream) {
      group.spawn(read_pattern(run.env(), std::move(stream), &reading[next++]));
    });
  }));
  world.add_node(program("client", [&](NodeRun& run, env::TaskGroup& group) {
    for (Writing& w : writing) group.spawn(write_pattern(run.env(), &w));
  }));
  world.run_until(milliseconds(500));
  const std::size_t moved = reading[0].intact + reading[1].intact;
  EXPECT_LE(moved, 5 * mebi);
  EXPECT_GE(moved, 4 * mebi);
  world.run_until(milliseconds(1200));
  EXPECT_EQ(reading[0].intact + reading[1].intact, 10 * mebi);
}

TEST(Stream, without_a_bandwidth_limit_a_large_message_takes_a_latency_and_no_more) {
  WorldOptions options{.seed = Seed{1}};
  options.link.bytes_per_second = 0;
  Transfer t(options, {}, {.size = End::window_bytes});
  t.world.run_until(milliseconds(5));  // connect and deliver; 7 means of 150 us each at most
  EXPECT_EQ(t.reading.intact, End::window_bytes);
}

TEST(Stream, a_reader_that_closes_early_ends_a_blocked_writer) {
  Transfer t({.seed = Seed{1}}, {.piece = 1000, .pause = milliseconds(1), .enough = 5000},
             {.size = mebi});
  t.world.run_until(seconds(5));
  EXPECT_EQ(t.reading.intact, 5000U);
  EXPECT_EQ(t.writing.ended, Errc::connection_lost);
}

TEST(Stream, a_reset_drops_what_is_on_its_way_and_ends_both_sides) {
  Transfer t({.seed = Seed{1}}, {.piece = 1000, .pause = milliseconds(1)}, {.size = mebi});
  t.world.run_until(milliseconds(50));
  t.world.reset(FaultId{0}, t.from, t.to);
  t.world.run_until(seconds(60));
  EXPECT_EQ(t.writing.ended, Errc::connection_lost);
  EXPECT_EQ(t.reading.ended, Errc::connection_lost);
  EXPECT_LE(t.reading.intact, End::window_bytes);  // what had arrived may still be read
  EXPECT_GT(t.reading.intact, 0U);
  EXPECT_EQ(t.world.network().open_connections(), 0U);
}

TEST(Stream, a_crash_of_the_reader_ends_a_blocked_writer) {
  Transfer t({.seed = Seed{1}}, {.piece = 1000, .pause = milliseconds(1)}, {.size = mebi});
  t.world.run_until(milliseconds(50));
  t.world.crash(FaultId{0}, t.to);
  t.world.run_until(seconds(1));
  EXPECT_EQ(t.writing.ended, Errc::connection_lost);
}

TEST(Stream, a_crash_of_the_writer_ends_the_stream_behind_what_was_on_its_way) {
  Transfer t({.seed = Seed{1}}, {.piece = 1000, .pause = milliseconds(1)}, {.size = mebi});
  t.world.run_until(milliseconds(50));
  t.world.crash(FaultId{0}, t.from);
  t.world.run_until(seconds(60));
  EXPECT_EQ(t.reading.ended, Errc::connection_lost);
  EXPECT_EQ(
      t.reading.intact,
      End::window_bytes + End::credit_min_bytes * (t.reading.intact > End::window_bytes ? 1 : 0));
}

TEST(Stream, pauses_of_either_side_delay_and_lose_nothing) {
  Transfer t({.seed = Seed{1}}, {.piece = 1000, .pause = microseconds(10)}, {.size = mebi});
  for (int i = 0; i < 10; ++i) {
    const NodeId paused = i % 2 == 0 ? t.from : t.to;
    t.world.run_until(milliseconds(20 * i + 1));
    t.world.pause(FaultId{0}, paused);
    t.world.run_until(milliseconds(20 * i + 15));
    t.world.resume(FaultId{0}, paused);
  }
  t.world.run_until(seconds(60));
  EXPECT_EQ(t.reading.intact, mebi);
  EXPECT_EQ(t.writing.ended, Errc::ok);
}

TEST(Stream, clogs_delay_a_transfer_and_lose_nothing) {
  Transfer t({.seed = Seed{1}}, {.piece = 10'000}, {.size = mebi, .piece = 1000});
  for (int i = 0; i < 10; ++i) {
    t.world.run_until(milliseconds(2 * i + 1));
    t.world.clog(FaultId{0}, {t.from, t.to});
    t.world.run_until(milliseconds(2 * i + 2));
    t.world.unclog(FaultId{0}, {t.from, t.to});
  }
  t.world.run_until(seconds(60));
  EXPECT_EQ(t.reading.intact, mebi);
  EXPECT_GT(t.world.count(FaultId{0}).effective, 0U);
}

Task<void> read_twice(Env& env, bool* second_refused) {
  const StreamPtr stream = co_await connected(env);
  std::array<std::byte, 4> buffer{};
  const std::span<std::byte> into(buffer);
  const MonoTime soon = env.clock.now() + milliseconds(10);
  const Outcome none = co_await env::read_some(*stream, into, soon);
  EXPECT_EQ(none.code, Errc::no_reply);
  stream->close();
  const Outcome closed = co_await env::read_some(*stream, into);
  const std::span<const std::byte> from(buffer);
  const Outcome unwritten = co_await env::write_all(*stream, from);
  *second_refused = closed.code == Errc::closed && unwritten.code == Errc::closed;
}

TEST(Stream, a_closed_stream_answers_closed_to_everything) {
  Seen seen;
  World world({.seed = Seed{1}});
  world.add_node(service(seen, true));
  bool refused = false;
  world.add_node(program("a", [&](NodeRun& run, env::TaskGroup& group) {
    group.spawn(read_twice(run.env(), &refused));
  }));
  world.run_until(seconds(1));
  EXPECT_TRUE(refused);
  EXPECT_EQ(seen.closed, 1);
}

}  // namespace
}  // namespace lockstep::sim
