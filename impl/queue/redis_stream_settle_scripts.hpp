// The Lua scripts of the Redis Streams queue that settle deliveries, look at events and serve dead
// letters. As redis_stream_scripts.hpp says. Internal to redis_stream_queue.
#pragma once

#include <string_view>

namespace lockstep::queue {

/// ARGV me, then id, attempt of each. Answers {acked, absent, place of a stale one, ...}; with a
/// stale one nothing is changed.
inline constexpr std::string_view stream_ack_lua = R"lua(
local ids, answer = {}, {0, 0}
for i = 2, #ARGV, 2 do
  local is = mine(ARGV[1], ARGV[i], ARGV[i + 1])
  if is == 1 then
    ids[#ids + 1] = '0-' .. ARGV[i]
  elseif is == 0 then
    answer[2] = answer[2] + 1
  else
    answer[#answer + 1] = i / 2 - 1
  end
end
if #answer > 2 then return answer end
for _, id in ipairs(ids) do
  local acked = redis.call('XACK', s, 'q', id)
  redis.call('XDEL', s, id)
  answer[1], answer[2] = answer[1] + acked, answer[2] + 1 - acked
end
return answer
)lua";

/// ARGV me, id, attempt, attempts at most (0: any), 'front', 'back' or 'later', delay in ms.
/// Answers 1: it is ready, or will be; 2: it is a dead letter; 0 and -1 as `mine`.
inline constexpr std::string_view stream_nack_lua = R"lua(
local me, id, attempt, attempts_max, where = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local is = mine(me, id, attempt)
if is ~= 1 then return is end
redis.call('XACK', s, 'q', '0-' .. id)
local parked = id .. ':' .. attempt
if attempts_max > 0 and tonumber(attempt) >= attempts_max then
  redis.call('ZADD', dead, id, parked .. ':nacked')
  return 2
end
if where == 'later' then
  redis.call('ZADD', later, string.format('%.0f', now_ms() + ARGV[6]), parked)
elseif where == 'back' then
  local last = redis.call('XREVRANGE', s, '+', '-', 'COUNT', 1)[1]
  redis.call('RPUSH', back, parked .. ':' .. string.sub(last[1], 3))
else
  redis.call('LPUSH', front, parked)
end
return 1
)lua";

/// ARGV me, id, attempt, how long it shall seem to have been idle, in ms. Answers as `mine`.
inline constexpr std::string_view stream_extend_lua = R"lua(
local is = mine(ARGV[1], ARGV[2], ARGV[3])
if is == 1 then
  redis.call('XCLAIM', s, 'q', ARGV[1], 0, '0-' .. ARGV[2], 'IDLE', ARGV[4], 'JUSTID')
end
return is
)lua";

/// ARGV from, to, at most. Answers {last id looked at, id, payload, ...} of unacked events.
inline constexpr std::string_view stream_page_lua = R"lua(
local any_dead = redis.call('EXISTS', dead) == 1
local answer = {'0'}
local from, to = '0-' .. ARGV[1], '0-' .. ARGV[2]
for _, entry in ipairs(redis.call('XRANGE', s, from, to, 'COUNT', ARGV[3])) do
  local id = string.sub(entry[1], 3)
  answer[1] = id
  if not any_dead or redis.call('ZCOUNT', dead, id, id) == 0 then
    local n = #answer
    answer[n + 1], answer[n + 2] = id, entry[2][2]
  end
end
return answer
)lua";

/// ARGV from, at most. Answers {"id:attempts:cause", payload, ...}.
inline constexpr std::string_view stream_letters_lua = R"lua(
local answer = {}
for _, letter in ipairs(redis.call('ZRANGEBYSCORE', dead, ARGV[1], '+inf', 'LIMIT', 0, ARGV[2])) do
  local entry = entry_of(string.match(letter, '^%d+'))
  if entry then
    local n = #answer
    answer[n + 1], answer[n + 2] = letter, entry[2][2]
  end
end
return answer
)lua";

/// ARGV id, 'redrive' or 'purge'. Answers 1, or 0: there is no such dead letter.
inline constexpr std::string_view stream_letter_lua = R"lua(
if redis.call('ZREMRANGEBYSCORE', dead, ARGV[1], ARGV[1]) == 0 then return 0 end
if ARGV[2] == 'redrive' then
  redis.call('RPUSH', front, ARGV[1] .. ':0')
else
  redis.call('XDEL', s, '0-' .. ARGV[1])
end
return 1
)lua";

/// Answers {entries, in flight, delayed, dead, last id given}.
inline constexpr std::string_view stream_count_lua = R"lua(
local last = '0'
local stream = redis.call('XINFO', 'STREAM', s)
for i = 1, #stream, 2 do
  if stream[i] == 'last-generated-id' then last = string.sub(stream[i + 1], 3) end
end
return {redis.call('XLEN', s), redis.call('XPENDING', s, 'q')[1], redis.call('ZCARD', later),
    redis.call('ZCARD', dead), last}
)lua";

}  // namespace lockstep::queue
