// Broker: an in-process log of published entries with the fence rule, and consumers that read on.
// Entries are kept until entries_max, then the oldest go.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/env/event.hpp"
#include "impl/relay/publisher.hpp"

namespace lockstep::relay {

struct Published {
  std::uint64_t offset = 0;  ///< from 1, dense
  Entry entry;
  FencingToken token{};
};

class Broker final : public Publisher {
 public:
  /// Says why an entry is not taken; empty: it is. What validates payloads, in tests a poison.
  using Check = std::function<std::string(const Entry&)>;

  explicit Broker(env::Env& env, std::size_t entries_max = 1U << 20U, Check check = nullptr);

  [[nodiscard]] Task<Result<GuardedOutcome>> raise(const Fence& fence) override;
  [[nodiscard]] Task<Result<PublishOutcome>> publish(const std::vector<Entry>& entries,
                                                     const Fence& fence) override;

  /// Up to `count_max` entries behind `offset`, waits for one until `deadline`. Empty: none came.
  [[nodiscard]] Task<std::vector<Published>> read(std::uint64_t offset, std::size_t count_max,
                                                  MonoTime deadline);
  [[nodiscard]] std::uint64_t last_offset() const { return last_offset_; }

 private:
  [[nodiscard]] bool is_old(const Fence& fence);

  std::size_t entries_max_;
  Check check_;
  std::deque<Published> log_;
  std::map<std::string, FencingToken> seen_;
  std::uint64_t last_offset_ = 0;
  env::Event added_;
};

}  // namespace lockstep::relay
