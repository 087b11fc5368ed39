#include "checkers/json_scan.hpp"

#include <charconv>

namespace lockstep::checkers {
namespace {

constexpr std::size_t snippet_max = 24;  // enough to recognise a value in a message

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80U) {
    put(code);
  } else if (code < 0x800U) {
    put(0xc0U | (code >> 6U));
    put(0x80U | (code & 0x3fU));
  } else if (code < 0x10000U) {
    put(0xe0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3fU));
    put(0x80U | (code & 0x3fU));
  } else {
    put(0xf0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3fU));
    put(0x80U | ((code >> 6U) & 0x3fU));
    put(0x80U | (code & 0x3fU));
  }
}

}  // namespace

void JsonScanner::skip_space() {
  while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t' || line_[at_] == '\r')) {
    ++at_;
  }
}

char JsonScanner::peek() {
  skip_space();
  return at_ < line_.size() ? line_[at_] : '\0';
}

std::string JsonScanner::snippet() const {
  if (at_ >= line_.size()) return "the end of the line";
  std::string text;
  for (const char c : line_.substr(at_, snippet_max)) {
    text.push_back(c >= ' ' && c <= '~' ? c : '?');
  }
  return line_.size() - at_ > snippet_max ? text + "..." : text;
}

bool JsonScanner::refuse(std::string_view what) { return refuse(snippet(), what); }

bool JsonScanner::refuse(std::string found, std::string_view what) {
  found_ = std::move(found);
  expected_ = what;
  return false;
}

bool JsonScanner::open_object() {
  if (peek() != '{') return refuse("an object, {...}");
  ++at_;
  first_member_ = true;
  return true;
}

bool JsonScanner::next_member(std::string& member, bool& more) {
  const char next = peek();
  more = next != '}';
  if (!more) {
    ++at_;
    first_member_ = false;  // the next member, of an outer object, needs its comma
    return true;
  }
  if (!first_member_) {
    if (next != ',') return refuse("',' or '}'");
    ++at_;
  }
  first_member_ = false;
  if (peek() != '"') return refuse("the name of a field");
  if (!string(member)) return false;
  if (peek() != ':') return refuse("':'");
  ++at_;
  return true;
}

bool JsonScanner::end_of_line() {
  skip_space();
  return at_ == line_.size() || refuse("the end of the line");
}

bool JsonScanner::string(std::string& text) {
  if (peek() != '"') return refuse("a string");
  text.clear();
  ++at_;
  while (at_ < line_.size()) {
    const char c = line_[at_];
    if (c == '"') {
      ++at_;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20U) return refuse("a string without control characters");
    ++at_;
    if (c != '\\') {
      text.push_back(c);
    } else if (!escape(text)) {
      return false;
    }
  }
  return refuse("a closing '\"'");
}

bool JsonScanner::escape(std::string& text) {
  static constexpr std::string_view letters = "\"\\/bfnrt";
  static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (at_ >= line_.size()) return refuse("an escape sequence");
  if (line_[at_] == 'u') return unicode(text);
  const std::size_t which = letters.find(line_[at_]);
  if (which == std::string_view::npos) return refuse("an escape sequence");
  text.push_back(meanings[which]);
  ++at_;
  return true;
}

bool JsonScanner::unicode(std::string& text) {
  std::uint32_t code = 0;
  if (!hex4(code)) return false;
  if (code >= 0xdc00U && code < 0xe000U) return refuse("a high surrogate first");
  if (code >= 0xd800U && code < 0xdc00U) {
    std::uint32_t low = 0;
    if (line_.substr(at_, 2) != "\\u") return refuse("a low surrogate");
    ++at_;
    if (!hex4(low)) return false;
    if (low < 0xdc00U || low >= 0xe000U) return refuse("a low surrogate");
    code = 0x10000U + ((code - 0xd800U) << 10U) + (low - 0xdc00U);
  }
  append_utf8(text, code);
  return true;
}

bool JsonScanner::hex4(std::uint32_t& unit) {
  ++at_;  // the u
  const std::string_view four = line_.substr(at_, 4);
  const auto [end, error] = std::from_chars(four.begin(), four.end(), unit, 16);
  if (four.size() != 4 || error != std::errc{} || end != four.end()) {
    return refuse("four hex digits");
  }
  at_ += 4;
  return true;
}

bool JsonScanner::digits(std::string_view& all) {
  skip_space();
  const std::size_t start = at_;
  std::size_t end = start;
  if (end < line_.size() && line_[end] == '-') ++end;
  const std::size_t first = end;
  while (end < line_.size() && is_digit(line_[end])) ++end;
  const bool fraction =
      end < line_.size() && (line_[end] == '.' || line_[end] == 'e' || line_[end] == 'E');
  const bool leading_zero = end - first > 1 && line_[first] == '0';
  if (end == first || fraction || leading_zero) return false;
  all = line_.substr(start, end - start);
  return true;
}

bool JsonScanner::integer(std::int64_t& number) {
  std::string_view text;
  if (!digits(text)) return refuse("an integer");
  if (std::from_chars(text.begin(), text.end(), number).ec != std::errc{}) {
    return refuse("an integer of 64 bits");
  }
  at_ += text.size();
  return true;
}

bool JsonScanner::natural(std::uint64_t& number) {
  std::string_view text;
  if (!digits(text) || text.front() == '-') return refuse("an integer, not negative");
  if (std::from_chars(text.begin(), text.end(), number).ec != std::errc{}) {
    return refuse("an integer below 2^64");
  }
  at_ += text.size();
  return true;
}

bool JsonScanner::literal(std::string_view text) {
  if (!line_.substr(at_).starts_with(text)) return false;
  at_ += text.size();
  return true;
}

bool JsonScanner::boolean(bool& truth) {
  skip_space();
  truth = literal("true");
  return truth || literal("false") || refuse("true or false");
}

bool JsonScanner::skip_null() {
  skip_space();
  return literal("null");
}

void append_json(std::string& out, std::string_view text) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20U) {
      out.append("\\u00").push_back(hex[byte >> 4U]);
      out.push_back(hex[byte & 0xfU]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace lockstep::checkers
