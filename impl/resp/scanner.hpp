// Finds where RESP2 messages end and checks every header against the limits, before anything is
// allocated by a size that a peer chose. Incremental: no byte of a line is looked at twice.
//
// Not here: values. It skips over the content of strings.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "impl/resp/reader.hpp"

namespace lockstep::resp {

class Scanner {
 public:
  explicit Scanner(const RespLimits& limits);

  /// The size of the message at the start of `bytes`, or 0 while it is incomplete. Until it is
  /// complete every call must show the same message with as much or more of it.
  /// Errors: `protocol`.
  [[nodiscard]] Result<std::size_t> scan(std::string_view bytes);

  void reset();

 private:
  static constexpr std::size_t hiredis_depth_max = 8;
  enum class Step : std::uint8_t { need_more, item_done, array_opened };

  [[nodiscard]] Result<Step> step(std::string_view bytes);
  [[nodiscard]] Result<Step> open_array(std::int64_t items);
  [[nodiscard]] Result<Step> skip_bulk(std::string_view bytes, std::size_t header_end,
                                       std::int64_t size);
  /// The end of the line that starts at cursor_ (behind its CRLF), or 0 while it is incomplete.
  [[nodiscard]] Result<std::size_t> line_end(std::string_view bytes, std::size_t line_max);
  /// Closes every array that the last item filled. True at the end of the message.
  [[nodiscard]] bool message_ends();

  RespLimits limits_;
  std::size_t cursor_ = 0;        // start of the item to look at
  std::size_t line_scanned_ = 0;  // no line end before this offset
  std::size_t items_ = 0;         // elements announced so far
  std::size_t depth_ = 0;
  std::array<std::int64_t, hiredis_depth_max> missing_{};  // elements to come, per open array
};

}  // namespace lockstep::resp
