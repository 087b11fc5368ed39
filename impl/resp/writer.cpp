#include "impl/resp/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace lockstep::resp {

namespace {

struct Decimal {
  std::array<char, 20> digits;  // the longest int64 is "-9223372036854775808"
  std::size_t size;

  explicit Decimal(std::int64_t value)
      : digits(),
        size(static_cast<std::size_t>(
            std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr -
            digits.data())) {}
  [[nodiscard]] std::string_view view() const { return {digits.data(), size}; }
};

}  // namespace

void RespWriter::command(std::span<const std::string_view> arguments) {
  ASSERT(!arguments.empty());
  array(arguments.size());
  for (const std::string_view argument : arguments) bulk(argument);
}

void RespWriter::bulk(std::string_view bytes) {
  header('$', static_cast<std::int64_t>(bytes.size()));
  bytes_.append(bytes).append("\r\n", 2);
}

void RespWriter::bulk_integer(std::int64_t value) { bulk(Decimal(value).view()); }

void RespWriter::integer(std::int64_t value) { header(':', value); }

void RespWriter::nil() { bytes_.append("$-1\r\n", 5); }

void RespWriter::array(std::size_t items) { header('*', static_cast<std::int64_t>(items)); }

void RespWriter::status(std::string_view text) { line('+', text); }

void RespWriter::error(std::string_view text) { line('-', text); }

void RespWriter::reply(const Reply& value) {
  switch (value.type()) {
    case ReplyType::nil: return nil();
    case ReplyType::status: return status(value.text());
    case ReplyType::error: return error(value.text());
    case ReplyType::integer: return integer(value.integer());
    case ReplyType::bulk: return bulk(value.text());
    case ReplyType::array:
      array(value.items().size());
      for (const Reply& item : value.items()) reply(item);
  }
}

void RespWriter::header(char kind, std::int64_t value) {
  const Decimal decimal(value);
  std::array<char, 24> text;
  text[0] = kind;
  std::copy_n(decimal.digits.data(), decimal.digits.size(), text.data() + 1);
  text[decimal.size + 1] = '\r';
  text[decimal.size + 2] = '\n';
  bytes_.append(text.data(), decimal.size + 3);
}

void RespWriter::line(char kind, std::string_view text) {
  bytes_.push_back(kind);
  const std::size_t begin = bytes_.size();
  bytes_.append(text);
  const auto is_line_end = [](char c) { return c == '\r' || c == '\n'; };
  std::replace_if(bytes_.begin() + static_cast<std::ptrdiff_t>(begin), bytes_.end(), is_line_end,
                  ' ');
  bytes_.append("\r\n", 2);
}

}  // namespace lockstep::resp
