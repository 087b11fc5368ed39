// The contract of the Redis client, written once for every world; see lock_contract.hpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {

class RedisClientContract : public testing::TestWithParam<LockSupplier> {
 protected:
  void run(Task<void> (*claim)(Fleet&)) { run_claim(GetParam(), claim); }
  void crash(Task<void> (*claim)(Fleet&), Nanos time) { crash_claim(GetParam(), claim, time); }
};

// ---- for the claims -----------------------------------------------------------------------------

using resp::Reply;
using Words = std::vector<std::string>;

/// Counts observations; for clients that a claim makes for itself.
class Counting final : public env::Observer {
 public:
  void on(const env::Observation& observation) override { ++counts_[observation.signal]; }
  [[nodiscard]] int count(env::Signal signal) const {
    const auto at = counts_.find(signal);
    return at == counts_.end() ? 0 : at->second;
  }

 private:
  std::map<env::Signal, int> counts_;
};

/// A client of the claim's own, over the flaky network of a process, with an observer. To be shut
/// down by the claim.
struct Own {
  Own(Process& process, const redis::Options& options)
      : env{process.env.executor, process.env.waits,   process.env.clock, process.env.random,
            process.network,      process.env.storage, observer},
        client(env, options) {}
  Counting observer;
  Env env;
  redis::Client client;
};

/// A command of one to three words.
[[nodiscard]] Words words(std::string a, std::string b = {}, std::string c = {});
[[nodiscard]] Task<void> expect_reply(redis::Client& client, Words command, Reply expected);
[[nodiscard]] Task<void> expect_failure(redis::Client& client, Words command, Errc code,
                                        bool indefinite);

/// One command on its way in a task of its own.
struct Sent {
  std::optional<Result<Reply>> result;
  MonoTime ended{};
};
[[nodiscard]] Task<void> send_into(Env* env, redis::Client* client, Words command,
                                   MonoTime deadline, Sent* sent);
[[nodiscard]] bool failed(const Sent& sent, Errc code, bool indefinite);
[[nodiscard]] redis::Options options_of(Fleet& fleet);

}  // namespace lockstep::conformance
