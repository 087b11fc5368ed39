#include "impl/lock/memory_lock.hpp"

#include <algorithm>

namespace lockstep::lock {

// ---- the store ----------------------------------------------------------------------------------

std::expected<MemoryLockStore::Granted, MemoryLockStore::Refusal> MemoryLockStore::acquire(
    const AcquireRequest& request, MonoTime now) {
  const auto found = entries_.find(request.key);
  if (found == entries_.end() && entries_.size() >= keys_max) {
    return std::unexpected(Refusal::full);
  }
  Entry& entry = found != entries_.end() ? found->second : entries_[request.key];
  const bool held = is_held(entry, now);
  if (entry.held && !held) entry.released = entry.token = LeaseToken();  // expired: forgotten
  entry.held = held;
  if (entry.token.nonce == request.token.nonce && entry.owner == request.owner) {
    if (held && entry.token == request.token) {
      entry.expires = saturating_add(now, request.ttl);
      return Granted{entry.fence};
    }
    if (entry.token.n >= request.token.n) return std::unexpected(Refusal::stale);
  } else if (held) {
    return std::unexpected(Refusal::contended);
  }
  const std::uint64_t above = std::max(entry.fence.value, request.floor.value);
  if (above >= fencing_token_max) return std::unexpected(Refusal::exhausted);
  if (!held) entry.released = entry.token;
  entry.fence.value = above + 1;
  entry.held = true;
  entry.token = request.token;
  entry.owner = request.owner;
  entry.expires = saturating_add(now, request.ttl);
  return Granted{entry.fence};
}

MemoryLockStore::Entry* MemoryLockStore::holder(const std::string& key, LeaseToken token,
                                                MonoTime now) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || !is_held(found->second, now)) return nullptr;
  return found->second.token == token ? &found->second : nullptr;
}

bool MemoryLockStore::renew(const std::string& key, LeaseToken token, Nanos ttl, MonoTime now) {
  Entry* const entry = holder(key, token, now);
  if (entry != nullptr) entry->expires = saturating_add(now, ttl);
  return entry != nullptr;
}

bool MemoryLockStore::release(const std::string& key, LeaseToken token, MonoTime now) {
  if (Entry* const entry = holder(key, token, now); entry != nullptr) {
    entry->held = false;
    return true;
  }
  const auto found = entries_.find(key);
  if (found == entries_.end()) return false;
  const Entry& entry = found->second;
  if (is_held(entry, now)) return entry.released == token;
  return !entry.held && entry.token == token;
}

const std::string* MemoryLockStore::owner(const std::string& key, MonoTime now) const {
  const auto found = entries_.find(key);
  return found != entries_.end() && is_held(found->second, now) ? &found->second.owner : nullptr;
}

std::optional<Nanos> MemoryLockStore::ttl_left(const std::string& key, MonoTime now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || !is_held(found->second, now)) return std::nullopt;
  return found->second.expires - now;
}

// ---- the backend --------------------------------------------------------------------------------

Task<Result<AcquireOutcome>> MemoryLock::acquire(AcquireRequest& request) {
  const MonoTime time = now();
  if (Result<void> may = book().begin_acquire(request, time); !may) {
    co_return fail(std::move(may.error()));
  }
  const auto answer = store_.acquire(request, time);
  if (!answer) co_return refused(request, answer.error());
  co_return granted(request, answer->fence, time, time);
}

Result<AcquireOutcome> MemoryLock::refused(const AcquireRequest& request,
                                           MemoryLockStore::Refusal why) {
  switch (why) {
    case MemoryLockStore::Refusal::contended: return contended(request, false);
    case MemoryLockStore::Refusal::stale: return contended(request, true);
    case MemoryLockStore::Refusal::exhausted:
      book().refused(request.token);
      return fail(tokens_exhausted(request.key));
    case MemoryLockStore::Refusal::full: break;
  }
  book().refused(request.token);
  return fail(definite(Errc::limit, "keys_max lock keys are in use"));
}

Task<Result<RenewOutcome>> MemoryLock::renew(const Lease& lease, Nanos ttl) {
  if (Result<void> valid = check_ttl(ttl); !valid) co_return fail(std::move(valid.error()));
  const MonoTime time = now();
  if (!store_.renew(lease.key, lease.token, ttl, time)) co_return lost(lease);
  co_return renewed(lease, ttl, time);
}

Task<Result<ReleaseOutcome>> MemoryLock::release(const std::string& key, LeaseToken token) {
  book().begin_release(token);
  co_return released(key, token, store_.release(key, token, now()));
}

Task<Result<bool>> MemoryLock::is_locked(const std::string& key) {
  co_return store_.owner(key, now()) != nullptr;
}

Task<Result<std::optional<std::string>>> MemoryLock::owner(const std::string& key) {
  const std::string* const label = store_.owner(key, now());
  std::optional<std::string> owner;
  if (label != nullptr) owner = *label;
  co_return owner;
}

Task<Result<std::uint64_t>> MemoryLock::release_all(const std::string& owner) {
  std::uint64_t count = 0;
  for (const LeaseBook::Held& held : book().held_by(owner, now())) {
    book().begin_release(held.token);
    const bool was_held = store_.release(held.key, held.token, now());
    if (was_held) ++count;
    static_cast<void>(released(held.key, held.token, was_held));
  }
  co_return count;
}

}  // namespace lockstep::lock
