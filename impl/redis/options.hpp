// How to reach a Redis and how patient to be with it: plain data, and its URL form.
//
// Not here: cluster and sentinel discovery; one endpoint, re-resolved on every connection.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "impl/env/stream.hpp"
#include "impl/resp/reader.hpp"

namespace lockstep::redis {

struct Options {
  env::Endpoint endpoint{"127.0.0.1", 6379, {}};
  std::string user;         ///< empty: the default user
  std::string password;     ///< empty: no AUTH
  std::uint32_t db = 0;     ///< SELECTed when not 0
  std::string client_name;  ///< CLIENT SETNAME when not empty; no spaces or control characters

  /// From the call to a ready connection: name, TCP, TLS, AUTH, SELECT.
  Nanos connect_timeout = milliseconds(1000);
  /// From Client::run() to the reply, waiting for a connection included.
  Nanos command_timeout = milliseconds(500);

  /// Pause after the k-th failed connection in a row: uniform in [d/2, d] with
  /// d = min(backoff_max, backoff_min * 2^(k-1)). Small, because a lock waits behind it.
  Nanos backoff_min = milliseconds(10);
  Nanos backoff_max = milliseconds(500);

  /// Commands written and not yet answered, the timed-out ones included (one more per script that
  /// is being loaded); others wait unsent. Bounds what one lost connection makes indefinite, and
  /// the server's output buffer for us.
  std::size_t in_flight_max = 4096;
  /// Commands that wait to be written; one more fails with `limit`. Bounds memory while a server
  /// is away.
  std::size_t queued_max = 65536;
  /// One command as bytes; a larger one fails with `limit`. Redis refuses bulks above 512 MB.
  std::size_t command_bytes_max = std::size_t{8} << 20U;
  /// A write is cut here, so that the first commands of a long queue do not wait for all others.
  std::size_t batch_bytes_max = std::size_t{1} << 20U;
  /// A reply beyond these breaks the connection (`protocol`).
  resp::RespLimits reply_limits{};
};

/// `redis://[user[:password]@]host[:port][/db][?name=value&...]`, `rediss://` for TLS.
/// A host may be `[v6::address]`. Percent escapes are decoded in user, password and values; the
/// port defaults to 6379; `redis://:password@host` is the default user's password.
/// Query: connect_timeout, command_timeout, backoff_min, backoff_max (durations such as "500ms"),
/// client_name; for rediss also sni, ca_file, verify (true|false).
/// Errors: `invalid_argument` - says which part is wrong, what was found and what was expected,
/// and never repeats a password.
[[nodiscard]] Result<Options> parse_url(std::string_view url);

/// What a Client demands of its options: positive times and bounds, a host, a port.
/// Errors: `invalid_argument`.
[[nodiscard]] Result<void> validate(const Options& options);

/// "host:port", for messages and observations. No secrets.
[[nodiscard]] std::string address_of(const Options& options);

}  // namespace lockstep::redis
