// Handlers of streams as such; consumer groups and reading have files of their own.
#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/stream_arguments.hpp"
#include "sim/services/redis/stream_replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

// The id of the entry to add behind `last`; an error of the client's if it would not be greater.
OrReply<StreamId> new_id(const std::optional<WantedId>& wanted, StreamId last, const Call& call) {
  const auto too_small = [] {
    return refuse(replies::error(
        "ERR The ID specified in XADD is equal or smaller than the target stream top item"));
  };
  if (!wanted) {
    const auto now = static_cast<std::uint64_t>(call.now_ms());
    return now > last.ms ? StreamId{now, 0} : *id_after(last);
  }
  StreamId id = wanted->id;
  if (!wanted->seq_given && id.ms == last.ms) {
    if (last.seq == seq_max) return too_small();
    id.seq = last.seq + 1;
  }
  if (id <= last) return too_small();
  return id;
}

// The threshold of approximate trimming, exact: what is left, so that replicas remove the same.
void make_trim_exact(Command& command, const StreamAddOptions& options, const Stream& stream) {
  command[options.trim_at - 1] = "=";
  command[options.trim_at] = options.trim.by == StreamTrim::By::length
                                 ? std::to_string(stream.size())
                                 : to_text(stream.first_packed_id().value_or(last_of_all));
}

void replicate_add(const Call& call, const StreamAddOptions& options, const Stream& stream,
                   StreamId id) {
  Command command(call.args.begin(), call.args.end());
  if (options.trim.only_nodes) make_trim_exact(command, options, stream);
  if (!options.id || !options.id->seq_given) command[options.id_at] = to_text(id);
  call.replicate(std::move(command));
}

OrReply<std::uint64_t> parse_count(const Call& call) {
  std::uint64_t count = 0;
  for (std::size_t n = 4; n < call.size(); n += 2) {
    if (!equals_ignoring_case(call.arg(n), "count") || n + 1 == call.size()) {
      return refuse(replies::syntax_error());
    }
    const auto given = parse_integer(call.arg(n + 1));
    if (!given) return refuse(replies::not_an_integer());
    count = *given < 0 ? 0 : static_cast<std::uint64_t>(*given);
  }
  return count;
}

Reply range(const Call& call, bool backwards) {
  const auto from = parse_interval_start(call.arg(backwards ? 3 : 2));
  if (!from) return from.error();
  const auto to = parse_interval_end(call.arg(backwards ? 2 : 3));
  if (!to) return to.error();
  const auto count = parse_count(call);
  if (!count) return count.error();
  const auto stream = call.stream(call.arg(1));
  if (!stream) return stream.error();
  if (*stream == nullptr) return Reply::array();
  if (call.size() > 4 && *count == 0) return Reply::nil();
  return range_reply(**stream, *from, *to, *count, backwards);
}

// The ids from argument `first` on, or the error of one.
OrReply<std::vector<StreamId>> parse_ids(const Call& call, std::size_t first) {
  std::vector<StreamId> ids;
  for (std::size_t n = first; n < call.size(); ++n) {
    const auto id = parse_stream_id(call.arg(n));
    if (!id) return refuse(id.error());
    ids.push_back(*id);
  }
  return ids;
}

struct SetIdOptions {
  std::optional<std::uint64_t> entries_added;
  StreamId max_deleted_id;  // 0-0: not given
};

OrReply<SetIdOptions> parse_set_id(const Call& call, StreamId id) {
  SetIdOptions options;
  for (std::size_t n = 3; n < call.size(); n += 2) {
    const bool has_value = n + 1 < call.size();
    if (equals_ignoring_case(call.arg(n), "entriesadded") && has_value) {
      const auto added = parse_integer(call.arg(n + 1));
      if (!added) return refuse(replies::not_an_integer());
      if (*added < 0) return refuse(replies::error("ERR entries_added must be positive"));
      options.entries_added = static_cast<std::uint64_t>(*added);
    } else if (equals_ignoring_case(call.arg(n), "maxdeletedid") && has_value) {
      const auto deleted = parse_stream_id(call.arg(n + 1));
      if (!deleted) return refuse(deleted.error());
      if (id < *deleted) {
        return refuse(replies::error(
            "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"));
      }
      options.max_deleted_id = *deleted;
    } else {
      return refuse(replies::syntax_error());
    }
  }
  return options;
}

}  // namespace

Reply xadd(const Call& call) {
  const auto options = parse_add_options(call, true);
  if (!options) return options.error();
  const std::size_t first = options->id_at + 1;
  if (call.size() < first + 2 || (call.size() - first) % 2 == 1) {
    return replies::wrong_arity("xadd");
  }
  if (options->id && options->id->seq_given && options->id->id == StreamId{}) {
    return replies::error("ERR The ID specified in XADD must be greater than 0-0");
  }
  const std::string_view key = call.arg(1);
  const auto found = call.stream(key);
  if (!found) return found.error();
  Stream* stream = *found;
  if (stream == nullptr && !options->may_create) return Reply::nil();
  const StreamId last = stream == nullptr ? StreamId{} : stream->last_id();
  if (last == last_of_all) {
    return replies::error(
        "ERR The stream has exhausted the last possible ID, unable to add more items");
  }
  const auto id = new_id(options->id, last, call);
  if (!id) return id.error();
  if (stream == nullptr) {
    call.store(key, std::make_unique<Stream>());
    stream = *call.stream(key);
  }
  stream->append(*id, {call.args.begin() + static_cast<std::ptrdiff_t>(first), call.args.end()});
  stream->trim(options->trim);
  call.changed(key);
  replicate_add(call, *options, *stream, *id);
  return id_reply(*id);
}

Reply xlen(const Call& call) {
  const auto stream = call.stream(call.arg(1));
  if (!stream) return stream.error();
  return replies::number(*stream == nullptr ? 0 : (*stream)->size());
}

Reply xrange(const Call& call) { return range(call, false); }
Reply xrevrange(const Call& call) { return range(call, true); }

Reply xdel(const Call& call) {
  const auto stream = call.stream(call.arg(1));
  if (!stream) return stream.error();
  if (*stream == nullptr) return Reply::integer(0);
  const auto ids = parse_ids(call, 2);
  if (!ids) return ids.error();
  std::int64_t removed = 0;
  for (const StreamId id : *ids) removed += (*stream)->erase(id) ? 1 : 0;
  if (removed > 0) call.changed(call.arg(1));
  return Reply::integer(removed);
}

Reply xtrim(const Call& call) {
  const auto options = parse_add_options(call, false);
  if (!options) return options.error();
  const auto stream = call.stream(call.arg(1));
  if (!stream) return stream.error();
  if (*stream == nullptr) return Reply::integer(0);
  const std::uint64_t removed = (*stream)->trim(options->trim);
  if (removed == 0) return Reply::integer(0);
  if (options->trim.only_nodes) {
    Command command(call.args.begin(), call.args.end());
    make_trim_exact(command, *options, **stream);
    call.replicate(std::move(command));
  }
  call.changed(call.arg(1));
  return replies::number(removed);
}

Reply xsetid(const Call& call) {
  const auto id = parse_stream_id(call.arg(2));
  if (!id) return id.error();
  const auto options = parse_set_id(call, *id);
  if (!options) return options.error();
  const auto found = call.stream(call.arg(1));
  if (!found) return found.error();
  if (*found == nullptr) return replies::error("ERR no such key");
  Stream& stream = **found;
  if (stream.size() > 0 && *id < stream.top_id()) {
    return replies::error(
        "ERR The ID specified in XSETID is smaller than the target stream top item");
  }
  if (stream.size() > 0 && options->entries_added && stream.size() > *options->entries_added) {
    return replies::error(
        "ERR The entries_added specified in XSETID is smaller than the target stream length");
  }
  stream.set_last_id(*id);
  if (options->entries_added) stream.set_entries_added(*options->entries_added);
  if (options->max_deleted_id != StreamId{}) stream.set_max_deleted_id(options->max_deleted_id);
  call.changed_unwatched();
  return replies::ok();
}

Reply xack(const Call& call) {
  const auto named = find_group(call, call.arg(1), call.arg(2));
  if (!named) return named.error();
  if (named->group == nullptr) return Reply::integer(0);
  const auto ids = parse_ids(call, 3);
  if (!ids) return ids.error();
  std::int64_t acknowledged = 0;
  for (const StreamId id : *ids) acknowledged += named->group->acknowledge(id) ? 1 : 0;
  if (acknowledged > 0) call.changed_unwatched();
  return Reply::integer(acknowledged);
}

}  // namespace lockstep::sim::redis::commands
