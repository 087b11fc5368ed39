// One RESP2 value: what a Redis server answers, and (as an array of bulk strings) what a client
// sends. A plain value; no parser types in here.
//
// Not here: RESP3 types. The null bulk string and the null array are one value, `nil`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/base/assert.hpp"

namespace lockstep::resp {

enum class ReplyType : std::uint8_t { nil, status, error, integer, bulk, array };

/// "nil", "status", ...: for messages.
[[nodiscard]] std::string_view name_of(ReplyType type);

/// A value of one of six types. Accessors of another type than the value's are programmer errors
/// (ASSERT): ask `type()` first, a peer may send anything. Default: nil.
class Reply {
 public:
  Reply() = default;

  [[nodiscard]] static Reply nil() { return {}; }
  [[nodiscard]] static Reply status(std::string text) {
    return {ReplyType::status, std::move(text)};
  }
  /// `text` holds the code too, without the dash: "NOSCRIPT No matching script."
  [[nodiscard]] static Reply error(std::string text) { return {ReplyType::error, std::move(text)}; }
  [[nodiscard]] static Reply bulk(std::string text) { return {ReplyType::bulk, std::move(text)}; }
  [[nodiscard]] static Reply integer(std::int64_t value) {
    Reply reply(ReplyType::integer, {});
    reply.integer_ = value;
    return reply;
  }
  [[nodiscard]] static Reply array(std::vector<Reply> items = {}) {
    Reply reply(ReplyType::array, {});
    reply.items_ = std::move(items);
    return reply;
  }

  [[nodiscard]] ReplyType type() const { return type_; }
  [[nodiscard]] bool is_nil() const { return type_ == ReplyType::nil; }
  [[nodiscard]] bool is_status() const { return type_ == ReplyType::status; }
  [[nodiscard]] bool is_error() const { return type_ == ReplyType::error; }
  [[nodiscard]] bool is_integer() const { return type_ == ReplyType::integer; }
  [[nodiscard]] bool is_bulk() const { return type_ == ReplyType::bulk; }
  [[nodiscard]] bool is_array() const { return type_ == ReplyType::array; }
  /// Whether this is the status `text`, such as "OK".
  [[nodiscard]] bool is_status(std::string_view text) const { return is_status() && text_ == text; }

  /// Of a status, an error or a bulk string.
  [[nodiscard]] const std::string& text() const& {
    ASSERT(is_status() || is_error() || is_bulk());
    return text_;
  }
  [[nodiscard]] std::string text() && {
    ASSERT(is_status() || is_error() || is_bulk());
    return std::move(text_);
  }
  /// The first word of an error, "NOSCRIPT" or "ERR"; empty for every other type.
  [[nodiscard]] std::string_view error_code() const;
  [[nodiscard]] std::int64_t integer() const {
    ASSERT(is_integer());
    return integer_;
  }
  [[nodiscard]] const std::vector<Reply>& items() const& {
    ASSERT(is_array());
    return items_;
  }
  [[nodiscard]] std::vector<Reply>& items() & {
    ASSERT(is_array());
    return items_;
  }
  [[nodiscard]] std::vector<Reply> items() && {
    ASSERT(is_array());
    return std::move(items_);
  }

  friend bool operator==(const Reply&, const Reply&) = default;

 private:
  Reply(ReplyType type, std::string text) : type_(type), text_(std::move(text)) {}

  ReplyType type_ = ReplyType::nil;
  std::int64_t integer_ = 0;
  std::string text_;
  std::vector<Reply> items_;
};

/// One line for a human or a failed test: `[OK, (integer) 3, "a\x00b", (nil)]`, cut at about
/// `bytes_max` bytes.
[[nodiscard]] std::string to_text(const Reply& reply, std::size_t bytes_max = 512);

}  // namespace lockstep::resp
