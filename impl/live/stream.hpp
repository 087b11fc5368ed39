// The Stream that a live Network gives out: it owns its connection and closes it at its end.
#pragma once

#include <memory>
#include <utility>

#include "impl/env/stream.hpp"
#include "impl/live/connection.hpp"

namespace lockstep::live {

class LiveStream final : public env::Stream {
 public:
  explicit LiveStream(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  LiveStream(const LiveStream&) = delete;
  LiveStream& operator=(const LiveStream&) = delete;
  ~LiveStream() override { connection_->close(); }

  void start_read(std::span<std::byte> into, MonoTime deadline, env::PendingOp& op) override {
    connection_->start_read(into, deadline, op);
  }
  void start_write(std::span<const std::byte> from, MonoTime deadline,
                   env::PendingOp& op) override {
    connection_->start_write(from, deadline, op);
  }
  void close() override { connection_->close(); }
  [[nodiscard]] env::Waits& waits() override { return connection_->waits(); }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace lockstep::live
