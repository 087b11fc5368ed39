// Collections on one Redis: a log of events per collection to read from, a view to write to, and
// resume tokens. Positions are decimal numbers, dense from 1.
//
// Not for: more events than the server's memory holds; nothing is trimmed.
#pragma once

#include <optional>
#include <string>

#include "impl/work/fenced_hashes.hpp"

namespace lockstep::work {

/// Keys: `{<prefix>}:log:<collection>`, a hash from position to payload.
class RedisCollectionLog final : public EventSource {
 public:
  /// `client` outlives the instance. `prefix` holds no braces.
  explicit RedisCollectionLog(redis::Client& client, const std::string& prefix = "lockstep-log");

  /// Appends one event; says its position. After an indefinite error it may be there.
  [[nodiscard]] Task<Result<std::string>> append(const Collection& collection,
                                                 std::string_view payload);
  [[nodiscard]] Task<Result<std::vector<Event>>> read(const Collection& collection,
                                                      const std::string& after,
                                                      std::size_t events_max) override;

 private:
  redis::Client& client_;
  std::string prefix_;
  redis::ScriptId append_;
  redis::ScriptId read_;
};

/// Keeps the payload of every event under its position: writing an event again changes nothing.
class RedisEventSink final : public EventSink {
 public:
  explicit RedisEventSink(redis::Client& client, lock::Fencing fencing = lock::Fencing::enforced,
                          const std::string& prefix = "lockstep-view")
      : hashes_(client, fencing, prefix) {}

  [[nodiscard]] Task<Result<GuardedOutcome>> raise(const Fence& fence) override;
  [[nodiscard]] Task<Result<GuardedOutcome>> write(const Collection& collection,
                                                   std::span<const Event> events,
                                                   const Fence& fence) override;

 private:
  FencedHashes hashes_;
};

/// A save whose answer was lost may arrive behind one that this instance made after it, under the
/// same token: it changes nothing then. One instance saves under a token.
class RedisProgressStore final : public ProgressStore {
 public:
  explicit RedisProgressStore(redis::Client& client,
                              lock::Fencing fencing = lock::Fencing::enforced,
                              const std::string& prefix = "lockstep-progress")
      : hashes_(client, fencing, prefix) {}

  [[nodiscard]] Task<Result<LoadOutcome>> load(const Collection& collection,
                                               const Fence& fence) override;
  [[nodiscard]] Task<Result<GuardedOutcome>> save(const Collection& collection,
                                                  const std::string& position,
                                                  const Fence& fence) override;

 private:
  FencedHashes hashes_;
  std::uint64_t saves_ = 0;
};

}  // namespace lockstep::work
