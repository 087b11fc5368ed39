// RedisStreamPublisher: publishes entries to one Redis stream. Each message has the fields
// aggregate, id, key (the idempotency key) and payload; with a leader also token, which in the
// order of the stream never falls. A batch is one script: it checks the fence, then adds in order,
// so that no other publisher comes between.
//
// As durable as the server is. Consumers read with XREAD or in groups, and know duplicates by the
// key (inbox.hpp).
#pragma once

#include <cstdint>
#include <string>

#include "impl/redis/client.hpp"
#include "impl/relay/publisher.hpp"

namespace lockstep::relay {

struct RedisStreamOptions {
  std::string stream = "lockstep-stream";  ///< its key; the highest token is in {stream}:fence:...
  /// Messages kept, about; 0: all. Trimmed as the server likes it best (XADD MAXLEN ~).
  std::uint64_t length_max = 0;
};

class RedisStreamPublisher final : public Publisher {
 public:
  using Options = RedisStreamOptions;
  /// `client` outlives the publisher.
  explicit RedisStreamPublisher(redis::Client& client, Options options = {});

  [[nodiscard]] Task<Result<GuardedOutcome>> raise(const Fence& fence) override;
  [[nodiscard]] Task<Result<PublishOutcome>> publish(const std::vector<Entry>& entries,
                                                     const Fence& fence) override;

 private:
  [[nodiscard]] Task<Result<resp::Reply>> run(const std::vector<Entry>& entries,
                                              const Fence& fence);

  redis::Client& client_;
  Options options_;
  redis::ScriptId script_;
};

}  // namespace lockstep::relay
