#include "scenarios/work_world/recording.hpp"

#include <charconv>
#include <list>
#include <utility>

namespace lockstep::scenarios {

using checkers::Answer;
using checkers::Invocation;
namespace name = checkers::name;

namespace {

void refuse(Call& call, const work::Refused& refused) {
  Answer answer;
  answer.error = name::stale;
  answer.seen = refused.seen;
  call.fail(answer);
}

void record(Call& call, const Result<work::GuardedOutcome>& outcome) {
  if (!outcome) return call.error(outcome.error());
  if (const auto* refused = std::get_if<work::Refused>(&*outcome)) return refuse(call, *refused);
  call.ok({});
}

}  // namespace

work::Collection collection_of(std::uint32_t key) {
  return {"d" + std::to_string(key / 2), "c" + std::to_string(key)};
}

std::int64_t number_of(std::string_view position) {
  std::int64_t number = 0;
  std::from_chars(position.data(), position.data() + position.size(), number);
  return number;
}

Invocation WorkLog::invocation(checkers::NameId f, std::string_view key,
                               const work::Fence& fence) const {
  Invocation what;
  what.f = f;
  what.key = client.run().name(key);
  what.lease = holds.lease_of(fence);
  what.owner = client.owner();
  what.token = fence.token;
  return what;
}

env::Task<Result<work::GuardedOutcome>> RecordingSink::write(const work::Collection& collection,
                                                             std::span<const work::Event> events,
                                                             const work::Fence& fence) {
  co_await env::sleep_for(env_, dawdle_());
  const std::string key = work::to_text(collection);
  std::list<Call> calls;
  for (const work::Event& event : events) {
    Invocation what = log_.invocation(name::apply, key, fence);
    what.value = number_of(event.position);
    calls.emplace_back(log_.client, what);
  }
  auto outcome = co_await inner_.write(collection, events, fence);
  for (Call& call : calls) record(call, outcome);
  co_return outcome;
}

env::Task<Result<work::LoadOutcome>> RecordingProgress::load(const work::Collection& collection,
                                                             const work::Fence& fence) {
  const Invocation what = log_.invocation(name::load, work::to_text(collection), fence);
  Call call(log_.client, what);
  auto outcome = co_await inner_.load(collection, fence);
  if (!outcome) {
    call.error(outcome.error());
  } else if (const auto* position = std::get_if<work::Position>(&*outcome)) {
    Answer answer;
    answer.value = number_of(position->text);
    call.ok(answer);
  } else {
    refuse(call, std::get<work::Refused>(*outcome));
  }
  co_return outcome;
}

env::Task<Result<work::GuardedOutcome>> RecordingProgress::save(const work::Collection& collection,
                                                                const std::string& position,
                                                                const work::Fence& fence) {
  Invocation what = log_.invocation(name::save, work::to_text(collection), fence);
  what.value = number_of(position);
  Call call(log_.client, what);
  auto outcome = co_await inner_.save(collection, position, fence);
  record(call, outcome);
  co_return outcome;
}

env::Task<Result<void>> RecordingDispatcher::dispatch(const std::string& task, std::int64_t number,
                                                      const work::Fence& fence) {
  Invocation what = log_.invocation(name::dispatch, task, fence);
  what.value = number;
  Call call(log_.client, what);
  co_await env::sleep_for(env_, dawdle_());
  call.ok({});
  co_return Result<void>();
}

env::Task<void> record_emit(ClientLog& log, work::RedisCollectionLog& source,
                            work::Collection collection) {
  Invocation what;
  what.f = name::emit;
  what.key = log.run().name(work::to_text(collection));
  Call call(log, what);
  const Result<std::string> position = co_await source.append(collection, "event");
  if (!position) {
    call.error(position.error());
    co_return;
  }
  Answer answer;
  answer.value = number_of(*position);
  call.ok(answer);
}

}  // namespace lockstep::scenarios
