#include "impl/work/redis_ledger.hpp"

#include <charconv>

namespace lockstep::work {

Task<Result<ClaimOutcome>> RedisDispatchLedger::claim(const std::string& task, std::int64_t number,
                                                      const Fence& fence) {
  const auto outcome = co_await hashes_.raise_to("claimed", task, number, fence);
  if (!outcome) co_return fail(outcome.error());
  if (const auto* refused = std::get_if<Refused>(&*outcome)) co_return ClaimOutcome(*refused);
  const auto& taken = std::get<FencedHashes::Taken>(*outcome);
  if (taken.changed) co_return ClaimOutcome(Claimed{});
  AlreadyClaimed already;
  const std::string text = taken.value.value_or("");
  const auto read = std::from_chars(text.data(), text.data() + text.size(), already.last);
  if (read.ec == std::errc()) co_return ClaimOutcome(already);
  co_return fail(definite(Errc::corrupt, "the ledger holds '" + text + "' for " + task));
}

}  // namespace lockstep::work
