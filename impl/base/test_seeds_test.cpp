#include "impl/base/test_seeds.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lockstep {
namespace {

std::uint64_t with_environment(const char* value, std::uint64_t full) {
  const char* const before = std::getenv("LOCKSTEP_SEEDS");
  const std::string saved = before == nullptr ? "" : before;
  setenv("LOCKSTEP_SEEDS", value, 1);
  const std::uint64_t seeds = test_seeds(full);
  if (before == nullptr) {
    unsetenv("LOCKSTEP_SEEDS");
  } else {
    setenv("LOCKSTEP_SEEDS", saved.c_str(), 1);
  }
  return seeds;
}

TEST(TestSeeds, environment_lowers_but_never_raises) {
  EXPECT_EQ(with_environment("5", 100), 5U);
  EXPECT_EQ(with_environment("100", 100), 100U);
  EXPECT_EQ(with_environment("500", 100), 100U);
}

TEST(TestSeeds, what_is_no_positive_number_changes_nothing) {
  for (const char* text : {"", "0", "-3", "5x", " 5", "0x5", "99999999999999999999999"}) {
    EXPECT_EQ(with_environment(text, 100), 100U) << text;
  }
}

}  // namespace
}  // namespace lockstep
