#include "scenarios/zoo/zoo.hpp"

#include <array>
#include <string>
#include <utility>

#include "impl/lock/redis_lock.hpp"

namespace lockstep::scenarios {

namespace {

using env::Task;
using lock::AcquireOutcome;
using lock::AcquireRequest;
using lock::Lease;
using lock::ReleaseOutcome;
using lock::RenewOutcome;

/// The reference, to be made worse in one place.
class Specimen : public lock::DistributedLockBackend {
 public:
  Specimen(env::Env& env, redis::Client& client) : env_(env), client_(client), good_(env, client) {}

  [[nodiscard]] AcquireRequest draw(std::string key, std::string owner, Nanos ttl) override {
    return good_.draw(std::move(key), std::move(owner), ttl);
  }
  [[nodiscard]] Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) override {
    return good_.acquire(request);
  }
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override {
    return good_.renew(lease, ttl);
  }
  [[nodiscard]] Task<Result<ReleaseOutcome>> release(const std::string& key,
                                                     lock::LeaseToken token) override {
    return good_.release(key, token);
  }
  [[nodiscard]] Task<Result<bool>> is_locked(const std::string& key) override {
    return good_.is_locked(key);
  }
  [[nodiscard]] Task<Result<std::optional<std::string>>> owner(const std::string& key) override {
    return good_.owner(key);
  }
  [[nodiscard]] Task<Result<std::uint64_t>> release_all(const std::string& owner) override {
    return good_.release_all(owner);
  }
  [[nodiscard]] Nanos operation_timeout() const override { return good_.operation_timeout(); }

 protected:
  /// Where the reference keeps the lease of `key`.
  [[nodiscard]] static std::string lease_key(const std::string& key) {
    return lock::RedisLockOptions{}.prefix + "lease:{" + key + "}";
  }
  [[nodiscard]] static std::string ms_of(Nanos ttl) {
    return std::to_string(std::chrono::ceil<milliseconds>(ttl).count());
  }

  env::Env& env_;
  redis::Client& client_;
  lock::RedisLock good_;
};

/// Deletes without comparing: a late release frees whoever holds the lock now.
class PlainDelete final : public Specimen {
 public:
  using Specimen::Specimen;
  [[nodiscard]] Task<Result<ReleaseOutcome>> release(const std::string& key,
                                                     lock::LeaseToken) override {
    std::vector<std::string> words{"DEL", lease_key(key)};
    const auto reply = co_await client_.command(std::move(words));
    if (!reply) co_return fail(reply.error());
    if (reply->is_integer() && reply->integer() == 1) co_return ReleaseOutcome(lock::Released{});
    co_return ReleaseOutcome(lock::NotOwned{});
  }
};

/// Counts the ttl in whole seconds, rounded down: 1.9 s lasts 1 s on the server, and the holder
/// believes in 1.9.
class TtlSeconds final : public Specimen {
 public:
  using Specimen::Specimen;
  [[nodiscard]] Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) override {
    auto outcome = co_await good_.acquire(request);
    if (!outcome || !std::holds_alternative<lock::Acquired>(*outcome)) co_return outcome;
    const Nanos truncated = std::chrono::floor<seconds>(request.ttl);
    std::vector<std::string> words{"PEXPIRE", lease_key(request.key), ms_of(truncated)};
    const auto reply = co_await client_.command(std::move(words));
    if (!reply) co_return fail(reply.error());
    co_return outcome;
  }
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override {
    const MonoTime sent = env_.clock.now();
    auto outcome = co_await good_.renew(lease, std::chrono::floor<seconds>(ttl));
    const bool renewed = outcome && std::holds_alternative<lock::Renewed>(*outcome);
    if (renewed) co_return RenewOutcome(lock::Renewed{lock::local_deadline(sent, ttl)});
    co_return outcome;
  }
};

template <class Lock>
std::unique_ptr<lock::DistributedLockBackend> make(env::Env& env,
                                                   std::span<redis::Client* const> clients) {
  return std::make_unique<Lock>(env, *clients.front());
}

constexpr std::array<Implementation, 2> members{{
    {"zoo/plain_delete",
     "release deletes without comparing: a late release frees the next holder's lock",
     &make<PlainDelete>},
    {"zoo/ttl_seconds",
     "the ttl is cut to whole seconds: the server forgets a lease that its holder believes in",
     &make<TtlSeconds>},
}};

}  // namespace

std::span<const Implementation> zoo_implementations() { return members; }

}  // namespace lockstep::scenarios
