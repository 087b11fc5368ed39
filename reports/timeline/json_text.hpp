// JSON written piece by piece, for documents too large to be held as a tree, and fit to stand in a
// <script> element of HTML.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace lockstep::reports {

/// `text` as a JSON string, quotes included: `<` is written as \u003c, so that nothing in it ends
/// an element or begins a comment; bytes that are no UTF-8 become U+FFFD.
void append_text(std::string& out, std::string_view text);

/// JSON that somebody else wrote, fit to stand there too.
[[nodiscard]] std::string embeddable(std::string_view json);

/// Builds one JSON value. Members and items are separated by themselves; nesting is the caller's.
class JsonText {
 public:
  JsonText& begin_object() { return open('{'); }
  JsonText& end_object() { return close('}'); }
  JsonText& begin_array() { return open('['); }
  JsonText& end_array() { return close(']'); }
  JsonText& key(std::string_view name);
  JsonText& text(std::string_view value);
  JsonText& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonText& null() { return raw("null"); }
  template <std::integral Number>
  JsonText& number(Number value) {
    return raw(std::to_string(value));
  }
  /// A value that is JSON already.
  JsonText& raw(std::string_view json);

  template <std::integral Number>
  JsonText& member(std::string_view name, Number value) {
    return key(name).number(value);
  }
  JsonText& member(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonText& member_if(std::string_view name, std::string_view value) {
    return value.empty() ? *this : member(name, value);
  }
  /// An array of texts.
  JsonText& member(std::string_view name, std::span<const std::string> values);
  JsonText& flag(std::string_view name, bool value) { return key(name).boolean(value); }

  [[nodiscard]] const std::string& str() const { return out_; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  JsonText& open(char bracket);
  JsonText& close(char bracket);
  void separate();

  std::string out_;
};

}  // namespace lockstep::reports
