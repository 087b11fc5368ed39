#include "impl/relay/transaction.hpp"

namespace lockstep::relay {

Result<void> check(const Transaction& transaction) {
  for (const NewEntry& entry : transaction.entries) {
    if (entry.aggregate.empty()) {
      return fail(definite(Errc::invalid_argument, "an entry needs an aggregate"));
    }
  }
  return {};
}

}  // namespace lockstep::relay
