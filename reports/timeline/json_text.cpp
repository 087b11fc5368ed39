#include "reports/timeline/json_text.hpp"

#include "checkers/json_scan.hpp"
#include "reports/valid_text.hpp"

namespace lockstep::reports {

std::string embeddable(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";  // it stands in texts only
    } else {
      out += c;
    }
  }
  return out;
}

void append_text(std::string& out, std::string_view text) {
  std::string quoted;
  checkers::append_json(quoted, utf8_text(text));
  out += embeddable(quoted);
}

void JsonText::separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

JsonText& JsonText::open(char bracket) {
  separate();
  out_ += bracket;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  out_ += bracket;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  separate();
  append_text(out_, name);
  out_ += ':';
  return *this;
}

JsonText& JsonText::text(std::string_view value) {
  separate();
  append_text(out_, value);
  return *this;
}

JsonText& JsonText::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonText& JsonText::member(std::string_view name, std::span<const std::string> values) {
  key(name).begin_array();
  for (const std::string& value : values) text(value);
  return end_array();
}

}  // namespace lockstep::reports
