// Visibility timeouts, receipts, attempts, delays, dead letters.
#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {
namespace {

using queue::Acked;
using queue::DeadCause;
using queue::DeadLetter;

TEST_P(QueueContract, q07_an_extension_prevents_it) {
  session([](Env& env) -> Task<void> {
    QueueOptions options = leased_options();
    options.visibility = milliseconds(400);
    const QueuePtr queue = co_await opened(env, options);
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery first = co_await popped(queue.get());
    const auto extended = co_await queue->extend(first.receipt, seconds(20));
    EXPECT_TRUE(extended.has_value());
    const auto none = co_await queue->poll(milliseconds(800));
    EXPECT_TRUE(none && !*none);
    const auto acked = co_await queue->ack(first.receipt);
    EXPECT_EQ(acked.value_or(Acked::absent), Acked::acked);
    const auto gone = co_await queue->extend(first.receipt, seconds(1));
    EXPECT_EQ(code_of(gone), Errc::not_found);
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

TEST_P(QueueContract, q16_a_receipt_of_an_earlier_opening_is_stale) {
  Receipt old;
  // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
  session([&old](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env, leased_options());
    if (!queue) co_return;
    co_await pushed(queue.get(), "a");
    const Delivery first = co_await popped(queue.get());
    old = first.receipt;
    co_await closed(queue.get());
  });
  // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
  session([&old](Env& env) -> Task<void> {
    const QueuePtr queue = co_await opened(env, leased_options());
    if (!queue) co_return;
    const auto ack = co_await queue->ack(old);
    EXPECT_EQ(code_of(ack), Errc::stale);
    EXPECT_EQ(queue->len(), 1U);
    co_await closed(queue.get());
  });
}

}  // namespace
}  // namespace lockstep::conformance
