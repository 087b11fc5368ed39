#include "impl/lock/open_locks.hpp"

#include "impl/lock/redis_lock.hpp"
#include "impl/lock/redlock.hpp"

namespace lockstep::lock {

namespace {

Result<void> check_count(std::size_t servers) {
  const bool quorum = servers % 2 == 1 && servers <= Redlock::servers_max;
  if (servers == 0 || quorum) return {};
  return fail(definite(Errc::invalid_argument,
                       std::to_string(servers) + " servers, expected one, or an odd number up to " +
                           std::to_string(Redlock::servers_max) + " for Redlock"));
}

}  // namespace

Result<std::unique_ptr<OpenLocks>> OpenLocks::open(env::Env& env,
                                                   const std::vector<std::string>& urls) {
  if (Result<void> fits = check_count(urls.size()); !fits) return fail(std::move(fits.error()));
  std::unique_ptr<OpenLocks> opened(new OpenLocks());
  std::vector<redis::Client*> all;
  for (const std::string& url : urls) {
    Result<redis::Options> options = redis::parse_url(url);
    if (!options) return fail(std::move(options.error()));
    all.push_back(&opened->clients_.emplace_back(env, std::move(*options)));
  }
  if (all.empty()) {
    opened->backend_ = std::make_unique<MemoryLock>(env, opened->memory_);
  } else if (all.size() == 1) {
    opened->backend_ = std::make_unique<RedisLock>(env, *all.front());
  } else {
    opened->backend_ = std::make_unique<Redlock>(env, all);
  }
  return opened;
}

Task<void> OpenLocks::shutdown() {
  for (redis::Client& client : clients_) {
    co_await client.shutdown();
  }
  co_await backend_->shutdown();
}

}  // namespace lockstep::lock
