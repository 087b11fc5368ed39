// What is wrong with a file or an option that a user gave: where, what was found, what was
// expected. One message for every kind of bad input, and the exit code that belongs to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

#include "impl/base/duration.hpp"
#include "impl/base/result.hpp"

namespace lockstep::scenarios {

struct InputError {
  enum class Kind : std::uint8_t {
    bad_file,    ///< the content is wrong: exit code 65
    missing,     ///< no such file, not readable, or an empty folder: exit code 66
    bad_option,  ///< a --set or --seed that cannot be used: exit code 64
    unwritable,  ///< the file cannot be written: exit code 74
  };
  Kind kind = Kind::bad_file;
  std::string file{};     ///< as the user named it; empty for options
  std::string pointer{};  ///< JSON pointer (RFC 6901): "/lock/ttl"; empty: the whole file
  std::size_t line = 0;   ///< from 1; 0 where a pointer says it better
  std::size_t column = 0;
  std::string found{};     ///< "unknown field 'tttl'"
  std::string expected{};  ///< "one of ttl, refresh_interval; did you mean 'ttl'?"; may be empty
};

template <class T>
using Input = std::expected<T, InputError>;

/// A mistake in a file, at a JSON pointer (or of the whole file).
[[nodiscard]] InputError bad_file(std::string file, std::string pointer, std::string found,
                                  std::string expected);

using lockstep::to_text;  // or the one below would hide those of durations and errors

/// "scenarios/a.json: /lock/ttl: found '3' without a unit; expected a duration like 3s"
[[nodiscard]] std::string to_text(const InputError& error);
/// 64, 65, 66 or 74 (house rules; the numbers are those of sysexits.h).
[[nodiscard]] int exit_code_of(const InputError& error);

}  // namespace lockstep::scenarios
