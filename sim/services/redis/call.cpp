#include "sim/services/redis/call.hpp"

#include "sim/services/redis/core.hpp"
#include "sim/services/redis/replies.hpp"

namespace lockstep::sim::redis {

namespace {

// The value of a type that is kept behind a pointer.
template <class T>
OrReply<T*> held(Entry* entry) {
  if (entry == nullptr) return nullptr;
  auto* value = std::get_if<std::unique_ptr<T>>(&entry->value);
  if (value == nullptr) return refuse(replies::wrong_type());
  return value->get();
}

}  // namespace

std::int64_t Call::now_ms() const { return to_ms(now); }

Entry* Call::find(std::string_view key) const {
  Data& data = core.data;
  Entry* entry = data.db(session.db).find(key);
  if (entry == nullptr || !is_expired(*entry, now) || origin == Origin::stream) return entry;
  if (!data.is_replica) data.drop(session.db, key);
  return nullptr;
}

OrReply<std::string*> Call::string(std::string_view key) const {
  Entry* entry = find(key);
  if (entry == nullptr) return nullptr;
  auto* value = std::get_if<std::string>(&entry->value);
  if (value == nullptr) return refuse(replies::wrong_type());
  return value;
}

OrReply<Hash*> Call::hash(std::string_view key) const {
  Entry* entry = find(key);
  if (entry == nullptr) return nullptr;
  auto* value = std::get_if<Hash>(&entry->value);
  if (value == nullptr) return refuse(replies::wrong_type());
  return value;
}

OrReply<Stream*> Call::stream(std::string_view key) const { return held<Stream>(find(key)); }
OrReply<SortedSet*> Call::sorted_set(std::string_view key) const {
  return held<SortedSet>(find(key));
}
OrReply<List*> Call::list(std::string_view key) const { return held<List>(find(key)); }

Entry& Call::store(std::string_view key, Value value, bool keep_expiry) const {
  Entry& entry = core.data.db(session.db).at(key);
  entry.value = std::move(value);
  if (!keep_expiry) entry.expire_at_ms.reset();
  changed(key);
  return entry;
}

void Call::remove(std::string_view key) const {
  core.data.db(session.db).erase(key);
  changed(key);
}

void Call::expire_at(std::string_view key, Entry& entry, std::int64_t at_ms) const {
  entry.expire_at_ms = at_ms;
  changed(key);
}

bool Call::persist(std::string_view key, Entry& entry) const {
  if (!entry.expire_at_ms) return false;
  entry.expire_at_ms.reset();
  changed(key);
  return true;
}

void Call::changed(std::string_view key) const { core.data.changed(session.db, key); }

void Call::changed_unwatched() const { core.data.changed_unwatched(); }

void Call::replicate(std::initializer_list<std::string_view> command) const {
  core.data.replicate(session.db, Command(command.begin(), command.end()));
}

void Call::replicate(Command command) const { core.data.replicate(session.db, std::move(command)); }

void Call::replicate_nothing() const { core.data.replicate_nothing(); }

std::int64_t to_ms(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

// Strictly later, as redis-server's keyIsExpired() has it: at equality the key is there, PTTL 0.
bool is_expired(const Entry& entry, WallTime now) {
  return entry.expire_at_ms && to_ms(now) > *entry.expire_at_ms;
}

}  // namespace lockstep::sim::redis
