// Quorums, refusals and the agreement on one fencing token, without a server.
#include "impl/lock/redlock_round.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace lockstep::lock {
namespace {

using Verdict = RedlockRound::Verdict;
using Vote = RedlockRound::Vote;

/// A letter per server: y, n, f(ailed), u(nknown), . (open).
RedlockRound round_of(std::string_view votes) {
  RedlockRound round(votes.size());
  for (std::size_t i = 0; i < votes.size(); ++i) {
    RedlockRound::Answer answer;
    if (votes[i] == 'y') answer.vote = Vote::yes;
    if (votes[i] == 'n') answer.vote = Vote::no;
    if (votes[i] == 'y' || votes[i] == 'n') round.answer(i, answer);
    if (votes[i] == 'f') round.fail(i, definite(Errc::refused, "nobody listens"));
    if (votes[i] == 'u') round.fail(i, indefinite(Errc::no_reply, "silence"));
  }
  return round;
}

TEST(RedlockRound, a_quorum_decides_as_soon_as_it_can) {
  EXPECT_EQ(round_of(".....").verdict(), Verdict::open);
  EXPECT_EQ(round_of("yy...").verdict(), Verdict::open);
  EXPECT_EQ(round_of("yyy..").verdict(), Verdict::won);
  EXPECT_EQ(round_of("nn...").verdict(), Verdict::open);
  EXPECT_EQ(round_of("nnn..").verdict(), Verdict::denied);
  EXPECT_EQ(round_of("yynn.").verdict(), Verdict::open);
  EXPECT_EQ(round_of("yynnf").verdict(), Verdict::undecided);
  EXPECT_EQ(round_of("ynff.").verdict(), Verdict::undecided);  // nothing can become of it
  EXPECT_EQ(round_of("yff..").verdict(), Verdict::open);
  EXPECT_EQ(round_of("fuf..").verdict(), Verdict::undecided);
  EXPECT_EQ(round_of("y").verdict(), Verdict::won);
  EXPECT_EQ(round_of("n").verdict(), Verdict::denied);
  EXPECT_EQ(round_of("u").verdict(), Verdict::undecided);
  EXPECT_EQ(round_of("yn.").verdict(), Verdict::open);
}

TEST(RedlockRound, an_error_is_definite_only_where_nothing_can_have_happened) {
  EXPECT_FALSE(round_of("fffnn").error().indefinite());
  EXPECT_TRUE(round_of("ffunn").error().indefinite());
  EXPECT_TRUE(round_of("fffyn").error().indefinite());
  const Error error = round_of("ynffu").error();
  EXPECT_EQ(error.code, Errc::refused);
  EXPECT_EQ(error.detail, "1 of 5 servers said yes, 1 no, 3 failed: nobody listens");
}

RedlockRound::Answer granted(std::uint64_t highest, std::uint64_t fence) {
  return {Vote::yes, false, highest, fence};
}

TEST(RedlockRound, a_proposed_token_exceeds_what_any_granting_server_knows_and_the_floor) {
  RedlockRound round(5);
  round.answer(0, granted(7, 0));
  round.answer(1, granted(12, 0));
  round.answer(2, granted(3, 0));
  RedlockRound::Answer refused{Vote::no, false, 99, 0};
  round.answer(3, refused);
  EXPECT_EQ(round.propose({}, {}), FencingToken{13});
  EXPECT_EQ(round.propose(FencingToken{40}, {}), FencingToken{41});
  EXPECT_EQ(round.propose({}, FencingToken{20}), FencingToken{20});
  round.answer(4, granted(20, 0));  // a straggler knows more: the next try goes above it
  EXPECT_EQ(round.propose({}, FencingToken{20}), FencingToken{21});
}

TEST(RedlockRound, a_token_is_agreed_only_where_a_quorum_has_it) {
  RedlockRound round(5);
  round.answer(0, granted(8, 8));
  round.answer(1, granted(8, 8));
  round.answer(2, granted(5, 0));
  EXPECT_FALSE(round.agreed());
  EXPECT_TRUE(round.may_be_agreed());
  round.answer(3, granted(5, 0));
  EXPECT_TRUE(round.may_be_agreed());
  RedlockRound other = round;
  other.answer(4, granted(5, 0));
  EXPECT_FALSE(other.agreed() || other.may_be_agreed());
  round.answer(4, granted(8, 8));
  EXPECT_EQ(round.agreed(), FencingToken{8});
  EXPECT_FALSE(round.may_be_agreed());
}

/// A try that failed left 6 on two servers; a later one of the same lease left 9 on three.
TEST(RedlockRound, of_two_tokens_of_one_lease_the_higher_counts) {
  RedlockRound round(5);
  round.answer(0, granted(6, 6));
  round.answer(1, granted(6, 6));
  round.answer(2, granted(9, 9));
  round.answer(3, granted(9, 9));
  EXPECT_FALSE(round.agreed());
  round.answer(4, granted(9, 9));
  EXPECT_EQ(round.agreed(), FencingToken{9});
}

}  // namespace
}  // namespace lockstep::lock
