// Redlock: the lock backend over N independent Redis servers, of which a quorum (N/2 + 1) decides.
// A minority may be down, slow or cut off.
//
// An acquire asks all servers at once. Granted by a quorum, its fencing token is agreed before it
// returns: one above the highest that the quorum knows, written where the lease is still held and
// confirmed by a quorum. Its local deadline counts from before the round's first byte. An acquire
// that fails is released everywhere, and its token is spent.
//
// Not verified, and not true: safety when a server's wall clock jumps, or when one restarts without
// its data inside a ttl (its fencing tokens are then not promised either). The scenarios show both.
// Source: Redis documentation, "Distributed locks with Redis"; Kleppmann 2016.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "impl/env/task_group.hpp"
#include "impl/lock/booked_backend.hpp"
#include "impl/lock/redis_lock.hpp"
#include "impl/lock/redlock_round.hpp"
#include "impl/redis/client.hpp"

namespace lockstep::lock {

class Redlock final : public BookedBackend {
 public:
  /// An odd number of clients, each of a server of its own; 1 to 15. Their command timeouts should
  /// be well below the ttls: one server that is down costs that much. Clients may be shared; they
  /// and `env` outlive the instance.
  Redlock(env::Env& env, std::span<redis::Client* const> clients, RedisLockOptions options = {});

  [[nodiscard]] Task<Result<AcquireOutcome>> acquire(AcquireRequest& request) override;
  [[nodiscard]] Task<Result<RenewOutcome>> renew(const Lease& lease, Nanos ttl) override;
  [[nodiscard]] Task<Result<ReleaseOutcome>> release(const std::string& key,
                                                     LeaseToken token) override;
  [[nodiscard]] Task<Result<bool>> is_locked(const std::string& key) override;
  [[nodiscard]] Task<Result<std::optional<std::string>>> owner(const std::string& key) override;
  [[nodiscard]] Task<Result<std::uint64_t>> release_all(const std::string& owner) override;
  /// Of an acquire that must give back what it got: four command timeouts.
  [[nodiscard]] Nanos operation_timeout() const override;
  /// Calls return when a quorum has decided; what is still on its way to the others ends here.
  [[nodiscard]] Task<void> shutdown() override;

  static constexpr std::size_t servers_max = 15;

 private:
  enum class Kind : std::uint8_t { acquire, confirm, renew, release, get };
  struct Question;
  struct Server {
    redis::Client* client;
    redis::ScriptId acquire;
    redis::ScriptId confirm;
    redis::ScriptId renew;
    redis::ScriptId release;
  };
  using Asked = std::shared_ptr<Question>;
  using Vote = RedlockRound::Vote;
  using Verdict = RedlockRound::Verdict;
  static constexpr int confirm_attempts = 2;

  [[nodiscard]] Asked question(Kind kind, std::string_view key, std::vector<std::string> arguments);
  void ask_all(const Asked& asked);
  void ask(const Asked& asked, std::size_t server);
  [[nodiscard]] Task<void> converse(Asked asked, std::size_t server);
  static void hear(Question& question, std::size_t server, Result<resp::Reply> reply);
  [[nodiscard]] static redis::ScriptId script_of(const Server& server, Kind kind);
  /// Until a quorum has decided, or nothing more can come.
  [[nodiscard]] static Task<void> decided(Asked asked);

  [[nodiscard]] Task<Result<FencingToken>> agree(Asked acquired, const AcquireRequest& request,
                                                 MonoTime until);
  [[nodiscard]] Task<Result<AcquireOutcome>> give_up(Asked acquired, AcquireRequest& request,
                                                     Error why);
  [[nodiscard]] Task<void> give_back(Asked acquired, const AcquireRequest& request);
  [[nodiscard]] Task<Result<std::optional<std::string>>> holder(std::string key);

  std::vector<Server> servers_;
  RedisLockOptions options_;
  env::TaskGroup tasks_;  // conversations with servers
};

}  // namespace lockstep::lock
