// Handlers of strings and counters.
// Not modelled: bits, LCS, float increments.
#include <algorithm>
#include <limits>

#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/core.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/set_options.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

Reply bulk_or_nil(const std::string* value) {
  return value == nullptr ? Reply::nil() : Reply::bulk(*value);
}

Reply get_value(const Call& call) {
  const auto value = call.string(call.arg(1));
  return value ? bulk_or_nil(*value) : value.error();
}

void replicate_set(const Call& call, std::string_view value, const Entry& entry, bool keep_ttl) {
  if (entry.expire_at_ms && !keep_ttl) {
    call.replicate({"SET", call.arg(1), value, "PXAT", std::to_string(*entry.expire_at_ms)});
  } else if (keep_ttl) {
    call.replicate({"SET", call.arg(1), value, "KEEPTTL"});
  } else {
    call.replicate({"SET", call.arg(1), value});
  }
}

// Stores `value` under the first key and tells replicas, expiry included.
void set_value(const Call& call, std::string_view value, bool keep_ttl = false,
               std::optional<std::int64_t> expire_at_ms = std::nullopt) {
  Entry& entry = call.store(call.arg(1), std::string(value), keep_ttl);
  if (expire_at_ms) call.expire_at(call.arg(1), entry, *expire_at_ms);
  replicate_set(call, value, entry, keep_ttl);
}

Reply set_with_expiry(const Call& call, bool in_seconds, std::string_view name) {
  const auto at = parse_expiry(call.arg(2), {.in_seconds = in_seconds}, call, name);
  if (!at) return at.error();
  set_value(call, call.arg(3), false, *at);
  return replies::ok();
}

Reply add_to(const Call& call, std::int64_t delta) {
  const std::string_view key = call.arg(1);
  const auto value = call.string(key);
  if (!value) return value.error();
  std::int64_t old = 0;
  if (*value != nullptr) {
    const auto parsed = parse_integer(**value);
    if (!parsed) return replies::not_an_integer();
    old = *parsed;
  }
  const auto sum = checked_add(old, delta);
  if (!sum) return replies::overflow();
  call.store(key, std::to_string(*sum), true);
  return Reply::integer(*sum);
}

bool too_long(const Call& call, std::uint64_t size) {
  return size > call.core.options.string_bytes_max;
}

Reply set_pairs(const Call& call) {
  for (std::size_t n = 1; n < call.size(); n += 2) {
    call.store(call.arg(n), std::string(call.arg(n + 1)));
  }
  return replies::ok();
}

}  // namespace

Reply get(const Call& call) { return get_value(call); }

Reply getdel(const Call& call) {
  Reply reply = get_value(call);
  if (reply.is_bulk()) {
    call.remove(call.arg(1));
    call.replicate({"DEL", call.arg(1)});
  }
  return reply;
}

Reply getex(const Call& call) {
  const auto options = parse_set_options(call, 2, true);
  if (!options) return options.error();
  Reply reply = get_value(call);
  if (!reply.is_bulk()) return reply;
  const auto at = expiry_of(*options, call, "getex");
  if (!at) return at.error();
  const std::string_view key = call.arg(1);
  Entry& entry = *call.find(key);
  if (*at && **at <= call.now_ms()) {
    call.remove(key);
    call.replicate({"DEL", key});
  } else if (*at) {
    call.expire_at(key, entry, **at);
    call.replicate({"PEXPIREAT", key, std::to_string(**at)});
  } else if (options->persist && call.persist(key, entry)) {
    call.replicate({"PERSIST", key});
  }
  return reply;
}

Reply getset(const Call& call) {
  Reply reply = get_value(call);
  if (!reply.is_error()) set_value(call, call.arg(2));
  return reply;
}

Reply set(const Call& call) {
  const auto options = parse_set_options(call, 3, false);
  if (!options) return options.error();
  const auto at = expiry_of(*options, call, "set");
  if (!at) return at.error();
  Reply old;
  if (options->get) old = get_value(call);
  if (old.is_error()) return old;
  const bool there = call.find(call.arg(1)) != nullptr;
  if ((options->only_if_missing && there) || (options->only_if_there && !there)) return old;
  set_value(call, call.arg(2), options->keep_ttl, *at);
  return options->get ? old : replies::ok();
}

Reply setnx(const Call& call) {
  if (call.find(call.arg(1)) != nullptr) return Reply::integer(0);
  set_value(call, call.arg(2));
  return Reply::integer(1);
}

Reply setex(const Call& call) { return set_with_expiry(call, true, "setex"); }
Reply psetex(const Call& call) { return set_with_expiry(call, false, "psetex"); }

Reply mget(const Call& call) {
  std::vector<Reply> values;
  for (std::size_t n = 1; n < call.size(); ++n) {
    const auto value = call.string(call.arg(n));
    values.push_back(value ? bulk_or_nil(*value) : Reply::nil());
  }
  return Reply::array(std::move(values));
}

Reply mset(const Call& call) {
  if (call.size() % 2 == 0) return replies::wrong_arity("mset");
  return set_pairs(call);
}

Reply msetnx(const Call& call) {
  if (call.size() % 2 == 0) return replies::wrong_arity("msetnx");
  for (std::size_t n = 1; n < call.size(); n += 2) {
    if (call.find(call.arg(n)) != nullptr) return Reply::integer(0);
  }
  set_pairs(call);
  return Reply::integer(1);
}

Reply append(const Call& call) {
  const auto value = call.string(call.arg(1));
  if (!value) return value.error();
  const std::size_t size = (*value == nullptr ? 0 : (*value)->size()) + call.arg(2).size();
  if (too_long(call, size)) return replies::too_long();
  if (*value == nullptr) {
    call.store(call.arg(1), std::string(call.arg(2)));
  } else {
    (*value)->append(call.arg(2));
    call.changed(call.arg(1));
  }
  return replies::number(size);
}

Reply strlen(const Call& call) {
  const auto value = call.string(call.arg(1));
  if (!value) return value.error();
  return replies::number(*value == nullptr ? 0 : (*value)->size());
}

Reply setrange(const Call& call) {
  const auto offset = parse_integer(call.arg(2));
  if (!offset) return replies::not_an_integer();
  if (*offset < 0) return replies::error("ERR offset is out of range");
  const auto value = call.string(call.arg(1));
  if (!value) return value.error();
  const std::string_view bytes = call.arg(3);
  if (bytes.empty()) return replies::number(*value == nullptr ? 0 : (*value)->size());
  const auto begin = static_cast<std::uint64_t>(*offset);
  if (too_long(call, begin + bytes.size())) return replies::too_long();
  if (*value == nullptr) call.store(call.arg(1), std::string());
  std::string& text = **call.string(call.arg(1));
  text.resize(std::max<std::size_t>(text.size(), begin + bytes.size()));
  std::ranges::copy(bytes, text.begin() + *offset);
  call.changed(call.arg(1));
  return replies::number(text.size());
}

Reply getrange(const Call& call) {
  const auto first = parse_integer(call.arg(2));
  const auto last = parse_integer(call.arg(3));
  if (!first || !last) return replies::not_an_integer();
  const auto value = call.string(call.arg(1));
  if (!value) return value.error();
  if (*value == nullptr) return Reply::bulk("");
  const auto size = static_cast<std::int64_t>((*value)->size());
  if (*first < 0 && *last < 0 && *first > *last) return Reply::bulk("");
  const std::int64_t begin = std::max<std::int64_t>(*first < 0 ? *first + size : *first, 0);
  const std::int64_t end =
      std::min(std::max<std::int64_t>(*last < 0 ? *last + size : *last, 0), size - 1);
  if (begin > end || size == 0) return Reply::bulk("");
  return Reply::bulk(
      (*value)->substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin + 1)));
}

Reply incr(const Call& call) { return add_to(call, 1); }
Reply decr(const Call& call) { return add_to(call, -1); }

Reply incrby(const Call& call) {
  const auto delta = parse_integer(call.arg(2));
  return delta ? add_to(call, *delta) : replies::not_an_integer();
}

Reply decrby(const Call& call) {
  const auto delta = parse_integer(call.arg(2));
  if (!delta) return replies::not_an_integer();
  if (*delta == std::numeric_limits<std::int64_t>::min()) {
    return replies::error("ERR decrement would overflow");
  }
  return add_to(call, -*delta);
}

}  // namespace lockstep::sim::redis::commands
