#include "impl/lock/lease.hpp"

#include "impl/base/assert.hpp"
#include "impl/base/duration.hpp"

namespace lockstep::lock {

namespace {

Result<void> check_name(std::string_view what, std::string_view text, std::size_t bytes_max) {
  if (!text.empty() && text.size() <= bytes_max) return {};
  return fail(
      definite(Errc::invalid_argument, std::string(what) + " has " + std::to_string(text.size()) +
                                           " bytes, expected 1 to " + std::to_string(bytes_max)));
}

}  // namespace

std::string to_text(LeaseToken token) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(token_text_bytes, ':');
  for (std::size_t i = 16; i-- > 0; token.nonce >>= 4U) text[i] = digits[token.nonce & 15U];
  for (std::size_t i = token_text_bytes; i-- > 17; token.n /= 10) text[i] = digits[token.n % 10];
  ASSERT(token.n == 0);
  return text;
}

Result<void> check_ttl(Nanos ttl) {
  if (ttl >= ttl_min && ttl <= ttl_max) return {};
  return fail(definite(Errc::invalid_argument, "the ttl is " + lockstep::to_text(ttl) +
                                                   ", expected " + lockstep::to_text(ttl_min) +
                                                   " to " + lockstep::to_text(ttl_max)));
}

Result<void> check_key(std::string_view key) {
  return check_name("the lock key", key, key_bytes_max);
}

Result<void> check_owner(std::string_view owner) {
  return check_name("the owner", owner, owner_bytes_max);
}

}  // namespace lockstep::lock
