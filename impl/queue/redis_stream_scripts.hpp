// The Lua scripts of the Redis Streams queue. Each is atomic, so that a receipt is checked and used
// at one moment. What the keys hold is in REDIS_STREAMS.md. Internal to redis_stream_queue.
//
// KEYS: the stream; the other keys are named after it, in the same cluster slot. ARGV: as said. An
// id is its number alone: the stream's id is "0-<number>". `me` is the consumer of one opening.
#pragma once

#include <string_view>

namespace lockstep::queue {

/// Before the others: what most of them need. `mine` answers 1: the receipt is of the delivery that
/// is in flight now; 0: there is no such event; -1: it is stale.
inline constexpr std::string_view stream_prelude_lua = R"lua(
local s = KEYS[1]
local front, back, later, dead = s .. ':front', s .. ':back', s .. ':later', s .. ':dead'
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function entry_of(id) return redis.call('XRANGE', s, '0-' .. id, '0-' .. id)[1] end
local function mine(me, id, attempt)
  local pending = redis.call('XPENDING', s, 'q', '0-' .. id, '0-' .. id, 1)[1]
  if not pending then return entry_of(id) and -1 or 0 end
  return pending[2] == me and pending[4] == tonumber(attempt) and 1 or -1
end
)lua";

/// ARGV nonce. Answers {format, generation}.
inline constexpr std::string_view stream_open_lua = R"lua(
local meta = s .. ':meta'
local format = redis.call('HGET', meta, 'format')
if format and format ~= '1' then return {format, 0} end
if redis.call('EXISTS', s) == 0 then redis.call('XGROUP', 'CREATE', s, 'q', '0', 'MKSTREAM') end
if not format then redis.call('HSET', meta, 'format', '1') end
for _, old in ipairs(redis.call('XINFO', 'CONSUMERS', s, 'q')) do
  if old[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', s, 'q', old[2]) end
end
local generation = redis.call('HINCRBY', meta, 'generation', 1)
redis.call('XGROUP', 'CREATECONSUMER', s, 'q', generation .. '-' .. ARGV[1])
return {'1', generation}
)lua";

/// ARGV request ('': none), requests kept, length at most (0: any), payloads. Answers the first id;
/// -1: it would be too long; false: there is no stream.
inline constexpr std::string_view stream_push_lua = R"lua(
local requests, request, most = s .. ':requests', ARGV[1], tonumber(ARGV[3])
if request ~= '' then
  local before = redis.call('ZSCORE', requests, request)
  if before then return '0-' .. before end
end
if most > 0 and redis.call('XLEN', s) + #ARGV - 3 > most then return -1 end
local first = false
for i = 4, #ARGV do
  local id = redis.call('XADD', s, 'NOMKSTREAM', '0-*', 'd', ARGV[i])
  if not id then return false end
  first = first or id
end
if request ~= '' then
  redis.call('ZADD', requests, string.sub(first, 3), request)
  local spare = redis.call('ZCARD', requests) - ARGV[2]
  if spare > 0 then redis.call('ZPOPMIN', requests, spare) end
end
return first
)lua";

/// ARGV me, visibility in ms (0: do not look for what timed out), attempts at most (0: any), events
/// wanted. Answers {1 if more may have timed out, buried, id, attempt, payload, ...}.
inline constexpr std::string_view stream_pop_lua = R"lua(
local me, visibility, attempts_max, wanted = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local answer = {0, 0}
local function hand(id, attempt)
  local entry = redis.call('XCLAIM', s, 'q', me, 0, '0-' .. id, 'RETRYCOUNT', attempt, 'FORCE')[1]
  if not entry then return end
  wanted = wanted - 1
  local n = #answer
  answer[n + 1], answer[n + 2], answer[n + 3] = id, attempt, entry[2][2]
end
local function hand_again(parked)
  local id, attempts = string.match(parked, '^(%d+):(%d+)')
  hand(id, tonumber(attempts) + 1)
end
if redis.call('EXISTS', front, back, later) > 0 then
  local due = redis.call('ZRANGEBYSCORE', later, '-inf', now_ms(), 'LIMIT', 0, wanted)
  for _, parked in ipairs(due) do
    redis.call('ZREM', later, parked)
    redis.call('RPUSH', front, parked)
  end
  while wanted > 0 do
    local parked = redis.call('LPOP', front)
    if not parked then break end
    hand_again(parked)
  end
  while wanted > 0 do
    local parked = redis.call('LINDEX', back, 0)
    if not parked then break end
    local group = redis.call('XINFO', 'GROUPS', s)[1]
    local given = 0
    for i = 1, #group, 2 do
      if group[i] == 'last-delivered-id' then given = tonumber(string.sub(group[i + 1], 3)) end
    end
    if given < tonumber(string.match(parked, '(%d+)$')) then break end
    redis.call('LPOP', back)
    hand_again(parked)
  end
end
if wanted > 0 and visibility ~= '0' then
  local late = redis.call('XPENDING', s, 'q', 'IDLE', visibility, '-', '+', wanted)
  if #late == wanted then answer[1] = 1 end
  for _, one in ipairs(late) do
    local id, attempts = string.sub(one[1], 3), one[4]
    if attempts_max > 0 and attempts >= attempts_max then
      redis.call('XACK', s, 'q', one[1])
      redis.call('ZADD', dead, id, id .. ':' .. attempts .. ':timed_out')
      answer[1], answer[2] = 1, answer[2] + 1
    else
      hand(id, attempts + 1)
    end
  end
end
if wanted > 0 then
  local read = redis.call('XREADGROUP', 'GROUP', 'q', me, 'COUNT', wanted, 'STREAMS', s, '>')
  for _, entry in ipairs(read and read[1][2] or {}) do
    local n = #answer
    answer[n + 1], answer[n + 2], answer[n + 3] = string.sub(entry[1], 3), 1, entry[2][2]
  end
end
return answer
)lua";

/// ARGV me. The consumer is forgotten, unless events are in flight with it.
inline constexpr std::string_view stream_close_lua = R"lua(
if #redis.call('XPENDING', s, 'q', '-', '+', 1, ARGV[1]) > 0 then return 0 end
return redis.call('XGROUP', 'DELCONSUMER', s, 'q', ARGV[1])
)lua";

}  // namespace lockstep::queue
