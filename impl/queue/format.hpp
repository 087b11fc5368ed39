// The records of a queue's database as bytes: FORMAT.md in code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "impl/base/result.hpp"
#include "impl/queue/types.hpp"

namespace lockstep::queue {

/// Written in front of every value. A greater one is refused (newer_format).
inline constexpr std::uint8_t format_version = 1;

/// The first byte of a key says what its record is.
enum class RecordKind : char {
  meta = 'm',     ///< one for the queue; its key is the letter alone
  event = 'e',    ///< an unacked event: its payload
  attempt = 'a',  ///< how often an unacked event was handed out, and its delay
  dead = 'd',     ///< a dead letter
  damage = 'x',   ///< what a repair could not save; its id is the first event lost
  data = 'u',     ///< data of the queue's user that is written with events; its key goes on
};

/// "e" and the id, most significant byte first, so that keys are in the order of ids.
[[nodiscard]] std::string key_of(RecordKind kind, EventId id);
/// "u" and the user's key.
[[nodiscard]] std::string data_key_of(std::string_view name);
struct Key {
  RecordKind kind{};
  EventId id{};
};
/// nullopt: no key of a queue.
[[nodiscard]] std::optional<Key> parse_key(std::string_view key);

/// The state of the queue as of one write; part of every write.
struct Meta {
  std::uint64_t sequence = 0;    ///< number of this write, without gaps, from 1
  std::uint64_t synced = 0;      ///< the last write that was known to be durable before this one
  std::uint64_t last_id = 0;     ///< of all pushes: the high-water mark
  std::uint64_t reserved = 0;    ///< ids up to it may have been given at `os` and lost since
  std::uint64_t first_id = 1;    ///< no unacked event is below it
  std::uint64_t live = 0;        ///< unacked events
  std::uint64_t dead = 0;        ///< dead letters
  std::uint64_t bytes = 0;       ///< payloads of both
  std::uint64_t generation = 0;  ///< how often the queue was opened
  friend bool operator==(const Meta&, const Meta&) = default;
};

struct Attempt {
  std::uint32_t attempts = 0;
  Nanos delay{};  ///< 0: not delayed
  friend bool operator==(const Attempt&, const Attempt&) = default;
};

struct DeadBody {
  std::uint32_t attempts = 0;
  DeadCause cause{};
  std::string payload;
  friend bool operator==(const DeadBody&, const DeadBody&) = default;
};

// Values: version, body, checksum over key, version and body.
[[nodiscard]] std::string write_meta(const Meta& meta);
[[nodiscard]] std::string write_event(std::string_view key, std::string_view payload);
[[nodiscard]] std::string write_data(std::string_view key, std::string_view value);
[[nodiscard]] std::string write_attempt(std::string_view key, const Attempt& attempt);
[[nodiscard]] std::string write_dead(std::string_view key, const DeadBody& dead);
[[nodiscard]] std::string write_damage(std::string_view key, const Damage& damage);

// Errors of all, definite: corrupt - too short, a wrong checksum or a field out of range;
// newer_format - which version was found and which is known.
[[nodiscard]] Result<Meta> read_meta(std::string_view value);
/// The payload is a view into `value`.
[[nodiscard]] Result<std::string_view> read_event(std::string_view key, std::string_view value);
[[nodiscard]] Result<std::string_view> read_data(std::string_view key, std::string_view value);
[[nodiscard]] Result<Attempt> read_attempt(std::string_view key, std::string_view value);
[[nodiscard]] Result<DeadBody> read_dead(std::string_view key, std::string_view value);
[[nodiscard]] Result<Damage> read_damage(std::string_view key, std::string_view value);

}  // namespace lockstep::queue
