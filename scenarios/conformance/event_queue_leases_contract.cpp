// Visibility timeouts, receipts, attempts, delays, dead letters.
#include "scenarios/conformance/event_queue_contract.hpp"

namespace lockstep::conformance {
namespace {

using queue::Acked;
using queue::DeadCause;

TEST_P(EventQueueContract, q07_past_its_timeout_an_event_comes_again_counted) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env, leased());
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    co_await pushed(queue.get(), "b");
    const MonoTime begin = env.clock.now();
    const Delivery first = co_await popped(queue.get());
    const Delivery second = co_await popped(queue.get());
    const Delivery again = co_await awaited(queue.get());
    EXPECT_GE(env.clock.now() - begin, leased().visibility) << "not before";
    EXPECT_EQ(again.receipt.id, first.receipt.id) << "at its place by id";
    EXPECT_EQ(again.receipt.attempt, 2U);
    const auto late = co_await queue->ack(first.receipt);
    EXPECT_EQ(code_of(late), Errc::stale);
    const auto good = co_await queue->ack(again.receipt);
    EXPECT_EQ(good.value_or(Acked::absent), Acked::acked);
    co_await expect_total(queue.get(), 1);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, expired_but_not_handed_out_again_a_receipt_is_still_good) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env, leased());
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery first = co_await popped(queue.get());
    co_await env::sleep_for(env, 2 * leased().visibility);
    const auto acked = co_await queue->ack(first.receipt);
    EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    co_await expect_total(queue.get(), 0);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q08_used_up_it_is_a_dead_letter_with_its_cause_until_it_is_redriven) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    QueueWish wish = leased();
    wish.attempts_max = 2;
    const EventQueuePtr queue = co_await door.open(env, wish);
    if (!queue) co_return;
    co_await pushed(queue.get(), "nacked");
    co_await pushed(queue.get(), "slow");
    Delivery event = co_await popped(queue.get());
    auto nacked = co_await queue->nack(event.receipt);
    EXPECT_TRUE(nacked.has_value());
    event = co_await popped(queue.get());
    EXPECT_EQ(event.receipt.attempt, 2U);
    nacked = co_await queue->nack(event.receipt);
    EXPECT_TRUE(nacked.has_value());
    co_await expect_total(queue.get(), 2);
    queue::QueueCounts counts = co_await counted(queue.get());
    EXPECT_EQ(counts.dead, 1U);
    const auto late = co_await queue->ack(event.receipt);
    EXPECT_EQ(code_of(late), Errc::stale) << "dead";
    for (int i = 0; i < 2; ++i) event = co_await awaited(queue.get());
    EXPECT_EQ(event.payload, "slow");
    const auto none = co_await queue->poll(3 * leased().visibility);
    EXPECT_TRUE(none && !*none);
    counts = co_await counted(queue.get());
    EXPECT_EQ(counts.dead, 2U);
    const auto letters = co_await queue->dead_letters(event_id(1), 10);
    EXPECT_TRUE(letters && letters->size() == 2);
    if (!letters || letters->size() != 2) co_return;
    EXPECT_EQ((*letters)[0].cause, DeadCause::nacked);
    EXPECT_EQ((*letters)[0].attempts, 2U);
    EXPECT_EQ((*letters)[1].cause, DeadCause::timed_out);
    const auto redriven = co_await queue->redrive(event_id(1));
    EXPECT_TRUE(redriven.has_value());
    const auto twice = co_await queue->redrive(event_id(1));
    EXPECT_EQ(code_of(twice), Errc::not_found);
    event = co_await popped(queue.get());
    EXPECT_EQ(event.payload, "nacked");
    EXPECT_EQ(event.receipt.attempt, 1U);
    const auto purged = co_await queue->purge(event_id(2));
    EXPECT_TRUE(purged.has_value());
    co_await expect_total(queue.get(), 1);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q08_a_redriven_event_is_there_after_a_reopen) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    QueueWish wish;
    wish.attempts_max = 1;
    const EventQueuePtr queue = co_await door.open(env, wish);
    if (!queue) co_return;
    for (const char* text : {"dead", "alive"}) co_await pushed(queue.get(), text);
    const Delivery event = co_await popped(queue.get());
    const auto nacked = co_await queue->nack(event.receipt);
    EXPECT_TRUE(nacked.has_value());
    const auto redriven = co_await queue->redrive(event.receipt.id);
    EXPECT_TRUE(redriven.has_value());
    co_await closed(queue.get());
  });
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all, "dead alive");
    co_await expect_total(queue.get(), 2);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q09_a_delay_is_not_cut_short) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery event = co_await popped(queue.get());
    const MonoTime begin = env.clock.now();
    const auto nacked = co_await queue->nack(event.receipt, after(milliseconds(300)));
    EXPECT_TRUE(nacked.has_value());
    const queue::QueueCounts counts = co_await counted(queue.get());
    EXPECT_EQ(counts.delayed, 1U);
    co_await expect_total(queue.get(), 1);
    const Delivery again = co_await awaited(queue.get());
    EXPECT_GE(env.clock.now() - begin, milliseconds(300));
    EXPECT_EQ(again.receipt.attempt, 2U);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, a_backoff_doubles_with_every_attempt) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    QueueWish wish;
    wish.backoff_base = milliseconds(40);
    wish.backoff_max = milliseconds(100);
    const EventQueuePtr queue = co_await door.open(env, wish);
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    Delivery event = co_await popped(queue.get());
    for (const int least : {40, 80, 100, 100}) {
      const MonoTime begin = env.clock.now();
      const auto nacked = co_await queue->nack(event.receipt, after(Nanos(0)));
      EXPECT_TRUE(nacked.has_value());
      event = co_await awaited(queue.get());
      EXPECT_GE(env.clock.now() - begin, milliseconds(least));
    }
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q07_extensions_prevent_it) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    QueueWish wish = leased();
    wish.visibility = milliseconds(400);
    const EventQueuePtr queue = co_await door.open(env, wish);
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery first = co_await popped(queue.get());
    for (int i = 0; i < 5; ++i) {
      const auto extended = co_await queue->extend(first.receipt, wish.visibility);
      EXPECT_TRUE(extended.has_value());
      const auto none = co_await queue->poll(milliseconds(150));
      EXPECT_TRUE(none && !*none);
    }
    const auto acked = co_await queue->ack(first.receipt);
    EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    const auto gone = co_await queue->extend(first.receipt, wish.visibility);
    EXPECT_EQ(code_of(gone), Errc::not_found);
    const auto zero = co_await queue->extend(first.receipt, Nanos(0));
    EXPECT_EQ(code_of(zero), Errc::invalid_argument);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q12_counts_add_up_at_every_step_and_after_a_reopen) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    QueueWish wish;
    wish.attempts_max = 3;
    const EventQueuePtr queue = co_await door.open(env, wish);
    if (!queue) co_return;
    for (std::uint64_t i = 1; i <= 5; ++i) {
      co_await pushed(queue.get(), "x");
      co_await expect_total(queue.get(), i);
    }
    Delivery event = co_await popped(queue.get());
    co_await expect_total(queue.get(), 5);
    auto nacked = co_await queue->nack(event.receipt, after(seconds(100)));
    EXPECT_TRUE(nacked.has_value());
    for (int i = 0; i < 3; ++i) {  // the second one dies
      event = co_await popped(queue.get());
      nacked = co_await queue->nack(event.receipt);
      EXPECT_TRUE(nacked.has_value());
      co_await expect_total(queue.get(), 5);
    }
    event = co_await popped(queue.get());
    const auto acked = co_await queue->ack(event.receipt);
    EXPECT_TRUE(acked.has_value());
    event = co_await popped(queue.get());
    queue::QueueCounts counts = co_await counted(queue.get());
    counts.bytes = 0;
    const queue::QueueCounts expected{.ready = 1, .in_flight = 1, .delayed = 1, .dead = 1};
    EXPECT_EQ(counts, expected);
    co_await closed(queue.get());
  });
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env);
    if (!queue) co_return;
    co_await expect_total(queue.get(), 4);
    const queue::QueueCounts counts = co_await counted(queue.get());
    EXPECT_EQ(counts.delayed, 1U);
    EXPECT_EQ(counts.dead, 1U);
    co_await closed(queue.get());
  });
}

TEST_P(EventQueueContract, q16_a_stale_receipt_is_refused_and_the_event_untouched) {
  session([](Env& env, QueueDoor& door) -> Task<void> {
    const EventQueuePtr queue = co_await door.open(env, leased());
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery first = co_await popped(queue.get());
    const Delivery second = co_await awaited(queue.get());
    EXPECT_EQ(second.receipt.attempt, 2U);
    const auto ack = co_await queue->ack(first.receipt);
    EXPECT_EQ(code_of(ack), Errc::stale);
    const auto nack = co_await queue->nack(first.receipt);
    EXPECT_EQ(code_of(nack), Errc::stale);
    const auto extend = co_await queue->extend(first.receipt, milliseconds(100));
    EXPECT_EQ(code_of(extend), Errc::stale);
    EXPECT_EQ(queue->metrics().stale, 3U);
    const auto bare = co_await queue->ack(second.receipt.id);
    EXPECT_EQ(code_of(bare), Errc::receipt_required);
    Receipt other = second.receipt;
    ++other.generation;
    const auto foreign = co_await queue->ack(other);
    EXPECT_EQ(code_of(foreign), Errc::stale) << "of another opening";
    const queue::QueueCounts counts = co_await counted(queue.get());
    EXPECT_EQ(counts.in_flight, 1U);
    co_await closed(queue.get());
  });
}

}  // namespace
}  // namespace lockstep::conformance
