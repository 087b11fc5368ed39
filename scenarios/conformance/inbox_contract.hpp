// The contract of the consumer's inbox, O14, for every world: TEST_Ps of InboxContract.
#pragma once

#include "impl/relay/inbox.hpp"
#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {

class InboxContract : public testing::TestWithParam<QueueSupplier> {
 protected:
  void session(Session body) { EXPECT_TRUE(world().run(std::move(body))) << "did not end in time"; }
  QueueWorld& world() {
    if (!world_) world_ = GetParam().make();
    return *world_;
  }

 private:
  std::unique_ptr<QueueWorld> world_;
};

}  // namespace lockstep::conformance
