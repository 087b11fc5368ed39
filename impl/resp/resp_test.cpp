// The codec on its own: what is written is read back whatever the pieces, and no bytes crash it.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "impl/resp/command_reader.hpp"
#include "impl/resp/reader.hpp"
#include "impl/resp/writer.hpp"

namespace lockstep::resp {
namespace {

Result<std::optional<Reply>> read_one(std::string_view bytes, const RespLimits& limits = {}) {
  RespReader reader(limits);
  reader.feed(bytes);
  return reader.next();
}

Reply read_whole(std::string_view bytes) {
  const auto next = read_one(bytes);
  EXPECT_TRUE(next.has_value()) << to_text(next.error());
  EXPECT_TRUE(next.has_value() && next->has_value()) << bytes;
  return next.value_or(std::nullopt).value_or(Reply());
}

void expect_protocol_error(std::string_view bytes, const RespLimits& limits = {}) {
  RespReader reader(limits);
  reader.feed(bytes);
  const auto first = reader.next();
  ASSERT_FALSE(first.has_value()) << bytes;
  EXPECT_EQ(first.error().code, Errc::protocol);
  reader.feed("+OK\r\n");
  EXPECT_FALSE(reader.next().has_value()) << "a broken reader stays broken";
  reader.reset();
  reader.feed("+OK\r\n");
  EXPECT_TRUE(reader.next().value().value().is_status("OK"));
}

TEST(RespReader, every_type_is_read) {
  EXPECT_EQ(read_whole("+OK\r\n"), Reply::status("OK"));
  EXPECT_EQ(read_whole("-ERR no\r\n"), Reply::error("ERR no"));
  EXPECT_EQ(read_whole(":-42\r\n"), Reply::integer(-42));
  EXPECT_EQ(read_whole("$3\r\na\rb\r\n"), Reply::bulk("a\rb"));
  EXPECT_EQ(read_whole("$0\r\n\r\n"), Reply::bulk(""));
  EXPECT_EQ(read_whole("$-1\r\n"), Reply::nil());
  EXPECT_EQ(read_whole("*-1\r\n"), Reply::nil());
  EXPECT_EQ(read_whole("*0\r\n"), Reply::array());
  EXPECT_EQ(read_whole("*2\r\n*1\r\n$-1\r\n:1\r\n"),
            Reply::array({Reply::array({Reply::nil()}), Reply::integer(1)}));
  EXPECT_EQ(read_whole("+\r\n"), Reply::status(""));
  EXPECT_EQ(read_whole("+a\rb\r\n"), Reply::status("a\rb"));
}

TEST(RespReader, integers_reach_both_ends_of_64_bits) {
  for (const std::int64_t value :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    RespWriter writer;
    writer.integer(value);
    EXPECT_EQ(read_whole(writer.bytes()).integer(), value);
  }
}

TEST(RespReader, malformed_bytes_are_protocol_errors) {
  for (const std::string_view bytes :
       {"@1\r\n", "PING\r\n", "$-2\r\n", "*-2\r\n", "$x\r\n", "$\r\n", "*\r\n", ":\r\n", ":1x\r\n",
        ":9223372036854775808\r\n", "$+3\r\nabc\r\n", "$ 3\r\nabc\r\n", "$3\r\nabcd\r\n",
        "*1\r\n@\r\n", "%1\r\n", "_\r\n", "$99999999999999999999999"}) {
    expect_protocol_error(bytes);
  }
}

TEST(RespReader, sizes_over_a_limit_are_refused_before_their_bytes_arrive) {
  expect_protocol_error("*2000000000\r\n");
  expect_protocol_error("$9223372036854775807\r\n");
  expect_protocol_error("*2\r\n*262144\r\n");
  RespLimits limits;
  limits.bulk_bytes_max = 4;
  expect_protocol_error("$5\r\n", limits);
  EXPECT_TRUE(read_one("$4\r\nabcd\r\n", limits).value().has_value());
  limits = {.line_bytes_max = 8};
  expect_protocol_error("+1234567890", limits);
  expect_protocol_error("+123456\r\n", limits);
  EXPECT_TRUE(read_one("+12345\r\n", limits).value().has_value());
  limits = {.message_bytes_max = 20};
  expect_protocol_error("*2\r\n$5\r\nabcde\r\n$5\r\n", limits);
}

TEST(RespReader, nesting_is_accepted_to_the_limit_and_refused_beyond) {
  const auto nested = [](std::size_t depth) {
    std::string bytes;
    for (std::size_t i = 0; i < depth; ++i) bytes += "*1\r\n";
    return bytes + ":1\r\n";
  };
  EXPECT_TRUE(read_one(nested(8)).value().has_value());
  expect_protocol_error(nested(9));
  expect_protocol_error(nested(9), {.depth_max = 100});
  expect_protocol_error(nested(2), {.depth_max = 1});
}

TEST(RespReader, messages_in_front_of_garbage_are_delivered) {
  RespReader reader;
  reader.feed("+OK\r\n:1\r\n@\r\n");
  EXPECT_EQ(reader.next().value().value(), Reply::status("OK"));
  EXPECT_EQ(reader.next().value().value(), Reply::integer(1));
  EXPECT_FALSE(reader.next().has_value());
}

TEST(RespReader, a_reader_that_is_never_drained_breaks_instead_of_growing) {
  RespReader reader({.message_bytes_max = 100});
  for (int i = 0; i < 1000; ++i) reader.feed("+0123456789\r\n");
  EXPECT_LT(reader.pending_bytes(), 200U);
  EXPECT_FALSE(reader.next().has_value());
}

TEST(RespReader, a_moved_reader_goes_on) {
  RespReader first;
  first.feed("$4\r\nab");
  RespReader second = std::move(first);
  second.feed("cd\r\n");
  EXPECT_EQ(second.next().value().value(), Reply::bulk("abcd"));
}

TEST(RespWriter, a_command_is_an_array_of_bulk_strings) {
  RespWriter writer;
  writer.command({"SET", "k", std::string_view("\0\r\n", 3)});
  EXPECT_EQ(writer.bytes(), std::string("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\n\0\r\n\r\n", 29));
  writer.clear();
  writer.begin_command(2);
  writer.bulk("GET");
  writer.bulk_integer(-7);
  EXPECT_EQ(writer.take(), "*2\r\n$3\r\nGET\r\n$2\r\n-7\r\n");
  EXPECT_TRUE(writer.empty());
}

TEST(RespWriter, line_ends_inside_an_error_become_spaces) {
  RespWriter writer;
  writer.error("ERR a\r\nb");
  EXPECT_EQ(writer.bytes(), "-ERR a  b\r\n");
}

TEST(Reply, error_code_is_the_first_word) {
  EXPECT_EQ(Reply::error("NOSCRIPT No matching script.").error_code(), "NOSCRIPT");
  EXPECT_EQ(Reply::error("READONLY").error_code(), "READONLY");
  EXPECT_EQ(Reply::status("OK").error_code(), "");
}

TEST(Reply, text_is_one_bounded_line) {
  const Reply reply = Reply::array(
      {Reply::status("OK"), Reply::integer(3), Reply::bulk(std::string("a\0\"", 3)), Reply::nil()});
  EXPECT_EQ(to_text(reply), R"([OK, (integer) 3, "a\x00\x22", (nil)])");
  EXPECT_LT(to_text(Reply::bulk(std::string(10'000, 'x')), 100).size(), 110U);
}

std::vector<std::string> command_of(CommandReader& reader) {
  const auto words = reader.next();
  if (!words) return {to_text(words.error())};
  return {words->begin(), words->end()};
}

TEST(CommandReader, commands_come_out_whole_and_in_order) {
  CommandReader reader;
  reader.feed("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nPI");
  EXPECT_EQ(command_of(reader), (std::vector<std::string>{"GET", "k"}));
  EXPECT_EQ(command_of(reader), std::vector<std::string>());
  reader.feed("NG\r\n*2\r\n$3\r\nDEL\r\n$0\r\n\r\n");
  EXPECT_EQ(command_of(reader), std::vector<std::string>{"PING"});
  EXPECT_EQ(command_of(reader), (std::vector<std::string>{"DEL", ""}));
  EXPECT_EQ(reader.pending_bytes(), 0U);
}

TEST(CommandReader, only_non_empty_arrays_of_bulk_strings_are_commands) {
  for (const auto& [bytes, found] : std::initializer_list<std::pair<const char*, const char*>>{
           {"*0\r\n", "found array"},
           {"+PING\r\n", "found status"},
           {"*-1\r\n", "found nil"},
           {"$1\r\nx\r\n", "found bulk"},
           {"*1\r\n:1\r\n", "found integer"},
           {"*2\r\n$3\r\nGET\r\n*1\r\n$1\r\nk\r\n", "found array"},
           {"*2\r\n$3\r\nGET\r\n$-1\r\n", "found nil"}}) {
    CommandReader reader;
    reader.feed(bytes);
    const auto words = reader.next();
    ASSERT_FALSE(words.has_value()) << bytes;
    EXPECT_EQ(words.error().code, Errc::protocol);
    EXPECT_NE(words.error().detail.find(found), std::string::npos) << words.error().detail;
    reader.feed("*1\r\n$4\r\nPING\r\n");
    EXPECT_FALSE(reader.next().has_value()) << "broken until reset()";
    reader.reset();
    reader.feed("*1\r\n$4\r\nPING\r\n");
    EXPECT_EQ(command_of(reader), std::vector<std::string>{"PING"});
  }
}

}  // namespace
}  // namespace lockstep::resp
