// Handlers of XCLAIM and XAUTOCLAIM: entries that were delivered and not acknowledged get another
// consumer. Replicas are told the outcome of each, as XCLAIM with everything given.
#include <limits>

#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/stream_arguments.hpp"
#include "sim/services/redis/stream_replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

struct ClaimOptions {
  std::int64_t min_idle_ms = 0;
  std::vector<StreamId> ids;
  std::optional<std::int64_t> delivered_at_ms;
  std::int64_t deliveries = -1;  // negative: not given
  StreamId last_id;
  bool force = false;
  bool only_ids = false;
};

// Wraps around, as redis-server's does with absurd arguments.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

class ClaimParser {
 public:
  explicit ClaimParser(const Call& call) : call_(call) {}

  OrReply<ClaimOptions> parse() {
    const auto idle = parse_integer(call_.arg(4));
    if (!idle) {
      return refuse(replies::error("ERR Invalid min-idle-time argument for XCLAIM"));
    }
    options_.min_idle_ms = std::max<std::int64_t>(*idle, 0);
    for (n_ = 5; n_ < call_.size(); ++n_) {  // ids, until a word is none
      const auto id = parse_stream_id(call_.arg(n_));
      if (!id) break;
      options_.ids.push_back(*id);
    }
    for (; n_ < call_.size(); ++n_) {
      if (auto error = option()) return refuse(std::move(*error));
    }
    return options_;
  }

 private:
  [[nodiscard]] bool is(std::string_view word) const {
    return equals_ignoring_case(call_.arg(n_), word);
  }

  std::optional<Reply> option() {
    const bool has_value = n_ + 1 < call_.size();
    if (is("force")) {
      options_.force = true;
    } else if (is("justid")) {
      options_.only_ids = true;
    } else if (is("idle") && has_value) {
      return number("IDLE", [this](std::int64_t ms) { set_time(minus(call_.now_ms(), ms)); });
    } else if (is("time") && has_value) {
      return number("TIME", [this](std::int64_t ms) { set_time(ms); });
    } else if (is("retrycount") && has_value) {
      return number("RETRYCOUNT", [this](std::int64_t count) { options_.deliveries = count; });
    } else if (is("lastid") && has_value) {
      const auto id = parse_stream_id(call_.arg(++n_));
      if (!id) return id.error();
      options_.last_id = *id;
    } else {
      return Reply::error("ERR Unrecognized XCLAIM option '" +
                          quotable(call_.arg(n_), std::string_view::npos) + "'");
    }
    return std::nullopt;
  }

  template <class Set>
  std::optional<Reply> number(std::string_view option, Set&& set) {
    const auto value = parse_integer(call_.arg(++n_));
    if (!value) {
      return Reply::error("ERR Invalid " + std::string(option) + " option argument for XCLAIM");
    }
    set(*value);
    return std::nullopt;
  }

  // -1 means that none was given, to redis-server too.
  void set_time(std::int64_t ms) {
    options_.delivered_at_ms.reset();
    if (ms != -1) options_.delivered_at_ms = ms;
  }

  const Call& call_;
  ClaimOptions options_;
  std::size_t n_ = 0;
};

// A command that claims entries for one consumer, which is made when the first one is claimed.
class Claiming {
 public:
  Claiming(const Call& call, const NamedGroup& named, std::string_view consumer, bool only_ids)
      : call_(call), named_(named), name_(consumer), only_ids_(only_ids) {}

  StreamConsumer& consumer() {
    if (consumer_ == nullptr) {
      consumer_ = &named_.group->use_consumer(name_, call_.now_ms());
      call_.changed_unwatched();
    }
    return *consumer_;
  }

  // The entry of the stream is gone: so is what was pending. Replicas find the same.
  void drop(StreamId id, const PendingEntry& pending) {
    replicate_pending(call_, named_, id, pending);
    named_.group->acknowledge(id);
    call_.changed_unwatched();
  }

  void add(const StreamEntry& entry, PendingEntry& pending) {
    replies_.push_back(only_ids_ ? id_reply(entry.id) : entry_reply(entry));
    replicate_pending(call_, named_, entry.id, pending);
    call_.changed_unwatched();
  }

  [[nodiscard]] std::vector<Reply> replies() && { return std::move(replies_); }

 private:
  const Call& call_;
  const NamedGroup& named_;
  std::string_view name_;
  bool only_ids_;
  StreamConsumer* consumer_ = nullptr;
  std::vector<Reply> replies_;
};

// @return whether replicas were told of the group.
bool claim(const Call& call, const NamedGroup& named, const ClaimOptions& options, StreamId id,
           Claiming& claiming) {
  const std::int64_t now_ms = call.now_ms();
  const StreamEntry* entry = named.stream->find(id);
  PendingEntry* pending = named.group->find_pending(id);
  if (entry == nullptr) {
    if (pending != nullptr) claiming.drop(id, *pending);
    return pending != nullptr;
  }
  if (pending == nullptr && !options.force) return false;
  if (pending == nullptr) {
    pending = &named.group->give(id, claiming.consumer(), now_ms);
  } else if (options.min_idle_ms > 0 &&
             minus(now_ms, pending->delivered_at_ms) < options.min_idle_ms) {
    return false;
  }
  named.group->move(id, *pending, claiming.consumer());
  const std::int64_t at = options.delivered_at_ms.value_or(now_ms);
  pending->delivered_at_ms = at < 0 || at > now_ms ? now_ms : at;
  if (options.deliveries >= 0) {
    pending->deliveries = options.deliveries;
  } else if (!options.only_ids) {
    ++pending->deliveries;
  }
  claiming.add(*entry, *pending);
  return true;
}

struct AutoClaimOptions {
  std::int64_t min_idle_ms = 0;
  StreamId from;
  std::int64_t count = 100;
  bool only_ids = false;
};

OrReply<AutoClaimOptions> parse_auto_claim(const Call& call) {
  AutoClaimOptions options;
  const auto idle = parse_integer(call.arg(4));
  if (!idle) return refuse(replies::error("ERR Invalid min-idle-time argument for XAUTOCLAIM"));
  options.min_idle_ms = std::max<std::int64_t>(*idle, 0);
  const auto from = parse_interval_start(call.arg(5));
  if (!from) return refuse(from.error());
  options.from = *from;
  constexpr std::int64_t count_max = std::numeric_limits<std::int64_t>::max() / 16;
  for (std::size_t n = 6; n < call.size(); ++n) {
    if (equals_ignoring_case(call.arg(n), "count") && n + 1 < call.size()) {
      const auto count = parse_integer(call.arg(++n));
      if (!count || *count < 1 || *count > count_max) {
        return refuse(replies::error("ERR COUNT must be > 0"));
      }
      options.count = *count;
    } else if (equals_ignoring_case(call.arg(n), "justid")) {
      options.only_ids = true;
    } else {
      return refuse(replies::syntax_error());
    }
  }
  return options;
}

// Claims what is idle for long enough, from `at` on: at most count entries, and a tenfold of looks.
// @return where to go on. The ids of entries that are gone are added to `gone`.
StreamGroup::Pending::iterator claim_idle(const Call& call, const NamedGroup& named,
                                          const AutoClaimOptions& options, Claiming& claiming,
                                          std::vector<Reply>& gone) {
  StreamGroup& group = *named.group;
  auto at = group.pending_from(options.from);
  std::int64_t left = options.count;
  for (std::int64_t looks = options.count * 10; looks > 0 && left > 0; --looks) {
    if (at == group.pending_end()) break;
    const StreamId id = at->first;
    PendingEntry& pending = at->second;
    ++at;
    const StreamEntry* entry = named.stream->find(id);
    if (entry == nullptr) {
      claiming.drop(id, pending);
      gone.push_back(id_reply(id));
      --left;
      continue;
    }
    const std::int64_t idle_ms = minus(call.now_ms(), pending.delivered_at_ms);
    if (options.min_idle_ms > 0 && idle_ms < options.min_idle_ms) continue;
    group.move(id, pending, claiming.consumer());
    pending.delivered_at_ms = call.now_ms();
    if (!options.only_ids) ++pending.deliveries;
    claiming.add(*entry, pending);
    --left;
  }
  return at;
}

}  // namespace

Reply xclaim(const Call& call) {
  const auto named = find_group(call, call.arg(1), call.arg(2));
  if (!named) return named.error();
  if (named->group == nullptr) return no_key_or_group(*named);
  const auto options = ClaimParser(call).parse();
  if (!options) return options.error();
  call.replicate_nothing();
  bool last_id_is_new = options->last_id > named->group->last_id;
  if (last_id_is_new) named->group->last_id = options->last_id;
  Claiming claiming(call, *named, call.arg(3), options->only_ids);
  for (const StreamId id : options->ids) {
    if (claim(call, *named, *options, id, claiming)) last_id_is_new = false;
  }
  if (last_id_is_new) {
    replicate_group_id(call, *named);
    call.changed_unwatched();
  }
  return Reply::array(std::move(claiming).replies());
}

Reply xautoclaim(const Call& call) {
  const auto options = parse_auto_claim(call);
  if (!options) return options.error();
  const auto named = find_group(call, call.arg(1), call.arg(2));
  if (!named) return named.error();
  if (named->group == nullptr) return no_key_or_group(*named);
  call.replicate_nothing();
  Claiming claiming(call, *named, call.arg(3), options->only_ids);
  std::vector<Reply> gone;
  const auto next = claim_idle(call, *named, *options, claiming, gone);
  const StreamId cursor = next == named->group->pending_end() ? StreamId{} : next->first;
  return Reply::array({id_reply(cursor), Reply::array(std::move(claiming).replies()),
                       Reply::array(std::move(gone))});
}

}  // namespace lockstep::sim::redis::commands
