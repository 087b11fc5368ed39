#include "scenarios/queue_world/event_queue.hpp"

namespace lockstep::scenarios {

using env::Task;

namespace {

constexpr std::size_t page = 256;

}  // namespace

Task<Result<std::vector<queue::DeadLetter>>> ReferenceQueue::dead_letters() {
  return inner_->dead_letters(queue::EventId{1}, page);
}

Task<Result<QueueSurvey>> ReferenceQueue::survey() {
  QueueSurvey survey;
  auto snapshot = co_await inner_->snapshot();
  if (!snapshot) co_return fail(snapshot.error());
  while (true) {
    auto events = co_await (*snapshot)->next(page);
    if (!events) co_return fail(events.error());
    if (events->empty()) break;
    for (queue::Delivery& event : *events) survey.unacked.push_back(std::move(event));
  }
  queue::EventId from{1};
  while (true) {
    auto letters = co_await inner_->dead_letters(from, page);
    if (!letters) co_return fail(letters.error());
    if (letters->empty()) co_return survey;
    from = queue::EventId{letters->back().id.value + 1};
    for (queue::DeadLetter& letter : *letters) survey.dead.push_back(std::move(letter));
  }
}

Task<QueueResult> open_reference_queue(env::Env& env, std::string name,
                                       queue::QueueOptions options) {
  auto opened = co_await queue::ByteQueue::open(env, std::move(name), options);
  if (!opened) co_return fail(opened.error());
  co_return std::make_unique<ReferenceQueue>(std::move(*opened));
}

}  // namespace lockstep::scenarios
