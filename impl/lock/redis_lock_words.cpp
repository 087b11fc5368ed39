#include "impl/lock/redis_lock_words.hpp"

#include <utility>

#include "impl/lock/lease.hpp"
#include "impl/lock/redis_lock_scripts.hpp"

namespace lockstep::lock {

std::uint64_t milliseconds_of(Nanos ttl) {
  return static_cast<std::uint64_t>(std::chrono::ceil<milliseconds>(ttl).count());
}

void append_lock_key(std::string_view prefix, std::string_view kind, std::string_view key,
                     std::string& to) {
  to.append(prefix).append(kind).append("{").append(key).append("}");
}

std::string lease_key_of(std::string_view prefix, std::string_view key) {
  std::string name;
  append_lock_key(prefix, "lease:", key, name);
  return name;
}

Error strange_answer(const resp::Reply& reply) {
  return indefinite(Errc::protocol, "the lock script answered " + resp::to_text(reply));
}

Result<std::int64_t> integer_of(Result<resp::Reply> reply) {
  if (!reply) return fail(std::move(reply.error()));
  if (!reply->is_integer()) return fail(strange_answer(*reply));
  return reply->integer();
}

Result<std::optional<LeaseValue>> lease_value_of(const resp::Reply& reply) {
  if (reply.is_nil()) return std::nullopt;
  if (!reply.is_bulk()) return fail(strange_answer(reply));
  const std::string_view lease = reply.text();
  if (lease.size() <= lease_owner_at) {
    return fail(definite(Errc::corrupt, "the server holds a lease that is not a lock's"));
  }
  if (lease.starts_with('R')) return std::nullopt;
  return LeaseValue{lease.substr(1, token_text_bytes), lease.substr(lease_owner_at)};
}

}  // namespace lockstep::lock
