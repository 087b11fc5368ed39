// Handlers of hashes.
// Not modelled: HSCAN, HRANDFIELD, float increments.
#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

// The hash at the first argument, made if there is none.
OrReply<Hash*> hash_for_write(const Call& call) {
  const auto found = call.hash(call.arg(1));
  if (!found || *found != nullptr) return found;
  return &std::get<Hash>(call.store(call.arg(1), Hash()).value);
}

Reply field_value(const Hash* hash, std::string_view field) {
  const std::string* value = hash == nullptr ? nullptr : hash->find(field);
  return value == nullptr ? Reply::nil() : Reply::bulk(*value);
}

// All of a hash: visit(items, field, value) appends what the command wants of each.
template <class Visit>
Reply listed(const Call& call, Visit&& visit) {
  const auto hash = call.hash(call.arg(1));
  if (!hash) return hash.error();
  std::vector<Reply> items;
  if (*hash != nullptr) {
    (*hash)->for_each(
        [&](const std::string& field, const std::string& value) { visit(items, field, value); });
  }
  return Reply::array(std::move(items));
}

OrReply<std::int64_t> set_fields(const Call& call, std::string_view name) {
  if (call.size() % 2 != 0) return refuse(replies::wrong_arity(name));
  const auto hash = hash_for_write(call);
  if (!hash) return refuse(hash.error());
  std::int64_t added = 0;
  for (std::size_t n = 2; n < call.size(); n += 2) {
    added += (*hash)->set(call.arg(n), call.arg(n + 1)) ? 1 : 0;
  }
  call.changed(call.arg(1));
  return added;
}

}  // namespace

Reply hset(const Call& call) {
  const auto added = set_fields(call, "hset");
  return added ? Reply::integer(*added) : added.error();
}

Reply hmset(const Call& call) {
  const auto added = set_fields(call, "hmset");
  return added ? replies::ok() : added.error();
}

Reply hsetnx(const Call& call) {
  const auto there = call.hash(call.arg(1));
  if (!there) return there.error();
  if (*there != nullptr && (*there)->find(call.arg(2)) != nullptr) return Reply::integer(0);
  const auto hash = hash_for_write(call);
  (*hash)->set(call.arg(2), call.arg(3));
  call.changed(call.arg(1));
  return Reply::integer(1);
}

Reply hget(const Call& call) {
  const auto hash = call.hash(call.arg(1));
  return hash ? field_value(*hash, call.arg(2)) : hash.error();
}

Reply hmget(const Call& call) {
  const auto hash = call.hash(call.arg(1));
  if (!hash) return hash.error();
  std::vector<Reply> values;
  for (std::size_t n = 2; n < call.size(); ++n) values.push_back(field_value(*hash, call.arg(n)));
  return Reply::array(std::move(values));
}

Reply hgetall(const Call& call) {
  return listed(call, [](auto& items, const std::string& field, const std::string& value) {
    items.push_back(Reply::bulk(field));
    items.push_back(Reply::bulk(value));
  });
}

Reply hkeys(const Call& call) {
  return listed(call, [](auto& items, const std::string& field, const std::string&) {
    items.push_back(Reply::bulk(field));
  });
}

Reply hvals(const Call& call) {
  return listed(call, [](auto& items, const std::string&, const std::string& value) {
    items.push_back(Reply::bulk(value));
  });
}

Reply hdel(const Call& call) {
  const auto hash = call.hash(call.arg(1));
  if (!hash) return hash.error();
  if (*hash == nullptr) return Reply::integer(0);
  std::int64_t removed = 0;
  for (std::size_t n = 2; n < call.size(); ++n) removed += (*hash)->erase(call.arg(n)) ? 1 : 0;
  if (removed > 0) call.changed(call.arg(1));
  if ((*hash)->size() == 0) call.remove(call.arg(1));
  return Reply::integer(removed);
}

Reply hexists(const Call& call) {
  const auto hash = call.hash(call.arg(1));
  if (!hash) return hash.error();
  return Reply::integer(*hash != nullptr && (*hash)->find(call.arg(2)) != nullptr ? 1 : 0);
}

Reply hlen(const Call& call) {
  const auto hash = call.hash(call.arg(1));
  if (!hash) return hash.error();
  return replies::number(*hash == nullptr ? 0 : (*hash)->size());
}

Reply hstrlen(const Call& call) {
  const auto hash = call.hash(call.arg(1));
  if (!hash) return hash.error();
  const std::string* value = *hash == nullptr ? nullptr : (*hash)->find(call.arg(2));
  return replies::number(value == nullptr ? 0 : value->size());
}

Reply hincrby(const Call& call) {
  const auto delta = parse_integer(call.arg(3));
  if (!delta) return replies::not_an_integer();
  const auto there = call.hash(call.arg(1));
  if (!there) return there.error();
  std::int64_t old = 0;
  const std::string* value = *there == nullptr ? nullptr : (*there)->find(call.arg(2));
  if (value != nullptr) {
    const auto parsed = parse_integer(*value);
    if (!parsed) return replies::error("ERR hash value is not an integer");
    old = *parsed;
  }
  const auto sum = checked_add(old, *delta);
  if (!sum) return replies::overflow();
  (*hash_for_write(call))->set(call.arg(2), std::to_string(*sum));
  call.changed(call.arg(1));
  return Reply::integer(*sum);
}

}  // namespace lockstep::sim::redis::commands
