#include "sim/services/redis/commit_log.hpp"

#include <utility>

namespace lockstep::sim::redis {

void CommitLog::add(Nanos at, std::uint64_t connection, std::span<const std::string_view> words,
                    resp::Reply reply) {
  if (commits_.size() >= commits_max) {
    ++dropped_;
    return;
  }
  commits_.push_back({at, connection, std::move(reply), false, ends_.size(), words.size()});
  for (const std::string_view word : words) {
    bytes_.append(word);
    ends_.push_back(bytes_.size());
  }
}

void CommitLog::words(const Commit& commit, std::vector<std::string_view>& to) const {
  to.clear();
  const std::string_view bytes = bytes_;
  std::size_t from = commit.first_word == 0 ? 0 : ends_[commit.first_word - 1];
  for (std::size_t i = 0; i < commit.word_count; ++i) {
    const std::size_t end = ends_[commit.first_word + i];
    to.push_back(bytes.substr(from, end - from));
    from = end;
  }
}

}  // namespace lockstep::sim::redis
