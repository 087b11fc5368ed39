// Properties of the codec under generated messages, pieces and damage.
#include <gtest/gtest.h>
// rapidcheck's GoogleTest glue wants gtest first
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "impl/base/draw.hpp"
#include "impl/resp/reader.hpp"
#include "impl/resp/writer.hpp"

namespace lockstep::resp {
namespace {

rc::Gen<std::string> line_text() {
  return rc::gen::suchThat(rc::gen::arbitrary<std::string>(), [](const std::string& text) {
    return text.find('\r') == std::string::npos && text.find('\n') == std::string::npos;
  });
}

Reply integer_reply(std::int64_t value) { return Reply::integer(value); }

rc::Gen<Reply> any_reply(int depth) {
  auto scalar =
      rc::gen::oneOf(rc::gen::just(Reply::nil()), rc::gen::map(line_text(), Reply::status),
                     rc::gen::map(line_text(), Reply::error),
                     rc::gen::map(rc::gen::arbitrary<std::int64_t>(), integer_reply),
                     rc::gen::map(rc::gen::arbitrary<std::string>(), Reply::bulk));
  if (depth == 0) return scalar;
  auto array = rc::gen::map(
      rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, 5),
                      [depth](std::size_t size) {
                        return rc::gen::container<std::vector<Reply>>(size, any_reply(depth - 1));
                      }),
      [](std::vector<Reply> items) { return Reply::array(std::move(items)); });
  return rc::gen::oneOf(scalar, array);
}

rc::Gen<std::vector<Reply>> any_replies() {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(1, 6), [](std::size_t size) {
    return rc::gen::container<std::vector<Reply>>(size, any_reply(4));
  });
}

std::string written(const std::vector<Reply>& replies) {
  RespWriter writer;
  for (const Reply& reply : replies) writer.reply(reply);
  return writer.take();
}

// Feeds in pieces of drawn sizes and drains after each.
Result<std::vector<Reply>> read_in_pieces(std::string_view bytes, std::uint64_t seed,
                                          RespReader& reader) {
  std::vector<Reply> read;
  for (std::uint64_t n = 0; !bytes.empty(); ++n) {
    const std::uint64_t longest = n % 3 == 0 ? 200 : 4;
    const auto size = 1 + below(draw(Seed{seed}, DrawStream::test, n), longest);
    reader.feed(bytes.substr(0, size));
    bytes.remove_prefix(std::min<std::size_t>(size, bytes.size()));
    while (true) {
      auto next = reader.next();
      if (!next) return fail(next.error());
      if (!*next) break;
      read.push_back(std::move(**next));
    }
  }
  return read;
}

RC_GTEST_PROP(RespCodec, what_is_written_is_read_whatever_the_pieces, (std::uint64_t seed)) {
  const auto replies = *any_replies();
  RespReader reader;
  const auto read = read_in_pieces(written(replies), seed, reader);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == replies);
  RC_ASSERT(reader.pending_bytes() == 0U);
}

RC_GTEST_PROP(RespCodec, a_truncated_stream_delivers_the_whole_messages_and_no_error,
              (std::uint64_t seed)) {
  const auto replies = *any_replies();
  const std::string bytes = written(replies);
  const auto kept = *rc::gen::inRange<std::size_t>(0, bytes.size());
  RespReader reader;
  const auto read = read_in_pieces(std::string_view(bytes).substr(0, kept), seed, reader);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->size() < replies.size());
  RC_ASSERT(std::equal(read->begin(), read->end(), replies.begin()));
}

RC_GTEST_PROP(RespCodec, flipped_bytes_are_values_or_a_protocol_error_but_never_a_crash,
              (std::uint64_t seed)) {
  std::string bytes = written(*any_replies());
  const auto flips = *rc::gen::inRange(1, 6);
  for (int i = 0; i < flips; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    // Mostly bytes that mean something to the parser.
    bytes[at] = *rc::gen::oneOf(rc::gen::elementOf(std::string("+-:$*\r\n0123456789")),
                                rc::gen::arbitrary<char>());
  }
  RespReader reader({.bulk_bytes_max = 1000, .items_max = 1000, .message_bytes_max = 10'000});
  const auto read = read_in_pieces(bytes, seed, reader);
  if (!read) RC_ASSERT(read.error().code == Errc::protocol);
  RC_CLASSIFY(!read);
}

RC_GTEST_PROP(RespCodec, pieces_do_not_change_what_damaged_bytes_mean,
              (std::uint64_t first, std::uint64_t second)) {
  std::string bytes = written(*any_replies());
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] =
      *rc::gen::elementOf(std::string("+-:$*\r\n019"));
  RespReader one;
  RespReader two;
  const auto read_one = read_in_pieces(bytes, first, one);
  const auto read_two = read_in_pieces(bytes, second, two);
  RC_ASSERT(read_one.has_value() == read_two.has_value());
  if (read_one) RC_ASSERT(*read_one == *read_two);
  if (!read_one) RC_ASSERT(read_one.error().code == read_two.error().code);
}

}  // namespace
}  // namespace lockstep::resp
