#include "scenarios/lock_world/recording.hpp"

#include <charconv>

namespace lockstep::scenarios {

using checkers::Answer;
using checkers::Invocation;
namespace name = checkers::name;

Invocation RecordingLock::invocation(checkers::NameId f, std::string_view key,
                                     lock::LeaseToken token) {
  Invocation what;
  what.f = f;
  what.key = log_.run().name(key);
  what.lease = log_.run().lease(token);
  const auto owner = token_owners_.find(token);
  what.owner = owner == token_owners_.end() ? log_.owner() : owner->second;
  return what;
}

checkers::OwnerId RecordingLock::owner_of(const std::string& label) {
  const auto [owner, is_new] = owners_.try_emplace(label, log_.owner());
  if (is_new && owners_.size() > 1) owner->second = log_.run().new_owner();
  return owner->second;
}

env::Task<Result<lock::AcquireOutcome>> RecordingLock::acquire(lock::AcquireRequest& request) {
  token_owners_[request.token] = owner_of(request.owner);
  Invocation what = invocation(name::acquire, request.key, request.token);
  what.ttl = request.ttl;
  what.attempt = request.sent ? 2 : 1;  // 1: the first time that this token is sent
  Call call(log_, what);
  auto outcome = co_await inner_.acquire(request);
  if (!outcome) {
    call.error(outcome.error());
    co_return outcome;
  }
  Answer answer;
  if (const auto* acquired = std::get_if<lock::Acquired>(&*outcome)) {
    answer.token = acquired->lease.fence;
    answer.lease = log_.run().lease(acquired->lease.token);
    call.ok(answer);
  } else {
    answer.error = name::contended;
    call.fail(answer);
  }
  co_return outcome;
}

env::Task<Result<lock::RenewOutcome>> RecordingLock::renew(const lock::Lease& lease, Nanos ttl) {
  Invocation what = invocation(name::renew, lease.key, lease.token);
  what.ttl = ttl;
  Call call(log_, what);
  auto outcome = co_await inner_.renew(lease, ttl);
  if (!outcome) {
    call.error(outcome.error());
    co_return outcome;
  }
  Answer answer;
  if (std::holds_alternative<lock::Renewed>(*outcome)) {
    call.ok(answer);
  } else {
    answer.error = name::lost;
    call.fail(answer);
  }
  co_return outcome;
}

env::Task<Result<lock::ReleaseOutcome>> RecordingLock::release(const std::string& key,
                                                               lock::LeaseToken token) {
  const Invocation what = invocation(name::release, key, token);
  Call call(log_, what);
  auto outcome = co_await inner_.release(key, token);
  if (!outcome) {
    call.error(outcome.error());
    co_return outcome;
  }
  Answer answer;
  if (std::holds_alternative<lock::Released>(*outcome)) {
    call.ok(answer);
  } else {
    answer.error = name::not_owned;
    call.fail(answer);
  }
  co_return outcome;
}

namespace {

void record(Call& call, const Result<lock::StoreOutcome>& outcome) {
  if (!outcome) return call.error(outcome.error());
  Answer answer;
  if (const auto* refused = std::get_if<lock::StoreRefused>(&*outcome)) {
    answer.error = name::stale;
    answer.seen = refused->seen;
    return call.fail(answer);
  }
  const auto& accepted = std::get<lock::StoreAccepted>(*outcome);
  if (accepted.value) {
    std::int64_t value = 0;
    std::from_chars(accepted.value->data(), accepted.value->data() + accepted.value->size(), value);
    answer.value = value;
  }
  call.ok(answer);
}

}  // namespace

Invocation RecordingStore::invocation(checkers::NameId f, std::string_view key,
                                      FencingToken token) {
  Invocation what;
  what.f = f;
  what.key = log_.run().name(key);
  what.lease = lease_;
  what.token = token;
  return what;
}

env::Task<Result<lock::StoreOutcome>> RecordingStore::write(const std::string& key,
                                                            FencingToken token,
                                                            std::string_view value) {
  Invocation what = invocation(name::write, key, token);
  std::int64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  what.value = number;
  Call call(log_, what);
  auto outcome = co_await inner_.write(key, token, value);
  record(call, outcome);
  co_return outcome;
}

env::Task<Result<lock::StoreOutcome>> RecordingStore::read(const std::string& key,
                                                           FencingToken token) {
  const Invocation what = invocation(name::read, key, token);
  Call call(log_, what);
  auto outcome = co_await inner_.read(key, token);
  record(call, outcome);
  co_return outcome;
}

env::Task<Result<lock::StoreOutcome>> RecordingStore::raise(const std::string& key,
                                                            FencingToken token) {
  const Invocation what = invocation(name::raise, key, token);
  Call call(log_, what);
  auto outcome = co_await inner_.raise(key, token);
  record(call, outcome);
  co_return outcome;
}

}  // namespace lockstep::scenarios
