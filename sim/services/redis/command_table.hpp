// Which commands there are: name, arity, what they may do, and who handles them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sim/services/redis/call.hpp"

namespace lockstep::sim::redis {

using Handler = Reply (*)(const Call&);

/// What a command is and may do; bits.
enum CommandFlag : std::uint32_t {
  flag_none = 0,
  flag_write = 1U << 0U,               ///< refused by replicas and read-only scripts
  flag_adds_keys = 1U << 1U,           ///< refused when there are too many keys
  flag_no_script = 1U << 2U,           ///< refused inside scripts
  flag_no_auth = 1U << 3U,             ///< allowed before AUTH
  flag_no_multi = 1U << 4U,            ///< executed, not queued, between MULTI and EXEC
  flag_own_effects = 1U << 5U,         ///< replicates by what it calls, never as itself
  flag_forbidden_in_multi = 1U << 6U,  ///< refused between MULTI and EXEC
};

struct CommandSpec {
  std::string_view name;  ///< lower case; a subcommand is "client|id"
  /// Number of arguments, the command's name included; -n: n or more.
  int arity = 0;
  std::uint32_t flags = flag_none;
  Handler handler = nullptr;  ///< nullptr: a container, only its subcommands can be called
};

/// What `args` names: a command, or the subcommand of a container. nullptr: unknown.
struct Found {
  const CommandSpec* spec = nullptr;
  bool container_known = false;  ///< the command is known, its subcommand is not
};
[[nodiscard]] Found find_command(Args args);
[[nodiscard]] bool arity_fits(const CommandSpec& spec, std::size_t arguments);
/// Of the same name and flags, in order of name.
[[nodiscard]] std::span<const CommandSpec> all_commands();

}  // namespace lockstep::sim::redis
