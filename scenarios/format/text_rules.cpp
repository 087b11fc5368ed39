// What names, sentences, ids and selectors in files may look like.
#include <algorithm>

#include "faults/kind.hpp"
#include "scenarios/format/scenario_fields.hpp"

namespace lockstep::scenarios {

namespace {

constexpr std::size_t name_bytes_max = 100;  // it becomes the name of a folder
constexpr std::size_t sentence_bytes_max = 1000;

bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name(std::string_view text) {
  const auto fits = [](char c) { return is_small(c) || is_digit(c) || c == '_'; };
  return !text.empty() && text.size() <= name_bytes_max && std::ranges::all_of(text, fits);
}

bool is_sentence(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && text.size() <= sentence_bytes_max && std::ranges::none_of(text, control);
}

bool is_implementation(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_name(text);
  return is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

bool is_anomaly(std::string_view text) {
  const auto is_word = [](std::string_view word) {
    const auto fits = [](char c) { return is_small(c) || c == '-'; };
    return !word.empty() && word.size() <= name_bytes_max && std::ranges::all_of(word, fits);
  };
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  return is_word(text.substr(0, slash)) && is_word(text.substr(slash + 1));
}

bool is_required(std::string_view text) {
  constexpr std::string_view prefix = "fault:";
  if (!text.starts_with(prefix)) return is_name(text);
  return faults::kind_of(text.substr(prefix.size())).has_value();
}

}  // namespace

TextRule name_rule() { return {is_name, "a name of a-z, 0-9 and _"}; }
TextRule sentence_rule() { return {is_sentence, "a sentence or two, without control characters"}; }
TextRule implementation_rule() {
  return {is_implementation, "an implementation like \"reference\" or \"zoo/plain_delete\""};
}
TextRule anomaly_rule() { return {is_anomaly, "an anomaly like \"lock/double-grant\""}; }
TextRule require_rule() {
  return {is_required, "a property or probe like \"takeover\", or a fault like \"fault:pause\""};
}
TextRule selector_rule() {
  return {faults::may_be_peer, "a role, node or label: client, client/0, redis, sink, holder, any"};
}

}  // namespace lockstep::scenarios
