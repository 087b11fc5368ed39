// Publisher: where entries go. It keeps the highest fencing token presented per lock key, as a
// store does (outbox_store.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/relay/types.hpp"

namespace lockstep::relay {

enum class Fate : std::uint8_t {
  published,
  failed,   ///< it was not published, nor will it be by this call
  skipped,  ///< not tried, because an earlier one of its aggregate failed
};

/// What became of one entry.
struct EntryOutcome {
  Fate fate = Fate::published;
  std::string cause;  ///< of a failure
};

/// One per entry, in order.
using PublishOutcome = std::variant<std::vector<EntryOutcome>, Refused>;

class Publisher {
 public:
  virtual ~Publisher() = default;

  /// Presents the fence and does nothing else.
  [[nodiscard]] virtual Task<Result<GuardedOutcome>> raise(const Fence& fence) = 0;
  /// Publishes in order; after a failure none of the later entries of that aggregate is. With a
  /// fence that is refused none is.
  /// Errors: definite - none was published; indefinite - any of them may have been, in order.
  [[nodiscard]] virtual Task<Result<PublishOutcome>> publish(const std::vector<Entry>& entries,
                                                             const Fence& fence) = 0;
};

}  // namespace lockstep::relay
