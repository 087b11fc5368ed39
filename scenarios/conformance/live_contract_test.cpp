// The contract of impl/env, kept by impl/live against real sockets, clocks and threads.
#include <poll.h>

#include <vector>

#include "impl/env/task_group.hpp"
#include "impl/live/run.hpp"
#include "scenarios/conformance/env_contract.hpp"
#include "scenarios/conformance/live_peer.hpp"

namespace lockstep::conformance {
namespace {

class LiveContractWorld final : public ContractWorld {
 public:
  Peer& add_peer(const PeerScript& script) override {
    return *peers_.emplace_back(std::make_unique<LivePeer>(script));
  }

  bool run(Body body) override {
    return live::run_until_complete(node_, body(node_.env()), seconds(30)).has_value();
  }

  void run_and_crash(Body body, Nanos time) override {
    env::TaskGroup group(node_.env());
    group.spawn(body(node_.env()));
    loop_.run_for(time);
    node_.end();
  }

  std::function<void()> storage_call(Nanos duration) override {
    const auto ms = static_cast<int>(std::chrono::ceil<milliseconds>(duration).count());
    return [ms] { poll(nullptr, 0, ms); };
  }

 private:
  std::vector<std::unique_ptr<LivePeer>> peers_;
  live::Loop loop_;
  live::Node node_{loop_};
};

Supplier live_supplier() {
  return {"live", [] { return std::make_unique<LiveContractWorld>(); }};
}

INSTANTIATE_TEST_SUITE_P(Env, EnvContract, testing::Values(live_supplier()), name_of_supplier);
INSTANTIATE_TEST_SUITE_P(Env, EnvContractDeathTest, testing::Values(live_supplier()),
                         name_of_supplier);

}  // namespace
}  // namespace lockstep::conformance
