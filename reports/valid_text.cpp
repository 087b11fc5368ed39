#include "reports/valid_text.hpp"

#include <cstddef>
#include <cstdint>

namespace lockstep::reports {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct Decoded {
  std::uint32_t character = 0;
  std::size_t bytes = 0;  ///< 0: no UTF-8 here
};

std::uint32_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// How many bytes a character has that begins with `first`; 0: none does.
std::size_t length_of(std::uint32_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/// The character that `text` begins with.
Decoded decode(std::string_view text) {
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};  // shorter forms are forbidden
  const std::size_t length = length_of(byte_at(text, 0));
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {byte_at(text, 0), 1};
  std::uint32_t character = byte_at(text, 0) & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0U) != 0x80U) return {};
    character = (character << 6U) | (byte_at(text, i) & 0x3fU);
  }
  return character < least[length] ? Decoded{} : Decoded{character, length};
}

/// The rule `Char` of XML 1.0, and without DEL and C1, which are allowed and no help to anybody.
bool is_xml(std::uint32_t character) {
  if (character < 0x20) return character == '\t' || character == '\n';
  if (character >= 0x7f && character < 0xa0) return false;
  if (character >= 0xd800 && character < 0xe000) return false;  // surrogates
  return character != 0xfffe && character != 0xffff && character < 0x110000;
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("\r\n")) text.remove_prefix(1);
    const Decoded next = decode(text);
    if (next.character == '\r') {
      out += '\n';
    } else if (next.bytes > 0 && is_xml(next.character)) {
      out += text.substr(0, next.bytes);
    } else {
      out += replacement;
    }
    text.remove_prefix(next.bytes == 0 ? 1 : next.bytes);
  }
  return out;
}

std::string utf8_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Decoded next = decode(text);
    const bool is_surrogate = next.character >= 0xd800 && next.character < 0xe000;
    const bool is_good = next.bytes > 0 && !is_surrogate && next.character < 0x110000;
    out += is_good ? text.substr(0, next.bytes) : replacement;
    text.remove_prefix(is_good ? next.bytes : 1);
  }
  return out;
}

}  // namespace lockstep::reports
