#include "impl/relay/redis_outbox.hpp"

#include <map>
#include <utility>

#include "impl/base/assert.hpp"
#include "impl/lock/lease.hpp"
#include "impl/relay/redis_outbox_scripts.hpp"
#include "impl/resp/numbers.hpp"

namespace lockstep::relay {

using resp::number_of;

namespace {

std::string with_fence(std::string_view script) {
  return std::string(fence_lua) + std::string(script);
}

std::unexpected<Error> strange(const std::string& what) {
  return fail(indefinite(Errc::protocol, "the outbox answered " + what));
}

/// "<id> <failures> <cause>"
std::optional<BlockedEntry> blocked_of(const std::string& aggregate, std::string_view text) {
  const std::size_t first = text.find(' ');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto id = number_of(text.substr(0, first));
  const auto failures = number_of(text.substr(first + 1, second - first - 1));
  if (!id || !failures) return std::nullopt;
  return BlockedEntry{{EntryId{*id}, aggregate},
                      static_cast<std::uint32_t>(*failures),
                      std::string(text.substr(second + 1))};
}

/// Of commands that cannot fail half way.
std::vector<std::string> words_of(Effect effect) {
  std::vector<std::string> words;
  for (auto& [key, value] : effect.puts) {
    words.emplace_back("SET");
    words.push_back(std::move(key));
    words.push_back(std::move(value));
  }
  for (std::string& key : effect.erases) {
    words.emplace_back("DEL");
    words.push_back(std::move(key));
  }
  return words;
}

constexpr std::size_t entry_fields = 6;

std::optional<Entry> entry_of(std::vector<resp::Reply>& items, std::size_t at,
                              const std::string& name) {
  for (std::size_t i : {0U, 2U, 3U}) {
    if (!items[at + i].is_bulk()) return std::nullopt;
  }
  const auto id = number_of(items[at + 1]);
  const auto ms = number_of(items[at + 4]);
  const auto failures = number_of(items[at + 5]);
  if (!id || !ms) return std::nullopt;
  Entry entry;
  entry.id = EntryId{*id};
  entry.aggregate = std::move(items[at]).text();
  entry.payload = std::move(items[at + 2]).text();
  entry.idempotency_key = std::move(items[at + 3]).text();
  if (entry.idempotency_key.empty()) entry.idempotency_key = name + ":" + std::to_string(*id);
  entry.committed_at = WallTime(milliseconds(static_cast<std::int64_t>(*ms)));
  entry.failures = static_cast<std::uint32_t>(failures.value_or(0));  // nil: none
  return entry;
}

}  // namespace

RedisOutbox::RedisOutbox(env::Env& env, redis::Client& client, Options options)
    : env_(env),
      client_(client),
      options_(std::move(options)),
      prefix_("{" + options_.name + "}:"),
      raise_(client.add_script("raise outbox", with_fence(raise_lua))),
      commit_(client.add_script("commit", with_fence(commit_lua))),
      fetch_(client.add_script("fetch pending", with_fence(fetch_lua))),
      mark_(client.add_script("mark published", with_fence(mark_lua))),
      note_(client.add_script("note failure", with_fence(note_lua))),
      unblock_(client.add_script("unblock", unblock_lua)) {
  ASSERT(options_.name.find_first_of("{}") == std::string::npos);
  ASSERT(options_.request_retention >= milliseconds(1));  // else PX fails half way
}

Task<Result<std::variant<RedisOutbox::Items, Refused>>> RedisOutbox::run(
    redis::ScriptId script, const Fence& fence, std::vector<std::string> words) {
  using Outcome = std::variant<Items, Refused>;
  if (fence.token.value > lock::fencing_token_max) {
    co_return fail(definite(Errc::invalid_argument, "a fencing token above 2^53-1"));
  }
  const std::string key = prefix_ + "fence:" + fence.key;
  const std::string token = std::to_string(fence.token.value);
  std::vector<std::string_view> all{key, prefix_, token};
  all.insert(all.end(), words.begin(), words.end());
  redis::Call call(script, 1, all);
  co_await client_.run(call);
  Result<resp::Reply> reply = call.take();
  if (!reply) co_return fail(std::move(reply.error()));
  const bool is_answer = reply->is_array() && !reply->items().empty();
  if (!is_answer || !reply->items()[0].is_integer()) co_return strange(resp::to_text(*reply));
  Items items = std::move(*reply).items();
  if (items[0].integer() == 1) {
    items.erase(items.begin());
    co_return Outcome(std::move(items));
  }
  const auto seen = items.size() == 2 ? number_of(items[1]) : std::nullopt;
  if (!seen) co_return strange("a refusal without a token");
  co_return Outcome(Refused{FencingToken{*seen}});
}

Task<Result<CommitOutcome>> RedisOutbox::commit(Transaction transaction) {
  if (auto checked = check(transaction); !checked) co_return fail(std::move(checked.error()));
  const auto retention = std::chrono::duration_cast<milliseconds>(options_.request_retention);
  std::vector<std::string> words = words_of(std::move(transaction.effect));
  words.insert(words.begin(), {std::to_string(retention.count()), std::to_string(words.size())});
  for (NewEntry& entry : transaction.entries) {
    words.push_back(std::move(entry.aggregate));
    words.push_back(std::move(entry.payload));
    words.push_back(std::move(entry.request_id));
  }
  const auto outcome = co_await run(commit_, transaction.fence, std::move(words));
  if (!outcome) co_return fail(outcome.error());
  if (const auto* refused = std::get_if<Refused>(&*outcome)) co_return CommitOutcome(*refused);
  Committed committed;
  for (const resp::Reply& item : std::get<Items>(*outcome)) {
    if (!item.is_integer()) co_return strange(resp::to_text(item));
    const bool is_known = item.integer() < 0;
    committed.known += is_known ? 1 : 0;
    const std::int64_t id = is_known ? -item.integer() : item.integer();
    committed.ids.push_back(EntryId{static_cast<std::uint64_t>(id)});
  }
  co_return CommitOutcome(std::move(committed));
}

Task<Result<std::optional<std::string>>> RedisOutbox::get(std::string key) {
  std::vector<std::string> words{"GET", std::move(key)};
  auto reply = co_await client_.command(std::move(words));
  if (!reply) co_return fail(reply.error());
  if (reply->is_nil()) co_return std::optional<std::string>();
  if (!reply->is_bulk()) co_return strange(resp::to_text(*reply));
  co_return std::optional(std::move(*reply).text());
}

Task<Result<GuardedOutcome>> RedisOutbox::raise(const Fence& fence) {
  std::vector<std::string> no_words;
  const auto outcome = co_await run(raise_, fence, std::move(no_words));
  if (!outcome) co_return fail(outcome.error());
  if (const auto* refused = std::get_if<Refused>(&*outcome)) co_return GuardedOutcome(*refused);
  co_return GuardedOutcome(Accepted());
}

Task<Result<FetchOutcome>> RedisOutbox::fetch_pending(const FetchRequest& request,
                                                      const Fence& fence) {
  std::vector<std::string> words;
  words.push_back(std::to_string(request.limit));
  words.push_back(std::to_string(request.bytes_max));
  for (const auto& [aggregate, after] : request.after) {
    words.push_back(aggregate);
    words.push_back(after == after_all ? std::string("all") : std::to_string(after.value));
  }
  auto outcome = co_await run(fetch_, fence, std::move(words));
  if (!outcome) co_return fail(outcome.error());
  if (const auto* refused = std::get_if<Refused>(&*outcome)) co_return FetchOutcome(*refused);
  Items items = std::move(std::get<Items>(*outcome));
  const bool is_whole = items.size() % entry_fields == 1 && items[0].is_integer();
  if (!is_whole) co_return strange("entries that are cut off");
  Fetched fetched;
  fetched.is_all = items[0].integer() == 1;
  fetched.next = EntryId{1};
  for (std::size_t at = 1; at < items.size(); at += entry_fields) {
    auto entry = entry_of(items, at, options_.name);
    if (!entry) co_return strange("an entry that is none");
    fetched.entries.push_back(std::move(*entry));
  }
  co_return FetchOutcome(std::move(fetched));
}

Task<Result<GuardedOutcome>> RedisOutbox::mark_published(const std::vector<EntryRef>& entries,
                                                         const Fence& fence) {
  std::vector<std::string> words;
  for (const EntryRef& entry : entries) {
    words.push_back(entry.aggregate);
    words.push_back(std::to_string(entry.id.value));
  }
  const auto outcome = co_await run(mark_, fence, std::move(words));
  if (!outcome) co_return fail(outcome.error());
  if (const auto* refused = std::get_if<Refused>(&*outcome)) co_return GuardedOutcome(*refused);
  co_return GuardedOutcome(Accepted());
}

Task<Result<NoteOutcome>> RedisOutbox::note_failure(const FailureNote& note, const Fence& fence) {
  std::vector<std::string> words{note.entry.aggregate, std::to_string(note.entry.id.value),
                                 std::to_string(note.failures), std::to_string(note.failures_max),
                                 note.cause};
  const auto outcome = co_await run(note_, fence, std::move(words));
  if (!outcome) co_return fail(outcome.error());
  if (const auto* refused = std::get_if<Refused>(&*outcome)) co_return NoteOutcome(*refused);
  const Items& items = std::get<Items>(*outcome);
  const auto failures = items.size() == 2 ? number_of(items[0]) : std::nullopt;
  if (!failures) co_return strange("a note without a number");
  Noted noted;
  noted.failures = static_cast<std::uint32_t>(*failures);
  noted.is_blocked = number_of(items[1]) == 1U;
  noted.is_gone = noted.failures == 0;
  co_return NoteOutcome(noted);
}

Task<Result<std::vector<BlockedEntry>>> RedisOutbox::blocked() {
  std::vector<std::string> words{"HGETALL", prefix_ + "blocked"};
  const auto reply = co_await client_.command(std::move(words));
  if (!reply) co_return fail(reply.error());
  if (!reply->is_array() || reply->items().size() % 2 != 0) {
    co_return strange(resp::to_text(*reply));
  }
  std::map<std::string, BlockedEntry> sorted;
  for (std::size_t i = 0; i < reply->items().size(); i += 2) {
    const std::string& aggregate = reply->items()[i].text();
    auto entry = blocked_of(aggregate, reply->items()[i + 1].text());
    if (!entry) co_return strange(resp::to_text(*reply));
    sorted.emplace(aggregate, std::move(*entry));
  }
  std::vector<BlockedEntry> all;
  for (auto& [aggregate, entry] : sorted) all.push_back(std::move(entry));
  co_return all;
}

Task<Result<bool>> RedisOutbox::unblock(const std::string& aggregate) {
  const std::string key = prefix_ + "blocked";
  const std::vector<std::string_view> words{key, prefix_, aggregate};
  redis::Call call(unblock_, 1, words);
  co_await client_.run(call);
  const Result<resp::Reply> reply = call.take();
  if (!reply) co_return fail(reply.error());
  if (!reply->is_integer()) co_return strange(resp::to_text(*reply));
  co_return reply->integer() == 1;
}

Task<Result<std::uint64_t>> RedisOutbox::backlog() {
  std::vector<std::string> words{"GET", prefix_ + "count"};
  const auto reply = co_await client_.command(std::move(words));
  if (!reply) co_return fail(reply.error());
  if (reply->is_nil()) co_return std::uint64_t{0};
  const auto count = number_of(*reply);
  if (!count) co_return strange(resp::to_text(*reply));
  co_return *count;
}

Task<env::Outcome> RedisOutbox::changed(MonoTime deadline) {
  return env::sleep_until(env_.waits, deadline);
}

}  // namespace lockstep::relay
