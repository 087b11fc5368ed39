// A dispatch ledger on one Redis (with AOF always, if nothing may be lost).
#pragma once

#include <string>

#include "impl/work/dispatch.hpp"
#include "impl/work/fenced_hashes.hpp"

namespace lockstep::work {

class RedisDispatchLedger final : public DispatchLedger {
 public:
  /// `client` outlives the instance. `prefix` holds no braces.
  explicit RedisDispatchLedger(redis::Client& client,
                               lock::Fencing fencing = lock::Fencing::enforced,
                               const std::string& prefix = "lockstep-ledger")
      : hashes_(client, fencing, prefix) {}

  [[nodiscard]] Task<Result<ClaimOutcome>> claim(const std::string& task, std::int64_t number,
                                                 const Fence& fence) override;

 private:
  FencedHashes hashes_;
};

}  // namespace lockstep::work
