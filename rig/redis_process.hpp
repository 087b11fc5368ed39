// A real redis-server of our own, on a free port of 127.0.0.1, in a folder of its own, gone without
// a trace when its owner is: what live runs and live tests talk to.
#pragma once

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "impl/base/result.hpp"
#include "rig/certificates.hpp"
#include "rig/child_process.hpp"
#include "rig/scratch_folder.hpp"

namespace lockstep::rig {

struct RedisOptions {
  std::string program = "redis-server";
  std::string password{};               ///< `requirepass`; empty: none
  bool append_only = false;             ///< append-only file on; survives kill_now() and restart()
  std::string append_fsync = "always";  ///< "always", "everysec" or "no"
  bool tls = false;  ///< also listen with TLS on tls_port(), for 127.0.0.1 and localhost
  std::vector<std::string> more_arguments{};  ///< e.g. {"--maxmemory", "1mb"}
  std::vector<std::string> environment{};     ///< "NAME=value", e.g. LD_PRELOAD of a clock shim
  Nanos ready_limit = seconds(20);            ///< from start to the first answer
};

/// Not thread-safe; the thread that starts it must outlive it (see ChildProcess).
class RedisProcess {
 public:
  /// Starts a server and waits until this very process answers PING.
  /// Errors, definite: `not_found` (no redis-server or no openssl), `io_error` (it ended, with the
  /// tail of its log), `no_reply` (it did not answer within `ready_limit`).
  [[nodiscard]] static Result<std::unique_ptr<RedisProcess>> start(RedisOptions options = {});
  RedisProcess(const RedisProcess&) = delete;
  RedisProcess& operator=(const RedisProcess&) = delete;
  /// Kills the server and removes its folder. (A process that is killed itself takes the server
  /// along, but leaves the folder.)
  ~RedisProcess();

  [[nodiscard]] std::string host() const { return "127.0.0.1"; }
  /// Stays the same over restarts. Outside the ephemeral range, so that a client that retries while
  /// the server is down cannot connect to itself.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t tls_port() const { return tls_port_; }  ///< 0 without tls
  [[nodiscard]] const std::string& ca_file() const { return certificates_.ca_file; }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }
  [[nodiscard]] bool running() { return process_.running(); }

  /// kill -9. What was not synced survives in the page cache: this is a crash of the process, not
  /// of the machine. No effect when it does not run.
  void kill_now() { process_.kill_now(); }
  /// SIGTERM; waits for the orderly end, kills after 10 s. No effect when it does not run.
  void stop();
  /// SIGSTOP and SIGCONT: the server holds everything while time runs on.
  void pause() { process_.signal(SIGSTOP); }
  void resume() { process_.signal(SIGCONT); }
  /// kill_now() if it runs, then starts it again on the same ports and folder. Errors as start().
  [[nodiscard]] Result<void> restart();

  /// As restart(), but does not wait until the server answers: whoever connects meanwhile is
  /// refused. Errors, definite: `not_found`, `io_error`.
  [[nodiscard]] Result<void> begin_restart();
  /// kill_now(), and removes what it had persisted.
  void lose_data();

  /// Sends one command on a connection of its own, blocking, and returns the reply: the text of a
  /// simple string, integer or bulk string; "(nil)"; an error reply is `server_error`. For setting
  /// up and looking on from outside.
  /// Errors: `refused`, `connection_lost`, `no_reply` after 5 s (indefinite but for `refused`),
  /// `protocol` for arrays.
  [[nodiscard]] Result<std::string> ask(const std::vector<std::string>& command) const;

 private:
  RedisProcess() = default;
  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> launch();
  [[nodiscard]] Result<void> wait_until_ready();
  [[nodiscard]] std::vector<std::string> arguments() const;
  [[nodiscard]] bool answers_as_itself() const;

  RedisOptions options_;
  ScratchFolder folder_;
  Certificates certificates_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
  ChildProcess process_;
};

}  // namespace lockstep::rig
