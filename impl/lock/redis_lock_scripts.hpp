// The Lua scripts of RedisLock. Each runs atomically on the server, by the server's clock, and uses
// no library but base, string, table and math.
//
// Two keys for each lock:
//   lease  "H<token>:<fencing token>:<released>:<owner>" while it is held, with a PX ttl; the same
//          with R for H, for ever, once that lease was released.
//          <token> is a LeaseToken's text, <fencing token> 16 decimal digits, <released> the token
//          of a lease that was released before, or dashes.
//   fence  the highest fencing token, in decimal, for ever.
// All widths are fixed, so that a script takes its parts without patterns; from 1: the state at 1,
// token 2 to 34 (its nonce to 17), fencing token 36 to 51, released 53 to 85, owner from 87.
// An expired lease takes the memory of what was released before with it; fencing tokens go on.
#pragma once

#include <string_view>

namespace lockstep::lock {

/// KEYS lease, fence. ARGV nonce, n (both as in a token's text), owner, ttl in ms, floor.
/// Answers the fencing token, or one of AcquireAnswer. Numbers stay below 2^53, where Lua counts
/// exactly. Should the fence key be lost the last lease's token serves in its place.
inline constexpr std::string_view acquire_script = R"lua(
local last, released = '0', '---------------------------------'
local lease = redis.call('GET', KEYS[1])
if lease then
  local held = string.sub(lease, 1, 1) == 'H'
  if #lease < 87 then return -3 end
  if string.sub(lease, 2, 17) == ARGV[1] and string.sub(lease, 87) == ARGV[3] then
    local n = string.sub(lease, 19, 34)
    if held and n == ARGV[2] then
      redis.call('PEXPIRE', KEYS[1], ARGV[4])
      return tonumber(string.sub(lease, 36, 51))
    end
    if n >= ARGV[2] then return -1 end
  elseif held then
    return 0
  end
  last = string.sub(lease, 36, 51)
  released = held and string.sub(lease, 53, 85) or string.sub(lease, 2, 34)
end
local token = redis.call('INCR', KEYS[2])
local text = string.format('%016.0f', token)
if text <= last or ARGV[5] ~= '0' then
  token = math.max(token, tonumber(last) + 1, tonumber(ARGV[5]) + 1)
  if token > 9007199254740991 then return -2 end
  text = string.format('%016.0f', token)
  redis.call('SET', KEYS[2], string.format('%.0f', token))
end
if token > 9007199254740991 then return -2 end
redis.call('SET', KEYS[1], 'H' .. ARGV[1] .. ':' .. ARGV[2] .. ':' .. text .. ':' .. released ..
    ':' .. ARGV[3], 'PX', ARGV[4])
return token
)lua";

/// Answers of acquire_script that are no fencing tokens.
enum class AcquireAnswer : int {
  contended = 0,
  stale = -1,  ///< a later acquisition of the same identity holds it, or this or a later one was
               ///< released last
  exhausted = -2,  ///< the next fencing token would not be exact; nothing is held
  not_ours = -3,   ///< a value that no script of ours wrote
};

/// KEYS lease. ARGV "<token>:", ttl in ms. Answers 1 renewed, 0 lost.
inline constexpr std::string_view renew_script = R"lua(
local lease = redis.call('GET', KEYS[1])
if lease and string.sub(lease, 1, 35) == 'H' .. ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
)lua";

/// KEYS lease of each, ARGV "<token>:" of each. Answers how many are released: held by that token
/// until now, or last released by it.
inline constexpr std::string_view release_script = R"lua(
local count = 0
for i = 1, #ARGV do
  local lease = redis.call('GET', KEYS[i])
  if lease and string.sub(lease, 2, 35) == ARGV[i] then
    if string.sub(lease, 1, 1) == 'H' then
      redis.call('SET', KEYS[i], 'R' .. string.sub(lease, 2))
    end
    count = count + 1
  elseif lease and string.sub(lease, 1, 1) == 'H' and string.sub(lease, 53, 86) == ARGV[i] then
    count = count + 1
  end
end
return count
)lua";

/// Where a lease's value holds its owner, from 0.
inline constexpr std::size_t lease_owner_at = 86;

}  // namespace lockstep::lock
