// Reads a child's pipe on a loop, as bytes come.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "impl/live/loop.hpp"

namespace lockstep::rig {

namespace asio = boost::asio;

/// Loop thread only.
class PipeReader {
 public:
  using OnBytes = std::function<void(std::span<const std::byte>)>;

  /// Takes over `file`. `on_end` is called once, when the last writer has closed; not after
  /// finish(), nor after the end of the reader.
  PipeReader(live::Loop& loop, int file, OnBytes on_bytes, std::function<void()> on_end);
  PipeReader(const PipeReader&) = delete;
  PipeReader& operator=(const PipeReader&) = delete;
  ~PipeReader();

  /// Reads what is left, after the writer was reaped.
  void finish();

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace lockstep::rig
