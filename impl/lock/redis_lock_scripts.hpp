// The Lua scripts of RedisLock. Each runs atomically on the server, by the server's clock, and uses
// no library but base, string, table and math.
//
// Values: the lease is "<nonce>:<n>:<fencing token>:<owner>", with a PX ttl; the fence is
// "<highest fencing token> <last released: nonce:n:owner, or nothing>", for ever. nonce is 16 hex
// digits, so "<nonce>:<n>:" names one acquisition and cannot be a prefix of another.
// Worked example: after client 1f..88 acquired as "a" (n 12, token 7), released, and client 2e..99
// took over as "b" (n 3): lease "2e..99:3:8:b", fence "8 1f..88:12:a".
#pragma once

#include <string_view>

namespace lockstep::lock {

/// KEYS lease, fence. ARGV nonce, n, owner, ttl in ms, floor.
/// Answers the fencing token, or one of AcquireAnswer. Numbers stay below 2^53, where Lua counts
/// exactly.
inline constexpr std::string_view acquire_script = R"lua(
local lease = redis.call('GET', KEYS[1])
if lease then
  local nonce, n, token, owner = string.match(lease, '^(%x+):(%d+):(%d+):(.*)$')
  if not nonce then return -3 end
  if nonce ~= ARGV[1] or owner ~= ARGV[3] then return 0 end
  if tonumber(n) > tonumber(ARGV[2]) then return -1 end
  if n == ARGV[2] then
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
    return tonumber(token)
  end
end
local highest, released = 0, ''
local fence = redis.call('GET', KEYS[2])
if fence then
  highest, released = string.match(fence, '^(%d+) (.*)$')
  if not highest then return -3 end
  highest = tonumber(highest)
  local nonce, n, owner = string.match(released, '^(%x+):(%d+):(.*)$')
  if nonce == ARGV[1] and owner == ARGV[3] and tonumber(n) >= tonumber(ARGV[2]) then return -1 end
end
local token = math.max(highest, tonumber(ARGV[5])) + 1
if token > 9007199254740991 then return -2 end
local text = string.format('%.0f', token)
redis.call('SET', KEYS[2], text .. ' ' .. released)
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2] .. ':' .. text .. ':' .. ARGV[3], 'PX', ARGV[4])
return token
)lua";

/// Answers of acquire_script that are no fencing tokens.
enum class AcquireAnswer : int {
  contended = 0,
  stale = -1,      ///< a later acquisition of the same identity is stored, or was released
  exhausted = -2,  ///< the next fencing token would not be exact
  not_ours = -3,   ///< a value that no script of ours wrote
};

/// KEYS lease. ARGV "<nonce>:<n>:", ttl in ms. Answers 1 renewed, 0 lost.
inline constexpr std::string_view renew_script = R"lua(
local lease = redis.call('GET', KEYS[1])
if lease and string.sub(lease, 1, #ARGV[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
)lua";

/// KEYS lease and fence of each, ARGV "<nonce>:<n>:" of each. Answers how many are released: held
/// by that token until now, or last released by it.
inline constexpr std::string_view release_script = R"lua(
local count = 0
for i = 1, #ARGV do
  local lease_key, fence_key, mine = KEYS[2 * i - 1], KEYS[2 * i], ARGV[i]
  local lease = redis.call('GET', lease_key)
  local fence = redis.call('GET', fence_key)
  local highest, released
  if fence then highest, released = string.match(fence, '^(%d+) (.*)$') end
  if lease and string.sub(lease, 1, #mine) == mine then
    local token, owner = string.match(lease, '^%x+:%d+:(%d+):(.*)$')
    if not highest or tonumber(highest) < tonumber(token) then highest = token end
    redis.call('SET', fence_key, highest .. ' ' .. mine .. owner)
    redis.call('DEL', lease_key)
    count = count + 1
  elseif released and string.sub(released, 1, #mine) == mine then
    count = count + 1
  end
end
return count
)lua";

}  // namespace lockstep::lock
