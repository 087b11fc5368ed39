#include "impl/work/fenced_hashes.hpp"

#include <utility>

#include "impl/base/assert.hpp"

namespace lockstep::work {

namespace {

// KEYS fence, hash. ARGV token, "1" if the fence is enforced, operation, then its words.
// Answers {1 changed or 2 as it was, value or nil}; refused: {0, seen}.
constexpr std::string_view script_text = R"lua(
local seen = tonumber(redis.call('GET', KEYS[1]) or '0')
local token = tonumber(ARGV[1])
if token < seen and ARGV[2] == '1' then return {0, seen} end
if token > seen then redis.call('SET', KEYS[1], ARGV[1]) end
if ARGV[3] == 'put' then
  for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
  return {1, false}
end
if ARGV[3] == 'present' then return {2, false} end
if ARGV[3] == 'in order' then
  local by, place = ARGV[4] .. '\31token', ARGV[4] .. '\31order'
  local last = tonumber(redis.call('HGET', KEYS[2], place) or '0')
  if redis.call('HGET', KEYS[2], by) == ARGV[1] and tonumber(ARGV[6]) < last then
    return {2, false}
  end
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[5], by, ARGV[1], place, ARGV[6])
  return {1, false}
end
local value = redis.call('HGET', KEYS[2], ARGV[4])
if ARGV[3] == 'raise' and (not value or tonumber(value) < tonumber(ARGV[5])) then
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
  return {1, value}
end
return {2, value}
)lua";

std::unexpected<Error> strange(const resp::Reply& reply) {
  return fail(indefinite(Errc::protocol, "the store answered " + resp::to_text(reply)));
}

Result<FencedHashes::Outcome> outcome_of(resp::Reply reply) {
  const bool is_pair = reply.is_array() && reply.items().size() == 2;
  if (!is_pair || !reply.items()[0].is_integer()) return strange(reply);
  resp::Reply& second = reply.items()[1];
  if (reply.items()[0].integer() == 0) {
    if (!second.is_integer() || second.integer() < 0) return strange(reply);
    return Refused{FencingToken{static_cast<std::uint64_t>(second.integer())}};
  }
  FencedHashes::Taken taken;
  taken.changed = reply.items()[0].integer() == 1;
  if (second.is_bulk()) taken.value = std::move(second).text();
  return taken;
}

}  // namespace

FencedHashes::FencedHashes(redis::Client& client, lock::Fencing fencing, const std::string& prefix)
    : client_(client),
      fencing_(fencing),
      prefix_("{" + prefix + "}:"),
      script_(client.add_script("fenced hash", script_text)) {
  ASSERT(prefix.find_first_of("{}") == std::string::npos);
}

Task<Result<FencedHashes::Outcome>> FencedHashes::present(const Fence& fence) {
  return run("present", "", {}, fence);
}

Task<Result<FencedHashes::Outcome>> FencedHashes::put(std::string hash,
                                                      std::vector<std::string_view> fields,
                                                      const Fence& fence) {
  ASSERT(!fields.empty() && fields.size() % 2 == 0);
  return run("put", std::move(hash), std::move(fields), fence);
}

Task<Result<FencedHashes::Outcome>> FencedHashes::put_in_order(std::string hash,
                                                               std::string_view field,
                                                               std::string_view value,
                                                               std::uint64_t order,
                                                               const Fence& fence) {
  const std::string place = std::to_string(order);
  std::vector<std::string_view> words{field, value, place};
  co_return co_await run("in order", std::move(hash), std::move(words), fence);
}

Task<Result<FencedHashes::Outcome>> FencedHashes::get(std::string hash, std::string_view field,
                                                      const Fence& fence) {
  std::vector<std::string_view> words{field};
  return run("get", std::move(hash), std::move(words), fence);
}

Task<Result<FencedHashes::Outcome>> FencedHashes::raise_to(std::string hash, std::string_view field,
                                                           std::int64_t number,
                                                           const Fence& fence) {
  const std::string text = std::to_string(number);
  std::vector<std::string_view> words{field, text};
  co_return co_await run("raise", std::move(hash), std::move(words), fence);
}

Task<Result<FencedHashes::Outcome>> FencedHashes::run(std::string_view operation, std::string hash,
                                                      std::vector<std::string_view> words,
                                                      const Fence& fence) {
  if (Result<void> valid = lock::check_key(fence.key); !valid) co_return fail(valid.error());
  if (fence.token.value > lock::fencing_token_max) {
    co_return fail(definite(Errc::invalid_argument, "a fencing token above 2^53-1"));
  }
  const std::string fence_key = prefix_ + "fence:" + fence.key;
  const std::string hash_key = prefix_ + "hash:" + hash;
  const std::string token = std::to_string(fence.token.value);
  const std::string_view enforced = fencing_ == lock::Fencing::enforced ? "1" : "0";
  words.insert(words.begin(), {fence_key, hash_key, token, enforced, operation});
  redis::Call call(script_, 2, words);
  co_await client_.run(call);
  Result<resp::Reply> reply = call.take();
  if (!reply) co_return fail(std::move(reply.error()));
  co_return outcome_of(std::move(*reply));
}

}  // namespace lockstep::work
