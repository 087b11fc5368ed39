#include "impl/resp/message_buffer.hpp"

#include <utility>

namespace lockstep::resp {

Error protocol_error(std::string_view what) {
  return definite(Errc::protocol, "RESP: " + std::string(what));
}

std::unexpected<Error> MessageBuffer::fail_with(Error error) {
  error_ = fail(std::move(error));
  return fail(error_.error());
}

void MessageBuffer::feed(std::string_view bytes) {
  if (!error_) return;
  if (pending_bytes() > limits_.message_bytes_max) {
    error_ = fail(protocol_error(std::to_string(pending_bytes()) + " bytes wait undrained"));
    return;
  }
  if (begin_ == bytes_.size()) {
    bytes_.clear();
    begin_ = 0;
  } else if (begin_ > compact_bytes) {
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
  bytes_.append(bytes);
}

Result<std::string_view> MessageBuffer::next() {
  if (!error_) return fail(error_.error());
  const std::string_view unread = std::string_view(bytes_).substr(begin_);
  const Result<std::size_t> size = scanner_.scan(unread);
  if (!size) return fail_with(size.error());
  begin_ += *size;
  return unread.substr(0, *size);
}

void MessageBuffer::reset() {
  scanner_.reset();
  bytes_.clear();
  begin_ = 0;
  error_ = {};
}

}  // namespace lockstep::resp
