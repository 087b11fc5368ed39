// A live node's network: names are looked up, connections made, TLS spoken.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "impl/env/stream.hpp"
#include "impl/live/connection.hpp"

namespace lockstep::live {

class LiveNetwork final : public env::Network {
 public:
  explicit LiveNetwork(std::shared_ptr<LiveWaits> waits) : waits_(std::move(waits)) {}

  /// Tries the addresses of the host in the system's order; each but the last gets an equal share
  /// of the time that is left. TCP_NODELAY is set. `refused` also when the name does not resolve or
  /// the peer hangs up in the TLS handshake; `bad_certificate` also when `ca_file` cannot be
  /// loaded; `unreachable` also when the system is out of sockets. The detail names host and
  /// reason.
  [[nodiscard]] env::Task<Result<std::unique_ptr<env::Stream>>> connect(env::Endpoint endpoint,
                                                                        MonoTime deadline) override;

 private:
  using Addresses = std::vector<asio::ip::tcp::endpoint>;
  using Opened = Result<std::unique_ptr<env::Stream>>;
  [[nodiscard]] env::Task<Result<Addresses>> resolve(std::string host, std::uint16_t port,
                                                     MonoTime deadline);
  [[nodiscard]] env::Task<Opened> open(asio::ip::tcp::endpoint address, env::Endpoint endpoint,
                                       MonoTime deadline);
  [[nodiscard]] Result<TlsContext> context_for(const env::Tls& tls);

  std::shared_ptr<LiveWaits> waits_;
  TlsContext system_context_;  ///< the system's certificates are hundreds: loaded once
};

}  // namespace lockstep::live
