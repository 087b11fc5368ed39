#include "scenarios/campaign/divergence.hpp"

#include <gtest/gtest.h>

#include "scenarios/format/failure.hpp"

namespace lockstep::campaign {
namespace {

EventLog log_of(std::initializer_list<std::uint64_t> digests) {
  EventLog log;
  std::uint64_t index = 0;
  for (const std::uint64_t digest : digests) {
    log.event({index, milliseconds(100) * static_cast<std::int64_t>(index), NodeId{2}, "timer",
               digest, "client/2", "whatever"});
    ++index;
  }
  return log;
}

RollingHash hash_of(std::uint64_t word) {
  RollingHash hash;
  hash.add(word);
  return hash;
}

TEST(Divergence, equal_runs_have_none) {
  const EventLog once = log_of({1, 2, 3});
  const EventLog again = log_of({1, 2, 3});
  EXPECT_FALSE(compare(once.entries(), hash_of(1), again.entries(), hash_of(1)));
}

TEST(Divergence, the_first_event_that_differs_is_named_with_both_sides) {
  const EventLog once = log_of({1, 2, 3, 4});
  const EventLog again = log_of({1, 2, 9, 4});
  const auto parting = compare(once.entries(), hash_of(1), again.entries(), hash_of(2));
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->event, 2U);
  EXPECT_EQ(parting->first, "timer on node 2 at 200ms, digest 0000000000000003");
  EXPECT_EQ(parting->second, "timer on node 2 at 200ms, digest 0000000000000009");
}

TEST(Divergence, a_run_that_ends_earlier_differs_where_it_ended) {
  const EventLog once = log_of({1, 2, 3});
  const EventLog again = log_of({1, 2});
  const auto parting = compare(once.entries(), hash_of(1), again.entries(), hash_of(2));
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->event, 2U);
  EXPECT_EQ(parting->second, "no event, the run had ended");
}

TEST(Divergence, equal_events_with_different_hashes_are_still_told) {
  const EventLog once = log_of({1, 2});
  const auto parting = compare(once.entries(), hash_of(1), once.entries(), hash_of(2));
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->event, 2U);
  EXPECT_EQ(parting->first, "trace hash " + hash_of(1).hex());
}

const std::vector<std::uint16_t> recorded_path = {10, 11, 12, 13};

std::optional<std::uint64_t> left(const std::vector<std::uint16_t>& path, std::string hash,
                                  bool is_whole = true) {
  return left_path_at({recorded_path, "aa"}, {path, std::move(hash), is_whole});
}

TEST(RecordedPath, the_same_path_and_hash_is_kept_to) { EXPECT_FALSE(left(recorded_path, "aa")); }

TEST(RecordedPath, is_left_at_the_first_piece_that_differs) {
  EXPECT_EQ(left({10, 11, 99, 13}, "bb"), 2U);
  EXPECT_EQ(left({99, 11, 12, 13}, "bb"), 0U);
}

TEST(RecordedPath, is_left_by_a_run_that_is_longer_or_shorter) {
  EXPECT_EQ(left({10, 11, 12}, "bb"), 3U);
  EXPECT_EQ(left({10, 11, 12, 13, 14}, "bb"), 4U);
  EXPECT_EQ(left({}, "bb"), 0U);
}

TEST(RecordedPath, equal_pieces_with_another_hash_leave_it_at_the_end) {
  EXPECT_EQ(left(recorded_path, "bb"), 4U);
}

TEST(RecordedPath, a_run_cut_short_is_compared_as_far_as_it_went) {
  EXPECT_FALSE(left({10, 11}, "whatever", false));
  EXPECT_FALSE(left({}, "whatever", false));
  EXPECT_EQ(left({10, 99}, "whatever", false), 1U);
}

TEST(RecordedPath, a_record_that_reached_its_bound_is_completed_by_the_hash) {
  const std::vector<std::uint16_t> longest(scenarios::path_events_max, 7);
  std::vector<std::uint16_t> longer = longest;
  longer.push_back(8);
  EXPECT_FALSE(left_path_at({longest, "aa"}, {longer, "aa", true}));
  EXPECT_EQ(left_path_at({longest, "aa"}, {longer, "bb", true}), longest.size());
}

}  // namespace
}  // namespace lockstep::campaign
