// One command on its way through the engine, and what handlers may do to the data. Private to the
// engine.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "sim/services/redis/engine.hpp"
#include "sim/services/redis/keyspace.hpp"

namespace lockstep::sim::redis {

class Core;

/// Where a command comes from: rights, expiry and what it may call depend on it.
enum class Origin : std::uint8_t { client, transaction, script, stream };

template <class T>
using OrReply = std::expected<T, Reply>;
[[nodiscard]] inline std::unexpected<Reply> refuse(Reply error) {
  return std::unexpected<Reply>(std::move(error));
}

/// Milliseconds since 1970, rounded down.
[[nodiscard]] std::int64_t to_ms(WallTime time);
[[nodiscard]] bool is_expired(const Entry& entry, WallTime now);

/// What the data may be asked by a handler; every access checks expiry first.
struct Call {
  Core& core;
  Session& session;
  Args args;
  WallTime now;
  Origin origin = Origin::client;

  [[nodiscard]] std::int64_t now_ms() const;
  [[nodiscard]] std::string_view arg(std::size_t n) const { return args[n]; }
  [[nodiscard]] std::size_t size() const { return args.size(); }

  /// nullptr: missing or expired. An expired key is removed on the way, except on a replica.
  [[nodiscard]] Entry* find(std::string_view key) const;
  /// nullptr: missing. The error is WRONGTYPE.
  [[nodiscard]] OrReply<std::string*> string(std::string_view key) const;
  [[nodiscard]] OrReply<Hash*> hash(std::string_view key) const;
  [[nodiscard]] OrReply<Stream*> stream(std::string_view key) const;
  [[nodiscard]] OrReply<SortedSet*> sorted_set(std::string_view key) const;
  [[nodiscard]] OrReply<List*> list(std::string_view key) const;

  /// Stores `value`; forgets an expiry unless `keep_expiry`. Counts as a change.
  Entry& store(std::string_view key, Value value, bool keep_expiry = false) const;
  /// Removes a key that `find` found. Counts as a change.
  void remove(std::string_view key) const;
  void expire_at(std::string_view key, Entry& entry, std::int64_t at_ms) const;
  /// Removes the expiry; false if there was none.
  bool persist(std::string_view key, Entry& entry) const;
  /// A value was changed in place: watchers are told.
  void changed(std::string_view key) const;
  /// A change that watchers are not told of: to consumer groups.
  void changed_unwatched() const;

  /// What replicas get in place of the command itself; may be called several times, or with nothing
  /// at all (`replicate_nothing`).
  void replicate(std::initializer_list<std::string_view> command) const;
  void replicate(Command command) const;
  void replicate_nothing() const;
};

}  // namespace lockstep::sim::redis
