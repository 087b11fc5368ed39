// The lock's and the Redis client's contracts in the deterministic world.
#include "scenarios/conformance/redis_client_contract.hpp"
#include "scenarios/conformance/sim_redis_world.hpp"
#include "scenarios/conformance/work_contract.hpp"

namespace lockstep::conformance {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, LockContract,
                         testing::ValuesIn(sim_suppliers(BackendKind::memory)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, LockContract, testing::ValuesIn(sim_suppliers(BackendKind::redis)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redlock, LockContract,
                         testing::ValuesIn(sim_suppliers(BackendKind::redlock)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, ServedLockContract,
                         testing::ValuesIn(sim_suppliers(BackendKind::redis)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redlock, ServedLockContract,
                         testing::ValuesIn(sim_suppliers(BackendKind::redlock)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, RedisLockContract,
                         testing::ValuesIn(sim_suppliers(BackendKind::redis)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redlock, RedlockContract,
                         testing::ValuesIn(sim_suppliers(BackendKind::redlock)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, WorkContract, testing::ValuesIn(sim_suppliers(BackendKind::redis)),
                         name_of_lock_supplier);
INSTANTIATE_TEST_SUITE_P(Redis, RedisClientContract,
                         testing::ValuesIn(sim_suppliers(BackendKind::redis)),
                         name_of_lock_supplier);

}  // namespace
}  // namespace lockstep::conformance
