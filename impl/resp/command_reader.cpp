#include "impl/resp/command_reader.hpp"

#include <charconv>
#include <string>
#include <vector>

#include "impl/resp/message_buffer.hpp"

namespace lockstep::resp {

namespace {

std::string_view name_of_type(std::string_view message) {
  switch (message[0]) {
    case '+': return name_of(ReplyType::status);
    case '-': return name_of(ReplyType::error);
    case ':': return name_of(ReplyType::integer);
    case '$': return name_of(message[1] == '-' ? ReplyType::nil : ReplyType::bulk);
    default: return name_of(message[1] == '-' ? ReplyType::nil : ReplyType::array);
  }
}

/// Takes "$<number>\r\n" or "*<number>\r\n" off the front; the scanner has checked it.
std::int64_t take_number(std::string_view& bytes) {
  std::int64_t number = 0;
  const char* const end = bytes.data() + bytes.size();
  const char* const after = std::from_chars(bytes.data() + 1, end, number).ptr;
  bytes.remove_prefix(static_cast<std::size_t>(after - bytes.data()) + 2);
  return number;
}

}  // namespace

class CommandReader::Impl {
 public:
  explicit Impl(const RespLimits& limits) : buffer_(limits) {}

  [[nodiscard]] MessageBuffer& buffer() { return buffer_; }

  Result<std::span<const std::string_view>> next() {
    words_.clear();
    const Result<std::string_view> message = buffer_.next();
    if (!message) return fail(message.error());
    if (message->empty()) return words_;
    std::string_view rest = *message;
    const std::int64_t count = rest[0] == '*' ? take_number(rest) : 0;
    if (count <= 0) {
      return refuse("a command is a non-empty array", name_of_type(*message));
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string_view item = rest;
      const std::int64_t size = item[0] == '$' ? take_number(rest) : -1;
      if (size < 0) return refuse("a command's argument is a bulk string", name_of_type(item));
      words_.push_back(rest.substr(0, static_cast<std::size_t>(size)));
      rest.remove_prefix(static_cast<std::size_t>(size) + 2);
    }
    return words_;
  }

 private:
  std::unexpected<Error> refuse(std::string_view expected, std::string_view found) {
    words_.clear();
    return buffer_.fail_with(
        protocol_error(std::string(expected) + ", found " + std::string(found)));
  }

  MessageBuffer buffer_;
  std::vector<std::string_view> words_;
};

CommandReader::CommandReader(const RespLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
CommandReader::CommandReader(CommandReader&&) noexcept = default;
CommandReader& CommandReader::operator=(CommandReader&&) noexcept = default;
CommandReader::~CommandReader() = default;

void CommandReader::feed(std::string_view bytes) { impl_->buffer().feed(bytes); }

Result<std::span<const std::string_view>> CommandReader::next() { return impl_->next(); }

std::size_t CommandReader::pending_bytes() const { return impl_->buffer().pending_bytes(); }

void CommandReader::reset() { impl_->buffer().reset(); }

}  // namespace lockstep::resp
