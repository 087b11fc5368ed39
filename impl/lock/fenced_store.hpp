// FencedStore: the guarded resource. It keeps, per lock key, the highest fencing token presented,
// by reads and by raise() too; a lower one is refused, an equal one accepted. A new holder's first
// act is raise(); until then an older holder may still act, and that is no violation.
//
// Source: Kleppmann 2016, "How to do distributed locking" (fencing).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "impl/env/env.hpp"
#include "impl/lock/backend.hpp"
#include "impl/redis/client.hpp"

namespace lockstep::lock {

/// Taken. `commit_index` is dense from 1 over all accepted operations of the store, reads and
/// raises included: their total order. `store_time` is the store's wall clock.
struct StoreAccepted {
  std::uint64_t commit_index = 0;
  WallTime store_time{};
  std::optional<std::string> value;  ///< of a read; nullopt: never written
};
/// A higher token was presented before; nothing changed. `seen` serves as AcquireRequest::floor.
struct StoreRefused {
  FencingToken seen{};
  WallTime store_time{};
};
using StoreOutcome = std::variant<StoreAccepted, StoreRefused>;

/// Errors as in backend.hpp: definite - not applied; indefinite - may have been applied.
/// References stay valid until the task ended.
class FencedStore {
 public:
  virtual ~FencedStore() = default;

  [[nodiscard]] virtual Task<Result<StoreOutcome>> write(const std::string& key, FencingToken token,
                                                         std::string_view value) = 0;
  [[nodiscard]] virtual Task<Result<StoreOutcome>> read(const std::string& key,
                                                        FencingToken token) = 0;
  /// Presents `token` and does nothing else.
  [[nodiscard]] virtual Task<Result<StoreOutcome>> raise(const std::string& key,
                                                         FencingToken token) = 0;
};

enum class Fencing : std::uint8_t {
  enforced,  ///< the rule above
  recorded,  ///< tokens are recorded, everything is accepted: what a resource without fence does
};

/// A store on one Redis. Keys: `{<prefix>}:index` (the commit index) and `{<prefix>}:key:<key>`, a
/// hash with the fields seen (highest token), last (token of the last accepted operation), value.
class RedisFencedStore final : public FencedStore {
 public:
  /// `client` outlives the instance. `prefix` holds no braces.
  RedisFencedStore(redis::Client& client, Fencing fencing, std::string prefix = "lockstep-store");

  [[nodiscard]] Task<Result<StoreOutcome>> write(const std::string& key, FencingToken token,
                                                 std::string_view value) override;
  [[nodiscard]] Task<Result<StoreOutcome>> read(const std::string& key,
                                                FencingToken token) override;
  [[nodiscard]] Task<Result<StoreOutcome>> raise(const std::string& key,
                                                 FencingToken token) override;

 private:
  [[nodiscard]] Task<Result<StoreOutcome>> present(const std::string& key, FencingToken token,
                                                   std::string_view operation,
                                                   std::string_view value);

  redis::Client& client_;
  Fencing fencing_;
  std::string prefix_;
  redis::ScriptId script_;
};

}  // namespace lockstep::lock
