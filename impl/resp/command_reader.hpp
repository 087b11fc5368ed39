// RESP2 in at a server: bytes as they arrive to commands, as views of their arguments. A server
// needs no tree of values, so nothing is copied and hiredis is not asked.
//
// Not here: inline commands; a protocol error.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "impl/base/result.hpp"
#include "impl/resp/reader.hpp"

namespace lockstep::resp {

/// Used as RespReader is: feed bytes, then take commands until there is none.
class CommandReader {
 public:
  explicit CommandReader(const RespLimits& limits = {});
  CommandReader(CommandReader&&) noexcept;
  CommandReader& operator=(CommandReader&&) noexcept;
  ~CommandReader();

  /// Takes a copy of `bytes`; bounds as RespReader::feed. Ends the views that were handed out.
  void feed(std::string_view bytes);

  /// The next whole command: its name and arguments; empty while it is incomplete. The views are
  /// valid until the next call of any function but pending_bytes().
  /// Errors: `protocol` (definite) - malformed, over a limit, or not a non-empty array of bulk
  /// strings. The same error from then on until `reset`.
  [[nodiscard]] Result<std::span<const std::string_view>> next();

  /// Bytes fed and not yet delivered in a command.
  [[nodiscard]] std::size_t pending_bytes() const;
  void reset();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep::resp
