// Handlers of XINFO.
#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/stream_replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

// Names and values in turn, as a map is answered in RESP2.
class Facts {
 public:
  Facts& add(std::string_view name, Reply value) {
    items_.push_back(Reply::bulk(std::string(name)));
    items_.push_back(std::move(value));
    return *this;
  }
  [[nodiscard]] Reply reply() { return Reply::array(std::move(items_)); }

 private:
  std::vector<Reply> items_;
};

Reply integer_or_nil(const std::optional<std::int64_t>& value) {
  return value ? Reply::integer(*value) : Reply::nil();
}

OrReply<Stream*> existing_stream(const Call& call) {
  const auto stream = call.stream(call.arg(2));
  if (stream && *stream == nullptr) return refuse(replies::error("ERR no such key"));
  return stream;
}

struct FullOptions {
  bool full = false;
  std::uint64_t count = 10;  // 0: everything
};

OrReply<FullOptions> parse_full(const Call& call) {
  FullOptions options;
  if (call.size() == 3) return options;
  const bool fits = (call.size() == 4 || call.size() == 6) &&
                    equals_ignoring_case(call.arg(3), "full") &&
                    (call.size() == 4 || equals_ignoring_case(call.arg(4), "count"));
  if (!fits) return refuse(subcommand_syntax_error(call));
  options.full = true;
  if (call.size() == 4) return options;
  const auto count = parse_integer(call.arg(5));
  if (!count) return refuse(replies::not_an_integer());
  if (*count >= 0) options.count = static_cast<std::uint64_t>(*count);
  return options;
}

void add_stream_facts(Facts& facts, const Stream& stream) {
  facts.add("length", replies::number(stream.size()))
      .add("radix-tree-keys", replies::number(stream.node_count()))
      .add("radix-tree-nodes", replies::number(stream.radix_node_count()))
      .add("last-generated-id", id_reply(stream.last_id()))
      .add("max-deleted-entry-id", id_reply(stream.max_deleted_id()))
      .add("entries-added", replies::number(stream.entries_added()))
      .add("recorded-first-entry-id", id_reply(stream.first_id()));
}

// The first entry from one end, or nil.
Reply edge(const Stream& stream, bool backwards) {
  Reply entries = range_reply(stream, {}, last_of_all, 1, backwards);
  return entries.items().empty() ? Reply::nil() : std::move(entries.items().front());
}

Reply pending_of_consumer(const StreamGroup& group, const StreamConsumer& consumer,
                          std::uint64_t count) {
  std::vector<Reply> entries;
  for (const StreamId id : consumer.pending) {
    if (count > 0 && entries.size() == count) break;
    const PendingEntry& pending = group.pending().find(id)->second;
    entries.push_back(Reply::array({id_reply(id), Reply::integer(pending.delivered_at_ms),
                                    Reply::integer(pending.deliveries)}));
  }
  return Reply::array(std::move(entries));
}

Reply pending_of_group(const StreamGroup& group, std::uint64_t count) {
  std::vector<Reply> entries;
  for (const auto& [id, pending] : group.pending()) {
    if (count > 0 && entries.size() == count) break;
    entries.push_back(Reply::array({id_reply(id), Reply::bulk(pending.consumer->name),
                                    Reply::integer(pending.delivered_at_ms),
                                    Reply::integer(pending.deliveries)}));
  }
  return Reply::array(std::move(entries));
}

Reply full_group(const Stream& stream, const std::string& name, const StreamGroup& group,
                 std::uint64_t count) {
  std::vector<Reply> consumers;
  for (const auto& [consumer_name, consumer] : group.consumers()) {
    Facts facts;
    facts.add("name", Reply::bulk(consumer_name))
        .add("seen-time", Reply::integer(consumer.seen_at_ms))
        .add("pel-count", replies::number(consumer.pending.size()))
        .add("pending", pending_of_consumer(group, consumer, count));
    consumers.push_back(facts.reply());
  }
  Facts facts;
  facts.add("name", Reply::bulk(name))
      .add("last-delivered-id", id_reply(group.last_id))
      .add("entries-read", integer_or_nil(group.entries_read))
      .add("lag", integer_or_nil(stream.lag(group)))
      .add("pel-count", replies::number(group.pending().size()))
      .add("pending", pending_of_group(group, count))
      .add("consumers", Reply::array(std::move(consumers)));
  return facts.reply();
}

}  // namespace

Reply xinfo_stream(const Call& call) {
  const auto found = existing_stream(call);
  if (!found) return found.error();
  const auto options = parse_full(call);
  if (!options) return options.error();
  const Stream& stream = **found;
  Facts facts;
  add_stream_facts(facts, stream);
  if (!options->full) {
    facts.add("groups", replies::number(stream.groups.size()))
        .add("first-entry", edge(stream, false))
        .add("last-entry", edge(stream, true));
    return facts.reply();
  }
  std::vector<Reply> groups;
  for (const auto& [name, group] : stream.groups) {
    groups.push_back(full_group(stream, name, group, options->count));
  }
  facts.add("entries", range_reply(stream, {}, last_of_all, options->count))
      .add("groups", Reply::array(std::move(groups)));
  return facts.reply();
}

Reply xinfo_groups(const Call& call) {
  const auto stream = existing_stream(call);
  if (!stream) return stream.error();
  std::vector<Reply> groups;
  for (const auto& [name, group] : (*stream)->groups) {
    Facts facts;
    facts.add("name", Reply::bulk(name))
        .add("consumers", replies::number(group.consumers().size()))
        .add("pending", replies::number(group.pending().size()))
        .add("last-delivered-id", id_reply(group.last_id))
        .add("entries-read", integer_or_nil(group.entries_read))
        .add("lag", integer_or_nil((*stream)->lag(group)));
    groups.push_back(facts.reply());
  }
  return Reply::array(std::move(groups));
}

Reply xinfo_consumers(const Call& call) {
  const auto stream = existing_stream(call);
  if (!stream) return stream.error();
  const auto group = (*stream)->groups.find(call.arg(3));
  if (group == (*stream)->groups.end()) {
    constexpr std::size_t any = std::string_view::npos;
    return Reply::error("NOGROUP No such consumer group '" + quotable(call.arg(3), any) +
                        "' for key name '" + quotable(call.arg(2), any) + "'");
  }
  std::vector<Reply> consumers;
  for (const auto& [name, consumer] : group->second.consumers()) {
    const std::int64_t idle_ms = call.now_ms() - consumer.seen_at_ms;
    Facts facts;
    facts.add("name", Reply::bulk(name))
        .add("pending", replies::number(consumer.pending.size()))
        .add("idle", Reply::integer(std::max<std::int64_t>(idle_ms, 0)));
    consumers.push_back(facts.reply());
  }
  return Reply::array(std::move(consumers));
}

}  // namespace lockstep::sim::redis::commands
