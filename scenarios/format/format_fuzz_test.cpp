// Damaged input: whatever stands in a file or behind --set, reading ends in a value or an error
// that says where, and what is accepted can be expanded, written and read again.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "impl/base/draw.hpp"
#include "scenarios/format/failure.hpp"
#include "scenarios/format/json_value.hpp"
#include "scenarios/format/samples.hpp"
#include "scenarios/format/scenario_file.hpp"

namespace lockstep::scenarios {
namespace {

// Draws in order; a test may.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_{seed} {}
  std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>(lockstep::below(draw(seed_, DrawStream::test, n_++), bound));
  }
  template <class T>
  const T& of(const std::vector<T>& items) {
    return items[below(items.size())];
  }

 private:
  Seed seed_;
  std::uint64_t n_ = 0;
};

const std::vector<std::string> values{"0",
                                      "1",
                                      "-1",
                                      "5",
                                      "1e300",
                                      "0.5",
                                      "99999999999999999999",
                                      "true",
                                      "null",
                                      "\"\"",
                                      "\"0\"",
                                      "\"1s\"",
                                      "\"1s..2s\"",
                                      "\"2s..1s\"",
                                      "\"9223372036854775807ns\"",
                                      "\"-5..5\"",
                                      "\"any\"",
                                      "\"client/4\"",
                                      "\"client/4294967296\"",
                                      "\"none\"",
                                      "\"fenced\"",
                                      "\"crash\"",
                                      "\"partition\"",
                                      "[]",
                                      "{}",
                                      "[\"a\"]",
                                      "[1]",
                                      "[[]]",
                                      "{\"kind\": \"evict\"}",
                                      "[{\"kind\": \"reset\"}]",
                                      "\"\\u0000\"",
                                      "\"\xc3\xa9\"",
                                      "\"lock/double-grant\"",
                                      "1000",
                                      "\"24h\"",
                                      "\"1ns\""};

// Every value inside `json`, by pointer.
void collect(Json& json, std::vector<Json*>& all) {
  all.push_back(&json);
  if (auto* array = json.get<JsonArray>()) {
    for (Json& item : *array) collect(item, all);
  }
  if (auto* object = json.get<JsonObject>()) {
    for (JsonMember& member : *object) collect(member.value, all);
  }
}

void damage_structure(Json& root, Dice& dice) {
  std::vector<Json*> all;
  collect(root, all);
  Json& victim = *dice.of(all);
  auto* object = victim.get<JsonObject>();
  if (object != nullptr && !object->empty() && dice.below(2) == 0) {
    JsonMember& member = (*object)[dice.below(object->size())];
    if (dice.below(2) == 0) {
      member.name += "x";
    } else {
      object->erase(object->begin() + (&member - object->data()));
    }
    return;
  }
  victim = parse_json(dice.of(values)).value();
}

std::string damage_bytes(std::string text, Dice& dice) {
  const std::size_t at = dice.below(text.size());
  switch (dice.below(4)) {
    case 0: text[at] = static_cast<char>(dice.below(256)); break;
    case 1: text.erase(at, 1 + dice.below(20)); break;
    case 2: text.insert(at, text.substr(dice.below(text.size()), dice.below(40))); break;
    default: text.resize(at); break;
  }
  return text;
}

void expect_sound(const Input<Scenario>& scenario) {
  if (!scenario) {
    const std::string text = to_text(scenario.error());
    EXPECT_FALSE(scenario.error().found.empty()) << text;
    EXPECT_EQ(text.substr(0, 1), "f") << text;
    return;
  }
  const auto back = parse_scenario(write_scenario(*scenario), "f");
  ASSERT_TRUE(back) << to_text(back.error());
  EXPECT_EQ(*back, *scenario);
  const Plan plan = expand(*scenario, Seed{1});
  EXPECT_LE(plan.faults.size(), faults::faults_max);
  EXPECT_LE(plan.operations.size(), operations_max);
}

TEST(FormatFuzz, scenarios_with_damaged_values_are_read_or_refused) {
  std::size_t accepted = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    Dice dice(seed);
    Json json = parse_json(sample_text()).value();
    for (std::size_t n = 1 + dice.below(3); n > 0; --n) damage_structure(json, dice);
    const auto scenario = parse_scenario(write_json(json), "f");
    accepted += scenario ? 1U : 0U;
    expect_sound(scenario);
  }
  EXPECT_GT(accepted, 40U) << "damage that is never accepted tests one half only";
  EXPECT_LT(accepted, 3000U);
}

TEST(FormatFuzz, scenarios_with_damaged_bytes_are_read_or_refused) {
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    Dice dice(seed);
    expect_sound(parse_scenario(damage_bytes(sample_text(), dice), "f"));
  }
}

TEST(FormatFuzz, overrides_of_anything_with_anything_are_applied_or_refused) {
  const std::vector<std::string> paths{
      "lock.ttl",  "faults",    "faults.0",      "faults.0.kind",
      "",          "workload",  "expect",        "clocks.redis",
      "x.y.z",     "a..b",      "faults.-1",     "faults.99999999999999999999",
      "name",      "=",         "workload.hold", "duration",
      "require.0", "lock.ttl.x"};
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Dice dice(seed);
    std::vector<std::string> sets;
    for (std::size_t n = 1 + dice.below(3); n > 0; --n) {
      const std::string path = dice.of(paths);
      sets.push_back(path + "=" + dice.of(values));
    }
    const auto scenario = parse_scenario(sample_text(), "f", sets);
    if (scenario) {
      EXPECT_EQ(parse_scenario(write_scenario(*scenario), "f").value(), *scenario);
    } else {
      EXPECT_EQ(exit_code_of(scenario.error()), 64) << to_text(scenario.error());
    }
  }
}

TEST(FormatFuzz, failures_with_damage_of_any_kind_are_read_or_refused) {
  const std::vector<std::string> small{"workload.clients=2", "duration=3s", "faults.0.every=1s",
                                       "workload.hold=1s"};
  const Scenario scenario = parse_scenario(sample_text(), "s", small).value();
  const Failure failure{.scenario = "s",
                        .plan = expand(scenario, Seed{7}),
                        .expect = {},
                        .require = {},
                        .commit = "c",
                        .compiler = "d",
                        .verdict = "invalid",
                        .anomalies = {"lock/double-grant"},
                        .findings = {},
                        .trace_hash = std::string(32, '0'),
                        .path = {1, 2, 3}};
  const std::string text = write_failure(failure);
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Dice dice(seed);
    Json json = parse_json(text).value();
    damage_structure(json, dice);
    const bool bytes = dice.below(2) == 0;
    const auto back = parse_failure(bytes ? damage_bytes(text, dice) : write_json(json), "f");
    if (back) {
      EXPECT_EQ(parse_failure(write_failure(*back), "f").value(), *back);
    } else {
      EXPECT_EQ(exit_code_of(back.error()), 65);
    }
  }
}

}  // namespace
}  // namespace lockstep::scenarios
