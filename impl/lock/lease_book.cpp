#include "impl/lock/lease_book.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"

namespace lockstep::lock {

namespace {

/// When the store has surely let go of a lease whose last ttl was sent at `sent` or later began.
MonoTime gone_by(MonoTime sent, Nanos ttl) {
  return saturating_add(saturating_add(sent, ttl), margin_of(ttl));
}

Result<void> check(const AcquireRequest& request) {
  if (Result<void> key = check_key(request.key); !key) return key;
  if (Result<void> owner = check_owner(request.owner); !owner) return owner;
  return check_ttl(request.ttl);
}

std::unexpected<Error> spent(const AcquireRequest& request, std::string_view why) {
  return fail(definite(Errc::invalid_argument, "lease token " + to_text(request.token) + " " +
                                                   std::string(why) + "; draw a new one"));
}

}  // namespace

LeaseToken LeaseBook::draw() { return {nonce_, ++last_n_}; }

Result<void> LeaseBook::begin_acquire(AcquireRequest& request, MonoTime now) {
  if (Result<void> valid = check(request); !valid) return valid;
  ASSERT(request.token.nonce == nonce_ && request.token.n <= last_n_);
  const auto known = alive_.find(request.token.n);
  if (request.sent) {
    if (now >= request.reuse_until) return spent(request, "is past its local deadline");
    if (known == alive_.end() || known->second.releasing) return spent(request, "was given back");
    known->second.until = std::max(known->second.until, gone_by(now, request.ttl));
    return {};
  }
  if (known != alive_.end()) return spent(request, "is in use");
  if (alive_.size() >= forget_at_) forget_expired(now);
  if (alive_.size() >= leases_max) {
    return fail(definite(Errc::limit, "leases_max leases of this instance are alive"));
  }
  request.sent = true;
  request.reuse_until = local_deadline(now, request.ttl);
  alive_.emplace_hint(alive_.end(), request.token.n,
                      Entry{request.key, request.owner, gone_by(now, request.ttl), false});
  return {};
}

void LeaseBook::granted(AcquireRequest& request, MonoTime sent) {
  request.reuse_until = local_deadline(sent, request.ttl);
  renewed(request.token, sent, request.ttl);
}

void LeaseBook::undo_acquire(AcquireRequest& request, bool was_first) {
  if (!was_first) return;
  request.sent = false;
  alive_.erase(request.token.n);
}

void LeaseBook::renewed(LeaseToken token, MonoTime sent, Nanos ttl) {
  const auto known = alive_.find(token.n);
  if (known != alive_.end()) known->second.until = gone_by(sent, ttl);
}

void LeaseBook::begin_release(LeaseToken token) {
  const auto known = alive_.find(token.n);
  if (known != alive_.end()) known->second.releasing = true;
}

void LeaseBook::undo_release(LeaseToken token) {
  const auto known = alive_.find(token.n);
  if (known != alive_.end()) known->second.releasing = false;
}

std::vector<LeaseBook::Held> LeaseBook::held_by(const std::string& owner, MonoTime now) const {
  std::vector<Held> held;
  for (const auto& [n, entry] : alive_) {
    if (entry.owner == owner && entry.until > now) held.push_back({{nonce_, n}, entry.key});
  }
  return held;
}

void LeaseBook::forget_expired(MonoTime now) {
  std::erase_if(alive_, [now](const auto& item) { return item.second.until <= now; });
  forget_at_ = std::max<std::size_t>(64, 2 * alive_.size());
}

}  // namespace lockstep::lock
