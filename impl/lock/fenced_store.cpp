#include "impl/lock/fenced_store.hpp"

#include <array>
#include <span>

#include "impl/base/assert.hpp"

namespace lockstep::lock {

namespace {

// KEYS index, state. ARGV operation, token, "1" if the fence is enforced, value.
// Answers {commit index, 0, seconds, microseconds, value or nil}, refused: {0, seen, s, us}.
constexpr std::string_view present_script = R"lua(
local seen = tonumber(redis.call('HGET', KEYS[2], 'seen') or '0')
local token = tonumber(ARGV[2])
local time = redis.call('TIME')
local s, us = tonumber(time[1]), tonumber(time[2])
if token < seen then
  if ARGV[3] == '1' then return {0, seen, s, us} end
else
  seen = token
end
local value = false
if ARGV[1] == 'read' then value = redis.call('HGET', KEYS[2], 'value') end
if ARGV[1] == 'write' then redis.call('HSET', KEYS[2], 'value', ARGV[4]) end
redis.call('HSET', KEYS[2], 'seen', string.format('%.0f', seen), 'last', ARGV[2])
return {redis.call('INCR', KEYS[1]), 0, s, us, value}
)lua";

constexpr std::uint64_t token_max = (std::uint64_t{1} << 53U) - 1;  // Lua counts exactly below

std::unexpected<Error> strange(const resp::Reply& reply) {
  return fail(indefinite(Errc::protocol, "the store answered " + resp::to_text(reply)));
}

bool well_formed(const resp::Reply& reply) {
  if (!reply.is_array() || reply.items().size() < 4) return false;
  for (std::size_t i = 0; i < 4; ++i) {
    if (!reply.items()[i].is_integer() || reply.items()[i].integer() < 0) return false;
  }
  return true;
}

Result<StoreOutcome> outcome_of(resp::Reply reply) {
  if (!well_formed(reply)) return strange(reply);
  std::vector<resp::Reply>& items = reply.items();
  const WallTime time{seconds(items[2].integer()) + microseconds(items[3].integer())};
  if (items[0].integer() == 0) {
    return StoreRefused{FencingToken{static_cast<std::uint64_t>(items[1].integer())}, time};
  }
  StoreAccepted accepted{static_cast<std::uint64_t>(items[0].integer()), time, std::nullopt};
  if (items.size() > 4 && items[4].is_bulk()) accepted.value = std::move(items[4]).text();
  return accepted;
}

}  // namespace

RedisFencedStore::RedisFencedStore(redis::Client& client, Fencing fencing, std::string prefix)
    : client_(client),
      fencing_(fencing),
      prefix_("{" + std::move(prefix) + "}:"),
      script_(client.add_script("present", present_script)) {
  ASSERT(prefix_.find_first_of("{}", 1) == prefix_.size() - 2);
}

Task<Result<StoreOutcome>> RedisFencedStore::write(const std::string& key, FencingToken token,
                                                   std::string_view value) {
  return present(key, token, "write", value);
}

Task<Result<StoreOutcome>> RedisFencedStore::read(const std::string& key, FencingToken token) {
  return present(key, token, "read", {});
}

Task<Result<StoreOutcome>> RedisFencedStore::raise(const std::string& key, FencingToken token) {
  return present(key, token, "raise", {});
}

Task<Result<StoreOutcome>> RedisFencedStore::present(const std::string& key, FencingToken token,
                                                     std::string_view operation,
                                                     std::string_view value) {
  if (Result<void> valid = check_key(key); !valid) co_return fail(std::move(valid.error()));
  if (token.value > token_max) {
    co_return fail(definite(Errc::invalid_argument, "a fencing token above 2^53-1"));
  }
  const std::string index = prefix_ + "index";
  const std::string state = prefix_ + "key:" + key;
  const std::string number = std::to_string(token.value);
  const std::string_view enforced = fencing_ == Fencing::enforced ? "1" : "0";
  const std::array<std::string_view, 6> words{index, state, operation, number, enforced, value};
  redis::Call call(script_, 2, words);
  co_await client_.run(call);
  Result<resp::Reply> reply = call.take();
  if (!reply) co_return fail(std::move(reply.error()));
  co_return outcome_of(std::move(*reply));
}

}  // namespace lockstep::lock
