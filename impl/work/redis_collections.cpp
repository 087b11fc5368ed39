#include "impl/work/redis_collections.hpp"

#include <array>
#include <utility>

#include "impl/base/assert.hpp"

namespace lockstep::work {

namespace {

// KEYS log. ARGV payload. Answers the position.
constexpr std::string_view append_script = R"lua(
local position = redis.call('HLEN', KEYS[1]) + 1
redis.call('HSET', KEYS[1], string.format('%.0f', position), ARGV[1])
return position
)lua";

// KEYS log. ARGV after, at most. Answers the payloads in order.
constexpr std::string_view read_script = R"lua(
local payloads = {}
for position = ARGV[1] + 1, math.min(ARGV[1] + ARGV[2], redis.call('HLEN', KEYS[1])) do
  payloads[#payloads + 1] = redis.call('HGET', KEYS[1], string.format('%.0f', position))
end
return payloads
)lua";

/// Positions are numbers: anything else was never handed out.
std::optional<std::uint64_t> number_of(const std::string& position) {
  std::uint64_t number = 0;
  if (position.size() > 15) return std::nullopt;
  for (const char c : position) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

GuardedOutcome guarded(const FencedHashes::Outcome& outcome) {
  if (const auto* refused = std::get_if<Refused>(&outcome)) return *refused;
  return Accepted{};
}

std::unexpected<Error> strange(const resp::Reply& reply) {
  return fail(indefinite(Errc::protocol, "the log answered " + resp::to_text(reply)));
}

}  // namespace

RedisCollectionLog::RedisCollectionLog(redis::Client& client, const std::string& prefix)
    : client_(client),
      prefix_("{" + prefix + "}:log:"),
      append_(client.add_script("append", append_script)),
      read_(client.add_script("read log", read_script)) {
  ASSERT(prefix.find_first_of("{}") == std::string::npos);
}

Task<Result<std::string>> RedisCollectionLog::append(const Collection& collection,
                                                     std::string_view payload) {
  const std::string key = prefix_ + to_text(collection);
  const std::array<std::string_view, 2> words{key, payload};
  redis::Call call(append_, 1, words);
  co_await client_.run(call);
  const Result<resp::Reply> reply = call.take();
  if (!reply) co_return fail(reply.error());
  if (!reply->is_integer()) co_return strange(*reply);
  co_return std::to_string(reply->integer());
}

Task<Result<std::vector<Event>>> RedisCollectionLog::read(const Collection& collection,
                                                          const std::string& after,
                                                          std::size_t events_max) {
  const std::optional<std::uint64_t> from = number_of(after);
  if (!from) co_return fail(definite(Errc::invalid_argument, "no position: '" + after + "'"));
  const std::string key = prefix_ + to_text(collection);
  const std::string first = std::to_string(*from);
  const std::string most = std::to_string(events_max);
  const std::array<std::string_view, 3> words{key, first, most};
  redis::Call call(read_, 1, words);
  co_await client_.run(call);
  Result<resp::Reply> reply = call.take();
  if (!reply) co_return fail(reply.error());
  if (!reply->is_array()) co_return strange(*reply);
  std::vector<Event> events;
  for (resp::Reply& item : reply->items()) {
    if (!item.is_bulk()) co_return strange(*reply);
    events.push_back({std::to_string(*from + events.size() + 1), std::move(item).text()});
  }
  co_return events;
}

Task<Result<GuardedOutcome>> RedisEventSink::raise(const Fence& fence) {
  const auto outcome = co_await hashes_.present(fence);
  if (!outcome) co_return fail(outcome.error());
  co_return guarded(*outcome);
}

Task<Result<GuardedOutcome>> RedisEventSink::write(const Collection& collection,
                                                   std::span<const Event> events,
                                                   const Fence& fence) {
  const std::string hash = to_text(collection);
  std::vector<std::string_view> fields;
  for (const Event& event : events) {
    fields.emplace_back(event.position);
    fields.emplace_back(event.payload);
  }
  const auto outcome = co_await hashes_.put(hash, std::move(fields), fence);
  if (!outcome) co_return fail(outcome.error());
  co_return guarded(*outcome);
}

Task<Result<LoadOutcome>> RedisProgressStore::load(const Collection& collection,
                                                   const Fence& fence) {
  const std::string field = to_text(collection);
  auto outcome = co_await hashes_.get("progress", field, fence);
  if (!outcome) co_return fail(outcome.error());
  if (const auto* refused = std::get_if<Refused>(&*outcome)) co_return LoadOutcome(*refused);
  auto& taken = std::get<FencedHashes::Taken>(*outcome);
  co_return LoadOutcome(Position{std::move(taken.value).value_or("")});
}

Task<Result<GuardedOutcome>> RedisProgressStore::save(const Collection& collection,
                                                      const std::string& position,
                                                      const Fence& fence) {
  const std::string field = to_text(collection);
  saves_ += 1;
  const auto outcome = co_await hashes_.put_in_order("progress", field, position, saves_, fence);
  if (!outcome) co_return fail(outcome.error());
  co_return guarded(*outcome);
}

}  // namespace lockstep::work
