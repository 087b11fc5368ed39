// What the handlers of streams share: how entries are answered, and what replicas are told of
// consumer groups. Word for word as redis-server 7.0.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sim/services/redis/call.hpp"
#include "sim/services/redis/stream.hpp"

namespace lockstep::sim::redis {

[[nodiscard]] Reply id_reply(StreamId id);
/// [id, [field, value, ...]].
[[nodiscard]] Reply entry_reply(const StreamEntry& entry);
/// The entries of [from, to], at most `count` of them (0: all).
[[nodiscard]] Reply range_reply(const Stream& stream, StreamId from, StreamId to,
                                std::uint64_t count, bool backwards = false);
[[nodiscard]] Reply subcommand_syntax_error(const Call& call);

/// A group and the words by which a command named it.
struct NamedGroup {
  std::string_view key;
  std::string_view name;
  Stream* stream = nullptr;
  StreamGroup* group = nullptr;  ///< nullptr: no such key or group
};
/// The group `name` at `key`. The error is WRONGTYPE.
[[nodiscard]] OrReply<NamedGroup> find_group(const Call& call, std::string_view key,
                                             std::string_view name);
/// "NOGROUP No such key ... or consumer group ...", and what `more` says behind it.
[[nodiscard]] Reply no_key_or_group(const NamedGroup& named, std::string_view more = {});

/// Replicas get what is pending as it is now, an XCLAIM; and the group's last id with it.
void replicate_pending(const Call& call, const NamedGroup& named, StreamId id,
                       const PendingEntry& entry);
/// Replicas get the group's last id and read counter, an XGROUP SETID.
void replicate_group_id(const Call& call, const NamedGroup& named);

}  // namespace lockstep::sim::redis
