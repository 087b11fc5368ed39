#include "scenarios/conformance/sim_queue_book.hpp"

#include <algorithm>

namespace lockstep::conformance {

using queue::Damage;

std::unique_ptr<SimQueueWorld> make_world(std::uint64_t seed) {
  return std::make_unique<SimQueueWorld>(sim::WorldOptions{.seed = Seed{seed}});
}

namespace {

Task<void> work(Env* env, QueueOptions options, Book* book, int rounds) {
  auto opened_queue = co_await ByteQueue::open(*env, "queue", options);
  if (!opened_queue) book->failed = to_text(opened_queue.error());
  if (!opened_queue) co_return;
  ByteQueue& queue = **opened_queue;
  for (int i = 0; i < rounds; ++i) {
    std::string text =
        "event " + std::to_string(i) + std::string(static_cast<std::size_t>(i) * 7, '.');
    const auto id = co_await queue.push(text);
    if (!id) book->failed = to_text(id.error());
    if (!id) co_return;
    book->pushed[id->value] = text;
    if (i % 3 != 0) continue;
    const auto event = co_await queue.pop();
    if (!event || !*event) co_return;
    book->ack_sent.insert((*event)->receipt.id.value);
    const auto acked = co_await queue.ack((*event)->receipt);
    if (!acked) co_return;
    book->acked.insert((*event)->receipt.id.value);
  }
}

}  // namespace

Session work_session(QueueOptions options, Book* book, int rounds) {
  return [options, book, rounds](Env& env) { return work(&env, options, book, rounds); };
}

/// All that the queue gives after it was opened again, until nothing is left.
Found survey(SimQueueWorld& world, QueueOptions options) {
  Found found;
  // lint-allow(capturing-coroutine): the world keeps the session until its run has ended
  const bool ended = world.run([&found, options](Env& env) -> Task<void> {
    auto queue = co_await ByteQueue::open(env, "queue", options);
    if (!queue) found.error = queue.error();
    if (!queue) co_return;
    found.opened = true;
    while (true) {
      const auto event = co_await (*queue)->pop();
      EXPECT_TRUE(event.has_value()) << to_text(event.error());
      if (!event || !*event) break;
      const bool is_new =
          found.events.emplace((*event)->receipt.id.value, (*event)->payload).second;
      EXPECT_TRUE(is_new) << "handed out twice";
    }
    expect_total(**queue, found.events.size());
    found.recovery = (*queue)->recovery();
    co_await closed(queue->get());
  });
  EXPECT_TRUE(ended);
  return found;
}

bool is_reported(const Found& found, std::uint64_t id) {
  return std::any_of(found.recovery.damage.begin(), found.recovery.damage.end(),
                     [id](const Damage& damage) {
                       return damage.ids.first.value <= id && id <= damage.ids.last.value;
                     });
}

/// Nothing acknowledged is lost, nothing acked returns, nothing is made up.
void expect_kept(const Found& found, const Book& book, const std::string& where) {
  ASSERT_TRUE(found.opened) << where << ": " << to_text(found.error);
  for (const auto& [id, text] : book.pushed) {
    if (book.ack_sent.contains(id)) continue;
    const auto at = found.events.find(id);
    ASSERT_TRUE(at != found.events.end()) << where << ": event " << id << " is lost";
    EXPECT_EQ(at->second, text) << where;
  }
  for (const std::uint64_t id : book.acked) {
    EXPECT_FALSE(found.events.contains(id)) << where << ": event " << id << " was acked";
  }
  EXPECT_TRUE(found.recovery.damage.empty())
      << where << ": " << found.recovery.damage.front().detail;
}

}  // namespace lockstep::conformance
