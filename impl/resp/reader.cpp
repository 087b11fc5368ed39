#include "impl/resp/reader.hpp"

#include <hiredis/read.h>

#include <string>

#include "impl/resp/message_buffer.hpp"

namespace lockstep::resp {

namespace {

// hiredis calls these while it parses; they build the Reply in place, so that its tree of objects
// (one malloc each) never exists. `privdata` is the Reply at the root. The parser gets whole
// messages only, so an array's announced size is backed by bytes that did arrive.

Reply& place_of(const redisReadTask* task) {
  if (task->parent == nullptr) return *static_cast<Reply*>(task->privdata);
  return static_cast<Reply*>(task->parent->obj)->items()[static_cast<std::size_t>(task->idx)];
}

// `make` constructs in place: this runs for every value of every message.
template <class Make>
void* put(const redisReadTask* task, Make make) {
  Reply& place = place_of(task);
  std::destroy_at(&place);
  return ::new (static_cast<void*>(&place)) Reply(make());
}

void* create_string(const redisReadTask* task, char* text, std::size_t size) {
  return put(task, [=] {
    if (task->type == REDIS_REPLY_STATUS) return Reply::status(std::string(text, size));
    if (task->type == REDIS_REPLY_ERROR) return Reply::error(std::string(text, size));
    return Reply::bulk(std::string(text, size));
  });
}

void* create_array(const redisReadTask* task, int size) {
  return put(task,
             [=] { return Reply::array(std::vector<Reply>(static_cast<std::size_t>(size))); });
}

void* create_integer(const redisReadTask* task, long long value) {
  return put(task, [=] { return Reply::integer(value); });
}

void* create_nil(const redisReadTask* task) {
  return put(task, [] { return Reply::nil(); });
}

// Replies are owned by the reader's root, never by hiredis.
void free_object(void* /*object*/) {}

redisReplyObjectFunctions object_functions = {create_string, create_array, create_integer,
                                              create_nil, free_object};

struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

}  // namespace

class RespReader::Impl {
 public:
  explicit Impl(const RespLimits& limits) : buffer_(limits) { reset(); }

  void feed(std::string_view bytes) { buffer_.feed(bytes); }

  Result<std::optional<Reply>> next() {
    const Result<std::string_view> message = buffer_.next();
    if (!message) return fail(message.error());
    if (message->empty()) return std::optional<Reply>();
    return parse(*message);
  }

  [[nodiscard]] std::size_t pending_bytes() const { return buffer_.pending_bytes(); }

  void reset() {
    parser_.reset(redisReaderCreateWithFunctions(&object_functions));
    ASSERT(parser_ != nullptr);
    parser_->privdata = &root_;
    buffer_.reset();
  }

 private:
  Result<std::optional<Reply>> parse(std::string_view message) {
    void* object = nullptr;
    if (redisReaderFeed(parser_.get(), message.data(), message.size()) != REDIS_OK ||
        redisReaderGetReply(parser_.get(), &object) != REDIS_OK || object == nullptr) {
      return buffer_.fail_with(protocol_error(
          parser_->err != 0 ? parser_->errstr : "the parser wants more than a message"));
    }
    return std::optional<Reply>(std::exchange(root_, Reply()));
  }

  MessageBuffer buffer_;
  std::unique_ptr<redisReader, FreeReader> parser_;
  Reply root_;
};

RespReader::RespReader(const RespLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RespReader::RespReader(RespReader&&) noexcept = default;
RespReader& RespReader::operator=(RespReader&&) noexcept = default;
RespReader::~RespReader() = default;

void RespReader::feed(std::string_view bytes) { impl_->feed(bytes); }

void RespReader::feed(std::span<const std::byte> bytes) {
  impl_->feed({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Result<std::optional<Reply>> RespReader::next() { return impl_->next(); }

std::size_t RespReader::pending_bytes() const { return impl_->pending_bytes(); }

void RespReader::reset() { impl_->reset(); }

}  // namespace lockstep::resp
