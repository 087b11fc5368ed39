// RESP2 out: appends commands (client side) and replies (server side) to one buffer of bytes.
//
// Not here: inline commands, RESP3, and any limit on size; who reads applies limits (reader.hpp).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "impl/resp/reply.hpp"

namespace lockstep::resp {

/// Everything appended is one valid RESP2 message after another, if each `array(n)` or
/// `begin_command(n)` is followed by exactly n values.
class RespWriter {
 public:
  /// A whole command: an array of bulk strings. Requires at least one argument.
  void command(std::span<const std::string_view> arguments);
  void command(std::initializer_list<std::string_view> arguments) {
    command(std::span(arguments.begin(), arguments.size()));
  }
  /// A command in pieces: `begin_command(n)`, then n times `bulk` (or `bulk_integer`). n > 0.
  void begin_command(std::size_t arguments) { array(arguments); }

  void bulk(std::string_view bytes);
  /// A bulk string that holds `value` in decimal, as commands carry numbers.
  void bulk_integer(std::int64_t value);
  void integer(std::int64_t value);
  void nil();
  /// The header of an array; its `items` values follow.
  void array(std::size_t items);
  /// CR and LF in `text` become spaces, as Redis does: a line cannot hold them.
  void status(std::string_view text);
  void error(std::string_view text);
  /// Any reply, recursively.
  void reply(const Reply& value);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  /// Keeps the buffer's capacity.
  void clear() { bytes_.clear(); }
  /// The bytes so far; the writer is empty afterwards.
  [[nodiscard]] std::string take() { return std::exchange(bytes_, {}); }

 private:
  void header(char kind, std::int64_t value);
  void line(char kind, std::string_view text);

  std::string bytes_;
};

}  // namespace lockstep::resp
