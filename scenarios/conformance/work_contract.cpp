#include "scenarios/conformance/work_contract.hpp"

namespace lockstep::conformance {

lock::DistributedLockConfig work_lock_config() {
  lock::DistributedLockConfig config = lock::DistributedLockConfig::for_ttl(milliseconds(2'500));
  config.retry_interval = milliseconds(50);
  config.retry_jitter = milliseconds(20);
  config.stop_grace = milliseconds(800);
  return config;
}

Task<void> until(Env& env, Condition holds) {
  const MonoTime limit = env.clock.now() + seconds(60);
  while (!holds() && env.clock.now() < limit) {
    co_await sleep(env, milliseconds(5));
  }
  EXPECT_TRUE(holds()) << "it never came to pass";
}

}  // namespace lockstep::conformance
