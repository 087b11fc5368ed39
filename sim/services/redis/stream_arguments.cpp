#include "sim/services/redis/stream_arguments.hpp"

#include <algorithm>

#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis {

namespace {

/// Longer texts are no ids, whatever they say.
constexpr std::size_t id_bytes_max = 127;

std::unexpected<Reply> invalid() {
  return refuse(replies::error("ERR Invalid stream ID specified as stream command argument"));
}

// Strict as an integer, or else by the looser rules of strtoull: spaces before it, a sign, leading
// zeros. A negative integer is refused, but "-05" is 2^64 - 5, as in redis-server.
std::optional<std::uint64_t> parse_part(std::string_view text) {
  if (const auto strict = parse_integer(text)) {
    if (*strict < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*strict);
  }
  if (text.empty()) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
  if (text.empty()) return std::nullopt;
  const std::string_view digits = text.substr(text[0] == '-' || text[0] == '+' ? 1 : 0);
  if (digits.empty()) return std::nullopt;
  return parse_cursor(text);
}

OrReply<WantedId> parse(std::string_view text, std::uint64_t missing_seq, bool may_be_open) {
  if (text.size() > id_bytes_max) return invalid();
  text = text.substr(0, text.find('\0'));
  const std::size_t dash = text.find('-');
  const auto ms = parse_part(text.substr(0, dash));
  if (!ms) return invalid();
  if (dash == std::string_view::npos) return WantedId{{*ms, missing_seq}};
  const std::string_view rest = text.substr(dash + 1);
  if (may_be_open && rest == "*") return WantedId{{*ms, 0}, false};
  const auto seq = parse_part(rest);
  if (!seq) return invalid();
  return WantedId{{*ms, *seq}};
}

bool is_open(std::string_view text) { return text.size() > 1 && text[0] == '('; }

}  // namespace

OrReply<StreamId> parse_stream_id(std::string_view text, std::uint64_t missing_seq) {
  const auto parsed = parse(text, missing_seq, false);
  if (!parsed) return refuse(parsed.error());
  return parsed->id;
}

OrReply<StreamId> parse_stream_end(std::string_view text, std::uint64_t missing_seq) {
  const std::string_view word = text.substr(0, text.find('\0'));
  if (word == "-") return StreamId{0, 0};
  if (word == "+") return last_of_all;
  return parse_stream_id(text, missing_seq);
}

OrReply<WantedId> parse_wanted_id(std::string_view text) { return parse(text, 0, true); }

OrReply<StreamId> parse_interval_start(std::string_view text) {
  if (!is_open(text)) return parse_stream_end(text, 0);
  const auto id = parse_stream_id(text.substr(1), 0);
  if (!id) return id;
  const auto next = id_after(*id);
  if (!next) return refuse(replies::error("ERR invalid start ID for the interval"));
  return *next;
}

OrReply<StreamId> parse_interval_end(std::string_view text) {
  if (!is_open(text)) return parse_stream_end(text, seq_max);
  const auto id = parse_stream_id(text.substr(1), seq_max);
  if (!id) return id;
  const auto previous = id_before(*id);
  if (!previous) return refuse(replies::error("ERR invalid end ID for the interval"));
  return *previous;
}

namespace {

/// What approximate trimming removes at most, unless told: a hundred nodes of a hundred entries.
constexpr std::uint64_t default_limit = 10'000;

// Reads the options one by one; each function leaves n_ at the last word it used.
class AddOptionsParser {
 public:
  AddOptionsParser(const Call& call, bool is_add) : call_(call), is_add_(is_add) {}

  OrReply<StreamAddOptions> parse() {
    for (n_ = 2; n_ < call_.size(); ++n_) {
      if (is_add_ && call_.arg(n_) == "*") break;
      if (auto error = option()) return refuse(std::move(*error));
      if (options_.id) break;
    }
    options_.id_at = n_;
    if (auto error = limit_misplaced()) return refuse(std::move(*error));
    return options_;
  }

 private:
  [[nodiscard]] bool is(std::string_view word) const {
    return equals_ignoring_case(call_.arg(n_), word);
  }
  [[nodiscard]] std::size_t more() const { return call_.size() - 1 - n_; }

  std::optional<Reply> option() {
    if (is("maxlen") && more() > 0) return threshold(StreamTrim::By::length);
    if (is("minid") && more() > 0) return threshold(StreamTrim::By::id);
    if (is("limit") && more() > 0) return limit();
    if (!is_add_) return replies::syntax_error();
    if (is("nomkstream")) {
      options_.may_create = false;
      return std::nullopt;
    }
    const auto id = parse_wanted_id(call_.arg(n_));
    if (!id) return id.error();
    options_.id = *id;
    return std::nullopt;
  }

  std::optional<Reply> threshold(StreamTrim::By by) {
    StreamTrim& trim = options_.trim;
    if (trim.by != StreamTrim::By::nothing) {
      return replies::error(
          "ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
    }
    const std::string_view next = call_.arg(n_ + 1);
    const bool has_operator = more() >= 2 && (next == "~" || next == "=");
    trim.only_nodes = has_operator && next == "~";
    n_ += has_operator ? 2 : 1;
    trim.by = by;
    options_.trim_at = n_;
    return by == StreamTrim::By::length ? length(trim) : least_id(trim);
  }

  std::optional<Reply> length(StreamTrim& trim) const {
    const auto length = parse_integer(call_.arg(n_));
    if (!length) return replies::not_an_integer();
    if (*length < 0) return replies::error("ERR The MAXLEN argument must be >= 0.");
    trim.length = static_cast<std::uint64_t>(*length);
    return std::nullopt;
  }

  std::optional<Reply> least_id(StreamTrim& trim) const {
    const auto id = parse_stream_id(call_.arg(n_));
    if (!id) return id.error();
    trim.id = *id;
    return std::nullopt;
  }

  std::optional<Reply> limit() {
    const auto limit = parse_integer(call_.arg(++n_));
    if (!limit) return replies::not_an_integer();
    if (*limit < 0) return replies::error("ERR The LIMIT argument must be >= 0.");
    options_.trim.limit = static_cast<std::uint64_t>(*limit);
    limit_given_ = true;
    return std::nullopt;
  }

  std::optional<Reply> limit_misplaced() {
    StreamTrim& trim = options_.trim;
    const bool trims = trim.by != StreamTrim::By::nothing;
    if (trim.limit > 0 && !trims) {
      return replies::error(
          "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
    }
    if (!is_add_ && !trims) {
      return replies::error("ERR syntax error, XTRIM must be called with a trimming strategy");
    }
    if (call_.origin == Origin::stream) {  // the threshold says already what went
      trim.limit = 0;
    } else if (limit_given_ && !trim.only_nodes) {
      return replies::error("ERR syntax error, LIMIT cannot be used without the special ~ option");
    } else if (!limit_given_ && trim.only_nodes) {
      trim.limit = default_limit;
    }
    return std::nullopt;
  }

  const Call& call_;
  bool is_add_;
  StreamAddOptions options_;
  std::size_t n_ = 0;
  bool limit_given_ = false;
};

}  // namespace

OrReply<StreamAddOptions> parse_add_options(const Call& call, bool is_add) {
  return AddOptionsParser(call, is_add).parse();
}

}  // namespace lockstep::sim::redis
