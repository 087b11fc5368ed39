#include "impl/lock/lease_book.hpp"

#include <gtest/gtest.h>

namespace lockstep::lock {
namespace {

MonoTime at(std::int64_t ms) { return MonoTime(milliseconds(ms)); }

AcquireRequest request(LeaseBook& book, std::string owner = "a", Nanos ttl = seconds(1)) {
  AcquireRequest drawn;
  drawn.key = "k";
  drawn.owner = std::move(owner);
  drawn.ttl = ttl;
  drawn.token = book.draw();
  return drawn;
}

Errc refusal(const Result<void>& result) {
  if (result) return Errc::ok;
  EXPECT_FALSE(result.error().indefinite());
  return result.error().code;
}

TEST(Lease, tokens_and_deadlines_in_text_and_numbers) {
  EXPECT_EQ(to_text(LeaseToken{0x1f2e3d4c5b6a7988, 12}), "1f2e3d4c5b6a7988:0000000000000012");
  EXPECT_EQ(to_text(LeaseToken{1, 0}).size(), token_text_bytes);
  EXPECT_EQ(margin_of(seconds(3)), milliseconds(32));
  EXPECT_EQ(local_deadline(at(0), seconds(3)), at(2968));
  EXPECT_LT(local_deadline(at(0), milliseconds(1)), at(0));
}

TEST(Lease, a_ttl_out_of_range_is_one_typed_error) {
  EXPECT_EQ(refusal(check_ttl(milliseconds(1))), Errc::ok);
  EXPECT_EQ(refusal(check_ttl(ttl_max)), Errc::ok);
  for (const Nanos ttl :
       {Nanos(0), Nanos(-1), Nanos(999'999), Nanos::max(), Nanos::min(), ttl_max + Nanos(1)}) {
    EXPECT_EQ(refusal(check_ttl(ttl)), Errc::invalid_argument) << ttl.count();
  }
  EXPECT_EQ(check_ttl(Nanos(0)).error().detail, "the ttl is 0s, expected 1ms to 315360000s");
}

TEST(LeaseBook, no_token_is_drawn_twice) {
  LeaseBook book(7);
  EXPECT_EQ(book.draw(), (LeaseToken{7, 1}));
  EXPECT_EQ(book.draw(), (LeaseToken{7, 2}));
}

TEST(LeaseBook, names_out_of_range_are_refused) {
  LeaseBook book(7);
  AcquireRequest no_key = request(book);
  no_key.key.clear();
  EXPECT_EQ(refusal(book.begin_acquire(no_key, at(0))), Errc::invalid_argument);
  AcquireRequest long_owner = request(book, std::string(owner_bytes_max + 1, 'x'));
  EXPECT_EQ(refusal(book.begin_acquire(long_owner, at(0))), Errc::invalid_argument);
  EXPECT_EQ(book.size(), 0U);
}

TEST(LeaseBook, a_request_is_sent_again_only_inside_its_local_deadline) {
  LeaseBook book(7);
  AcquireRequest drawn = request(book);
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(0))), Errc::ok);
  EXPECT_EQ(drawn.reuse_until, at(988));
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(987))), Errc::ok);
  EXPECT_EQ(drawn.reuse_until, at(988));  // an unanswered retry does not extend it
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(988))), Errc::invalid_argument);
}

TEST(LeaseBook, a_grant_moves_the_local_deadline) {
  LeaseBook book(7);
  AcquireRequest drawn = request(book);
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(0))), Errc::ok);
  book.granted(drawn, at(500));
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(1487))), Errc::ok);
}

TEST(LeaseBook, a_token_acquires_no_more_once_a_release_was_sent) {
  LeaseBook book(7);
  AcquireRequest drawn = request(book);
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(0))), Errc::ok);
  book.begin_release(drawn.token);
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(1))), Errc::invalid_argument);
  book.undo_release(drawn.token);  // it was never sent after all
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(1))), Errc::ok);
  book.begin_release(drawn.token);
  book.ended(drawn.token);
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(1))), Errc::invalid_argument);
}

TEST(LeaseBook, a_refused_token_is_spent) {
  LeaseBook book(7);
  AcquireRequest drawn = request(book);
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(0))), Errc::ok);
  book.refused(drawn.token);
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(1))), Errc::invalid_argument);
}

TEST(LeaseBook, a_first_attempt_without_effect_never_happened) {
  LeaseBook book(7);
  AcquireRequest drawn = request(book);
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(0))), Errc::ok);
  book.undo_acquire(drawn, true);
  EXPECT_EQ(book.size(), 0U);
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(5000))), Errc::ok);
  book.undo_acquire(drawn, false);  // an earlier attempt may live
  EXPECT_EQ(book.size(), 1U);
}

TEST(LeaseBook, a_copy_of_an_unsent_request_cannot_be_sent_beside_it) {
  LeaseBook book(7);
  AcquireRequest drawn = request(book);
  AcquireRequest copy = drawn;
  EXPECT_EQ(refusal(book.begin_acquire(drawn, at(0))), Errc::ok);
  EXPECT_EQ(refusal(book.begin_acquire(copy, at(0))), Errc::invalid_argument);
}

TEST(LeaseBook, held_by_lists_the_owners_live_leases_in_order) {
  LeaseBook book(7);
  AcquireRequest first = request(book, "a");
  AcquireRequest other = request(book, "b");
  AcquireRequest second = request(book, "a");
  AcquireRequest brief = request(book, "a", milliseconds(10));
  for (AcquireRequest* drawn : {&first, &other, &second, &brief}) {
    EXPECT_EQ(refusal(book.begin_acquire(*drawn, at(0))), Errc::ok);
  }
  const std::vector<LeaseBook::Held> held = book.held_by("a", at(100));
  ASSERT_EQ(held.size(), 2U);
  EXPECT_EQ(held[0].token, first.token);
  EXPECT_EQ(held[1].token, second.token);
}

TEST(LeaseBook, leases_that_expired_unreleased_are_forgotten) {
  LeaseBook book(7);
  for (int i = 0; i < 10'000; ++i) {
    AcquireRequest drawn = request(book, "a", milliseconds(10));
    ASSERT_EQ(refusal(book.begin_acquire(drawn, at(i))), Errc::ok);
  }
  EXPECT_LE(book.size(), 100U);
}

}  // namespace
}  // namespace lockstep::lock
