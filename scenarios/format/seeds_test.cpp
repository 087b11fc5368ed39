#include "scenarios/format/seeds.hpp"

#include <gtest/gtest.h>

#include "impl/base/draw.hpp"

namespace lockstep::scenarios {
namespace {

TEST(Seeds, are_decimal_hex_or_commit_hashes) {
  EXPECT_EQ(parse_seed("0").value(), Seed{0});
  EXPECT_EQ(parse_seed("18446744073709551615").value(), Seed{UINT64_MAX});
  EXPECT_EQ(parse_seed("0x2A").value(), Seed{42});
  EXPECT_EQ(parse_seed("0xffffffffffffffff").value(), Seed{UINT64_MAX});
  const Seed commit = parse_seed("0123456789abcdef0123456789abcdef01234567").value();
  EXPECT_EQ(commit.value,
            mix64(0x0123456789abcdefULL ^ mix64(0x0123456789abcdefULL ^ mix64(0x01234567ULL))));
  EXPECT_EQ(parse_seed("0123456789ABCDEF0123456789ABCDEF01234567").value(), commit);
  EXPECT_NE(parse_seed("0123456789abcdef0123456789abcdef01234568").value(), commit);
  EXPECT_TRUE(parse_seed("1111111111111111111111111111111111111111")) << "40 digits: a commit";
}

TEST(Seeds, what_is_no_seed_is_a_bad_option) {
  for (const auto* bad :
       {"", "x", "-1", "+1", " 1", "1 ", "1.0", "0x", "0xg", "1e3", "abc", "18446744073709551616",
        "0x10000000000000000", "0123456789abcdef0123456789abcdef0123456", "0x-1"}) {
    const auto seed = parse_seed(bad);
    ASSERT_FALSE(seed) << bad;
    EXPECT_EQ(exit_code_of(seed.error()), 64);
  }
  EXPECT_EQ(to_text(parse_seed("abc").error()),
            "found 'abc'; expected a seed: 0..18446744073709551615, 0x and up to 16 hex digits, or "
            "a commit hash of 40");
}

TEST(Seeds, ranges_count_from_the_first) {
  EXPECT_EQ(parse_seeds("500").value(), (SeedRange{500, Seed{0}}));
  EXPECT_EQ(parse_seeds("500@1000").value(), (SeedRange{500, Seed{1000}}));
  EXPECT_EQ(parse_seeds("2@0xfffffffffffffffe").value(), (SeedRange{2, Seed{UINT64_MAX - 1}}));
  for (const auto* bad :
       {"", "0", "-5", "5@", "@5", "5@x", "5@1@2", "1000000001", "3@0xfffffffffffffffe"}) {
    const auto range = parse_seeds(bad);
    ASSERT_FALSE(range) << bad;
    EXPECT_EQ(exit_code_of(range.error()), 64);
  }
}

}  // namespace
}  // namespace lockstep::scenarios
