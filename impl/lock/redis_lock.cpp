#include "impl/lock/redis_lock.hpp"

#include <algorithm>
#include <array>

#include "impl/base/assert.hpp"
#include "impl/lock/redis_lock_scripts.hpp"
#include "impl/lock/redis_lock_words.hpp"

namespace lockstep::lock {

RedisLock::RedisLock(env::Env& env, redis::Client& client, RedisLockOptions options)
    : BookedBackend(env), client_(client), options_(std::move(options)) {
  ASSERT(options_.prefix.find_first_of("{}") == std::string::npos);
  scripts_.acquire = client.add_script("acquire", acquire_script);
  scripts_.renew = client.add_script("renew", renew_script);
  scripts_.release = client.add_script("release", release_script);
}

Task<Result<AcquireOutcome>> RedisLock::acquire(AcquireRequest& request) {
  const bool first = !request.sent;
  const MonoTime called = now();
  if (Result<void> may = book().begin_acquire(request, called); !may) {
    co_return fail(std::move(may.error()));
  }
  std::string keys;  // both in one piece
  keys.reserve(2 * (options_.prefix.size() + request.key.size()) + 16);
  append_lock_key(options_.prefix, "lease:", request.key, keys);
  const std::size_t middle = keys.size();
  append_lock_key(options_.prefix, "fence:", request.key, keys);
  const std::string_view both = keys;
  const std::string text = to_text(request.token);
  const std::string_view token = text;
  const Decimal ttl(milliseconds_of(request.ttl));
  const Decimal floor(request.floor.value);
  const std::array<std::string_view, 7> words{
      both.substr(0, middle), both.substr(middle), token.substr(0, 16), token.substr(17),
      request.owner,          ttl.view(),          floor.view()};
  redis::Call call(scripts_.acquire, 2, words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  if (!answer && !answer.error().indefinite()) book().undo_acquire(request, first);
  if (!answer) co_return fail(answer.error());
  co_return acquired(request, *answer, called, call.sent_at());
}

Result<AcquireOutcome> RedisLock::acquired(AcquireRequest& request, std::int64_t answer,
                                           MonoTime called, MonoTime sent) {
  const FencingToken fence{static_cast<std::uint64_t>(answer)};
  if (answer > 0) return granted(request, fence, called, sent);
  switch (static_cast<AcquireAnswer>(answer)) {
    case AcquireAnswer::contended: return contended(request, false);
    case AcquireAnswer::stale: return contended(request, true);
    case AcquireAnswer::exhausted:
      book().refused(request.token);
      return fail(tokens_exhausted(request.key));
    case AcquireAnswer::not_ours: break;
  }
  book().refused(request.token);
  return fail(not_a_locks_value(request.key));
}

Task<Result<RenewOutcome>> RedisLock::renew(const Lease& lease, Nanos ttl) {
  if (Result<void> valid = check_ttl(ttl); !valid) co_return fail(std::move(valid.error()));
  const std::string key = lease_key_of(options_.prefix, lease.key);
  const std::string token = to_text(lease.token) + ":";
  const Decimal ms(milliseconds_of(ttl));
  const std::array<std::string_view, 3> words{key, token, ms.view()};
  redis::Call call(scripts_.renew, 1, words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  if (!answer) co_return renew_failed(lease, answer.error());
  co_return *answer == 1 ? renewed(lease, ttl, call.sent_at()) : lost(lease);
}

Task<Result<ReleaseOutcome>> RedisLock::release(const std::string& key, LeaseToken token) {
  book().begin_release(token);
  const std::string lease = lease_key_of(options_.prefix, key);
  const std::string mine = to_text(token) + ":";
  const std::array<std::string_view, 2> words{lease, mine};
  redis::Call call(scripts_.release, 1, words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  if (!answer && !answer.error().indefinite()) book().undo_release(token);
  if (!answer) co_return fail(answer.error());
  co_return released(key, token, *answer == 1);
}

Task<Result<bool>> RedisLock::is_locked(const std::string& key) {
  const Result<resp::Reply> reply = co_await get(key);
  if (!reply) co_return fail(reply.error());
  const Result<std::optional<LeaseValue>> lease = lease_value_of(*reply);
  if (!lease) co_return fail(lease.error());
  co_return lease->has_value();
}

Task<Result<std::optional<std::string>>> RedisLock::owner(const std::string& key) {
  const Result<resp::Reply> reply = co_await get(key);
  if (!reply) co_return fail(reply.error());
  const Result<std::optional<LeaseValue>> lease = lease_value_of(*reply);
  if (!lease) co_return fail(lease.error());
  std::optional<std::string> owner;
  if (*lease) owner.emplace((*lease)->owner);
  co_return owner;
}

Task<Result<resp::Reply>> RedisLock::get(const std::string& key) {
  const std::string lease = lease_key_of(options_.prefix, key);
  const std::array<std::string_view, 2> words{"GET", lease};
  redis::Call call(words);
  co_await client_.run(call);
  co_return call.take();
}

Task<Result<std::uint64_t>> RedisLock::release_all(const std::string& owner) {
  const std::vector<LeaseBook::Held> held = book().held_by(owner, now());
  std::uint64_t count = 0;
  for (std::size_t from = 0; from < held.size(); from += release_batch) {
    const std::size_t size = std::min(release_batch, held.size() - from);
    const auto some = std::span(held).subspan(from, size);
    const Result<std::uint64_t> released = co_await release_some(some);
    if (!released) co_return fail(released.error());
    count += *released;
  }
  co_return count;
}

Task<Result<std::uint64_t>> RedisLock::release_some(std::span<const LeaseBook::Held> held) {
  std::vector<std::string> texts;
  for (const LeaseBook::Held& one : held) {
    book().begin_release(one.token);
    texts.push_back(lease_key_of(options_.prefix, one.key));
  }
  for (const LeaseBook::Held& one : held) texts.push_back(to_text(one.token) + ":");
  const std::vector<std::string_view> words(texts.begin(), texts.end());
  redis::Call call(scripts_.release, held.size(), words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  for (const LeaseBook::Held& one : held) {
    if (answer) book().ended(one.token);
    if (!answer && !answer.error().indefinite()) book().undo_release(one.token);
  }
  if (!answer) co_return fail(answer.error());
  co_return static_cast<std::uint64_t>(*answer);
}

Nanos RedisLock::operation_timeout() const { return client_.options().command_timeout; }

}  // namespace lockstep::lock
