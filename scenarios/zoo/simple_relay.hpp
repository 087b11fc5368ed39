// A relay as many are written: fetch, publish one by one, mark; with one flaw, or with none.
#pragma once

#include <optional>
#include <set>

#include "impl/lock/lease_keeper.hpp"
#include "scenarios/lock_world/implementation.hpp"

namespace lockstep::scenarios {

enum class RelayFlaw : std::uint8_t {
  none,
  mark_before_publish,  ///< a crash in between loses entries
  cursor,               ///< goes on behind the highest id: what commits late below it is skipped
  lost_mid_batch,       ///< looks at its lease before each batch, not before each entry
};

class SimpleRelay final : public Worker {
 public:
  SimpleRelay(RelayParts parts, RelayFlaw flaw);
  env::Task<void> run() override;
  void stop() override;

 private:
  using Guard = std::optional<lock::LeaseGuard>;
  env::Task<void> work(Guard guard);
  env::Task<bool> raise(lock::Fence fence);
  env::Task<std::vector<relay::Entry>> fetch(lock::Fence fence);
  env::Task<void> relay_batch(Guard guard, lock::Fence fence, std::vector<relay::Entry> entries);
  env::Task<void> mark(lock::Fence fence, std::vector<relay::EntryRef> entries);
  [[nodiscard]] bool leads(const Guard& guard) const;

  RelayParts parts_;
  RelayFlaw flaw_;
  relay::EntryId cursor_{};
  lock::StopSource stopping_;
  std::optional<lock::LeaseKeeper> keeper_;
};

template <RelayFlaw flaw>
std::unique_ptr<Worker> make_simple_relay(RelayParts parts) {
  return std::make_unique<SimpleRelay>(std::move(parts), flaw);
}

}  // namespace lockstep::scenarios
