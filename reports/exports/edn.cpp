#include "reports/exports/edn.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/valid_text.hpp"

namespace lockstep::reports {
namespace {

using checkers::Event;
using checkers::NameId;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A narrow reading of EDN's symbols: letters first, then digits and a few signs too.
bool is_keyword(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return false;
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

/// EDN's strings know fewer escapes than JSON's: \t \r \n \\ \", and \uXXXX.
std::string quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : utf8_text(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 0xfU];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string named(std::string_view text) {
  return is_keyword(text) ? ":" + std::string(text) : quoted(text);
}

class Lines {
 public:
  explicit Lines(const checkers::History& history) : history_(history) {
    for (std::uint32_t id = 0; id < history.names.size(); ++id) {
      quoted_.push_back(quoted(history.text(NameId{id})));
      named_.push_back(named(history.text(NameId{id})));
    }
  }

  const std::string& line(std::size_t index) {
    const Event& event = history_.events[index];
    line_ = "{:index " + std::to_string(index);
    add("time", std::to_string(event.time_ns));
    const bool is_nemesis = event.process == checkers::nemesis;
    add("process", is_nemesis ? ":nemesis" : std::to_string(event.process.value));
    add("type", types[static_cast<std::size_t>(event.type)]);
    add("f", named_[event.f.value]);
    add("value", value_of(event, is_nemesis));
    if (event.error != checkers::name::none) add("error", named_[event.error.value]);
    details(event);
    return line_ += "}\n";
  }

 private:
  static constexpr std::array<std::string_view, 4> types{":invoke", ":ok", ":fail", ":info"};

  void add(std::string_view name, std::string_view value) {
    line_ += ", :";
    line_ += name;
    line_ += ' ';
    line_ += value;
  }

  void text_if(std::string_view name, NameId id) {
    if (id != checkers::name::none) add(name, quoted_[id.value]);
  }

  template <class Number>
  void number_if(std::string_view name, Number number) {
    if (number != 0) add(name, std::to_string(number));
  }

  [[nodiscard]] std::string value_of(const Event& event, bool is_nemesis) const {
    if (event.has_value) return std::to_string(event.value);
    const bool has_node = is_nemesis && event.node != checkers::name::none;
    return has_node ? quoted_[event.node.value] : "nil";
  }

  void details(const Event& event) {
    text_if("node", event.node);
    text_if("key", event.key);
    text_if("sink", event.sink);
    text_if("cause", event.cause);
    number_if("lease", event.lease.value);
    number_if("owner", event.owner.value);
    number_if("token", event.token.value);
    number_if("seen", event.seen.value);
    number_if("id", event.id.value);
    number_if("attempt", event.attempt);
    number_if("ttl-ns", event.ttl_ns);
    if (!event.has_commit) return;
    add("commit-ns", std::to_string(event.commit_ns));
    add("commit-index", std::to_string(event.commit_index));
  }

  const checkers::History& history_;
  std::vector<std::string> quoted_;
  std::vector<std::string> named_;
  std::string line_;
};

}  // namespace

Result<void> write_edn(const checkers::History& history, std::ostream& out) {
  Lines lines(history);
  for (std::size_t i = 0; i < history.events.size() && out.good(); ++i) out << lines.line(i);
  if (out.good()) return {};
  return fail(definite(Errc::io_error, "cannot write the history"));
}

}  // namespace lockstep::reports
