// Transaction: a business transaction and the entries that it leaves, for outboxes whose commits
// are one call.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/relay/types.hpp"

namespace lockstep::relay {

/// Business data that changes: what puts say, then erases.
struct Effect {
  std::vector<std::pair<std::string, std::string>> puts;
  std::vector<std::string> erases;
};

/// What is done as one.
struct Transaction {
  Fence fence;  ///< of the writer; token 0: none
  Effect effect;
  std::vector<NewEntry> entries;
};

struct Committed {
  std::vector<EntryId> ids;  ///< of the entries, in order
  std::size_t known = 0;     ///< entries that were left before, by their request
};
using CommitOutcome = std::variant<Committed, Refused>;

class TransactionalOutbox {
 public:
  virtual ~TransactionalOutbox() = default;
  /// All or nothing. After an indefinite error it may be done again: entries with a request id are
  /// left once; what it puts and erases is done again.
  /// Errors, definite: invalid_argument - an entry without an aggregate; else as in
  /// outbox_store.hpp.
  [[nodiscard]] virtual Task<Result<CommitOutcome>> commit(Transaction transaction) = 0;
  /// Committed business data; nullopt: none.
  [[nodiscard]] virtual Task<Result<std::optional<std::string>>> get(std::string key) = 0;
};

/// Errors: invalid_argument.
[[nodiscard]] Result<void> check(const Transaction& transaction);

}  // namespace lockstep::relay
