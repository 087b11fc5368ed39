#include "impl/resp/scanner.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace lockstep::resp {

namespace {

// A sign and 19 digits; a longer header is malformed however long the line may be.
constexpr std::size_t header_bytes_max = 1 + 20 + 2;

std::unexpected<Error> malformed(std::string what) {
  return fail(definite(Errc::protocol, "RESP: " + std::move(what)));
}

std::unexpected<Error> too_large(std::string_view what, std::size_t found, std::size_t limit) {
  return malformed(std::string(what) + " " + std::to_string(found) + " is over the limit of " +
                   std::to_string(limit));
}

// Decimal with an optional minus and nothing else around it.
std::optional<std::int64_t> parse_number(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, errc] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (errc != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

Scanner::Scanner(const RespLimits& limits) : limits_(limits) {
  limits_.depth_max = std::min(limits_.depth_max, hiredis_depth_max);
}

void Scanner::reset() { cursor_ = line_scanned_ = items_ = depth_ = 0; }

Result<std::size_t> Scanner::scan(std::string_view bytes) {
  while (true) {
    const Result<Step> stepped = step(bytes);
    if (!stepped) return fail(stepped.error());
    if (cursor_ > limits_.message_bytes_max) {
      return too_large("message size", cursor_, limits_.message_bytes_max);
    }
    if (*stepped == Step::need_more) return 0;
    if (*stepped == Step::item_done && message_ends()) {
      const std::size_t size = cursor_;
      reset();
      return size;
    }
  }
}

Result<Scanner::Step> Scanner::step(std::string_view bytes) {
  if (cursor_ >= bytes.size()) return Step::need_more;
  const char kind = bytes[cursor_];
  const bool is_text = kind == '+' || kind == '-';
  if (!is_text && kind != ':' && kind != '$' && kind != '*') {
    return malformed("byte " + std::to_string(static_cast<unsigned char>(kind)) +
                     " starts no type");
  }
  const Result<std::size_t> end =
      line_end(bytes, is_text ? limits_.line_bytes_max : header_bytes_max);
  if (!end) return fail(end.error());
  if (*end == 0) return Step::need_more;
  std::optional<std::int64_t> number;
  if (!is_text) {
    number = parse_number(bytes.substr(cursor_ + 1, *end - cursor_ - 3));
    if (!number) return malformed(std::string("bad number behind '") + kind + "'");
    if (kind == '$') return skip_bulk(bytes, *end, *number);
  }
  cursor_ = line_scanned_ = *end;
  return kind == '*' ? open_array(*number) : Result<Step>(Step::item_done);
}

Result<Scanner::Step> Scanner::open_array(std::int64_t items) {
  if (items < -1) return malformed("array size below -1");
  if (items <= 0) return Step::item_done;
  const auto count = static_cast<std::uint64_t>(items);
  if (count > limits_.items_max - items_) {
    return too_large("number of elements", items_ + count, limits_.items_max);
  }
  if (depth_ == limits_.depth_max) return too_large("nesting", depth_ + 1, limits_.depth_max);
  items_ += count;
  missing_[depth_++] = items;
  return Step::array_opened;
}

Result<Scanner::Step> Scanner::skip_bulk(std::string_view bytes, std::size_t header_end,
                                         std::int64_t size) {
  if (size < -1) return malformed("bulk string length below -1");
  std::size_t end = header_end;
  if (size >= 0) {
    const auto length = static_cast<std::uint64_t>(size);
    if (length > limits_.bulk_bytes_max) {
      return too_large("bulk string length", length, limits_.bulk_bytes_max);
    }
    end += length + 2;
    if (end > limits_.message_bytes_max) {
      return too_large("message size", end, limits_.message_bytes_max);
    }
    if (end > bytes.size()) return Step::need_more;
    if (bytes.substr(end - 2, 2) != "\r\n") return malformed("no CRLF behind a bulk string");
  }
  cursor_ = line_scanned_ = end;
  return Step::item_done;
}

Result<std::size_t> Scanner::line_end(std::string_view bytes, std::size_t line_max) {
  const std::size_t from = std::max(cursor_, line_scanned_);
  const std::size_t found = bytes.find("\r\n", from);
  if (found == std::string_view::npos) {
    line_scanned_ = std::max(from, bytes.size() - 1);  // a CR at the very end may yet get its LF
    if (bytes.size() - cursor_ > line_max)
      return too_large("line size", bytes.size() - cursor_, line_max);
    return 0;
  }
  const std::size_t end = found + 2;
  if (end - cursor_ > line_max) return too_large("line size", end - cursor_, line_max);
  line_scanned_ = found;
  return end;
}

bool Scanner::message_ends() {
  while (depth_ > 0) {
    if (--missing_[depth_ - 1] > 0) return false;
    --depth_;
  }
  return true;
}

}  // namespace lockstep::resp
