// The lock's and the Redis client's contracts against real redis-servers.
#include "scenarios/conformance/live_redis_world.hpp"
#include "scenarios/conformance/redis_client_contract.hpp"
#include "scenarios/conformance/work_contract.hpp"

namespace lockstep::conformance {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, LockContract, testing::Values(live_supplier(BackendKind::memory)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, LockContract, testing::Values(live_supplier(BackendKind::redis)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redlock, LockContract,
                         testing::Values(live_supplier(BackendKind::redlock)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, ServedLockContract,
                         testing::Values(live_supplier(BackendKind::redis)), name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redlock, ServedLockContract,
                         testing::Values(live_supplier(BackendKind::redlock)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, RedisLockContract,
                         testing::Values(live_supplier(BackendKind::redis)), name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redlock, RedlockContract,
                         testing::Values(live_supplier(BackendKind::redlock)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, WorkContract, testing::Values(live_supplier(BackendKind::redis)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, RedisClientContract,
                         testing::Values(live_supplier(BackendKind::redis)), name_of_lock_supplier);

}  // namespace
}  // namespace lockstep::conformance
