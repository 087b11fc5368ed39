// Handlers of keys whatever they hold: removal, expiry, iteration.
// Not modelled: RENAME, COPY, DUMP, SORT, OBJECT.
#include <algorithm>
#include <limits>

#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/core.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

struct ExpireConditions {
  bool nx = false;
  bool xx = false;
  bool gt = false;
  bool lt = false;

  [[nodiscard]] bool hold(const Entry& entry, std::int64_t at_ms) const {
    const auto& present = entry.expire_at_ms;
    if (nx && present) return false;
    if (xx && !present) return false;
    if (gt && (!present || at_ms <= *present)) return false;  // no expiry counts as never
    return !(lt && present && at_ms >= *present);
  }
};

OrReply<ExpireConditions> parse_conditions(const Call& call) {
  ExpireConditions found;
  for (std::size_t n = 3; n < call.size(); ++n) {
    const std::string_view option = call.arg(n);
    bool* flag = equals_ignoring_case(option, "nx")   ? &found.nx
                 : equals_ignoring_case(option, "xx") ? &found.xx
                 : equals_ignoring_case(option, "gt") ? &found.gt
                 : equals_ignoring_case(option, "lt") ? &found.lt
                                                      : nullptr;
    if (flag == nullptr) {
      return refuse(Reply::error("ERR Unsupported option " + quotable(option)));
    }
    *flag = true;
  }
  if (found.nx && (found.xx || found.gt || found.lt)) {
    return refuse(
        replies::error("ERR NX and XX, GT or LT options at the same time are not compatible"));
  }
  if (found.gt && found.lt) {
    return refuse(replies::error("ERR GT and LT options at the same time are not compatible"));
  }
  return found;
}

struct ExpireForm {
  std::string_view command;
  std::int64_t unit_ms = 1;
  bool absolute = false;
};

// The absolute ms of an EXPIRE's argument, which may be negative, or nullopt where it overflows.
std::optional<std::int64_t> expire_at_ms(std::int64_t number, const ExpireForm& form,
                                         std::int64_t now_ms) {
  constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  if (number > highest / form.unit_ms || number < lowest / form.unit_ms) return std::nullopt;
  return form.absolute ? number * form.unit_ms : checked_add(number * form.unit_ms, now_ms);
}

Reply set_expiry(const Call& call, const ExpireForm& form) {
  const auto conditions = parse_conditions(call);
  if (!conditions) return conditions.error();
  const auto number = parse_integer(call.arg(2));
  if (!number) return replies::not_an_integer();
  const auto at = expire_at_ms(*number, form, call.now_ms());
  if (!at) return replies::invalid_expire(form.command);
  const std::string_view key = call.arg(1);
  Entry* entry = call.find(key);
  if (entry == nullptr || !conditions->hold(*entry, *at)) return Reply::integer(0);
  if (*at <= call.now_ms() && call.origin != Origin::stream) {
    call.remove(key);
    call.replicate({"DEL", key});
  } else {
    call.expire_at(key, *entry, *at);
    call.replicate({"PEXPIREAT", key, std::to_string(*at)});
  }
  return Reply::integer(1);
}

// -2: no such key; -1: no expiry.
std::int64_t expiry_of(const Call& call) {
  const Entry* entry = call.find(call.arg(1));
  if (entry == nullptr) return -2;
  return entry->expire_at_ms.value_or(-1);
}

std::int64_t ms_to_live(const Call& call) {
  const std::int64_t at = expiry_of(call);
  return at < 0 ? at : std::max<std::int64_t>(at - call.now_ms(), 0);
}

Reply as_seconds(std::int64_t ms) { return Reply::integer(ms < 0 ? ms : (ms + 500) / 1000); }

struct ScanOptions {
  std::string_view pattern = "*";
  std::string_view type;
  std::size_t count = 10;
};

OrReply<ScanOptions> parse_scan(const Call& call) {
  ScanOptions options;
  for (std::size_t n = 2; n < call.size(); n += 2) {
    if (n + 1 == call.size()) return refuse(replies::syntax_error());
    const std::string_view value = call.arg(n + 1);
    if (equals_ignoring_case(call.arg(n), "match")) {
      options.pattern = value;
    } else if (equals_ignoring_case(call.arg(n), "type")) {
      options.type = value;
    } else if (equals_ignoring_case(call.arg(n), "count")) {
      const auto count = parse_integer(value);
      if (!count) return refuse(replies::not_an_integer());
      if (*count < 1) return refuse(replies::syntax_error());
      options.count = static_cast<std::size_t>(*count);
    } else {
      return refuse(replies::syntax_error());
    }
  }
  return options;
}

void drop_all(const Call& call, const std::vector<std::string>& keys) {
  if (call.core.data.is_replica) return;
  for (const std::string& key : keys) call.core.data.drop(call.session.db, key);
}

Reply flush(const Call& call, bool all) {
  const bool option_fits = call.size() == 1 || equals_ignoring_case(call.arg(1), "sync") ||
                           equals_ignoring_case(call.arg(1), "async");
  if (call.size() > 2 || !option_fits) return replies::syntax_error();
  for (std::size_t db = 0; db < Engine::databases; ++db) {
    if (!all && db != call.session.db) continue;
    std::vector<std::string> keys;
    static_cast<void>(call.core.data.db(db).scan(
        0, std::numeric_limits<std::size_t>::max(),
        [&](const std::string& key, const Entry&) { keys.push_back(key); }));
    for (const std::string& key : keys) call.core.data.changed(db, key);
    call.core.data.db(db).clear();
  }
  call.replicate({all ? "FLUSHALL" : "FLUSHDB"});
  return replies::ok();
}

}  // namespace

Reply del(const Call& call) {
  std::int64_t removed = 0;
  for (std::size_t n = 1; n < call.size(); ++n) {
    if (call.find(call.arg(n)) == nullptr) continue;
    call.remove(call.arg(n));
    ++removed;
  }
  return Reply::integer(removed);
}

Reply exists(const Call& call) {
  std::int64_t there = 0;
  for (std::size_t n = 1; n < call.size(); ++n) there += call.find(call.arg(n)) != nullptr ? 1 : 0;
  return Reply::integer(there);
}

Reply type(const Call& call) {
  const Entry* entry = call.find(call.arg(1));
  return Reply::status(std::string(entry == nullptr ? "none" : type_name(entry->value)));
}

Reply expire(const Call& call) { return set_expiry(call, {"expire", 1000, false}); }
Reply pexpire(const Call& call) { return set_expiry(call, {"pexpire", 1, false}); }
Reply expireat(const Call& call) { return set_expiry(call, {"expireat", 1000, true}); }
Reply pexpireat(const Call& call) { return set_expiry(call, {"pexpireat", 1, true}); }

Reply persist(const Call& call) {
  Entry* entry = call.find(call.arg(1));
  return Reply::integer(entry != nullptr && call.persist(call.arg(1), *entry) ? 1 : 0);
}

Reply ttl(const Call& call) { return as_seconds(ms_to_live(call)); }
Reply pttl(const Call& call) { return Reply::integer(ms_to_live(call)); }
Reply expiretime(const Call& call) { return as_seconds(expiry_of(call)); }
Reply pexpiretime(const Call& call) { return Reply::integer(expiry_of(call)); }

Reply keys(const Call& call) {
  std::vector<Reply> found;
  static_cast<void>(call.core.data.db(call.session.db)
                        .scan(0, std::numeric_limits<std::size_t>::max(),
                              [&](const std::string& key, const Entry& entry) {
                                if (is_expired(entry, call.now)) return;
                                if (glob_matches(call.arg(1), key))
                                  found.push_back(Reply::bulk(key));
                              }));
  return Reply::array(std::move(found));
}

Reply scan(const Call& call) {
  const auto cursor = parse_cursor(call.arg(1));
  if (!cursor) return replies::error("ERR invalid cursor");
  const auto options = parse_scan(call);
  if (!options) return options.error();
  std::vector<Reply> found;
  std::vector<std::string> expired;
  const std::uint64_t next =
      call.core.data.db(call.session.db)
          .scan(*cursor, options->count, [&](const std::string& key, const Entry& entry) {
            if (!glob_matches(options->pattern, key)) return;
            if (is_expired(entry, call.now)) {
              expired.push_back(key);
            } else if (options->type.empty() ||
                       equals_ignoring_case(options->type, type_name(entry.value))) {
              found.push_back(Reply::bulk(key));
            }
          });
  drop_all(call, expired);
  return Reply::array({Reply::bulk(std::to_string(next)), Reply::array(std::move(found))});
}

Reply dbsize(const Call& call) {
  return replies::number(call.core.data.db(call.session.db).size());
}

Reply flushdb(const Call& call) { return flush(call, false); }
Reply flushall(const Call& call) { return flush(call, true); }

}  // namespace lockstep::sim::redis::commands
