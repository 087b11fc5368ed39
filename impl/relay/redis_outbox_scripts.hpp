// The Lua scripts of RedisOutbox. Keys, all with the prefix in braces:
//   id         counter: the last id given out
//   ready      sorted set: aggregates that are not blocked and have entries, by the first's id
//   log:<a>    stream: the entries of aggregate a that are not marked; the id of entry 7 is 7-0
//   failures   hash: by entry, how often its publication failed
//   blocked    hash: by aggregate, "<id> <failures> <cause>"
//   count      entries that are not marked
//   request:<r>  the id of the entry that request r left, with a ttl
//   fence:<k>  the highest token presented for lock k
// Ids are drawn in the script that commits, so commits are in their order.
#pragma once

#include <string_view>

namespace lockstep::relay {

/// In front of every script: KEYS fence. ARGV prefix, token. A token below the highest one is
/// answered {0, highest}.
inline constexpr std::string_view fence_lua = R"lua(
local prefix = ARGV[1]
local seen = tonumber(redis.call('GET', KEYS[1]) or '0')
local token = tonumber(ARGV[2])
if token > 0 and token < seen then return {0, seen} end
if token > seen then redis.call('SET', KEYS[1], ARGV[2]) end
)lua";

inline constexpr std::string_view raise_lua = "return {1}\n";

/// ARGV, from 3: retention of requests in ms; number of words of writes; "SET" key value or "DEL"
/// key, ...; then for each entry aggregate, payload, request (empty: none).
/// Answers {1, id, ...}; the id of a known request is negative.
inline constexpr std::string_view commit_lua = R"lua(
local at = 5
local last = at + tonumber(ARGV[4]) - 1
while at <= last do
  if ARGV[at] == 'SET' then
    redis.call('SET', ARGV[at + 1], ARGV[at + 2])
    at = at + 3
  else
    redis.call('DEL', ARGV[at + 1])
    at = at + 2
  end
end
local time = redis.call('TIME')
local ms = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local answer = {1}
for i = last + 1, #ARGV, 3 do
  local aggregate, request = ARGV[i], ARGV[i + 2]
  local known = request ~= '' and redis.call('GET', prefix .. 'request:' .. request)
  if known then
    answer[#answer + 1] = -tonumber(known)
  else
    local id = redis.call('INCR', prefix .. 'id')
    local text = string.format('%.0f', id)
    redis.call('XADD', prefix .. 'log:' .. aggregate, text .. '-0',
        'payload', ARGV[i + 1], 'request', request, 'ms', ms)
    if redis.call('HEXISTS', prefix .. 'blocked', aggregate) == 0 then
      redis.call('ZADD', prefix .. 'ready', 'NX', text, aggregate)
    end
    redis.call('INCR', prefix .. 'count')
    if request ~= '' then
      redis.call('SET', prefix .. 'request:' .. request, text, 'PX', ARGV[3])
    end
    answer[#answer + 1] = id
  end
end
return answer
)lua";

/// ARGV, from 3: limit, bytes of payloads (0: no bound); then aggregate, after ("all": nothing of
/// it), ... Answers {1, 1 if that is all, else 0, then for each entry aggregate, id, payload,
/// request, ms, failures}.
inline constexpr std::string_view fetch_lua = R"lua(
local limit = tonumber(ARGV[3])
local after = {}
local bytes_max, bytes = tonumber(ARGV[4]), 0
for i = 5, #ARGV, 2 do after[ARGV[i]] = ARGV[i + 1] end
local has_failures = redis.call('EXISTS', prefix .. 'failures') == 1
local answer, found, offset = {1, 1}, 0, 0
while true do
  local page = redis.call('ZRANGE', prefix .. 'ready', offset, offset + 63)
  for _, aggregate in ipairs(page) do
    local from = after[aggregate]
    if from ~= 'all' then
      local entries = redis.call('XRANGE', prefix .. 'log:' .. aggregate,
          from and '(' .. from .. '-0' or '-', '+', 'COUNT', limit - found + 1)
      for _, entry in ipairs(entries) do
        if found == limit or (bytes_max > 0 and bytes >= bytes_max) then
          answer[2] = 0
          return answer
        end
        found = found + 1
        bytes = bytes + #entry[2][2]
        local id = string.sub(entry[1], 1, -3)
        answer[#answer + 1] = aggregate
        answer[#answer + 1] = id
        answer[#answer + 1] = entry[2][2]
        answer[#answer + 1] = entry[2][4]
        answer[#answer + 1] = entry[2][6]
        answer[#answer + 1] = has_failures and redis.call('HGET', prefix .. 'failures', id) or '0'
      end
    end
  end
  if #page < 64 then return answer end
  offset = offset + 64
end
)lua";

/// ARGV, from 3: aggregate, id, ... Answers {1, how many were there}.
inline constexpr std::string_view mark_lua = R"lua(
local has_failures = redis.call('EXISTS', prefix .. 'failures') == 1
local marked = 0
for i = 3, #ARGV, 2 do
  local aggregate, id = ARGV[i], ARGV[i + 1]
  local log = prefix .. 'log:' .. aggregate
  marked = marked + redis.call('XDEL', log, id .. '-0')
  if has_failures then redis.call('HDEL', prefix .. 'failures', id) end
  if ARGV[i + 2] ~= aggregate then
    local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    if not first then
      redis.call('ZREM', prefix .. 'ready', aggregate)
      redis.call('DEL', log)
    elseif redis.call('HEXISTS', prefix .. 'blocked', aggregate) == 0 then
      redis.call('ZADD', prefix .. 'ready', string.sub(first[1], 1, -3), aggregate)
    end
  end
end
redis.call('DECRBY', prefix .. 'count', marked)
return {1, marked}
)lua";

/// ARGV, from 3: aggregate, id, failures so far, failures at which it is blocked (0: never), cause.
/// Answers {1, failures, 1 if it is blocked, else 0}; failures 0: there is no such entry.
inline constexpr std::string_view note_lua = R"lua(
local aggregate, id = ARGV[3], ARGV[4]
local there = redis.call('XRANGE', prefix .. 'log:' .. aggregate, id .. '-0', id .. '-0')
if #there == 0 then return {1, 0, 0} end
local failures = math.max(tonumber(ARGV[5]),
    tonumber(redis.call('HGET', prefix .. 'failures', id) or '0'))
redis.call('HSET', prefix .. 'failures', id, string.format('%.0f', failures))
local most = tonumber(ARGV[6])
if most == 0 or failures < most then return {1, failures, 0} end
redis.call('HSET', prefix .. 'blocked', aggregate,
    id .. ' ' .. string.format('%.0f', failures) .. ' ' .. ARGV[7])
redis.call('ZREM', prefix .. 'ready', aggregate)
return {1, failures, 1}
)lua";

/// KEYS blocked. ARGV prefix, aggregate. Answers 1, or 0: it was not blocked.
inline constexpr std::string_view unblock_lua = R"lua(
local prefix, aggregate = ARGV[1], ARGV[2]
local blocked = redis.call('HGET', KEYS[1], aggregate)
if not blocked then return 0 end
redis.call('HDEL', KEYS[1], aggregate)
redis.call('HDEL', prefix .. 'failures', string.match(blocked, '^%d+'))
local first = redis.call('XRANGE', prefix .. 'log:' .. aggregate, '-', '+', 'COUNT', 1)[1]
if first then redis.call('ZADD', prefix .. 'ready', string.sub(first[1], 1, -3), aggregate) end
return 1
)lua";

}  // namespace lockstep::relay
