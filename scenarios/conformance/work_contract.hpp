// The contract of the workers of impl/work, written once for every world; see lock_contract.hpp.
#pragma once

#include "impl/lock/lock_config.hpp"
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {

class WorkContract : public testing::TestWithParam<LockSupplier> {
 protected:
  void run(Task<void> (*claim)(Fleet&)) { run_claim(GetParam(), claim); }
};

/// A keeper that a noisy machine keeps up with, and whose stop_grace leaves time for a step.
[[nodiscard]] lock::DistributedLockConfig work_lock_config();
using Condition = std::function<bool()>;
/// Waits until it holds; a minute without fails the test.
[[nodiscard]] Task<void> until(Env& env, Condition holds);

}  // namespace lockstep::conformance
