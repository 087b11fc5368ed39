// Throw-away certificates for TLS against a server of our own: an authority, and a server
// certificate that it signed, made by the `openssl` program in a folder of the caller.
#pragma once

#include <string>

#include "impl/base/result.hpp"

namespace lockstep::rig {

struct Certificates {
  std::string ca_file;    ///< PEM; what a client must trust
  std::string cert_file;  ///< PEM; the server's
  std::string key_file;   ///< PEM; the server's
};

/// Makes `<folder>/{ca,server}.{crt,key}`, valid for two days, for one subject alternative name
/// such as "DNS:localhost" or "IP:127.0.0.1" (several: comma-separated). The folder must exist.
/// Errors, definite: `not_found` (no openssl), `io_error`.
[[nodiscard]] Result<Certificates> make_certificates(const std::string& folder,
                                                     const std::string& subject_alt_name);

}  // namespace lockstep::rig
