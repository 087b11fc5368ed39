#include "impl/relay/redis_stream_publisher.hpp"

#include <utility>

#include "impl/lock/lease.hpp"

namespace lockstep::relay {
namespace {

// KEYS fence, stream. ARGV token, length (0: all), then aggregate, id, idempotency key, payload for
// each entry. Answers {1}: all were added; refused: {0, seen}; {2, error}: some were added before
// the server failed. An error that comes first is the answer: it concerns no entry, and nothing was
// done.
constexpr std::string_view script_text = R"lua(
local seen = tonumber(redis.call('GET', KEYS[1]) or '0')
local token = tonumber(ARGV[1])
if token > 0 and token < seen then return {0, seen} end
if token > seen then redis.call('SET', KEYS[1], ARGV[1]) end
local words = {'XADD', KEYS[2]}
if ARGV[2] ~= '0' then words = {'XADD', KEYS[2], 'MAXLEN', '~', ARGV[2]} end
local n = #words
words[n + 1], words[n + 2], words[n + 4] = '*', 'aggregate', 'id'
words[n + 6], words[n + 8] = 'key', 'payload'
if token > 0 then words[n + 10], words[n + 11] = 'token', ARGV[1] end
for i = 3, #ARGV, 4 do
  words[n + 3], words[n + 5], words[n + 7], words[n + 9] = ARGV[i], ARGV[i + 1], ARGV[i + 2],
      ARGV[i + 3]
  local added = redis.pcall(unpack(words))
  if type(added) == 'table' and added.err then
    if i == 3 then return added end
    return {2, added.err}
  end
end
return {1}
)lua";

std::unexpected<Error> strange(const resp::Reply& reply) {
  return fail(indefinite(Errc::protocol, "the stream answered " + resp::to_text(reply)));
}

bool is_answer(const resp::Reply& reply) {
  return reply.is_array() && !reply.items().empty() && reply.items()[0].is_integer();
}

std::optional<Refused> refusal_of(const resp::Reply& reply) {
  const auto& items = reply.items();
  if (items[0].integer() != 0 || items.size() != 2 || !items[1].is_integer()) return std::nullopt;
  return Refused{FencingToken{static_cast<std::uint64_t>(items[1].integer())}};
}

/// Some were published, and the server says why the others were not.
std::optional<Error> failure_of(const resp::Reply& reply) {
  const auto& items = reply.items();
  if (items[0].integer() != 2 || items.size() != 2 || !items[1].is_bulk()) return std::nullopt;
  return indefinite(Errc::server_error, items[1].text());
}

}  // namespace

RedisStreamPublisher::RedisStreamPublisher(redis::Client& client, Options options)
    : client_(client),
      options_(std::move(options)),
      script_(client.add_script("publish", script_text)) {}

Task<Result<resp::Reply>> RedisStreamPublisher::run(const std::vector<Entry>& entries,
                                                    const Fence& fence) {
  if (fence.token.value > lock::fencing_token_max) {
    co_return fail(definite(Errc::invalid_argument, "a fencing token above 2^53-1"));
  }
  const std::string fence_key = "{" + options_.stream + "}:fence:" + fence.key;
  const std::string token = std::to_string(fence.token.value);
  const std::string length = std::to_string(options_.length_max);
  std::vector<std::string> ids;
  ids.reserve(entries.size());
  std::vector<std::string_view> words{fence_key, options_.stream, token, length};
  words.reserve(words.size() + 4 * entries.size());
  for (const Entry& entry : entries) {
    words.push_back(entry.aggregate);
    words.push_back(ids.emplace_back(std::to_string(entry.id.value)));
    words.push_back(entry.idempotency_key);
    words.push_back(entry.payload);
  }
  redis::Call call(script_, 2, words);
  co_await client_.run(call);
  co_return call.take();
}

Task<Result<GuardedOutcome>> RedisStreamPublisher::raise(const Fence& fence) {
  const std::vector<Entry> none;
  const auto reply = co_await run(none, fence);
  if (!reply) co_return fail(reply.error());
  if (!is_answer(*reply)) co_return strange(*reply);
  if (const auto refused = refusal_of(*reply)) co_return GuardedOutcome(*refused);
  co_return GuardedOutcome(Accepted());
}

Task<Result<PublishOutcome>> RedisStreamPublisher::publish(const std::vector<Entry>& entries,
                                                           const Fence& fence) {
  const auto reply = co_await run(entries, fence);
  if (!reply) co_return fail(reply.error());
  if (!is_answer(*reply)) co_return strange(*reply);
  if (const auto refused = refusal_of(*reply)) co_return PublishOutcome(*refused);
  if (auto failure = failure_of(*reply)) co_return fail(*std::move(failure));
  if (reply->items()[0].integer() != 1) co_return strange(*reply);
  co_return PublishOutcome(std::vector<EntryOutcome>(entries.size()));
}

}  // namespace lockstep::relay
