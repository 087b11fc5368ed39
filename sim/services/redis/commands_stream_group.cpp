// Handlers of consumer groups: XGROUP and XPENDING.
#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/stream_arguments.hpp"
#include "sim/services/redis/stream_replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

struct GroupOptions {
  bool make_stream = false;
  std::optional<std::int64_t> entries_read;
};

// The options of CREATE and SETID, behind the id.
OrReply<GroupOptions> parse_group_options(const Call& call, bool creates) {
  GroupOptions options;
  for (std::size_t n = 5; n < call.size(); ++n) {
    if (creates && equals_ignoring_case(call.arg(n), "mkstream")) {
      options.make_stream = true;
    } else if (equals_ignoring_case(call.arg(n), "entriesread") && n + 1 < call.size()) {
      const auto read = parse_integer(call.arg(++n));
      if (!read) return refuse(replies::not_an_integer());
      if (*read < -1) {
        return refuse(replies::error("ERR value for ENTRIESREAD must be positive or -1"));
      }
      options.entries_read = *read < 0 ? std::nullopt : read;
    } else {
      return refuse(subcommand_syntax_error(call));
    }
  }
  return options;
}

Reply key_is_missing() {
  return replies::error(
      "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to "
      "use the MKSTREAM option to create an empty stream automatically.");
}

Reply no_group(const NamedGroup& named) {
  constexpr std::size_t any = std::string_view::npos;
  return Reply::error("NOGROUP No such consumer group '" + quotable(named.name, any) +
                      "' for key name '" + quotable(named.key, any) + "'");
}

// The group that the subcommand names; an error if there is none.
OrReply<NamedGroup> existing_group(const Call& call) {
  const auto named = find_group(call, call.arg(2), call.arg(3));
  if (!named) return named;
  if (named->stream == nullptr) return refuse(key_is_missing());
  if (named->group == nullptr) return refuse(no_group(*named));
  return named;
}

OrReply<StreamId> parse_group_id(std::string_view text, const Stream* stream, bool strict) {
  if (text == "$") return stream == nullptr ? StreamId{} : stream->last_id();
  return strict ? parse_stream_id(text) : parse_stream_end(text);
}

Reply pending_summary(const StreamGroup& group) {
  const auto& pending = group.pending();
  if (pending.empty()) {
    return Reply::array({Reply::integer(0), Reply::nil(), Reply::nil(), Reply::nil()});
  }
  std::vector<Reply> consumers;
  for (const auto& [name, consumer] : group.consumers()) {
    if (consumer.pending.empty()) continue;
    consumers.push_back(
        Reply::array({Reply::bulk(name), Reply::bulk(std::to_string(consumer.pending.size()))}));
  }
  return Reply::array({replies::number(pending.size()), id_reply(pending.begin()->first),
                       id_reply(pending.rbegin()->first), Reply::array(std::move(consumers))});
}

struct PendingOptions {
  std::int64_t min_idle_ms = 0;  // 0: any
  StreamId from;
  StreamId to;
  std::int64_t count = 0;
  std::optional<std::string_view> consumer;
};

OrReply<PendingOptions> parse_pending(const Call& call) {
  PendingOptions options;
  std::size_t start = 3;
  if (equals_ignoring_case(call.arg(3), "idle")) {
    const auto idle = parse_integer(call.arg(4));
    if (!idle) return refuse(replies::not_an_integer());
    if (call.size() < 8) return refuse(replies::syntax_error());
    options.min_idle_ms = *idle;
    start += 2;
  }
  const auto count = parse_integer(call.arg(start + 2));
  if (!count) return refuse(replies::not_an_integer());
  options.count = *count;
  const auto from = parse_interval_start(call.arg(start));
  if (!from) return refuse(from.error());
  options.from = *from;
  const auto to = parse_interval_end(call.arg(start + 1));
  if (!to) return refuse(to.error());
  options.to = *to;
  if (start + 3 < call.size()) options.consumer = call.arg(start + 3);
  return options;
}

Reply pending_entries(const Call& call, StreamGroup& group, const PendingOptions& options) {
  std::vector<Reply> found;
  const StreamConsumer* wanted = nullptr;
  if (options.consumer) wanted = group.find_consumer(*options.consumer);
  if (options.consumer && wanted == nullptr) return Reply::array();
  for (auto at = group.pending_from(options.from); at != group.pending_end(); ++at) {
    if (at->first > options.to || std::ssize(found) >= options.count) break;
    const PendingEntry& entry = at->second;
    if (wanted != nullptr && entry.consumer != wanted) continue;
    const std::int64_t idle_ms = call.now_ms() - entry.delivered_at_ms;
    if (options.min_idle_ms != 0 && idle_ms < options.min_idle_ms) continue;
    found.push_back(Reply::array({id_reply(at->first), Reply::bulk(entry.consumer->name),
                                  Reply::integer(std::max<std::int64_t>(idle_ms, 0)),
                                  Reply::integer(entry.deliveries)}));
  }
  return Reply::array(std::move(found));
}

}  // namespace

Reply xgroup_create(const Call& call) {
  const auto options = parse_group_options(call, true);
  if (!options) return options.error();
  const auto named = find_group(call, call.arg(2), call.arg(3));
  if (!named) return named.error();
  Stream* stream = named->stream;
  if (stream == nullptr && !options->make_stream) return key_is_missing();
  if (call.size() > 8) return subcommand_syntax_error(call);
  const auto id = parse_group_id(call.arg(4), stream, true);
  if (!id) return id.error();
  if (named->group != nullptr) {
    return replies::error("BUSYGROUP Consumer Group name already exists");
  }
  if (stream == nullptr) {
    call.store(named->key, std::make_unique<Stream>());
    stream = *call.stream(named->key);
  }
  StreamGroup& group = stream->groups[std::string(named->name)];
  group.last_id = *id;
  group.entries_read = options->entries_read;
  call.changed_unwatched();
  return replies::ok();
}

Reply xgroup_setid(const Call& call) {
  const auto options = parse_group_options(call, false);
  if (!options) return options.error();
  const auto named = existing_group(call);
  if (!named) return named.error();
  if (call.size() != 5 && call.size() != 7) return subcommand_syntax_error(call);
  const auto id = parse_group_id(call.arg(4), named->stream, false);
  if (!id) return id.error();
  named->group->last_id = *id;
  named->group->entries_read = options->entries_read;
  call.changed_unwatched();
  return replies::ok();
}

Reply xgroup_destroy(const Call& call) {
  const auto named = find_group(call, call.arg(2), call.arg(3));
  if (!named) return named.error();
  if (named->stream == nullptr) return key_is_missing();
  if (named->group == nullptr) return Reply::integer(0);
  named->stream->groups.erase(named->stream->groups.find(named->name));
  call.changed_unwatched();
  return Reply::integer(1);
}

Reply xgroup_createconsumer(const Call& call) {
  const auto named = existing_group(call);
  if (!named) return named.error();
  if (named->group->find_consumer(call.arg(4)) != nullptr) return Reply::integer(0);
  named->group->use_consumer(call.arg(4), call.now_ms());
  call.changed_unwatched();
  return Reply::integer(1);
}

Reply xgroup_delconsumer(const Call& call) {
  const auto named = existing_group(call);
  if (!named) return named.error();
  if (named->group->find_consumer(call.arg(4)) == nullptr) return Reply::integer(0);
  call.changed_unwatched();
  return replies::number(named->group->remove_consumer(call.arg(4)));
}

Reply xpending(const Call& call) {
  if (call.size() != 3 && (call.size() < 6 || call.size() > 9)) return replies::syntax_error();
  PendingOptions options;
  if (call.size() > 3) {
    const auto parsed = parse_pending(call);
    if (!parsed) return parsed.error();
    options = *parsed;
  }
  const auto named = find_group(call, call.arg(1), call.arg(2));
  if (!named) return named.error();
  if (named->group == nullptr) return no_key_or_group(*named);
  if (call.size() == 3) return pending_summary(*named->group);
  return pending_entries(call, *named->group, options);
}

}  // namespace lockstep::sim::redis::commands
