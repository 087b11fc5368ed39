#include "impl/relay/entry_format.hpp"

namespace lockstep::relay {
namespace {

void append(std::string& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(number >> (8 * i))));
  }
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return number;
}

constexpr std::size_t entry_head_bytes = 16;
constexpr std::size_t blocked_head_bytes = 12;

}  // namespace

std::string encode(const StoredEntry& entry) {
  std::string bytes;
  bytes.reserve(entry_head_bytes + entry.aggregate.size() + entry.request_id.size() +
                entry.payload.size());
  append(bytes, static_cast<std::uint64_t>(entry.committed_at.time_since_epoch().count()), 8);
  append(bytes, entry.aggregate.size(), 4);
  append(bytes, entry.request_id.size(), 4);
  return bytes + entry.aggregate + entry.request_id + entry.payload;
}

std::optional<StoredEntry> decode_entry(std::string_view bytes) {
  if (bytes.size() < entry_head_bytes) return std::nullopt;
  const std::size_t aggregate = number_in(bytes.substr(8, 4));
  const std::size_t request = number_in(bytes.substr(12, 4));
  if (bytes.size() - entry_head_bytes < aggregate + request) return std::nullopt;
  StoredEntry entry;
  entry.committed_at = WallTime(Nanos(static_cast<std::int64_t>(number_in(bytes.substr(0, 8)))));
  bytes.remove_prefix(entry_head_bytes);
  entry.aggregate = bytes.substr(0, aggregate);
  entry.request_id = bytes.substr(aggregate, request);
  entry.payload = bytes.substr(aggregate + request);
  return entry;
}

std::string encode(const BlockedEntry& entry) {
  std::string bytes;
  append(bytes, entry.entry.id.value, 8);
  append(bytes, entry.failures, 4);
  return bytes + entry.cause;
}

std::optional<BlockedEntry> decode_blocked(std::string_view aggregate, std::string_view bytes) {
  if (bytes.size() < blocked_head_bytes) return std::nullopt;
  BlockedEntry entry;
  entry.entry = {EntryId{number_in(bytes.substr(0, 8))}, std::string(aggregate)};
  entry.failures = static_cast<std::uint32_t>(number_in(bytes.substr(8, 4)));
  entry.cause = bytes.substr(blocked_head_bytes);
  return entry;
}

std::string encode_number(std::uint64_t number) {
  std::string bytes;
  append(bytes, number, 8);
  return bytes;
}

std::optional<std::uint64_t> decode_number(std::string_view bytes) {
  return bytes.size() == 8 ? std::optional(number_in(bytes)) : std::nullopt;
}

std::string name_of(char letter, std::uint64_t id) {
  std::string name(1, letter);
  for (std::size_t i = 0; i < 8; ++i) {
    name.push_back(static_cast<char>(static_cast<unsigned char>(id >> (56 - 8 * i))));
  }
  return name;
}

std::optional<std::uint64_t> id_in(std::string_view name) {
  if (name.size() != 9) return std::nullopt;
  std::uint64_t id = 0;
  for (const char byte : name.substr(1)) id = id << 8U | static_cast<unsigned char>(byte);
  return id;
}

std::string name_of(char letter, std::string_view text) {
  std::string name(1, letter);
  name += text;
  return name;
}

}  // namespace lockstep::relay
