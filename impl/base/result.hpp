// Operating errors as values. Every error says what happened (`code`), whether the operation may
// have taken effect (`effect`), and one line for a human (`detail`).
//
// Programmer errors are not here: they end in ASSERT (assert.hpp).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace lockstep {

/// What went wrong. One enum for the whole project; names are stable, they appear in histories.
enum class Errc : std::uint8_t {
  ok = 0,
  cancelled,         ///< the caller's task was stopped
  no_reply,          ///< deadline passed while an answer was outstanding
  refused,           ///< nobody listens there, or the name does not resolve
  unreachable,       ///< the connect deadline passed without an answer
  connection_lost,   ///< reset, or end of stream, while the connection was in use
  closed,            ///< this end was closed by its owner
  protocol,          ///< the peer sent bytes that break the protocol or a size bound
  server_error,      ///< the peer answered with an error of its own
  read_only,         ///< the peer is a replica and refuses writes
  denied,            ///< authentication failed, or the peer wants it
  bad_certificate,   ///< TLS: the certificate does not verify
  invalid_argument,  ///< rejected here, before anything was sent
  limit,             ///< a named bound was reached
  not_found,         ///< no such thing
  io_error,          ///< the storage failed
  disk_full,         ///< the storage is full
  corrupt,           ///< stored or received data does not check out
  stale,             ///< a receipt or token that a newer one has replaced
  receipt_required,  ///< with leases on, an id alone does not say which delivery is meant
  undecodable,       ///< the bytes are those that were stored, but no value of the type asked for
  newer_format,      ///< written by a version of this library that this one does not know
  in_use,            ///< somebody else has it open
};

/// What the failed operation may have done to the world.
enum class Effect : std::uint8_t {
  none,     ///< definite: nothing happened, and nothing will
  unknown,  ///< indefinite: it happened, did not, or still may happen later
};

struct Error {
  Errc code = Errc::ok;
  Effect effect = Effect::none;
  std::string detail;

  [[nodiscard]] bool indefinite() const { return effect == Effect::unknown; }
};

/// A definite error: nothing happened.
[[nodiscard]] inline Error definite(Errc code, std::string detail = {}) {
  return Error{code, Effect::none, std::move(detail)};
}

/// An indefinite error: it may have happened, or may yet happen.
[[nodiscard]] inline Error indefinite(Errc code, std::string detail = {}) {
  return Error{code, Effect::unknown, std::move(detail)};
}

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(definite(Errc::refused, "..."));` from a function that returns any Result.
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

/// The stable name of a code, as written to histories: "no_reply".
[[nodiscard]] std::string_view name_of(Errc code);

/// "no_reply (indefinite): EVALSHA timed out after 500ms"
[[nodiscard]] std::string to_text(const Error& error);

}  // namespace lockstep
