#include "sim/services/redis/stream_replies.hpp"

#include <algorithm>

#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis {

Reply id_reply(StreamId id) { return Reply::bulk(to_text(id)); }

Reply entry_reply(const StreamEntry& entry) {
  std::vector<Reply> words;
  words.reserve(entry.words.size());
  for (const std::string& word : entry.words) words.push_back(Reply::bulk(word));
  return Reply::array({id_reply(entry.id), Reply::array(std::move(words))});
}

Reply range_reply(const Stream& stream, StreamId from, StreamId to, std::uint64_t count,
                  bool backwards) {
  std::vector<Reply> entries;
  const auto add = [&](const StreamEntry& entry) { entries.push_back(entry_reply(entry)); };
  if (backwards) {
    stream.for_each_backwards(from, to, count, add);
  } else {
    stream.for_each(from, to, count, add);
  }
  return Reply::array(std::move(entries));
}

Reply subcommand_syntax_error(const Call& call) {
  std::string container(call.arg(0));
  std::ranges::transform(container, container.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return Reply::error("ERR unknown subcommand or wrong number of arguments for '" +
                      quotable(call.arg(1)) + "'. Try " + container + " HELP.");
}

OrReply<NamedGroup> find_group(const Call& call, std::string_view key, std::string_view name) {
  const auto stream = call.stream(key);
  if (!stream) return refuse(stream.error());
  NamedGroup named{key, name, *stream};
  if (*stream == nullptr) return named;
  const auto found = (*stream)->groups.find(name);
  if (found != (*stream)->groups.end()) named.group = &found->second;
  return named;
}

Reply no_key_or_group(const NamedGroup& named, std::string_view more) {
  constexpr std::size_t any = std::string_view::npos;
  return Reply::error("NOGROUP No such key '" + quotable(named.key, any) + "' or consumer group '" +
                      quotable(named.name, any) + "'" + std::string(more));
}

void replicate_pending(const Call& call, const NamedGroup& named, StreamId id,
                       const PendingEntry& entry) {
  call.replicate({"XCLAIM", named.key, named.name, entry.consumer->name, "0", to_text(id), "TIME",
                  std::to_string(entry.delivered_at_ms), "RETRYCOUNT",
                  std::to_string(entry.deliveries), "FORCE", "JUSTID", "LASTID",
                  to_text(named.group->last_id)});
}

void replicate_group_id(const Call& call, const NamedGroup& named) {
  const auto& read = named.group->entries_read;
  call.replicate({"XGROUP", "SETID", named.key, named.name, to_text(named.group->last_id),
                  "ENTRIESREAD", std::to_string(read.value_or(-1))});
}

}  // namespace lockstep::sim::redis
