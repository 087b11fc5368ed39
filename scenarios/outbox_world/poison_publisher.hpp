// A publisher that turns some entries down, and passes the others on: what a broker does with
// entries that it cannot take.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "impl/relay/publisher.hpp"

namespace lockstep::scenarios {

class PoisonPublisher final : public relay::Publisher {
 public:
  /// Why an entry is turned down; empty: it is not.
  using Check = std::function<std::string(const relay::Entry&)>;
  /// `inner` outlives it.
  PoisonPublisher(relay::Publisher& inner, Check check) : inner_(inner), check_(std::move(check)) {}

  [[nodiscard]] env::Task<Result<lock::GuardedOutcome>> raise(const lock::Fence& fence) override {
    return inner_.raise(fence);
  }
  [[nodiscard]] env::Task<Result<relay::PublishOutcome>> publish(
      const std::vector<relay::Entry>& entries, const lock::Fence& fence) override;

 private:
  relay::Publisher& inner_;
  Check check_;
};

}  // namespace lockstep::scenarios
