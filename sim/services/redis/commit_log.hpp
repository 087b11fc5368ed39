// What a server did, in its own order and at true time: the knowledge with which operations that
// their clients saw end without an answer are resolved. Knows nothing of what commands mean.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/time.hpp"
#include "impl/resp/reply.hpp"

namespace lockstep::sim::redis {

/// One command that was executed.
struct Commit {
  Nanos at{};                    ///< true time
  std::uint64_t connection = 0;  ///< Peer::id()
  resp::Reply reply;             ///< the client may never have received it
  bool undone = false;           ///< lost by a crash before anybody but the server knew of it
  std::size_t first_word = 0;    ///< in the log: see CommitLog::words
  std::size_t word_count = 0;
};

/// In order of execution. Survives the server. All words lie in one string: a run commits thousands
/// of commands of ten words each.
class CommitLog {
 public:
  /// A world's length of commands: beyond it nothing is kept, and dropped() counts.
  static constexpr std::size_t commits_max = 2'000'000;

  void add(Nanos at, std::uint64_t connection, std::span<const std::string_view> words,
           resp::Reply reply);
  /// The commit with this number is known to be lost. Nothing if it was dropped.
  void undo(std::size_t number) {
    if (number < commits_.size()) commits_[number].undone = true;
  }

  [[nodiscard]] std::size_t size() const { return commits_.size(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  [[nodiscard]] const std::vector<Commit>& commits() const { return commits_; }
  /// The command and its arguments; replaces what is in `to`. Views into the log, valid until the
  /// next add().
  void words(const Commit& commit, std::vector<std::string_view>& to) const;

 private:
  std::vector<Commit> commits_;
  std::string bytes_;              // of all words
  std::vector<std::size_t> ends_;  // of each word in bytes_
  std::uint64_t dropped_ = 0;
};

}  // namespace lockstep::sim::redis
