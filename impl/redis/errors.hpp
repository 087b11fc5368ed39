// Which failures are definite. The whole table is in errors.cpp and in errors_test.cpp, row by row.
#pragma once

#include <cstdint>
#include <string_view>

#include "impl/base/result.hpp"

namespace lockstep::redis {

/// A script may have written before its error; a plain command with an error reply has not, for
/// the codes in the table.
enum class CommandKind : std::uint8_t { plain, script };

/// What an error reply says about the command that got it.
///
/// | reply code | Errc | plain | script | because |
/// |---|---|---|---|---|
/// | NOSCRIPT LOADING MASTERDOWN BUSY MOVED ASK CROSSSLOT CLUSTERDOWN TRYAGAIN | server_error |
/// definite | definite | refused before it ran | | READONLY | read_only | definite | definite | a
/// replica never took a write | | NOAUTH WRONGPASS NOPERM | denied | definite | NOPERM indefinite |
/// a script can fail on its second command | | OOM | server_error | definite | definite | Redis 7
/// raises it only before a script's first write | | EXECABORT NOREPLICAS MISCONF WRONGTYPE |
/// server_error | definite | indefinite | a script may have written before | | any other |
/// server_error | indefinite | indefinite | in doubt it happened |
///
/// @param reply  The error without its dash: "WRONGTYPE Operation against a key ...".
[[nodiscard]] Error classify(std::string_view reply, CommandKind kind);

}  // namespace lockstep::redis
