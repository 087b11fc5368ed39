// The Lua scripts that only Redlock sends to its servers; renewals and releases are those of
// redis_lock_scripts.hpp, and so is the form of what lies under both keys. A lease whose fencing
// token is not agreed yet holds sixteen zeros in its place.
#pragma once

#include <string_view>

namespace lockstep::lock {

/// KEYS lease, fence. ARGV nonce, n, owner, ttl in ms. Decides as acquire_script does, but mints
/// nothing. Answers {1 or an AcquireAnswer, highest fencing token known here, fencing token of the
/// lease}, both as decimal text.
inline constexpr std::string_view node_acquire_script = R"lua(
local highest = tonumber(redis.call('GET', KEYS[2]) or '0')
local lease, released = redis.call('GET', KEYS[1]), '---------------------------------'
if lease then
  local held = string.sub(lease, 1, 1) == 'H'
  if #lease < 87 then return {-3, '0', '0'} end
  local fence = string.sub(lease, 36, 51)
  highest = math.max(highest, tonumber(fence))
  if string.sub(lease, 2, 17) == ARGV[1] and string.sub(lease, 87) == ARGV[3] then
    local n = string.sub(lease, 19, 34)
    if held and n == ARGV[2] then
      redis.call('PEXPIRE', KEYS[1], ARGV[4])
      return {1, string.format('%.0f', highest), fence}
    end
    if n >= ARGV[2] then return {-1, '0', '0'} end
  elseif held then
    return {0, '0', '0'}
  end
  released = held and string.sub(lease, 53, 85) or string.sub(lease, 2, 34)
end
redis.call('SET', KEYS[1], 'H' .. ARGV[1] .. ':' .. ARGV[2] .. ':0000000000000000:' .. released ..
    ':' .. ARGV[3], 'PX', ARGV[4])
return {1, string.format('%.0f', highest), '0'}
)lua";

/// KEYS lease, fence. ARGV "<token>:", fencing token as 16 digits. Writes it where the lease is
/// still held by that token and no higher or equal one is known. Answers 1 written (or already
/// there), 0 not.
inline constexpr std::string_view node_confirm_script = R"lua(
local lease = redis.call('GET', KEYS[1])
if not lease or string.sub(lease, 1, 35) ~= 'H' .. ARGV[1] then return 0 end
if string.sub(lease, 36, 51) == ARGV[2] then return 1 end
if tonumber(redis.call('GET', KEYS[2]) or '0') >= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[2], string.format('%.0f', tonumber(ARGV[2])))
redis.call('SET', KEYS[1], string.sub(lease, 1, 35) .. ARGV[2] .. string.sub(lease, 52), 'KEEPTTL')
return 1
)lua";

}  // namespace lockstep::lock
