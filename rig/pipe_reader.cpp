#include "rig/pipe_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <utility>
#include <vector>

namespace lockstep::rig {

using boost::system::error_code;

namespace {

constexpr std::size_t read_bytes = 256 << 10;

}  // namespace

class PipeReader::State final : public std::enable_shared_from_this<State> {
 public:
  State(live::Loop& loop, int file, OnBytes on_bytes, std::function<void()> on_end)
      : pipe_(loop.context(), file),
        buffer_(read_bytes),
        on_bytes_(std::move(on_bytes)),
        on_end_(std::move(on_end)) {}

  void read() {
    pipe_.async_read_some(asio::buffer(buffer_),
                          [self = shared_from_this()](const error_code& error, std::size_t n) {
                            if (self->is_over_) return;
                            if (n > 0) self->on_bytes_({self->buffer_.data(), n});
                            if (!error) return self->read();
                            self->end();
                            self->on_end_();
                          });
  }

  void finish() {
    error_code error;
    pipe_.cancel(error);
    pipe_.non_blocking(true, error);  // a grandchild could still hold the other end
    while (!is_over_) {
      const std::size_t n = pipe_.read_some(asio::buffer(buffer_), error);
      if (n > 0) on_bytes_({buffer_.data(), n});
      if (error) end();
    }
  }

  void end() {
    is_over_ = true;
    error_code ignored;
    pipe_.close(ignored);
  }

 private:
  asio::posix::stream_descriptor pipe_;
  std::vector<std::byte> buffer_;
  OnBytes on_bytes_;
  std::function<void()> on_end_;
  bool is_over_ = false;
};

PipeReader::PipeReader(live::Loop& loop, int file, OnBytes on_bytes, std::function<void()> on_end)
    : state_(std::make_shared<State>(loop, file, std::move(on_bytes), std::move(on_end))) {
  state_->read();
}

PipeReader::~PipeReader() { state_->end(); }

void PipeReader::finish() { state_->finish(); }

}  // namespace lockstep::rig
