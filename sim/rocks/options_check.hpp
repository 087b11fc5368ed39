// The check that RocksDB makes of its options file. At every opening of a database it writes one,
// reads it back, parses it and compares: half of what an opening costs. While a world runs on this
// thread, a text that passed once is not parsed again; it is read from the disk as before.
//
// Not here: the entropy of RocksDB (entropy.hpp). A build or another version of the library that
// goes round this is slower, and the same otherwise.
#pragma once

#include <cstdint>

namespace lockstep::sim {

/// What became of the checks on this thread, since it began.
struct OptionsChecks {
  std::uint64_t made = 0;    ///< by the library
  std::uint64_t spared = 0;  ///< the same text had passed before
};
[[nodiscard]] OptionsChecks options_checks();

}  // namespace lockstep::sim
