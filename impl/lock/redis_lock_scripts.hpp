// The Lua scripts of RedisLock. Each runs atomically on the server, by the server's clock, and uses
// no library but base, string, table and math.
//
// Two keys for each lock:
//   lease  "H<nonce>:<n>:<fencing token>:<released>:<owner>", with a PX ttl, while it is held;
//          "R<nonce>:<n>:<fencing token>:::<owner>", for ever, once that lease was released.
//          <released> is the "<nonce>:<n>" that was released before, or ":".
//   fence  the highest fencing token, in decimal, for ever.
// nonce is 16 hex digits, so that "<nonce>:<n>:" names one acquisition and is no prefix of another.
// An expired lease takes the memory of what was released before with it; fencing tokens go on.
// Example: 1f..88 acquired as "a" (n 12, token 7), released, and 2e..99 took over as "b" (n 3):
// lease "H2e..99:3:8:1f..88:12:b", fence "8".
#pragma once

#include <string_view>

namespace lockstep::lock {

/// KEYS lease, fence. ARGV nonce, n, owner, ttl in ms, floor.
/// Answers the fencing token, or one of AcquireAnswer. Numbers stay below 2^53, where Lua counts
/// exactly. Should the fence key be lost the last lease's token serves in its place.
inline constexpr std::string_view acquire_script = R"lua(
local last, released = '0', ':'
local lease = redis.call('GET', KEYS[1])
if lease then
  local state, nonce, n, token, before, owner =
      string.match(lease, '^([HR])(%x+):(%d+):(%d+):(%x*:%d*):(.*)$')
  if not state then return -3 end
  if nonce == ARGV[1] and owner == ARGV[3] then
    if n == ARGV[2] and state == 'H' then
      redis.call('PEXPIRE', KEYS[1], ARGV[4])
      return tonumber(token)
    end
    if tonumber(n) >= tonumber(ARGV[2]) then return -1 end
  elseif state == 'H' then
    return 0
  end
  last, released = token, before
  if state == 'R' then released = nonce .. ':' .. n end
end
local floor = math.max(tonumber(last), tonumber(ARGV[5]))
if floor >= 9007199254740991 then return -2 end
local token = redis.call('INCR', KEYS[2])
if token <= floor then
  token = floor + 1
  redis.call('SET', KEYS[2], string.format('%.0f', token))
end
if token > 9007199254740991 then return -2 end
redis.call('SET', KEYS[1], 'H' .. ARGV[1] .. ':' .. ARGV[2] .. ':' ..
    string.format('%.0f', token) .. ':' .. released .. ':' .. ARGV[3], 'PX', ARGV[4])
return token
)lua";

/// Answers of acquire_script that are no fencing tokens.
enum class AcquireAnswer : int {
  contended = 0,
  stale = -1,  ///< a later acquisition of the same identity holds it, or this or a later one was
               ///< released last
  exhausted = -2,  ///< the next fencing token would not be exact
  not_ours = -3,   ///< a value that no script of ours wrote
};

/// KEYS lease. ARGV "<nonce>:<n>:", ttl in ms. Answers 1 renewed, 0 lost.
inline constexpr std::string_view renew_script = R"lua(
local lease = redis.call('GET', KEYS[1])
if lease and string.sub(lease, 1, #ARGV[1] + 1) == 'H' .. ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
)lua";

/// KEYS lease of each, ARGV "<nonce>:<n>:" of each. Answers how many are released: held by that
/// token until now, or last released by it.
inline constexpr std::string_view release_script = R"lua(
local count = 0
for i, mine in ipairs(ARGV) do
  local lease = redis.call('GET', KEYS[i])
  if lease and string.sub(lease, 2, #mine + 1) == mine then
    if string.sub(lease, 1, 1) == 'H' then
      local token, owner = string.match(lease, '^H%x+:%d+:(%d+):%x*:%d*:(.*)$')
      redis.call('SET', KEYS[i], 'R' .. mine .. token .. ':::' .. owner)
    end
    count = count + 1
  elseif lease and string.match(lease, '^H%x+:%d+:%d+:(%x*:%d*:)') == mine then
    count = count + 1
  end
end
return count
)lua";

}  // namespace lockstep::lock
