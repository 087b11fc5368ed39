// The coroutine's side of a connection: env::Stream over an End.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "impl/env/stream.hpp"
#include "sim/connection.hpp"

namespace lockstep::sim {

class SimStream final : public env::Stream, public EndUser {
 public:
  explicit SimStream(End& end);
  ~SimStream() override;
  SimStream(const SimStream&) = delete;
  SimStream& operator=(const SimStream&) = delete;

  void start_read(std::span<std::byte> into, MonoTime deadline, env::PendingOp& op) override;
  void start_write(std::span<const std::byte> from, MonoTime deadline, env::PendingOp& op) override;
  void close() override;
  [[nodiscard]] env::Waits& waits() override;

  void on_data(std::string_view bytes) override;
  void on_lost() override;
  void on_room() override;

 private:
  std::uint32_t take_from_inbox(std::span<std::byte> into);
  void end_all(Errc code);

  End& end_;
  std::string inbox_;     ///< delivered and not yet read; at most a window
  std::size_t read_ = 0;  ///< bytes of inbox_ already taken
  env::OpQueue reader_;   ///< at most one
  env::OpQueue writer_;   ///< at most one
  std::span<std::byte> into_;
  std::string_view rest_;
  std::uint32_t written_ = 0;
};

}  // namespace lockstep::sim
