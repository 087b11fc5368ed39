// What is left at the end of an outbox's run.
#include <charconv>

#include "scenarios/outbox_world/outbox_log.hpp"

namespace lockstep::scenarios {

using checkers::Invocation;
using env::Task;
namespace name = checkers::name;

namespace {

constexpr std::size_t everything = 1'000'000;
constexpr std::size_t page = 1'000;

}  // namespace

Task<bool> survey_store(OutboxLog log, relay::OutboxStore* store) {
  Call call(log.client, log.under(name::survey, name::store, {}));
  relay::FetchRequest request;
  request.limit = everything;
  const lock::Fence none;
  const auto outcome = co_await store->fetch_pending(request, none);
  const auto blocked = co_await store->blocked();
  if (!outcome || !blocked) {
    call.error(outcome ? blocked.error() : outcome.error());
    co_return false;
  }
  call.ok({});
  for (const relay::Entry& entry : std::get<relay::Fetched>(*outcome).entries) {
    Invocation what = log.on(name::found, name::store, {entry.id, entry.aggregate},
                             outbox_value(entry.payload), none);
    what.cause = name::ready;
    log.note(what);
  }
  ASSERT(blocked->empty());  // the operator unblocks everything after the heal
  co_return true;
}

Task<bool> survey_stream(OutboxLog log, redis::Client* client) {
  Call call(log.client, log.under(name::survey, name::publisher, {}));
  std::vector<StreamMessage> all;
  while (true) {
    const std::string position = all.empty() ? "" : all.back().position;
    const auto some = co_await read_stream(client, position, page);
    if (!some) {
      call.error(some.error());
      co_return false;
    }
    if (some->empty()) break;
    all.insert(all.end(), some->begin(), some->end());
  }
  call.ok({});
  std::uint64_t position = 0;
  for (const StreamMessage& one : all) {
    Call found(log.client, log.on(name::found, name::publisher, one.entry, one.value, {}));
    found.ok({.commit = checkers::Commit{.index = ++position, .at = Nanos(0)}});
  }
  co_return true;
}

Task<bool> survey_inbox(OutboxLog log, relay::Inbox* inbox, checkers::NameId name) {
  Call call(log.client, log.under(name::survey, name, {}));
  std::vector<std::pair<std::string, std::string>> all;
  const std::string prefix = "applied:";
  std::string from = prefix;
  while (true) {
    const auto some = co_await inbox->scan(prefix, from, page);
    if (!some) {
      call.error(some.error());
      co_return false;
    }
    if (some->empty()) break;
    all.insert(all.end(), some->begin(), some->end());
    from = all.back().first + '\0';
  }
  call.ok({});
  for (const auto& [counter, count] : all) {
    Invocation what = log.under(name::found, name, {});
    what.value = outbox_value("event " + counter.substr(prefix.size()));
    std::from_chars(count.data(), count.data() + count.size(), what.attempt);
    what.key = log.client.run().name(count.substr(count.find(' ') + 1));
    log.note(what);
  }
  co_return true;
}

}  // namespace lockstep::scenarios
