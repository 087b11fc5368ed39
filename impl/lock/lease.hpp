// The words of a lock: who asks, which acquisition, in which order, and until when.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace lockstep::lock {

/// Which acquisition. `nonce` is drawn once per backend instance, so that equal owner labels in two
/// processes contend; `n` grows with every acquisition of that instance and is never used again
/// once a release for it was sent or its local deadline passed: otherwise a release stuck in a
/// half-open connection would later free a lock that was acquired anew.
struct LeaseToken {
  std::uint64_t nonce = 0;
  std::uint64_t n = 0;
  friend constexpr auto operator<=>(const LeaseToken&, const LeaseToken&) = default;
};

/// "1f2e3d4c5b6a7988:0000000000000012": nonce in 16 hex digits, n in 16 decimal ones. Texts of
/// equal nonce are ordered as their tokens. Requires n < 10^16.
[[nodiscard]] std::string to_text(LeaseToken token);
inline constexpr std::size_t token_text_bytes = 33;

/// A lease that was granted.
struct Lease {
  std::string key;
  std::string owner;  ///< the holder's label
  LeaseToken token;
  FencingToken fence;   ///< greater than every one granted before for `key`; to be sent with work
  Nanos ttl{};          ///< on the store's clock, from its grant or last renewal
  MonoTime deadline{};  ///< the local deadline: the holder must be quiet from then on
};

/// One acquisition, drawn before anything is sent. Pass the same object again to try again.
struct AcquireRequest {
  std::string key;
  std::string owner;
  Nanos ttl{};
  LeaseToken token;
  FencingToken floor{};    ///< the grant's fencing token exceeds it: what a sink refused with
  bool sent = false;       ///< an attempt left; set by acquire()
  MonoTime reuse_until{};  ///< once sent: no attempt may start from then on; set by acquire()
};

/// The highest fencing token: every store, Lua's doubles included, counts exactly to here.
inline constexpr std::uint64_t fencing_token_max = (std::uint64_t{1} << 53U) - 1;

/// Bounds of every backend. Redis takes whole milliseconds; ten years fit every clock's range.
inline constexpr Nanos ttl_min = milliseconds(1);
inline constexpr Nanos ttl_max = std::chrono::days(3650);
inline constexpr std::size_t key_bytes_max = 512;  ///< a name, not a payload
inline constexpr std::size_t owner_bytes_max = 512;

/// Errors: `invalid_argument` (definite) - below ttl_min or above ttl_max. The same text for every
/// backend.
[[nodiscard]] Result<void> check_ttl(Nanos ttl);
/// Errors: `invalid_argument` (definite) - empty or over its bound.
[[nodiscard]] Result<void> check_key(std::string_view key);
[[nodiscard]] Result<void> check_owner(std::string_view owner);

/// What is kept back from a ttl: ttl/100 + 2 ms. It covers the drift of the client's clock and the
/// store's together (1 %) and the store's rounding.
/// Source: Redis documentation, "Distributed locks with Redis" (Redlock), CLOCK_DRIFT_FACTOR.
[[nodiscard]] constexpr Nanos margin_of(Nanos ttl) { return ttl / 100 + milliseconds(2); }

/// The local deadline: `sent + ttl - margin`, where `sent` is this node's monotonic time before the
/// first byte of the attempt that was answered. It may lie before `sent` when ttl is tiny.
[[nodiscard]] constexpr MonoTime local_deadline(MonoTime sent, Nanos ttl) {
  return saturating_add(sent, ttl) - margin_of(ttl);
}

}  // namespace lockstep::lock
