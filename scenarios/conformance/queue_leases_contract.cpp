// Visibility timeouts, receipts, attempts, delays, dead letters.
#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {
namespace {

using queue::Acked;
using queue::DeadCause;
using queue::DeadLetter;

/// Waits for the next event, for as long as a timeout and a noisy machine may take.
Task<Delivery> awaited(ByteQueue* queue) {
  const auto event = co_await queue->poll(seconds(10));
  EXPECT_TRUE(event && *event) << "nothing came";
  co_return event && *event ? **event : Delivery{};
}

TEST_P(QueueContract, q07_past_its_timeout_an_event_comes_again_counted) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env, leased_options());
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    co_await pushed(queue.get(), "b");
    const MonoTime begin = env.clock.now();
    const Delivery first = co_await popped(queue.get());
    const Delivery second = co_await popped(queue.get());
    const Delivery again = co_await awaited(queue.get());
    EXPECT_GE(env.clock.now() - begin, leased_options().visibility) << "not before";
    EXPECT_EQ(again.receipt.id, first.receipt.id) << "at its place by id";
    EXPECT_EQ(again.receipt.attempt, 2U);
    const auto late = co_await queue->ack(first.receipt);
    EXPECT_EQ(code_of(late), Errc::stale);
    const auto good = co_await queue->ack(again.receipt);
    EXPECT_EQ(good.value_or(Acked::absent), Acked::acked);
    expect_total(*queue, 1);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q07_an_extension_prevents_it) {
  session([](Env& env) -> Task<void> {
    QueueOptions options = leased_options();
    options.visibility = milliseconds(400);
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery first = co_await popped(queue.get());
    const auto extended = queue->extend(first.receipt, seconds(20));
    EXPECT_TRUE(extended.has_value());
    const auto none = co_await queue->poll(milliseconds(800));
    EXPECT_TRUE(none && !*none);
    const auto acked = co_await queue->ack(first.receipt);
    EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    const auto gone = queue->extend(first.receipt, seconds(1));
    EXPECT_EQ(code_of(gone), Errc::not_found);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, expired_but_not_handed_out_again_a_receipt_is_still_good) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env, leased_options());
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery first = co_await popped(queue.get());
    co_await env::sleep_for(env, 2 * leased_options().visibility);
    const auto acked = co_await queue->ack(first.receipt);
    EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    expect_total(*queue, 0);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q08_used_up_it_is_a_dead_letter_with_its_cause_until_it_is_redriven) {
  session([](Env& env) -> Task<void> {
    QueueOptions options = leased_options();
    options.attempts_max = 2;
    const QueuePtr queue = co_await opened(env, options);
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
    expect_total(*queue, 2);
    EXPECT_EQ(queue->counts().dead, 1U);
    const auto late = co_await queue->ack(event.receipt);
    EXPECT_EQ(code_of(late), Errc::stale) << "dead";
    for (int i = 0; i < 2; ++i) event = co_await awaited(queue.get());
    EXPECT_EQ(event.payload, "slow");
    const auto none = co_await queue->poll(3 * leased_options().visibility);
    EXPECT_TRUE(none && !*none);
    EXPECT_EQ(queue->counts().dead, 2U);
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
    expect_total(*queue, 1);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q08_a_redriven_event_is_there_after_a_reopen) {
  session([](Env& env) -> Task<void> {
    QueueOptions options;
    options.attempts_max = 1;
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    for (const char* text : {"dead", "alive"}) co_await pushed(queue.get(), text);
    const Delivery event = co_await popped(queue.get());
    const auto nacked = co_await queue->nack(event.receipt);
    EXPECT_TRUE(nacked.has_value());
    const auto redriven = co_await queue->redrive(event.receipt.id);
    EXPECT_TRUE(redriven.has_value());
    co_await closed(queue.get());
  });
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    const std::string all = co_await all_popped(queue.get());
    EXPECT_EQ(all, "dead alive");
    expect_total(*queue, 2);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q08_attempts_count_through_a_reopen) {
  QueueOptions options = leased_options();
  options.attempts_max = 2;
  options.visibility = seconds(60);
  for (std::uint32_t attempt = 1; attempt <= 2; ++attempt) {
    // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
    session([options, attempt](Env& env) -> Task<void> {
      const QueuePtr queue = co_await opened(env, options);
      if (!queue) co_return;
      if (attempt == 1) co_await pushed(queue.get(), "crasher");
      const Delivery event = co_await popped(queue.get());
      EXPECT_EQ(event.receipt.attempt, attempt);
      EXPECT_EQ(event.receipt.generation, attempt) << "of the opening";
      co_await closed(queue.get());
    });
  }
  // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
  session([options](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    const auto none = co_await queue->pop();
    EXPECT_TRUE(none && !*none);
    const auto letters = co_await queue->dead_letters(event_id(1), 10);
    EXPECT_TRUE(letters && letters->size() == 1 && letters->front().cause == DeadCause::reopened);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q09_a_delay_is_not_cut_short) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery event = co_await popped(queue.get());
    const MonoTime begin = env.clock.now();
    const auto nacked = co_await queue->nack(event.receipt, after(milliseconds(300)));
    EXPECT_TRUE(nacked.has_value());
    EXPECT_EQ(queue->counts().delayed, 1U);
    expect_total(*queue, 1);
    const Delivery again = co_await awaited(queue.get());
    EXPECT_GE(env.clock.now() - begin, milliseconds(300));
    EXPECT_EQ(again.receipt.attempt, 2U);
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, q09_a_delay_starts_again_in_full_when_the_queue_is_reopened) {
  session([](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    co_await pushed(queue.get(), "b");
    const Delivery event = co_await popped(queue.get());
    const auto nacked = co_await queue->nack(event.receipt, after(milliseconds(400)));
    EXPECT_TRUE(nacked.has_value());
    co_await closed(queue.get());
  });
  session([](Env& env) -> Task<void> {
    const MonoTime begin = env.clock.now();
    const QueuePtr queue = co_await opened(env);
    if (!queue) co_return;
    EXPECT_EQ(queue->counts().delayed, 1U);
    const Delivery other = co_await popped(queue.get());
    EXPECT_EQ(other.payload, "b");
    const Delivery again = co_await awaited(queue.get());
    EXPECT_EQ(again.payload, "a");
    EXPECT_GE(env.clock.now() - begin, milliseconds(400));
    co_await closed(queue.get());
  });
}

TEST_P(QueueContract, a_backoff_doubles_with_every_attempt) {
  session([](Env& env) -> Task<void> {
    QueueOptions options;
    options.backoff_base = milliseconds(40);
    options.backoff_max = milliseconds(100);
    const QueuePtr queue = co_await opened(env, options);
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

TEST_P(QueueContract, q12_counts_add_up_through_a_reopen) {
  QueueOptions options;
  options.attempts_max = 3;
  // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
  session([options](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    for (int i = 0; i < 10; ++i) {
      co_await pushed(queue.get(), std::string(10, 'x'));
      expect_total(*queue, static_cast<std::uint64_t>(i) + 1);
    }
    Delivery event = co_await popped(queue.get());
    expect_total(*queue, 10);
    auto nacked = co_await queue->nack(event.receipt, after(seconds(100)));
    EXPECT_TRUE(nacked.has_value());
    expect_total(*queue, 10);
    for (int i = 0; i < 3; ++i) {  // the second one dies
      event = co_await popped(queue.get());
      nacked = co_await queue->nack(event.receipt);
      EXPECT_TRUE(nacked.has_value());
      expect_total(*queue, 10);
    }
    event = co_await popped(queue.get());
    const auto acked = co_await queue->ack(event.receipt);
    EXPECT_TRUE(acked.has_value());
    event = co_await popped(queue.get());
    const queue::QueueCounts expected{
        .ready = 6, .in_flight = 1, .delayed = 1, .dead = 1, .bytes = 90};
    EXPECT_EQ(queue->counts(), expected);
    co_await closed(queue.get());
  });
  for (const bool eager : {false, true}) {
    options.eager = eager;
    // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
    session([options](Env& env) -> Task<void> {
      const QueuePtr queue = co_await opened(env, options);
      if (!queue) co_return;
      const queue::QueueCounts expected{
          .ready = 7, .in_flight = 0, .delayed = 1, .dead = 1, .bytes = 90};
      EXPECT_EQ(queue->counts(), expected);
      EXPECT_TRUE(queue->recovery().damage.empty());
      co_await closed(queue.get());
    });
  }
}

TEST_P(QueueContract, q16_a_stale_receipt_is_refused_and_the_event_untouched) {
  Receipt old;
  // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
  session([&old](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env, leased_options());
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery first = co_await popped(queue.get());
    old = first.receipt;
    const Delivery second = co_await awaited(queue.get());
    const auto ack = co_await queue->ack(first.receipt);
    EXPECT_EQ(code_of(ack), Errc::stale);
    const auto nack = co_await queue->nack(first.receipt);
    EXPECT_EQ(code_of(nack), Errc::stale);
    const auto extend = queue->extend(first.receipt, seconds(1));
    EXPECT_EQ(code_of(extend), Errc::stale);
    EXPECT_EQ(queue->counts().in_flight, 1U);
    EXPECT_EQ(queue->metrics().stale, 3U);
    const auto bare = co_await queue->ack(second.receipt.id);
    EXPECT_EQ(code_of(bare), Errc::receipt_required);
    co_await closed(queue.get());
  });
  // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
  session([&old](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env, leased_options());
    if (!queue) co_return;
    const auto ack = co_await queue->ack(old);
    EXPECT_EQ(code_of(ack), Errc::stale) << "of an earlier opening";
    EXPECT_EQ(queue->len(), 1U);
    co_await closed(queue.get());
  });
}

}  // namespace
}  // namespace lockstep::conformance
