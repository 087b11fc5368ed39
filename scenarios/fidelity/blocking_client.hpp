// A connection to a Redis server on this machine that sends a command and waits for its reply, of
// whatever type. For comparisons; the product's client is impl/redis.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/resp/reader.hpp"
#include "impl/resp/writer.hpp"

namespace lockstep::scenarios {

class BlockingClient {
 public:
  /// To 127.0.0.1. Errors, definite: `refused`.
  [[nodiscard]] static Result<BlockingClient> connect(std::uint16_t port);
  BlockingClient(BlockingClient&& other) noexcept;
  BlockingClient& operator=(BlockingClient&& other) noexcept;
  ~BlockingClient();

  /// Errors, indefinite: `connection_lost`, also when no reply came for 10 s; `protocol`.
  [[nodiscard]] Result<resp::Reply> run(const std::vector<std::string>& words);

 private:
  explicit BlockingClient(int socket) : socket_(socket) {}
  [[nodiscard]] Result<void> send(std::string_view bytes);

  int socket_ = -1;
  resp::RespReader reader_;
};

}  // namespace lockstep::scenarios
