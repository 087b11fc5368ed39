#include "scenarios/format/json_value.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lockstep::scenarios {
namespace {

TEST(JsonText, values_survive_writing_and_reading) {
  const std::string text = R"({"a": [1, -2, 18446744073709551615, 1.50, true, null], "b": {}})";
  const auto json = parse_json(text);
  ASSERT_TRUE(json) << json.error().what;
  EXPECT_EQ(write_json_line(*json), text);
  const auto& list = *find(*json->get<JsonObject>(), "a")->get<JsonArray>();
  EXPECT_EQ(*list[0].get<std::int64_t>(), 1);
  EXPECT_EQ(*list[2].get<std::uint64_t>(), UINT64_MAX);
  EXPECT_EQ(list[3].get<JsonReal>()->text, "1.50");
}

TEST(JsonText, strings_of_any_bytes_are_written_as_valid_json) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const auto back = parse_json(write_json_line(Json(all)));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->get<std::string>()->substr(0, 128), all.substr(0, 128));
  const std::string good = "z\u00fc\u20ac\U0001f600\ud7ff\ue000";
  EXPECT_EQ(*parse_json(write_json_line(Json(good)))->get<std::string>(), good);
  for (const std::string bad :
       {"\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xff"}) {
    EXPECT_TRUE(parse_json(write_json_line(Json(bad)))) << "surrogate, overlong, too large, cut";
    EXPECT_FALSE(parse_json("\"" + bad + "\""));
  }
}

TEST(JsonText, broken_text_is_refused_at_its_line) {
  const auto cut = parse_json("{\n  \"a\": 1,\n  \"b\": [1, 2");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().line, 3U);
  EXPECT_NE(cut.error().what.find("unexpected end of input"), std::string::npos);
  const auto comma = parse_json("{\n\"a\": 1\n\"b\": 2}");
  ASSERT_FALSE(comma);
  EXPECT_EQ(comma.error().line, 3U);
  EXPECT_EQ(comma.error().column, 3U);
  EXPECT_FALSE(parse_json(""));
  EXPECT_FALSE(parse_json("1 2"));
  EXPECT_FALSE(parse_json("{\"a\": 01}"));
  EXPECT_EQ(parse_json("1e400").error().what, "number overflow parsing '1e400'");
}

TEST(JsonText, what_is_well_formed_but_hostile_is_refused) {
  EXPECT_EQ(parse_json(R"({"a": 1, "a": 2})").error().what, "field 'a' given twice");
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(parse_json(std::string(65, '[') + std::string(65, ']')));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
  std::string wide = "{";
  for (int i = 0; i < 1001; ++i) wide += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  EXPECT_FALSE(parse_json(wide + "}"));
}

TEST(JsonText, what_fits_on_a_line_stands_on_one) {
  const auto json = parse_json(
      R"({"short": {"a": 1}, "long": [{"n": 1, "text": "0123456789012345678901234567890123456789"},
          {"n": 2, "text": "0123456789012345678901234567890123456789"}]})");
  EXPECT_EQ(write_json(*json), R"({
  "short": {"a": 1},
  "long": [
    {"n": 1, "text": "0123456789012345678901234567890123456789"},
    {"n": 2, "text": "0123456789012345678901234567890123456789"}
  ]
}
)");
}

}  // namespace
}  // namespace lockstep::scenarios
