#include "impl/lock/redlock_round.hpp"

#include <algorithm>

namespace lockstep::lock {

void RedlockRound::fail(std::size_t server, const Error& error) {
  if (first_failure_.detail.empty()) first_failure_ = error;
  answers_[server].vote = error.indefinite() ? Vote::unknown : Vote::failed;
}

std::size_t RedlockRound::count(Vote vote) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(answers_, [vote](const Answer& a) { return a.vote == vote; }));
}

RedlockRound::Verdict RedlockRound::verdict() const {
  const std::size_t quorum = quorum_of(answers_.size());
  const std::size_t to_deny = answers_.size() - quorum + 1;
  const std::size_t yes = count(Vote::yes);
  const std::size_t no = count(Vote::no);
  const std::size_t open = count(Vote::open);
  if (yes >= quorum) return Verdict::won;
  if (no >= to_deny) return Verdict::denied;
  const bool may_change = yes + open >= quorum || no + open >= to_deny;
  return open > 0 && may_change ? Verdict::open : Verdict::undecided;
}

bool RedlockRound::any_stale() const {
  return std::ranges::any_of(answers_, [](const Answer& a) { return a.stale; });
}

RedlockRound::Standing RedlockRound::standing() const {
  Standing standing;
  for (const Answer& answer : answers_) {
    if (answer.vote != Vote::yes || answer.fence == 0 || answer.fence < standing.fence) continue;
    if (answer.fence > standing.fence) standing = {answer.fence, 0};
    ++standing.servers;
  }
  return standing;
}

std::optional<FencingToken> RedlockRound::agreed() const {
  const Standing has = standing();
  if (has.servers < quorum_of(answers_.size())) return {};
  return FencingToken{has.fence};
}

bool RedlockRound::may_be_agreed() const {
  const Standing has = standing();
  const std::size_t quorum = quorum_of(answers_.size());
  return has.servers > 0 && has.servers < quorum && has.servers + count(Vote::open) >= quorum;
}

FencingToken RedlockRound::propose(FencingToken floor, FencingToken before) const {
  std::uint64_t highest = floor.value;
  for (const Answer& answer : answers_) {
    if (answer.vote == Vote::yes) highest = std::max(highest, answer.highest);
  }
  return {std::max(highest + 1, before.value)};
}

Error RedlockRound::error() const {
  const auto number = [this](Vote vote) { return std::to_string(count(vote)); };
  const std::string text = number(Vote::yes) + " of " + std::to_string(answers_.size()) +
                           " servers said yes, " + number(Vote::no) + " no, " +
                           std::to_string(count(Vote::failed) + count(Vote::unknown)) +
                           " failed: " + first_failure_.detail;
  return may_have_effect() ? indefinite(first_failure_.code, text)
                           : definite(first_failure_.code, text);
}

}  // namespace lockstep::lock
