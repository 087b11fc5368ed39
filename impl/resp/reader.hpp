// RESP2 in: bytes as they arrive, in pieces of any size, to whole values. Servers read commands
// with command_reader.hpp.
//
// Parsing is hiredis's redisReader. It takes array sizes up to 2e9 and bulk lengths up to 2^63 and
// allocates by them, so a scanner in front checks every header against RespLimits, and hiredis is
// given whole, checked messages only.
//
// Not here: inline commands and RESP3; both are protocol errors.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "impl/base/result.hpp"
#include "impl/resp/reply.hpp"

namespace lockstep::resp {

/// Bounds on one message. A peer that goes over any of them is a protocol error.
struct RespLimits {
  /// A status, error or integer line, and any header. Redis bounds its own lines alike.
  std::size_t line_bytes_max = std::size_t{64} << 10U;
  /// One bulk string; far above any payload that this project sends.
  std::size_t bulk_bytes_max = std::size_t{8} << 20U;
  /// Elements of one message at all levels together: bounds memory, 72 bytes each.
  std::size_t items_max = std::size_t{1} << 18U;
  /// Arrays inside arrays. hiredis refuses a ninth level, so at most 8.
  std::size_t depth_max = 8;
  /// One message, headers included; also bounds what is buffered for an unfinished one.
  std::size_t message_bytes_max = std::size_t{32} << 20U;
};

/// Feed bytes, then take messages until there is none:
///
///     reader.feed(chunk);
///     while (true) {
///       Result<std::optional<Reply>> next = reader.next();
///       if (!next) return fail(next.error());   // the connection is of no more use
///       if (!*next) break;                      // the rest has not arrived yet
///       handle(std::move(**next));
///     }
class RespReader {
 public:
  explicit RespReader(const RespLimits& limits = {});
  RespReader(RespReader&&) noexcept;
  RespReader& operator=(RespReader&&) noexcept;
  ~RespReader();

  /// Takes a copy of `bytes`. Drain with `next` between feeds: more than `message_bytes_max` of
  /// unread bytes before a feed breaks the reader (reported by `next`).
  void feed(std::string_view bytes);
  void feed(std::span<const std::byte> bytes);

  /// The next whole message, or nullopt while it is incomplete. Messages in front of malformed
  /// bytes are still delivered.
  /// Errors: `protocol` - malformed, or over a limit; the same error from then on until `reset`.
  /// It is definite as far as parsing goes: what the peer did with outstanding commands is for the
  /// caller to judge.
  [[nodiscard]] Result<std::optional<Reply>> next();

  /// Bytes fed and not yet delivered in a message.
  [[nodiscard]] std::size_t pending_bytes() const;

  /// Forgets everything, for a new connection.
  void reset();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep::resp
