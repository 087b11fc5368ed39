// What the server remembers about one client connection.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lockstep::sim::redis {

/// A command with its arguments, owned.
using Command = std::vector<std::string>;

struct Session {
  std::uint64_t id = 0;
  std::size_t db = 0;
  std::string name;  ///< CLIENT SETNAME
  bool authenticated = false;
  bool closing = false;  ///< QUIT: close the connection behind the reply

  bool in_multi = false;
  bool multi_failed = false;    ///< a command was refused while queueing: EXEC aborts
  bool watch_broken = false;    ///< a watched key changed
  std::vector<Command> queued;  ///< between MULTI and EXEC

  struct Watch {
    std::size_t db = 0;
    std::string key;
    bool was_expired = false;
  };
  std::vector<Watch> watched;
};

}  // namespace lockstep::sim::redis
