// An outbox's entries and notes as bytes in a queue's store: numbers are of fixed width, the least
// significant byte first. Internal to impl/relay.
//
//   entry     committed at, ns 8 | length of the aggregate 4 | of the request 4 | both | payload
//   b<key>    business data
//   f<key>    the highest fencing token of a lock: 8
//   k<aggregate>  its blocked entry: id 8, failures 4, cause
//   n<id>     failures of an entry: 8
//   r<request>    the id of the entry that it left: 8
//   q<id>     the request that left an entry
//   i         the identity of the outbox: 12 hexadecimal digits, drawn when it was made
// Ids in names are 8 bytes, the most significant first.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "impl/relay/types.hpp"

namespace lockstep::relay {

/// Without its id and failures; an empty request has no idempotency key of its own.
struct StoredEntry {
  std::string aggregate;
  std::string request_id;
  std::string payload;
  WallTime committed_at{};
};
[[nodiscard]] std::string encode(const StoredEntry& entry);
/// nullopt: it is none.
[[nodiscard]] std::optional<StoredEntry> decode_entry(std::string_view bytes);

[[nodiscard]] std::string encode(const BlockedEntry& entry);
[[nodiscard]] std::optional<BlockedEntry> decode_blocked(std::string_view aggregate,
                                                         std::string_view bytes);

[[nodiscard]] std::string encode_number(std::uint64_t number);
[[nodiscard]] std::optional<std::uint64_t> decode_number(std::string_view bytes);

/// The letter and 8 bytes.
[[nodiscard]] std::string name_of(char letter, std::uint64_t id);
[[nodiscard]] std::optional<std::uint64_t> id_in(std::string_view name);
[[nodiscard]] std::string name_of(char letter, std::string_view text);

}  // namespace lockstep::relay
