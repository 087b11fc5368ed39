#include "impl/resp/reader.hpp"

#include <hiredis/read.h>

#include <string>

#include "impl/resp/scanner.hpp"

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

std::unexpected<Error> broken(std::string what) {
  return fail(definite(Errc::protocol, "RESP: " + std::move(what)));
}

}  // namespace

class RespReader::Impl {
 public:
  explicit Impl(const RespLimits& limits) : limits_(limits), scanner_(limits) { reset(); }

  void feed(std::string_view bytes) {
    if (!error_.has_value()) return;
    if (pending_bytes() > limits_.message_bytes_max) {
      error_ = broken(std::to_string(pending_bytes()) + " bytes wait undrained");
      return;
    }
    if (begin_ == buffer_.size()) {
      buffer_.clear();
      begin_ = 0;
    } else if (begin_ > compact_bytes) {
      buffer_.erase(0, begin_);
      begin_ = 0;
    }
    buffer_.append(bytes);
  }

  Result<std::optional<Reply>> next() {
    if (!error_) return fail(error_.error());
    const std::string_view unread = std::string_view(buffer_).substr(begin_);
    const Result<std::size_t> size = scanner_.scan(unread);
    if (!size) {
      error_ = fail(size.error());
      return fail(size.error());
    }
    if (*size == 0) return std::optional<Reply>();
    begin_ += *size;
    return parse(unread.substr(0, *size));
  }

  [[nodiscard]] std::size_t pending_bytes() const { return buffer_.size() - begin_; }

  void reset() {
    parser_.reset(redisReaderCreateWithFunctions(&object_functions));
    ASSERT(parser_ != nullptr);
    parser_->privdata = &root_;
    scanner_.reset();
    buffer_.clear();
    begin_ = 0;
    error_ = {};
  }

 private:
  // Bytes already read are moved out in steps of this many, not message by message.
  static constexpr std::size_t compact_bytes = std::size_t{64} << 10U;

  Result<std::optional<Reply>> parse(std::string_view message) {
    void* object = nullptr;
    if (redisReaderFeed(parser_.get(), message.data(), message.size()) != REDIS_OK ||
        redisReaderGetReply(parser_.get(), &object) != REDIS_OK || object == nullptr) {
      error_ = broken(parser_->err != 0 ? parser_->errstr : "the parser wants more than a message");
      return fail(error_.error());
    }
    return std::optional<Reply>(std::exchange(root_, Reply()));
  }

  RespLimits limits_;
  Scanner scanner_;
  std::unique_ptr<redisReader, FreeReader> parser_;
  Reply root_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what was not delivered yet
  Result<void> error_;
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

Result<std::vector<std::string_view>> command_arguments(const Reply& message) {
  if (!message.is_array() || message.items().empty()) {
    return broken("a command is a non-empty array, found " + std::string(name_of(message.type())));
  }
  std::vector<std::string_view> arguments;
  arguments.reserve(message.items().size());
  for (const Reply& item : message.items()) {
    if (!item.is_bulk()) {
      return broken("a command's argument is a bulk string, found " +
                    std::string(name_of(item.type())));
    }
    arguments.push_back(item.text());
  }
  return arguments;
}

}  // namespace lockstep::resp
