#include "impl/base/result.hpp"

#include "impl/base/assert.hpp"

namespace lockstep {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::ok: return "ok";
    case Errc::cancelled: return "cancelled";
    case Errc::no_reply: return "no_reply";
    case Errc::refused: return "refused";
    case Errc::unreachable: return "unreachable";
    case Errc::connection_lost: return "connection_lost";
    case Errc::closed: return "closed";
    case Errc::protocol: return "protocol";
    case Errc::server_error: return "server_error";
    case Errc::read_only: return "read_only";
    case Errc::denied: return "denied";
    case Errc::bad_certificate: return "bad_certificate";
    case Errc::invalid_argument: return "invalid_argument";
    case Errc::limit: return "limit";
    case Errc::not_found: return "not_found";
    case Errc::io_error: return "io_error";
    case Errc::disk_full: return "disk_full";
    case Errc::corrupt: return "corrupt";
    case Errc::stale: return "stale";
    case Errc::receipt_required: return "receipt_required";
    case Errc::undecodable: return "undecodable";
    case Errc::newer_format: return "newer_format";
    case Errc::in_use: return "in_use";
  }
  ASSERT(false);
}

std::string to_text(const Error& error) {
  std::string text(name_of(error.code));
  text += error.indefinite() ? " (indefinite)" : " (definite)";
  if (!error.detail.empty()) text.append(": ").append(error.detail);
  return text;
}

}  // namespace lockstep
