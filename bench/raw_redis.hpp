// hiredis, bare: what the ceilings are made of. Any answer but the expected one ends the program.
#pragma once

#include <hiredis/hiredis.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/redis/options.hpp"

namespace lockstep::bench {

class RawRedis {
 public:
  /// Connects, with AUTH and SELECT as the options say. No TLS: hiredis 0.14 has none.
  explicit RawRedis(const redis::Options& options);
  RawRedis(RawRedis&&) = default;
  RawRedis& operator=(RawRedis&&) = default;

  /// Into hiredis's buffer; it leaves with flush() or when a reply is waited for.
  void send(const std::vector<std::string>& words);
  void flush();
  /// The SHA-1 of a script that the server now knows.
  [[nodiscard]] std::string load(std::string_view script);

  /// The next reply, in order of the commands.
  [[nodiscard]] std::int64_t reply_integer();
  [[nodiscard]] std::string reply_text();
  /// A text, or nil.
  [[nodiscard]] std::optional<std::string> reply_optional();
  /// Of what kind it is does not matter, but an error it must not be.
  void reply_any();
  struct Page {
    std::string cursor;
    std::vector<std::string> keys;
  };
  /// Of SCAN.
  [[nodiscard]] Page reply_page();

 private:
  struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  using Reply = std::unique_ptr<redisReply, FreeReply>;
  [[nodiscard]] Reply take();

  std::unique_ptr<redisContext, FreeContext> context_;
};

/// Sends command 0 to `count` - 1, `window` of them on their way at any time. Answers are texts.
void raw_pipeline(RawRedis& redis, std::uint64_t count, std::uint64_t window,
                  const std::function<std::vector<std::string>(std::uint64_t)>& command);

}  // namespace lockstep::bench
