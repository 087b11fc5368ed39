#include "sim/services/redis/stream.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "impl/base/assert.hpp"
#include "sim/services/redis/listpack_size.hpp"

namespace lockstep::sim::redis {

namespace {

// The defaults of redis-server: stream-node-max-entries and stream-node-max-bytes.
constexpr std::size_t node_entries_max = 100;
constexpr std::uint64_t node_bytes_max = 4096;

using listpack::element_bytes;

std::int64_t count_of(const std::vector<std::string>& words) {
  return static_cast<std::int64_t>(words.size());
}

// A difference of ids as it is packed: modulo 2^64, as a signed number.
std::int64_t difference(std::uint64_t greater, std::uint64_t smaller) {
  return static_cast<std::int64_t>(greater - smaller);
}

std::vector<std::string> fields_of(const std::vector<std::string>& words) {
  std::vector<std::string> fields;
  for (std::size_t n = 0; n < words.size(); n += 2) fields.push_back(words[n]);
  return fields;
}

// The master entry of a node: counts of live and dead entries, its fields, an end.
std::uint64_t head_bytes(const std::vector<std::string>& fields) {
  std::uint64_t bytes = listpack::empty_bytes + 2 * element_bytes(std::int64_t{1}) +
                        element_bytes(count_of(fields)) + element_bytes(std::int64_t{0});
  for (const std::string& field : fields) bytes += element_bytes(std::string_view(field));
  return bytes;
}

// Flags, the id as a difference to the node's, words, and how many elements that were. An entry
// with the node's fields is packed without them.
std::uint64_t entry_bytes(StreamId id, StreamId first, const std::vector<std::string>& words,
                          const std::vector<std::string>& node_fields) {
  const bool same_fields = fields_of(words) == node_fields;
  const std::int64_t pairs = count_of(words) / 2;
  std::uint64_t bytes = element_bytes(std::int64_t{2}) +
                        element_bytes(difference(id.ms, first.ms)) +
                        element_bytes(difference(id.seq, first.seq));
  if (!same_fields) bytes += element_bytes(pairs);
  for (std::size_t n = same_fields ? 1 : 0; n < words.size(); n += same_fields ? 2 : 1) {
    bytes += element_bytes(std::string_view(words[n]));
  }
  return bytes + element_bytes(same_fields ? pairs + 3 : 2 * pairs + 4);
}

using IdBytes = std::array<std::uint8_t, 16>;

IdBytes big_endian(StreamId id) {
  IdBytes bytes{};
  for (unsigned n = 0; n < 8; ++n) {
    bytes[n] = static_cast<std::uint8_t>(id.ms >> (56 - 8 * n));
    bytes[n + 8] = static_cast<std::uint8_t>(id.seq >> (56 - 8 * n));
  }
  return bytes;
}

// Nodes of a compressed radix tree over sorted `keys`, all alike in their first `depth` bytes: one
// for every branching, one for every unbranched run of bytes, one for every key.
std::size_t radix_nodes(std::span<const IdBytes> keys, std::size_t depth) {
  std::size_t fork = depth;
  while (fork < 16 && keys.front()[fork] == keys.back()[fork]) ++fork;
  std::size_t nodes = fork > depth ? 1 : 0;
  if (fork == 16) return nodes + 1;
  ++nodes;
  while (!keys.empty()) {
    const std::uint8_t byte = keys.front()[fork];
    const auto next = std::ranges::find_if(keys, [=](const auto& k) { return k[fork] != byte; });
    const auto alike = static_cast<std::size_t>(next - keys.begin());
    nodes += radix_nodes(keys.first(alike), fork + 1);
    keys = keys.subspan(alike);
  }
  return nodes;
}

}  // namespace

StreamId Stream::top_id() const {
  StreamId top;
  for_each_backwards({}, last_of_all, 1, [&](const StreamEntry& entry) { top = entry.id; });
  return top;
}

std::optional<StreamId> Stream::first_packed_id() const {
  if (nodes_.empty()) return std::nullopt;
  return nodes_.begin()->first;
}

void Stream::append(StreamId id, std::vector<std::string> words) {
  ASSERT(id > last_id_);
  Node& node = node_for(id, words);
  const StreamId first = node.entries.empty() ? id : node.entries.front().id;
  node.bytes += entry_bytes(id, first, words, node.fields);
  node.entries.push_back({id, std::move(words)});
  ++node.live;
  ++size_;
  ++entries_added_;
  last_id_ = id;
  if (size_ == 1) first_id_ = id;
}

// The last node if there is room in it, or a new one that begins with `id`.
Stream::Node& Stream::node_for(StreamId id, const std::vector<std::string>& words) {
  std::uint64_t word_bytes = 0;
  for (const std::string& word : words) word_bytes += word.size();
  if (!nodes_.empty()) {
    Node& last = nodes_.rbegin()->second;
    const bool full = last.bytes + word_bytes >= node_bytes_max;
    if (!full && last.entries.size() < node_entries_max) return last;
  }
  Node& node = nodes_[id];
  node.fields = fields_of(words);
  node.bytes = head_bytes(node.fields);
  return node;
}

Stream::Nodes::const_iterator Stream::node_of(StreamId id) const {
  const auto behind = nodes_.upper_bound(id);
  return behind == nodes_.begin() ? behind : std::prev(behind);
}

const StreamEntry* Stream::find(StreamId id) const {
  const StreamEntry* found = nullptr;
  for_each(id, id, 1, [&](const StreamEntry& entry) { found = &entry; });
  return found;
}

bool Stream::erase(StreamId id) {
  if (find(id) == nullptr) return false;
  const auto place = std::prev(nodes_.upper_bound(id));
  Node& node = place->second;
  if (node.live == 1) {
    nodes_.erase(place);
  } else {
    auto& entry = *std::ranges::lower_bound(node.entries, id, {}, &StreamEntry::id);
    entry.is_deleted = true;
    entry.words.clear();
    --node.live;
  }
  --size_;
  max_deleted_id_ = std::max(max_deleted_id_, id);
  if (id == first_id_ || size_ == 0) find_first_id();
  return true;
}

std::uint64_t Stream::trim(const StreamTrim& trim) {
  if (trim.by == StreamTrim::By::nothing) return 0;
  const bool by_length = trim.by == StreamTrim::By::length;
  std::uint64_t removed = 0;
  while (!nodes_.empty() && !(by_length && size_ <= trim.length)) {
    Node& node = nodes_.begin()->second;
    if (trim.limit > 0 && removed + node.live > trim.limit) break;
    const bool whole =
        by_length ? size_ - node.live >= trim.length : node.entries.back().id < trim.id;
    if (!whole) {
      if (!trim.only_nodes) removed += trim_within(node, trim);
      break;
    }
    removed += node.live;
    size_ -= node.live;
    nodes_.erase(nodes_.begin());
  }
  if (removed > 0 || size_ == 0) find_first_id();
  return removed;
}

std::uint64_t Stream::trim_within(Node& node, const StreamTrim& trim) {
  std::uint64_t removed = 0;
  for (StreamEntry& entry : node.entries) {
    const bool stop =
        trim.by == StreamTrim::By::length ? size_ <= trim.length : entry.id >= trim.id;
    if (stop) break;
    if (entry.is_deleted) continue;
    entry.is_deleted = true;
    entry.words.clear();
    --node.live;
    --size_;
    ++removed;
  }
  return removed;
}

void Stream::find_first_id() {
  first_id_ = {};
  for_each({}, last_of_all, 1, [this](const StreamEntry& entry) { first_id_ = entry.id; });
}

// Whether the greatest deletion lies at or behind `id`, among what is there.
bool Stream::has_tombstone_from(StreamId id) const {
  if (size_ == 0 || max_deleted_id_ == StreamId{}) return false;
  return first_id_ <= max_deleted_id_ && id <= max_deleted_id_;
}

// Exact at the ends of a stream without tombstones, unknown in between.
std::optional<std::uint64_t> Stream::distance_from_first(StreamId id) const {
  if (entries_added_ == 0) return 0;
  if (size_ == 0 && id <= last_id_) return entries_added_;
  if (id == last_id_) return entries_added_;
  if (id > last_id_) return std::nullopt;
  const bool fragmented = max_deleted_id_ != StreamId{} && max_deleted_id_ >= first_id_;
  if (fragmented || id > first_id_) return std::nullopt;
  return entries_added_ - size_ + (id == first_id_ ? 1 : 0);
}

void Stream::note_read(StreamGroup& group, StreamId id) const {
  if (group.entries_read && !has_tombstone_from(id)) {
    ++*group.entries_read;
  } else if (entries_added_ > 0) {
    group.entries_read = distance_from_first(id);
  }
  group.last_id = id;
}

std::optional<std::int64_t> Stream::lag(const StreamGroup& group) const {
  if (entries_added_ == 0) return 0;
  const auto added = static_cast<std::int64_t>(entries_added_);
  if (group.entries_read && !has_tombstone_from(group.last_id)) return added - *group.entries_read;
  const auto read = distance_from_first(group.last_id);
  if (!read) return std::nullopt;
  return added - static_cast<std::int64_t>(*read);
}

std::size_t Stream::radix_node_count() const {
  std::vector<IdBytes> keys;
  for (const auto& [id, node] : nodes_) keys.push_back(big_endian(id));
  return keys.empty() ? 1 : radix_nodes(keys, 0);
}

}  // namespace lockstep::sim::redis
