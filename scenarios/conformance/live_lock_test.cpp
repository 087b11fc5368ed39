// The lock's and the Redis client's contracts against real redis-servers.
#include "scenarios/conformance/live_redis_world.hpp"
#include "scenarios/conformance/redis_client_contract.hpp"

namespace lockstep::conformance {
namespace {

INSTANTIATE_TEST_SUITE_P(Redis, LockContract, testing::Values(live_redis()), name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, RedisClientContract, testing::Values(live_redis()),
                         name_of_lock_supplier);

}  // namespace
}  // namespace lockstep::conformance
