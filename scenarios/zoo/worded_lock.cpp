#include "scenarios/zoo/worded_lock.hpp"

#include <array>

namespace lockstep::scenarios {

namespace {

// KEYS lock, fence. The lock is a hash {word, ends}: `ends` only where clients bring their own
// clock, else the key expires by the server's. ARGV word, ttl in ms, now in ms or "", "1" if one's
// own word is a grant. Answers a fencing token, or 0.
constexpr std::string_view acquire_script = R"lua(
local held = redis.call('HGET', KEYS[1], 'word')
if held and ARGV[3] ~= '' and tonumber(redis.call('HGET', KEYS[1], 'ends')) <= tonumber(ARGV[3]) then
  held = false
end
if held and held ~= ARGV[1] then return 0 end
if held and ARGV[4] ~= '1' then return 0 end
redis.call('HSET', KEYS[1], 'word', ARGV[1])
if ARGV[3] == '' then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
else
  redis.call('HSET', KEYS[1], 'ends', ARGV[3] + ARGV[2])
end
if held then return tonumber(redis.call('GET', KEYS[2])) end
return redis.call('INCR', KEYS[2])
)lua";

// KEYS lock. ARGV word, ttl in ms, now in ms or "". Answers 1 renewed, 0 lost.
constexpr std::string_view renew_script = R"lua(
if redis.call('HGET', KEYS[1], 'word') ~= ARGV[1] then return 0 end
if ARGV[3] == '' then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if tonumber(redis.call('HGET', KEYS[1], 'ends')) <= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'ends', ARGV[3] + ARGV[2])
return 1
)lua";

// KEYS lock. ARGV word. Answers 1 released, 0 not owned.
constexpr std::string_view release_script = R"lua(
if redis.call('HGET', KEYS[1], 'word') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
)lua";

Result<std::int64_t> integer_of(Result<resp::Reply> reply) {
  if (!reply) return fail(std::move(reply.error()));
  if (!reply->is_integer()) return fail(indefinite(Errc::protocol, resp::to_text(*reply)));
  return reply->integer();
}

}  // namespace

WordedLock::WordedLock(env::Env& env, redis::Client& client)
    : Specimen(env, client),
      acquire_(client.add_script("worded acquire", acquire_script)),
      renew_(client.add_script("worded renew", renew_script)),
      release_(client.add_script("worded release", release_script)) {}

Task<Result<AcquireOutcome>> WordedLock::acquire(AcquireRequest& request) {
  request.sent = true;
  request.reuse_until = lock::local_deadline(env_.clock.now(), request.ttl);
  const std::string key = lease_key(request.key);
  const std::string fence = key + ":fence";
  const std::string word = word_of(request.token);
  const std::string ttl = ms_of(request.ttl);
  const std::string now = now_ms();
  const std::array<std::string_view, 6> words{key, fence, word,
                                              ttl, now,   knows_itself() ? "1" : "0"};
  redis::Call call(acquire_, 2, words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  if (!answer) co_return fail(answer.error());
  if (*answer == 0) co_return AcquireOutcome(lock::Contended{});
  const MonoTime deadline = lock::local_deadline(call.sent_at(), request.ttl);
  request.reuse_until = deadline;
  if (env_.clock.now() >= deadline) co_return fail(indefinite(Errc::no_reply, "too late"));
  const FencingToken token{static_cast<std::uint64_t>(*answer)};
  Lease lease{request.key, request.owner, request.token, token, request.ttl, deadline};
  co_return AcquireOutcome(lock::Acquired{std::move(lease)});
}

Task<Result<RenewOutcome>> WordedLock::renew(const Lease& lease, Nanos ttl) {
  const std::string key = lease_key(lease.key);
  const std::string word = word_of(lease.token);
  const std::string ms = ms_of(ttl);
  const std::string now = now_ms();
  const std::array<std::string_view, 4> words{key, word, ms, now};
  redis::Call call(renew_, 1, words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  if (!answer) co_return fail(answer.error());
  if (*answer == 0) co_return RenewOutcome(lock::Lost{});
  co_return RenewOutcome(lock::Renewed{lock::local_deadline(call.sent_at(), ttl)});
}

Task<Result<ReleaseOutcome>> WordedLock::release(const std::string& key, lock::LeaseToken token) {
  const std::string name = lease_key(key);
  const std::string word = word_of(token);
  const std::array<std::string_view, 2> words{name, word};
  redis::Call call(release_, 1, words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  if (!answer) co_return fail(answer.error());
  if (*answer == 1) co_return ReleaseOutcome(lock::Released{});
  co_return ReleaseOutcome(lock::NotOwned{});
}

std::string ClientClockExpiry::now_ms() const {
  const auto since = env_.clock.wall().time_since_epoch();
  return std::to_string(std::chrono::floor<milliseconds>(since).count());
}

}  // namespace lockstep::scenarios
