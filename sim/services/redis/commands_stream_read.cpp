// Handlers of XREAD and XREADGROUP.
// Not modelled: waiting (BLOCK is answered at once where redis-server does so too, and with an
// error of our own where it would wait).
#include <limits>

#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/stream_arguments.hpp"
#include "sim/services/redis/stream_replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

struct ReadOptions {
  std::uint64_t count = 0;  // 0: all
  bool block = false;
  bool no_ack = false;
  std::optional<std::string_view> group;
  std::string_view consumer;
  std::size_t first_key = 0;  // 0: not given
  std::size_t keys = 0;
};

class ReadParser {
 public:
  ReadParser(const Call& call, bool by_group) : call_(call), by_group_(by_group) {}

  OrReply<ReadOptions> parse() {
    for (n_ = 1; n_ < call_.size() && options_.first_key == 0; ++n_) {
      if (auto error = option()) return refuse(std::move(*error));
    }
    if (options_.first_key == 0) return refuse(replies::syntax_error());
    if (by_group_ && !options_.group) {
      return refuse(replies::error("ERR Missing GROUP option for XREADGROUP"));
    }
    return options_;
  }

 private:
  [[nodiscard]] bool is(std::string_view word) const {
    return equals_ignoring_case(call_.arg(n_), word);
  }

  std::optional<Reply> option() {
    const std::size_t more = call_.size() - n_ - 1;
    if (is("block") && more > 0) return block();
    if (is("count") && more > 0) return count();
    if (is("streams") && more > 0) return streams(more);
    if (is("group") && more >= 2) return group();
    if (is("noack")) {
      options_.no_ack = true;
      return only_by_group("NOACK");
    }
    return replies::syntax_error();
  }

  std::optional<Reply> block() {
    if (call_.origin == Origin::script) {
      return Reply::error("ERR " + quotable(call_.arg(0)) +
                          " command is not allowed with BLOCK option from scripts");
    }
    const auto timeout = parse_integer(call_.arg(++n_));
    if (!timeout) return replies::error("ERR timeout is not an integer or out of range");
    if (*timeout < 0) return replies::error("ERR timeout is negative");
    options_.block = true;
    return std::nullopt;
  }

  std::optional<Reply> count() {
    const auto count = parse_integer(call_.arg(++n_));
    if (!count) return replies::not_an_integer();
    options_.count = *count < 0 ? 0 : static_cast<std::uint64_t>(*count);
    return std::nullopt;
  }

  std::optional<Reply> streams(std::size_t words) {
    if (words % 2 != 0) {
      return replies::error(
          "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be "
          "specified.");
    }
    options_.first_key = n_ + 1;
    options_.keys = words / 2;
    return std::nullopt;
  }

  std::optional<Reply> group() {
    options_.group = call_.arg(n_ + 1);
    options_.consumer = call_.arg(n_ + 2);
    n_ += 2;
    return only_by_group("GROUP");
  }

  [[nodiscard]] std::optional<Reply> only_by_group(std::string_view option) const {
    if (by_group_) return std::nullopt;
    return Reply::error("ERR The " + std::string(option) +
                        " option is only supported by XREADGROUP. You called XREAD instead.");
  }

  const Call& call_;
  bool by_group_;
  ReadOptions options_;
  std::size_t n_ = 0;
};

// One stream to read, from behind an id.
struct Source {
  NamedGroup named;
  StreamId behind;  // of a group, the last of all: what nobody was given yet, ">"
};

OrReply<StreamId> parse_behind(std::string_view text, const NamedGroup& named, bool by_group) {
  if (text == "$") {
    if (by_group) {
      return refuse(replies::error(
          "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history "
          "of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ "
          "ID would just return an empty result set."));
    }
    return named.stream == nullptr ? StreamId{} : named.stream->last_id();
  }
  if (text != ">") return parse_stream_id(text);
  if (by_group) return last_of_all;
  return refuse(
      replies::error("ERR The > ID can be specified only when calling XREADGROUP using the GROUP "
                     "<group> <consumer> option."));
}

OrReply<std::vector<Source>> find_sources(const Call& call, const ReadOptions& options) {
  std::vector<Source> sources;
  for (std::size_t n = options.first_key; n < options.first_key + options.keys; ++n) {
    const auto named = find_group(call, call.arg(n), options.group.value_or(""));
    if (!named) return refuse(named.error());
    if (options.group && named->group == nullptr) {
      return refuse(no_key_or_group(*named, " in XREADGROUP with GROUP option"));
    }
    const auto behind = parse_behind(call.arg(n + options.keys), *named, options.group.has_value());
    if (!behind) return refuse(behind.error());
    sources.push_back({*named, *behind});
  }
  return sources;
}

bool has_entries_behind(const Stream& stream, StreamId id) {
  return stream.size() > 0 && stream.top_id() > id;
}

// What the consumer was given already and has not acknowledged; an entry that is gone is nil.
Reply history(const Call& call, const NamedGroup& named, const StreamConsumer& consumer,
              StreamId from, std::uint64_t count) {
  std::vector<Reply> entries;
  for (auto at = consumer.pending.lower_bound(from); at != consumer.pending.end(); ++at) {
    if (count > 0 && entries.size() == count) break;
    const StreamEntry* entry = named.stream->find(*at);
    if (entry == nullptr) {
      entries.push_back(Reply::array({id_reply(*at), Reply::nil()}));
      continue;
    }
    entries.push_back(entry_reply(*entry));
    PendingEntry& pending = *named.group->find_pending(*at);
    pending.delivered_at_ms = call.now_ms();
    ++pending.deliveries;
  }
  return Reply::array(std::move(entries));
}

Reply deliver(const Call& call, const NamedGroup& named, StreamConsumer& consumer, StreamId from,
              const ReadOptions& options) {
  std::vector<Reply> entries;
  StreamGroup& group = *named.group;
  bool moved_on = false;
  named.stream->for_each(from, last_of_all, options.count, [&](const StreamEntry& entry) {
    if (entry.id > group.last_id) {
      named.stream->note_read(group, entry.id);
      moved_on = true;
    }
    entries.push_back(entry_reply(entry));
    if (options.no_ack) return;
    const PendingEntry& pending = group.give(entry.id, consumer, call.now_ms());
    replicate_pending(call, named, entry.id, pending);
  });
  if (options.no_ack && moved_on) replicate_group_id(call, named);
  return Reply::array(std::move(entries));
}

// What the group's consumer gets of one stream; nullopt: nothing, not even an empty list.
std::optional<Reply> read_for_group(const Call& call, const Source& source,
                                    const ReadOptions& options) {
  const NamedGroup& named = source.named;
  StreamGroup& group = *named.group;
  const bool wants_news = source.behind == last_of_all;
  if (wants_news && !has_entries_behind(*named.stream, group.last_id)) return std::nullopt;
  const StreamId behind = wants_news ? group.last_id : source.behind;
  const bool is_new = group.find_consumer(options.consumer) == nullptr;
  StreamConsumer& consumer = group.use_consumer(options.consumer, call.now_ms());
  call.changed_unwatched();
  if (is_new && options.no_ack) {
    call.replicate({"XGROUP", "CREATECONSUMER", named.key, named.name, options.consumer});
  }
  const StreamId from = id_after(behind).value_or(StreamId{});
  return wants_news ? deliver(call, named, consumer, from, options)
                    : history(call, named, consumer, from, options.count);
}

std::optional<Reply> read_plainly(const Source& source, std::uint64_t count) {
  const Stream* stream = source.named.stream;
  if (stream == nullptr || !has_entries_behind(*stream, source.behind)) return std::nullopt;
  return range_reply(*stream, *id_after(source.behind), last_of_all, count);
}

Reply read(const Call& call, bool by_group) {
  call.replicate_nothing();  // replicas get what happens to groups, never the reading
  const auto options = ReadParser(call, by_group).parse();
  if (!options) return options.error();
  const auto sources = find_sources(call, *options);
  if (!sources) return sources.error();
  std::vector<Reply> streams;
  for (const Source& source : *sources) {
    auto entries =
        by_group ? read_for_group(call, source, *options) : read_plainly(source, options->count);
    if (!entries) continue;
    streams.push_back(
        Reply::array({Reply::bulk(std::string(source.named.key)), std::move(*entries)}));
  }
  if (!streams.empty()) return Reply::array(std::move(streams));
  if (options->block && call.origin == Origin::client) {
    return replies::error("ERR waiting with BLOCK is not simulated");
  }
  return Reply::nil();
}

}  // namespace

Reply xread(const Call& call) { return read(call, false); }
Reply xreadgroup(const Call& call) { return read(call, true); }

}  // namespace lockstep::sim::redis::commands
