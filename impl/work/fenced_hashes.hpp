// FencedHashes: hashes on one Redis under the fence rule: put, get, and compare-and-set, each
// presenting a fencing token. What sinks, progress stores and ledgers of impl/work are made of.
//
// Keys: `{<prefix>}:fence:<lock key>` (highest token presented), `{<prefix>}:hash:<name>`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "impl/lock/fenced_store.hpp"
#include "impl/redis/client.hpp"
#include "impl/work/collections.hpp"

namespace lockstep::work {

class FencedHashes {
 public:
  /// `client` outlives the instance. `prefix` holds no braces.
  FencedHashes(redis::Client& client, lock::Fencing fencing, const std::string& prefix);

  struct Taken {
    std::optional<std::string> value;  ///< of get: the field's; of raise_to: what was there
    bool changed = false;              ///< put: always; the others: whether it was set
  };
  using Outcome = std::variant<Taken, Refused>;

  [[nodiscard]] Task<Result<Outcome>> present(const Fence& fence);
  /// Sets all of `fields` (name, value, name, value, ...).
  [[nodiscard]] Task<Result<Outcome>> put(std::string hash, std::vector<std::string_view> fields,
                                          const Fence& fence);
  /// Sets the field, unless one of a greater `order` was set under the same token: what arrives
  /// late, behind its successor, changes nothing. `order` is below 2^53.
  [[nodiscard]] Task<Result<Outcome>> put_in_order(std::string hash, std::string_view field,
                                                   std::string_view value, std::uint64_t order,
                                                   const Fence& fence);
  [[nodiscard]] Task<Result<Outcome>> get(std::string hash, std::string_view field,
                                          const Fence& fence);
  /// Sets the field to `number`, below 2^53 in size, if it has none or a smaller one.
  [[nodiscard]] Task<Result<Outcome>> raise_to(std::string hash, std::string_view field,
                                               std::int64_t number, const Fence& fence);

 private:
  [[nodiscard]] Task<Result<Outcome>> run(std::string_view operation, std::string hash,
                                          std::vector<std::string_view> words, const Fence& fence);

  redis::Client& client_;
  lock::Fencing fencing_;
  std::string prefix_;
  redis::ScriptId script_;
};

}  // namespace lockstep::work
