// What RedisLock and Redlock say to a server, and how they read its answers. Internal to impl/lock.
#pragma once

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "impl/resp/reply.hpp"

namespace lockstep::lock {

/// An integer as text, without an allocation; lives in a coroutine frame beside its Call.
class Decimal {
 public:
  explicit Decimal(std::uint64_t value) {
    end_ = std::to_chars(text_.data(), text_.data() + text_.size(), value).ptr;
  }
  [[nodiscard]] std::string_view view() const { return {text_.data(), end_}; }

 private:
  std::array<char, 20> text_{};
  char* end_ = nullptr;
};

/// Redis counts whole milliseconds; rounded up, so that no lease is shorter than asked.
[[nodiscard]] std::uint64_t milliseconds_of(Nanos ttl);

/// "<prefix><kind>{<key>}"; `kind` is "lease:" or "fence:". The braces put a lock's keys into one
/// cluster slot.
void append_lock_key(std::string_view prefix, std::string_view kind, std::string_view key,
                     std::string& to);
[[nodiscard]] std::string lease_key_of(std::string_view prefix, std::string_view key);

/// An answer that no script of ours gives (indefinite `protocol`).
[[nodiscard]] Error strange_answer(const resp::Reply& reply);
[[nodiscard]] Result<std::int64_t> integer_of(Result<resp::Reply> reply);

/// What a GET of a lease key says.
struct LeaseValue {
  std::string_view token;  ///< its text
  std::string_view owner;
};
/// nullopt: nobody holds it. Views into `reply`.
/// Errors: `corrupt` (definite) - not a lock's; `protocol` (indefinite).
[[nodiscard]] Result<std::optional<LeaseValue>> lease_value_of(const resp::Reply& reply);

}  // namespace lockstep::lock
