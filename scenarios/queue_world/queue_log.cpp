#include "scenarios/queue_world/queue_log.hpp"

#include <charconv>

#include "impl/base/hash.hpp"

namespace lockstep::scenarios {

using checkers::Answer;
using checkers::Invocation;
using checkers::MessageId;
using env::Task;
using queue::Acked;
using queue::EventId;
using queue::Receipt;
namespace name = checkers::name;

std::string payload_of(std::int64_t value, std::size_t filling) {
  std::string text =
      std::to_string(value) + ":" + std::string(filling, static_cast<char>('a' + value % 26));
  return text + ":" + std::to_string(digest(text));
}

std::optional<std::int64_t> value_of(std::string_view payload) {
  const std::size_t end = payload.rfind(':');
  if (end == payload.npos) return std::nullopt;
  const std::string_view text = payload.substr(0, end);
  if (payload.substr(end + 1) != std::to_string(digest(text))) return std::nullopt;
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

QueueLog::QueueLog(ClientLog client, std::string_view place, std::uint32_t number, Nanos visibility)
    : client_(std::move(client)), place_(place), key_(key_of(number)), visibility_(visibility) {}

checkers::NameId QueueLog::key_of(std::uint32_t number) {
  return client_.run().name(place_ + "/queue" + std::to_string(number));
}

Invocation QueueLog::invocation(checkers::NameId f) const { return {.f = f, .key = key_}; }

Invocation QueueLog::invocation(checkers::NameId f, const Receipt& receipt) const {
  Invocation what = invocation(f);
  what.id = MessageId{receipt.id.value};
  what.attempt = static_cast<std::uint16_t>(receipt.attempt);
  what.token = FencingToken{receipt.generation};
  return what;
}

/// The words that the checker knows for what a queue refuses; else as any error.
void QueueLog::refuse(Call& call, const Error& error) {
  Answer answer;
  if (error.code == Errc::stale) answer.error = name::stale;
  if (error.code == Errc::not_found) answer.error = name::absent;
  if (answer.error == name::none || error.indefinite()) return call.error(error);
  call.fail(answer);
}

Task<Result<EventId>> QueueLog::push(EventQueue* queue, std::uint32_t producer,
                                     std::size_t filling) {
  Invocation what = invocation(name::push);
  what.owner = checkers::OwnerId{producer + 1};
  what.value = client_.run().new_value();
  Call call(client_, what);
  const auto id = co_await queue->push(payload_of(*what.value, filling));
  if (id) call.ok({.id = MessageId{id->value}});
  if (!id) call.error(id.error());
  co_return id;
}

Task<Result<std::optional<Received>>> QueueLog::poll(EventQueue* queue, Nanos wait) {
  Invocation what = invocation(name::pop);
  what.ttl = visibility_;
  Call call(client_, what);
  const auto event = co_await queue->poll(wait);
  if (!event) {
    call.error(event.error());
    co_return fail(event.error());
  }
  if (!*event) {
    call.fail({.error = name::empty});
    co_return std::optional<Received>();
  }
  const queue::Delivery& delivery = **event;
  const auto value = value_of(delivery.payload);
  Answer answer;
  answer.id = MessageId{delivery.receipt.id.value};
  answer.attempt = static_cast<std::uint16_t>(delivery.receipt.attempt);
  answer.token = FencingToken{delivery.receipt.generation};
  answer.value = value;
  if (!value) answer.cause = name::damaged;
  call.ok(answer);
  co_return Received{delivery.receipt, value.value_or(0), !value.has_value()};
}

Task<Result<Acked>> QueueLog::ack(EventQueue* queue, Receipt receipt) {
  Call call(client_, invocation(name::ack, receipt));
  const auto acked = co_await queue->ack(receipt);
  if (!acked) {
    refuse(call, acked.error());
  } else if (*acked == Acked::acked) {
    call.ok({});
  } else {
    call.fail({.error = name::absent});
  }
  co_return acked;
}

Task<Result<void>> QueueLog::nack(EventQueue* queue, Receipt receipt, queue::Nack how) {
  Invocation what = invocation(name::nack, receipt);
  what.cause = how.to == queue::NackTo::later ? name::delayed : name::ready;
  what.ttl = how.delay;
  Call call(client_, what);
  const auto nacked = co_await queue->nack(receipt, how);
  if (nacked) call.ok({});
  if (!nacked) refuse(call, nacked.error());
  co_return nacked;
}

Task<Result<void>> QueueLog::extend(EventQueue* queue, Receipt receipt, Nanos from_now) {
  Invocation what = invocation(name::extend, receipt);
  what.ttl = from_now;
  Call call(client_, what);
  const auto extended = co_await queue->extend(receipt, from_now);
  if (extended) call.ok({});
  if (!extended) refuse(call, extended.error());
  co_return extended;
}

Task<Result<void>> QueueLog::redrive(EventQueue* queue, EventId id) {
  Invocation what = invocation(name::redrive);
  what.id = MessageId{id.value};
  Call call(client_, what);
  const auto redriven = co_await queue->redrive(id);
  if (redriven) call.ok({});
  if (!redriven) refuse(call, redriven.error());
  co_return redriven;
}

std::unique_ptr<Call> QueueLog::opening() {
  return std::make_unique<Call>(client_, invocation(name::open));
}

void QueueLog::opened(Call& call, const EventQueue& queue) {
  call.ok({.token = FencingToken{queue.recovery().generation}});
  damage_told_ = 0;
  report_damage(queue);
}

void QueueLog::damaged(queue::IdRange ids) {
  Invocation what = invocation(name::damage);
  what.id = MessageId{ids.first.value};
  what.value = static_cast<std::int64_t>(ids.last.value);
  Call call(client_, what);
  call.ok({});
}

void QueueLog::report_damage(const EventQueue& queue) {
  const auto& damage = queue.recovery().damage;
  for (; damage_told_ < damage.size(); ++damage_told_) damaged(damage[damage_told_].ids);
}

void QueueLog::give_up(std::uint32_t number) {
  constexpr EventId last{std::uint64_t{1} << 62U};
  damaged({EventId{1}, last});
  Call call(client_, invocation(name::survey));  // nothing is to be found
  call.ok({});
  key_ = key_of(number);
}

void QueueLog::found(EventId id, std::string_view payload, checkers::NameId where,
                     std::uint32_t attempts) {
  Invocation what = invocation(name::found);
  what.id = MessageId{id.value};
  what.attempt = static_cast<std::uint16_t>(attempts);
  what.cause = where;
  what.value = value_of(payload).value_or(0);
  Call call(client_, what);
  call.ok({});
}

Task<Result<void>> QueueLog::survey(EventQueue* queue) {
  const auto survey = co_await queue->survey();
  if (!survey) co_return fail(survey.error());
  report_damage(*queue);  // it may have come upon some
  Call call(client_, invocation(name::survey));
  for (const queue::Delivery& event : survey->unacked) {
    found(event.receipt.id, event.payload, name::ready, 0);
  }
  for (const queue::DeadLetter& letter : survey->dead) {
    found(letter.id, letter.payload, name::dead, letter.attempts);
  }
  call.ok({});
  co_return Result<void>{};
}

}  // namespace lockstep::scenarios
