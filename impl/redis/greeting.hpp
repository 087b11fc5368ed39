// Greeting: what a new connection says before it carries commands (AUTH, SELECT, CLIENT SETNAME),
// and what to make of the answers. Plain functions; no I/O.
#pragma once

#include <string>
#include <vector>

#include "impl/redis/options.hpp"
#include "impl/resp/reply.hpp"
#include "impl/resp/writer.hpp"

namespace lockstep::redis {

enum class Greeting : std::uint8_t { auth, select, set_name };

/// The steps these options ask for, in order; none when nothing is set.
[[nodiscard]] std::vector<Greeting> greetings_of(const Options& options);

/// Appends all steps; they are sent in one write.
void write_greetings(const Options& options, resp::RespWriter& out);

/// Errors, all definite: `denied` - AUTH refused; `invalid_argument` - no such database or name;
/// `server_error` - not now (LOADING and the like); `protocol` - no proper answer.
[[nodiscard]] Result<void> check_greeting(Greeting step, const resp::Reply& reply);

}  // namespace lockstep::redis
