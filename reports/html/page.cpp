#include "reports/html/page.hpp"

#include "reports/html/packed.hpp"
#include "reports/valid_text.hpp"

namespace lockstep::reports {
namespace {

constexpr std::string_view title_place = "@LOCKSTEP_TITLE@";
constexpr std::string_view data_place = "@LOCKSTEP_DATA@";
constexpr std::string_view tables_place = "@LOCKSTEP_TABLES@";

/// Between two elements of the tables.
constexpr std::string_view next_element =
    "</script>\n<script type=\"application/octet-stream\" class=\"lockstep-tables\">";
/// Browsers read many short elements a third faster than one long one.
constexpr std::size_t element_bytes = 60'000;

/// `text` in elements.
void append_cut(std::string& out, std::string_view text) {
  while (text.size() > element_bytes) {
    out.append(text.substr(0, element_bytes)).append(next_element);
    text.remove_prefix(element_bytes);
  }
  out += text;
}

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : xml_text(text)) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

/// The part of `shell` before `place`; removes it and the place. False: it is not there once.
bool cut(std::string_view& shell, std::string_view place, std::string_view& before) {
  const std::size_t at = shell.find(place);
  if (at == std::string_view::npos || shell.find(place, at + 1) != std::string_view::npos) {
    return false;
  }
  before = shell.substr(0, at);
  shell.remove_prefix(at + place.size());
  return true;
}

}  // namespace

Result<std::string> to_html(const Page& page, std::string_view shell) {
  std::string_view head;
  std::string_view middle;
  std::string_view next;
  const bool is_whole = cut(shell, title_place, head) && cut(shell, data_place, middle) &&
                        cut(shell, tables_place, next);
  if (!is_whole) {
    return fail(definite(Errc::invalid_argument,
                         "the report page that this program was built with has no place for data"));
  }
  std::string tables;
  if (!page.tables.empty()) {
    Result<std::string> packed = gzip(page.tables);
    if (!packed) return packed;
    tables = base64(*packed);
  }
  std::string out;
  out.reserve(head.size() + middle.size() + next.size() + shell.size() + page.data.size() +
              tables.size() + tables.size() / 512 + 2 * page.title.size());
  out.append(head).append(html_text(page.title)).append(middle).append(page.data);
  append_cut(out.append(next), tables);
  return out.append(shell);
}

}  // namespace lockstep::reports
