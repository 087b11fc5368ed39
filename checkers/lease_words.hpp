// What the lease-lock rules say about operations, leases and holds in sentences. Internal to
// lease_lock.
#pragma once

#include <cstdint>
#include <string>

#include "checkers/lease_table.hpp"

namespace lockstep::checkers {

/// "client/1", or "process 3" where no node is recorded.
[[nodiscard]] std::string who(const Context& context, std::uint32_t operation);
/// "lease 7".
[[nodiscard]] std::string lease_words(const LockView& view, std::uint32_t lease);
/// "#12": the invocation, as witnesses name it.
[[nodiscard]] std::string number_words(const Context& context, std::uint32_t operation);
/// How far a hold reaches and why: a line of Violation::because.
[[nodiscard]] std::string hold_words(const LockView& view, const Context& context,
                                     const Hold& hold);
[[nodiscard]] Stretch stretch_of(const LockView& view, const Context& context, const Hold& hold);
/// "a ttl of 3s lasts at least 2.9984s"; `most`: "at most".
[[nodiscard]] std::string ttl_words(const Context& context, const Lease& lease, bool most);

/// A violation that names its key; the caller adds the rest.
[[nodiscard]] Violation violation_on(const LockView& view, const Context& context,
                                     std::string sentence);
/// Adds an operation to the witness, if there is one.
void add_witness(Violation& violation, const Context& context, std::uint32_t operation);
/// The fencing token that `lease` was granted, 0 if none is known.
[[nodiscard]] std::uint64_t token_of(const LockView& view, const Context& context,
                                     std::uint32_t lease);

}  // namespace lockstep::checkers
