// A Redis client for many coroutines of one node over one connection: pipelined, reconnecting, and
// exact about what is known of a command that failed.
//
// Not here: subscriptions, transactions and blocking commands (they would hold up everybody else
// on the connection), RESP3, clusters.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/redis/call.hpp"
#include "impl/redis/options.hpp"

namespace lockstep::redis {

/// Commands of one turn of the loop leave in one write; replies are matched by order. It connects
/// when there is something to send, and again after a loss, with backoff.
///
/// What a failed command means: never handed to the stream - definite; handed over and unanswered -
/// indefinite; an error reply - by the table in errors.hpp. Nothing is ever sent twice, except a
/// script that the server refused with NOSCRIPT. A command whose deadline passed keeps its place in
/// the pipeline and its late reply is dropped. A connection that owes a reply and was silent for
/// two command timeouts is given up. After READONLY no more is sent on that connection, and the
/// name is resolved again.
class Client {
 public:
  /// `options` must validate (ASSERT); `env` outlives the client.
  Client(env::Env& env, Options options);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  /// Demands shutdown() first, unless the node is dead.
  ~Client();

  /// Makes a script known. `name` is for observations. The same client, the same text: the same id.
  [[nodiscard]] ScriptId add_script(std::string_view name, std::string_view text);

  /// Submits `call` and waits for its end; `call` lives in the caller's frame until then. Deadline:
  /// the earlier of the call's own and now + command_timeout.
  /// @return Nothing to look at: call.take() says what came of it.
  [[nodiscard]] env::Task<env::Outcome> run(Call& call);

  /// As run() and take(), for code that is not hot.
  [[nodiscard]] env::Task<Result<resp::Reply>> command(std::vector<std::string> words,
                                                       MonoTime deadline = never);

  /// Stops: what waits unsent ends with `closed` (definite), what was sent with `closed`
  /// (indefinite), later calls with `closed` at once. Returns when nothing of it runs. Idempotent.
  [[nodiscard]] env::Task<void> shutdown();

  [[nodiscard]] const Options& options() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace lockstep::redis
