// Bytes as they arrive, cut into whole messages that keep the limits: what RespReader and
// CommandReader have in common. Internal to impl/resp.
#pragma once

#include <string>
#include <string_view>

#include "impl/resp/scanner.hpp"

namespace lockstep::resp {

class MessageBuffer {
 public:
  explicit MessageBuffer(const RespLimits& limits) : limits_(limits), scanner_(limits) {}

  /// Moves or frees what earlier messages pointed to.
  void feed(std::string_view bytes);
  /// The next whole message, checked against the limits; empty while it is incomplete. Valid until
  /// the next feed() or reset().
  /// Errors: `protocol` (definite), the same from then on until reset().
  [[nodiscard]] Result<std::string_view> next();
  /// What next() says from now on until reset().
  std::unexpected<Error> fail_with(Error error);
  [[nodiscard]] std::size_t pending_bytes() const { return bytes_.size() - begin_; }
  void reset();

 private:
  // Bytes already read are moved out in steps of this many, not message by message.
  static constexpr std::size_t compact_bytes = std::size_t{64} << 10U;

  RespLimits limits_;
  Scanner scanner_;
  std::string bytes_;
  std::size_t begin_ = 0;  // of what was not delivered yet
  Result<void> error_;
};

/// "RESP: ..." (definite `protocol`).
[[nodiscard]] Error protocol_error(std::string_view what);

}  // namespace lockstep::resp
