// A stream: entries in order of their ids, in macro nodes as redis-server 7.0 packs them, and its
// consumer groups.
//
// The nodes are modelled to the byte (stream-node-max-entries 100, stream-node-max-bytes 4096),
// because approximate trimming removes whole ones. A deleted entry stays in its node as a tombstone
// until the node goes. Not modelled: that a snapshot keeps nodes and tombstones as they were (a
// replica that is fed everything anew packs its nodes anew), and the bound of 1 GB of one entry.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/services/redis/stream_group.hpp"
#include "sim/services/redis/stream_id.hpp"

namespace lockstep::sim::redis {

struct StreamEntry {
  StreamId id;
  std::vector<std::string> words;  ///< field, value, field, value ...
  bool is_deleted = false;         ///< a tombstone: its words are gone
};

/// What XADD and XTRIM are to remove.
struct StreamTrim {
  enum class By : std::uint8_t { nothing, length, id };
  By by = By::nothing;
  std::uint64_t length = 0;  ///< how many entries stay
  StreamId id;               ///< no entry below it stays
  bool only_nodes = false;   ///< "~": whole nodes only
  std::uint64_t limit = 0;   ///< entries to remove at most; 0: any number
};

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The id of the first entry; 0-0 if there is none.
  [[nodiscard]] StreamId first_id() const { return first_id_; }
  /// The greatest ever added or set, whether it is there or not.
  [[nodiscard]] StreamId last_id() const { return last_id_; }
  /// The greatest that XDEL removed; 0-0 if it never did.
  [[nodiscard]] StreamId max_deleted_id() const { return max_deleted_id_; }
  [[nodiscard]] std::uint64_t entries_added() const { return entries_added_; }
  /// The greatest id of an entry that is there. The stream must not be empty.
  [[nodiscard]] StreamId top_id() const;
  /// The first entry, tombstones too; nullopt if there is none.
  [[nodiscard]] std::optional<StreamId> first_packed_id() const;

  /// `id` must be greater than last_id().
  void append(StreamId id, std::vector<std::string> words);
  /// False: there is no such entry.
  bool erase(StreamId id);
  /// How many entries it removed.
  std::uint64_t trim(const StreamTrim& trim);
  /// What XSETID sets.
  void set_last_id(StreamId id) { last_id_ = id; }
  void set_entries_added(std::uint64_t count) { entries_added_ = count; }
  void set_max_deleted_id(StreamId id) { max_deleted_id_ = id; }

  [[nodiscard]] const StreamEntry* find(StreamId id) const;
  /// Visits the entries of [from, to], at most `count` of them (0: all), in either direction.
  template <class Visit>
  void for_each(StreamId from, StreamId to, std::uint64_t count, Visit&& visit) const {
    std::uint64_t visited = 0;
    for (auto node = node_of(from); node != nodes_.end() && node->first <= to; ++node) {
      for (const StreamEntry& entry : node->second.entries) {
        if (entry.is_deleted || entry.id < from) continue;
        if (entry.id > to) return;
        visit(entry);
        if (++visited == count) return;
      }
    }
  }
  template <class Visit>
  void for_each_backwards(StreamId from, StreamId to, std::uint64_t count, Visit&& visit) const {
    std::uint64_t visited = 0;
    for (auto node = nodes_.upper_bound(to); node != nodes_.begin();) {
      --node;
      const auto& entries = node->second.entries;
      for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        if (entry->is_deleted || entry->id > to) continue;
        if (entry->id < from) return;
        visit(*entry);
        if (++visited == count) return;
      }
    }
  }

  /// How many entries were added up to `id`, if that can be told.
  [[nodiscard]] std::optional<std::uint64_t> distance_from_first(StreamId id) const;
  /// Notes in `group` that the entry `id`, greater than its last one, is delivered.
  void note_read(StreamGroup& group, StreamId id) const;
  /// How many entries `group` has still to read, if that can be told.
  [[nodiscard]] std::optional<std::int64_t> lag(const StreamGroup& group) const;

  /// Macro nodes, and the nodes of redis-server's radix tree over them: for XINFO.
  [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }
  [[nodiscard]] std::size_t radix_node_count() const;

  std::map<std::string, StreamGroup, std::less<>> groups;

 private:
  struct Node {
    std::vector<StreamEntry> entries;  ///< tombstones too
    std::vector<std::string> fields;   ///< of the first entry: a like entry is packed without them
    std::uint64_t live = 0;
    std::uint64_t bytes = 0;
  };
  using Nodes = std::map<StreamId, Node>;  // by the id of the first entry

  [[nodiscard]] Nodes::const_iterator node_of(StreamId id) const;
  [[nodiscard]] Node& node_for(StreamId id, const std::vector<std::string>& words);
  [[nodiscard]] bool has_tombstone_from(StreamId id) const;
  std::uint64_t trim_within(Node& node, const StreamTrim& trim);
  void find_first_id();

  Nodes nodes_;
  std::uint64_t size_ = 0;
  std::uint64_t entries_added_ = 0;
  StreamId first_id_;
  StreamId last_id_;
  StreamId max_deleted_id_;
};

}  // namespace lockstep::sim::redis
