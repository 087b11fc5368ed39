#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {

Task<QueuePtr> opened(Env& env, QueueOptions options) {
  auto queue = co_await ByteQueue::open(env, "queue", options);
  EXPECT_TRUE(queue.has_value()) << to_text(queue.error());
  if (!queue) co_return nullptr;
  co_return std::move(*queue);
}

void expect_total(const ByteQueue& queue, std::uint64_t total) {
  const auto counts = queue.counts();
  EXPECT_EQ(counts.ready + counts.in_flight + counts.delayed + counts.dead, total);
  EXPECT_EQ(queue.len(), total - counts.dead);
}

QueueOptions leased_options() {
  QueueOptions options;
  options.visibility = milliseconds(200);
  return options;
}

}  // namespace lockstep::conformance
