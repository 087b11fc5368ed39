#include "impl/base/version.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace lockstep {
namespace {

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

TEST(Version, commit_is_a_full_hash_or_says_that_it_is_unknown) {
  std::string_view hash = commit();
  if (hash == "unknown") return;
  if (hash.ends_with("-dirty")) hash.remove_suffix(6);
  EXPECT_EQ(hash.size(), 40U) << commit();
  EXPECT_TRUE(is_hex(hash)) << commit();
}

TEST(Version, compiler_is_the_one_that_compiled_this_test) {
#if defined(__clang__)
  const std::string expected = "clang " + std::to_string(__clang_major__) + ".";
#else
  const std::string expected = "gcc " + std::to_string(__GNUC__) + ".";
#endif
  EXPECT_TRUE(compiler().starts_with(expected)) << compiler();
  EXPECT_EQ(std::ranges::count(compiler(), '.'), 2) << compiler();
}

TEST(Version, version_has_three_parts) {
  EXPECT_EQ(std::ranges::count(version(), '.'), 2) << version();
}

}  // namespace
}  // namespace lockstep
