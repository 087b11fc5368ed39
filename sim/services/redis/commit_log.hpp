// What a server did, in its own order and at true time: the knowledge with which operations that
// their clients saw end without an answer are resolved. Knows nothing of what commands mean.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/base/time.hpp"
#include "impl/resp/reply.hpp"

namespace lockstep::sim::redis {

/// One command that was executed.
struct Commit {
  Nanos at{};                      ///< true time
  std::uint64_t connection = 0;    ///< Peer::id()
  std::vector<std::string> words;  ///< the command and its arguments
  resp::Reply reply;               ///< the client may never have received it
  bool undone = false;             ///< lost by a crash before anybody but the server knew of it
};

/// In order of execution. Survives the server.
struct CommitLog {
  /// A world's length of commands: beyond it nothing is kept, and `dropped` counts.
  static constexpr std::size_t commits_max = 2'000'000;
  std::vector<Commit> commits;
  std::uint64_t dropped = 0;

  void add(Commit commit) {
    if (commits.size() >= commits_max) {
      ++dropped;
      return;
    }
    commits.push_back(std::move(commit));
  }
};

}  // namespace lockstep::sim::redis
