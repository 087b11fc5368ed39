#include <gtest/gtest.h>
#include <zlib.h>

#include <limits>

#include "reports/html/columns.hpp"
#include "reports/html/packed.hpp"
#include "reports/html/page.hpp"
#include "reports/html/run_page.hpp"

namespace lockstep::reports {
namespace {

/// Reads a column back: LEB128, then zigzag.
std::vector<std::int64_t> unpacked(std::string_view bytes) {
  std::vector<std::int64_t> out;
  std::uint64_t bits = 0;
  unsigned shift = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    bits |= std::uint64_t{byte & 0x7fU} << shift;
    shift += 7;
    if ((byte & 0x80U) != 0) continue;
    const bool is_negative = (bits & 1U) != 0;
    out.push_back(static_cast<std::int64_t>(bits >> 1U) * (is_negative ? -1 : 1) -
                  (is_negative ? 1 : 0));
    bits = 0;
    shift = 0;
  }
  EXPECT_EQ(shift, 0U) << "the last number is cut off";
  return out;
}

class Columns : public testing::Test {
 protected:
  /// Packs one column and describes it.
  std::string pack(const std::vector<Cell>& cells, Packing packing) {
    Table table("t", cells.size(), strings_, bytes_);
    table.column("c", packing, [&](std::size_t row) { return cells[row]; });
    JsonText json;
    table.write(json);
    return json.take();
  }

  checkers::Names names_;
  Strings strings_{names_};
  std::string bytes_;
};

TEST_F(Columns, come_back_as_they_went_in) {
  const std::int64_t most = (std::int64_t{1} << 53) - 1;
  EXPECT_EQ(pack({0, 1, -1, 63, -64, 64, most, -most}, Packing::plain),
            R"("t":{"rows":8,"columns":[{"name":"c","bytes":23}]})");
  const std::vector<std::int64_t> expected{0, 1, -1, 63, -64, 64, most, -most};
  EXPECT_EQ(unpacked(bytes_), expected);
}

TEST_F(Columns, of_deltas_begin_from_zero) {
  EXPECT_NE(pack({100, 103, 101}, Packing::delta).find(R"("delta":true)"), std::string::npos);
  const std::vector<std::int64_t> expected{100, 3, -2};
  EXPECT_EQ(unpacked(bytes_), expected);
}

TEST_F(Columns, of_nothing_but_zeros_are_left_out) {
  EXPECT_EQ(pack({0, 0}, Packing::plain), R"("t":{"rows":2,"columns":[]})");
  EXPECT_TRUE(bytes_.empty());
}

TEST_F(Columns, with_a_number_that_a_page_cannot_hold_are_text) {
  const Cell great = std::numeric_limits<std::uint64_t>::max();
  const Cell least = std::numeric_limits<std::int64_t>::min();
  EXPECT_NE(pack({great, least, 0}, Packing::delta).find(R"("text":true)"), std::string::npos);
  JsonText json;
  json.begin_object();
  strings_.write(json);
  const std::string dictionary = json.end_object().take();
  EXPECT_NE(dictionary.find(R"("18446744073709551615","-9223372036854775808","0"])"),
            std::string::npos)
      << dictionary;
  const std::vector<std::int64_t> expected{1, 2, 3};
  EXPECT_EQ(unpacked(bytes_), expected);
}

TEST_F(Columns, name_what_they_use_in_the_order_in_which_they_use_it) {
  checkers::Names names;
  const auto b = names.intern("b");
  const auto a = names.intern("a");
  Strings strings(names);
  EXPECT_EQ(strings.add(a), 1U);
  EXPECT_EQ(strings.add(b), 2U);
  EXPECT_EQ(strings.add(a), 1U);
  EXPECT_EQ(strings.add(checkers::name::none), 0U);
  JsonText json;
  json.begin_object();
  strings.write(json);
  EXPECT_EQ(json.end_object().str(), R"({"strings":["","a","b"]})");
}

TEST(Packed, base64_is_that_of_the_rfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\x00"), "//4=");
}

TEST(Packed, gzip_gives_back_what_it_took_and_the_same_bytes_each_time) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * i);
  const auto packed = gzip(text);
  ASSERT_TRUE(packed.has_value());
  EXPECT_LT(packed->size(), text.size());
  EXPECT_EQ(*packed, gzip(text).value_or(""));
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string back(text.size() + 1, '\0');
  std::string in = *packed;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(back.data());
  stream.avail_out = static_cast<uInt>(back.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  back.resize(stream.total_out);
  inflateEnd(&stream);
  EXPECT_EQ(back, text);
}

TEST(Pages, the_page_in_this_program_has_one_place_for_each_part) {
  const auto html = to_html({"a <b> & c", "{\"x\":1}", "bytes"});
  ASSERT_TRUE(html.has_value()) << html.error().detail;
  EXPECT_NE(html->find("<title>a &lt;b&gt; &amp; c</title>"), std::string::npos);
  EXPECT_NE(html->find(R"(id="lockstep-data">{"x":1}</script>)"), std::string::npos);
  EXPECT_EQ(html->find("@LOCKSTEP_"), std::string::npos);
}

TEST(Pages, a_page_that_lacks_a_place_is_refused) {
  const Page page{"t", "{}", ""};
  for (const char* const shell :
       {"", "@LOCKSTEP_TITLE@ @LOCKSTEP_DATA@",
        "@LOCKSTEP_DATA@ @LOCKSTEP_TITLE@ @LOCKSTEP_TABLES@",
        "@LOCKSTEP_TITLE@ @LOCKSTEP_DATA@ @LOCKSTEP_DATA@ @LOCKSTEP_TABLES@"}) {
    EXPECT_FALSE(to_html(page, shell).has_value()) << shell;
  }
  EXPECT_EQ(to_html(page, "a@LOCKSTEP_TITLE@b@LOCKSTEP_DATA@c@LOCKSTEP_TABLES@d").value_or(""),
            "atb{}cd");
}

TEST(Pages, tables_of_many_bytes_are_cut_into_several_elements) {
  std::string noise;
  std::uint64_t state = 1;
  while (noise.size() < (2U << 20U)) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    noise += static_cast<char>(state >> 56U);
  }
  const auto html = to_html({"t", "{}", noise}, "@LOCKSTEP_TITLE@@LOCKSTEP_DATA@@LOCKSTEP_TABLES@");
  ASSERT_TRUE(html.has_value());
  std::string_view rest(*html);
  rest.remove_prefix(3);  // "t{}"
  const std::string_view cut =
      "</script>\n<script type=\"application/octet-stream\" class=\"lockstep-tables\">";
  std::string joined;
  std::size_t pieces = 1;
  for (std::size_t at = rest.find(cut); at != std::string_view::npos; at = rest.find(cut)) {
    EXPECT_EQ(at, 60'000U);
    joined += rest.substr(0, at);
    rest.remove_prefix(at + cut.size());
    pieces += 1;
  }
  joined += rest;
  EXPECT_GT(pieces, 40U);
  EXPECT_EQ(joined, base64(gzip(noise).value_or("")));
}

TEST(Pages, nothing_in_a_name_ends_the_element_of_the_data) {
  RunRecord run;
  run.scenario = "</script><script>alert(1)</script><!--";
  run.config = R"({"x":"</script>"})";
  run.judgement.black_box.violations.emplace_back();
  run.judgement.black_box.violations.back().sentence = "</SCRIPT >";
  const Page page = run_page(run);
  EXPECT_EQ(page.data.find('<'), std::string::npos);
  const auto html = to_html(page, "@LOCKSTEP_TITLE@|@LOCKSTEP_DATA@|@LOCKSTEP_TABLES@");
  ASSERT_TRUE(html.has_value());
  EXPECT_EQ(html->find('<'), std::string::npos);
}

}  // namespace
}  // namespace lockstep::reports
