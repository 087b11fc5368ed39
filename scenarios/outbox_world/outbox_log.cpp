#include "scenarios/outbox_world/outbox_log.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lockstep::scenarios {

using checkers::Answer;
using checkers::Invocation;
using env::Task;
namespace name = checkers::name;

std::string outbox_payload(std::int64_t value) { return "event " + std::to_string(value); }

std::int64_t outbox_value(std::string_view payload) {
  std::int64_t value = 0;
  payload.remove_prefix(std::min(payload.size(), std::string_view("event ").size()));
  std::from_chars(payload.data(), payload.data() + payload.size(), value);
  return value;
}

Invocation OutboxLog::under(checkers::NameId f, checkers::NameId sink,
                            const lock::Fence& fence) const {
  Invocation what;
  what.f = f;
  what.sink = sink;
  what.owner = client.owner();
  what.token = fence.token;
  if (fence.token.value != 0) what.lease = holds.lease_of(fence);
  return what;
}

Invocation OutboxLog::on(checkers::NameId f, checkers::NameId sink, const relay::EntryRef& entry,
                         std::int64_t value, const lock::Fence& fence) const {
  Invocation what = under(f, sink, fence);
  what.key = client.run().name(entry.aggregate);
  what.id = checkers::MessageId{entry.id.value};
  what.value = value;
  return what;
}

void OutboxLog::note(const Invocation& what) const {
  Call call(client, what);
  call.ok({});
}

namespace {

void refuse(Call& call, const lock::Refused& refused) {
  Answer answer;
  answer.error = name::stale;
  answer.seen = refused.seen;
  call.fail(answer);
}

/// What all calls that present a fence have in common.
template <class Outcome>
void record(Call& call, const Result<Outcome>& outcome) {
  if (!outcome) return call.error(outcome.error());
  if (const auto* refused = std::get_if<lock::Refused>(&*outcome)) return refuse(call, *refused);
  call.ok({});
}

}  // namespace

// ---- the store ----------------------------------------------------------------------------------

Task<Result<lock::GuardedOutcome>> RecordingOutbox::raise(const lock::Fence& fence) {
  Invocation what = log_.under(name::raise, name::store, fence);
  what.key = log_.client.run().name(fence.key);
  Call call(log_.client, what);
  const lock::Fence presented = log_.presented(fence);
  auto outcome = co_await inner_.raise(presented);
  record(call, outcome);
  co_return outcome;
}

Task<Result<relay::FetchOutcome>> RecordingOutbox::fetch_pending(const relay::FetchRequest& request,
                                                                 const lock::Fence& fence) {
  Call call(log_.client, log_.under(name::fetch, name::store, fence));
  const lock::Fence presented = log_.presented(fence);
  auto outcome = co_await inner_.fetch_pending(request, presented);
  record(call, outcome);
  const auto* fetched = outcome ? std::get_if<relay::Fetched>(&*outcome) : nullptr;
  if (fetched != nullptr) {
    for (const relay::Entry& entry : fetched->entries) {
      values_[entry.id] = outbox_value(entry.payload);
    }
  }
  co_return outcome;
}

std::int64_t RecordingOutbox::value_of(const relay::EntryRef& entry) const {
  const auto found = values_.find(entry.id);
  ASSERT(found != values_.end());  // nobody marks or blocks what was not fetched here
  return found->second;
}

Task<Result<lock::GuardedOutcome>> RecordingOutbox::mark_published(
    const std::vector<relay::EntryRef>& entries, const lock::Fence& fence) {
  std::list<Call> calls;
  for (const relay::EntryRef& entry : entries) {
    calls.emplace_back(log_.client,
                       log_.on(name::mark, name::store, entry, value_of(entry), fence));
  }
  const lock::Fence presented = log_.presented(fence);
  auto outcome = co_await inner_.mark_published(entries, presented);
  for (Call& call : calls) record(call, outcome);
  co_return outcome;
}

Task<Result<relay::NoteOutcome>> RecordingOutbox::note_failure(const relay::FailureNote& note,
                                                               const lock::Fence& fence) {
  const lock::Fence presented = log_.presented(fence);
  auto outcome = co_await inner_.note_failure(note, presented);
  const auto* noted = outcome ? std::get_if<relay::Noted>(&*outcome) : nullptr;
  if (noted != nullptr && noted->is_blocked) {
    log_.note(log_.on(name::block, name::store, note.entry, value_of(note.entry), fence));
  }
  co_return outcome;
}

Task<Result<bool>> RecordingOutbox::unblock(const std::string& aggregate) {
  Invocation what = log_.under(name::unblock, name::store, {});
  what.key = log_.client.run().name(aggregate);
  Call call(log_.client, what);
  auto outcome = co_await inner_.unblock(aggregate);
  if (outcome) call.ok({});
  if (!outcome) call.error(outcome.error());
  co_return outcome;
}

// ---- the publisher ------------------------------------------------------------------------------

Task<Result<lock::GuardedOutcome>> RecordingPublisher::raise(const lock::Fence& fence) {
  Invocation what = log_.under(name::raise, name::publisher, fence);
  what.key = log_.client.run().name(fence.key);
  Call call(log_.client, what);
  const lock::Fence presented = log_.presented(fence);
  auto outcome = co_await inner_.raise(presented);
  record(call, outcome);
  co_return outcome;
}

Task<Result<relay::PublishOutcome>> RecordingPublisher::publish(
    const std::vector<relay::Entry>& entries, const lock::Fence& fence) {
  co_await env::sleep_for(env_, dawdle_());
  std::list<Call> calls;
  for (const relay::Entry& entry : entries) {
    Invocation what = log_.on(name::publish, name::publisher, {entry.id, entry.aggregate},
                              outbox_value(entry.payload), fence);
    what.attempt = static_cast<std::uint16_t>(entry.failures + 1);
    calls.emplace_back(log_.client, what);
  }
  const lock::Fence presented = log_.presented(fence);
  auto outcome = co_await inner_.publish(entries, presented);
  const auto* fates = outcome ? std::get_if<std::vector<relay::EntryOutcome>>(&*outcome) : nullptr;
  std::size_t i = 0;
  for (Call& call : calls) {
    if (fates == nullptr) {
      record(call, outcome);
    } else if ((*fates)[i].fate == relay::Fate::published) {
      call.ok({});
    } else {
      call.fail({.error = log_.client.run().name("turned-down")});
    }
    ++i;
  }
  co_return outcome;
}

// ---- the stream and its inboxes -----------------------------------------------------------------

namespace {

/// nullopt: no message of a publisher.
std::optional<StreamMessage> message_of(const resp::Reply& item) {
  if (!item.is_array() || item.items().size() != 2 || !item.items()[1].is_array()) {
    return std::nullopt;
  }
  const auto& fields = item.items()[1].items();
  if (fields.size() != 8 && fields.size() != 10) return std::nullopt;  // with a token
  StreamMessage message;
  message.position = item.items()[0].text();
  message.entry.aggregate = fields[1].text();
  std::from_chars(fields[3].text().data(), fields[3].text().data() + fields[3].text().size(),
                  message.entry.id.value);
  message.key = fields[5].text();
  message.value = outbox_value(fields[7].text());
  return message;
}

}  // namespace

Task<Result<std::vector<StreamMessage>>> read_stream(redis::Client* client, std::string position,
                                                     std::size_t count) {
  const std::string from = position.empty() ? "-" : "(" + position;
  std::vector<std::string> words{"XRANGE", relay_stream, from, "+", "COUNT", std::to_string(count)};
  const auto reply = co_await client->command(std::move(words));
  if (!reply) co_return fail(reply.error());
  std::vector<StreamMessage> messages;
  if (!reply->is_array()) co_return fail(definite(Errc::protocol, resp::to_text(*reply)));
  for (const resp::Reply& item : reply->items()) {
    auto message = message_of(item);
    ASSERT(message.has_value());  // nobody else writes there
    messages.push_back(std::move(*message));
  }
  co_return messages;
}

namespace {

/// How often it was applied, and to which aggregate it belongs: "1 k2".
relay::Inbox::Compute count_in(const std::string& counter, const std::string& aggregate) {
  return [counter, aggregate](const relay::Inbox::Read& read) -> Result<relay::Effect> {
    const auto before = read(counter);
    if (!before) return fail(before.error());
    int count = 0;
    if (*before) std::from_chars((*before)->data(), (*before)->data() + (*before)->size(), count);
    return relay::Effect{{{counter, std::to_string(count + 1) + " " + aggregate}}, {}};
  };
}

}  // namespace

Task<Result<void>> consume_messages(OutboxLog log, relay::Inbox* inbox, checkers::NameId name,
                                    const std::vector<StreamMessage>* messages) {
  std::list<Call> calls;
  std::vector<relay::Inbox::Message> batch;
  for (const StreamMessage& one : *messages) {
    calls.emplace_back(log.client, log.on(name::consume, name, one.entry, one.value, {}));
    const std::string counter = "applied:" + std::to_string(one.value);
    batch.push_back({one.key, count_in(counter, one.entry.aggregate)});
  }
  const auto applied = co_await inbox->apply_many(std::move(batch));
  std::size_t i = 0;
  for (Call& call : calls) {
    if (!applied) {
      call.error(applied.error());
    } else if ((*applied)[i] == relay::Applied::applied) {
      call.ok({});
    } else {
      call.fail({.error = name::duplicate});
    }
    ++i;
  }
  if (!applied) co_return fail(applied.error());
  co_return Result<void>{};
}

}  // namespace lockstep::scenarios
