#include "scenarios/queue_world/event_queue.hpp"

namespace lockstep::scenarios {

using env::Task;

namespace {

constexpr std::size_t page = 256;
constexpr int push_tries = 5;

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

Task<Result<queue::EventId>> ReferenceStreams::push(std::string payload) {
  if (pushes_++ % 2 == 0) co_return co_await inner_->push(std::move(payload));
  const std::string request = std::to_string(env_.random.next());
  std::vector<std::string> payloads;
  payloads.push_back(std::move(payload));
  std::optional<Error> unknown;  // after a try without an answer no other says that it is not there
  for (int tries = 1; tries <= push_tries; ++tries) {
    const auto id = co_await streams().push_once(request, payloads);
    if (id) co_return id;
    if (id.error().indefinite()) unknown = id.error();
    if (!unknown) co_return id;
    co_await env::sleep_for(env_, milliseconds(20));
  }
  co_return fail(*unknown);
}

Task<QueueResult> open_reference_streams(env::Env& env, redis::Client& client,
                                         queue::RedisStreamOptions options) {
  auto opened = co_await queue::RedisStreamQueue::open(env, client, std::move(options));
  if (!opened) co_return fail(opened.error());
  co_return std::make_unique<ReferenceStreams>(env, std::move(*opened));
}

Task<QueueResult> open_reference_queue(env::Env& env, std::string name,
                                       queue::QueueOptions options) {
  auto opened = co_await queue::ByteQueue::open(env, std::move(name), options);
  if (!opened) co_return fail(opened.error());
  co_return std::make_unique<ReferenceQueue>(std::move(*opened));
}

}  // namespace lockstep::scenarios
