#include "impl/lock/redis_lock.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "impl/base/assert.hpp"
#include "impl/lock/redis_lock_scripts.hpp"

namespace lockstep::lock {

namespace {

using env::Signal;

/// An integer as text, without an allocation; lives in a coroutine frame beside its Call.
class Decimal {
 public:
  explicit Decimal(std::uint64_t value) {
    end_ = std::to_chars(text_.data(), text_.data() + text_.size(), value).ptr;
  }
  [[nodiscard]] std::string_view view() const { return {text_.data(), end_}; }

 private:
  std::array<char, 20> text_{};
  char* end_ = nullptr;
};

/// Redis counts whole milliseconds; rounded up, so that no lease is shorter than asked.
std::uint64_t milliseconds_of(Nanos ttl) {
  return static_cast<std::uint64_t>(std::chrono::ceil<milliseconds>(ttl).count());
}

Error strange(const resp::Reply& reply) {
  return indefinite(Errc::protocol, "the lock script answered " + resp::to_text(reply));
}

Result<std::int64_t> integer_of(Result<resp::Reply> reply) {
  if (!reply) return fail(std::move(reply.error()));
  if (!reply->is_integer()) return fail(strange(*reply));
  return reply->integer();
}

}  // namespace

RedisLock::RedisLock(env::Env& env, redis::Client& client, RedisLockOptions options)
    : env_(env), client_(client), options_(std::move(options)), book_(env.random.next()) {
  ASSERT(options_.prefix.find_first_of("{}") == std::string::npos);
  scripts_.acquire = client.add_script("acquire", acquire_script);
  scripts_.renew = client.add_script("renew", renew_script);
  scripts_.release = client.add_script("release", release_script);
}

std::string RedisLock::lease_key(std::string_view key) const {
  std::string name;
  append_key("lease:{", key, name);
  return name;
}

void RedisLock::append_key(std::string_view kind, std::string_view key, std::string& to) const {
  to.append(options_.prefix).append(kind).append(key).push_back('}');
}

void RedisLock::observe(Signal signal, std::string_view key, std::uint64_t number, Errc error) {
  const env::Observation observation{signal, key, number, error};
  env_.observer.on(observation);
}

AcquireRequest RedisLock::draw(std::string key, std::string owner, Nanos ttl) {
  AcquireRequest request;
  request.key = std::move(key);
  request.owner = std::move(owner);
  request.ttl = ttl;
  request.token = book_.draw();
  return request;
}

Task<Result<AcquireOutcome>> RedisLock::acquire(AcquireRequest& request) {
  const bool first = !request.sent;
  if (Result<void> may = book_.begin_acquire(request, env_.clock.now()); !may) {
    co_return fail(std::move(may.error()));
  }
  std::string keys;  // both in one piece
  keys.reserve(2 * (options_.prefix.size() + request.key.size()) + 16);
  append_key("lease:{", request.key, keys);
  const std::size_t middle = keys.size();
  append_key("fence:{", request.key, keys);
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
  if (!answer && !answer.error().indefinite()) book_.undo_acquire(request, first);
  if (!answer) co_return fail(answer.error());
  co_return acquired(request, *answer, call.sent_at());
}

Result<AcquireOutcome> RedisLock::acquired(AcquireRequest& request, std::int64_t answer,
                                           MonoTime sent) {
  if (answer > 0) return granted(request, FencingToken{static_cast<std::uint64_t>(answer)}, sent);
  book_.refused(request.token);
  switch (static_cast<AcquireAnswer>(answer)) {
    case AcquireAnswer::contended:
    case AcquireAnswer::stale:
      observe(Signal::lease_contended, request.key);
      return Contended{answer == static_cast<int>(AcquireAnswer::stale)};
    case AcquireAnswer::exhausted:
      return fail(definite(Errc::limit, "no fencing token is left for '" + request.key + "'"));
    case AcquireAnswer::not_ours: break;
  }
  return fail(definite(Errc::corrupt,
                       "the server holds a value for '" + request.key + "' that is not a lock's"));
}

Result<AcquireOutcome> RedisLock::granted(AcquireRequest& request, FencingToken fence,
                                          MonoTime sent) {
  book_.granted(request, sent);
  const MonoTime deadline = local_deadline(sent, request.ttl);
  if (env_.clock.now() >= deadline) {
    return fail(indefinite(Errc::no_reply, "granted, but answered after its local deadline"));
  }
  observe(Signal::lease_acquired, request.key, fence.value);
  return Acquired{{request.key, request.owner, request.token, fence, request.ttl, deadline}};
}

Task<Result<RenewOutcome>> RedisLock::renew(const Lease& lease, Nanos ttl) {
  if (Result<void> valid = check_ttl(ttl); !valid) co_return fail(std::move(valid.error()));
  const std::string key = lease_key(lease.key);
  const std::string token = to_text(lease.token) + ":";
  const Decimal ms(milliseconds_of(ttl));
  const std::array<std::string_view, 3> words{key, token, ms.view()};
  redis::Call call(scripts_.renew, 1, words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  if (!answer) {
    observe(Signal::lease_renew_failed, lease.key, lease.fence.value, answer.error().code);
    co_return fail(answer.error());
  }
  co_return renewed(lease, *answer, ttl, call.sent_at());
}

RenewOutcome RedisLock::renewed(const Lease& lease, std::int64_t answer, Nanos ttl, MonoTime sent) {
  if (answer != 1) {
    book_.ended(lease.token);
    observe(Signal::lease_lost, lease.key, lease.fence.value);
    return Lost{};
  }
  book_.renewed(lease.token, sent, ttl);
  observe(Signal::lease_renewed, lease.key, lease.fence.value);
  return Renewed{local_deadline(sent, ttl)};
}

Task<Result<ReleaseOutcome>> RedisLock::release(const std::string& key, LeaseToken token) {
  book_.begin_release(token);
  const std::string lease = lease_key(key);
  const std::string mine = to_text(token) + ":";
  const std::array<std::string_view, 2> words{lease, mine};
  redis::Call call(scripts_.release, 1, words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  if (!answer && !answer.error().indefinite()) book_.undo_release(token);
  if (!answer) co_return fail(answer.error());
  book_.ended(token);
  ReleaseOutcome outcome = NotOwned{};
  if (*answer == 1) {
    observe(Signal::lease_released, key);
    outcome = Released{};
  }
  co_return outcome;
}

Task<Result<bool>> RedisLock::is_locked(const std::string& key) {
  const Result<std::optional<std::string>> who = co_await holder(key);
  if (!who) co_return fail(who.error());
  co_return who->has_value();
}

Task<Result<std::optional<std::string>>> RedisLock::owner(const std::string& key) {
  return holder(key);
}

Task<Result<std::optional<std::string>>> RedisLock::holder(const std::string& key) {
  const std::string lease = lease_key(key);
  const std::array<std::string_view, 2> words{"GET", lease};
  redis::Call call(words);
  co_await client_.run(call);
  Result<resp::Reply> reply = call.take();
  if (!reply) co_return fail(std::move(reply.error()));
  if (reply->is_nil()) co_return std::optional<std::string>();
  if (!reply->is_bulk()) co_return fail(strange(*reply));
  co_return holder_in(reply->text());
}

/// The owner in a lease's value, none if it was released; see redis_lock_scripts.hpp.
Result<std::optional<std::string>> RedisLock::holder_in(std::string_view lease) {
  if (lease.size() <= lease_owner_at) {
    return fail(definite(Errc::corrupt, "the server holds a lease that is not a lock's"));
  }
  if (lease.starts_with('R')) return std::nullopt;
  return std::string(lease.substr(lease_owner_at));
}

Task<Result<std::uint64_t>> RedisLock::release_all(const std::string& owner) {
  const std::vector<LeaseBook::Held> held = book_.held_by(owner, env_.clock.now());
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
    book_.begin_release(one.token);
    texts.push_back(lease_key(one.key));
  }
  for (const LeaseBook::Held& one : held) texts.push_back(to_text(one.token) + ":");
  const std::vector<std::string_view> words(texts.begin(), texts.end());
  redis::Call call(scripts_.release, held.size(), words);
  co_await client_.run(call);
  const Result<std::int64_t> answer = integer_of(call.take());
  for (const LeaseBook::Held& one : held) {
    if (answer) book_.ended(one.token);
    if (!answer && !answer.error().indefinite()) book_.undo_release(one.token);
  }
  if (!answer) co_return fail(answer.error());
  co_return static_cast<std::uint64_t>(*answer);
}

Nanos RedisLock::operation_timeout() const { return client_.options().command_timeout; }

}  // namespace lockstep::lock
