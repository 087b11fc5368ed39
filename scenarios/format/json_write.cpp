// Values to text, and looking into objects: json_value.hpp without its parser.

#include "scenarios/format/json_value.hpp"

namespace lockstep::scenarios {

namespace {

constexpr std::size_t columns_max = 100;

// Length of the UTF-8 sequence at the start of `text`, 0 if there is none.
// Source: RFC 3629, section 4 (no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
  }
  const unsigned char second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool outside = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return overlong || outside ? 0 : length;
}

void write_control(unsigned char c, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else {
    out += "\\u00";
    out += digits[c >> 4U];
    out += digits[c & 15U];
  }
}

void write_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const char c = text.front();
    if (length == 0) {
      out += "\xef\xbf\xbd";  // U+FFFD
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (length == 1 && static_cast<unsigned char>(c) < 0x20) {
      write_control(static_cast<unsigned char>(c), out);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void write_inline(const Json& value, std::string& out);

void write_inline_array(const JsonArray& array, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) out += ", ";
    write_inline(array[i], out);
  }
  out += ']';
}

void write_inline_object(const JsonObject& object, std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < object.size(); ++i) {
    if (i > 0) out += ", ";
    write_string(object[i].name, out);
    out += ": ";
    write_inline(object[i].value, out);
  }
  out += '}';
}

void write_inline(const Json& value, std::string& out) {
  if (const auto* text = value.get<std::string>()) return write_string(*text, out);
  if (const auto* array = value.get<JsonArray>()) return write_inline_array(*array, out);
  if (const auto* object = value.get<JsonObject>()) return write_inline_object(*object, out);
  if (const auto* number = value.get<std::int64_t>()) {
    out += std::to_string(*number);
  } else if (const auto* large = value.get<std::uint64_t>()) {
    out += std::to_string(*large);
  } else if (const auto* real = value.get<JsonReal>()) {
    out += real->text;
  } else if (const auto* flag = value.get<bool>()) {
    out += *flag ? "true" : "false";
  } else {
    out += "null";
  }
}

void write_broken(const Json& value, std::size_t indent, std::size_t used, std::string& out);

void new_line(std::size_t indent, std::string& out) {
  out += '\n';
  out.append(indent, ' ');
}

void write_broken_array(const JsonArray& array, std::size_t indent, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    new_line(indent + 2, out);
    write_broken(array[i], indent + 2, indent + 3, out);
    if (i + 1 < array.size()) out += ',';
  }
  new_line(indent, out);
  out += ']';
}

void write_broken_object(const JsonObject& object, std::size_t indent, std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < object.size(); ++i) {
    new_line(indent + 2, out);
    write_string(object[i].name, out);
    out += ": ";
    write_broken(object[i].value, indent + 2, indent + object[i].name.size() + 7, out);
    if (i + 1 < object.size()) out += ',';
  }
  new_line(indent, out);
  out += '}';
}

// `used`: columns of the line that are taken, a comma behind the value included.
void write_broken(const Json& value, std::size_t indent, std::size_t used, std::string& out) {
  const std::size_t start = out.size();
  write_inline(value, out);
  if (out.size() - start + used <= columns_max) return;
  const auto* array = value.get<JsonArray>();
  const auto* object = value.get<JsonObject>();
  if (array == nullptr && object == nullptr) return;
  out.resize(start);
  if (array != nullptr) write_broken_array(*array, indent, out);
  if (object != nullptr) write_broken_object(*object, indent, out);
}

}  // namespace

const Json* find(const JsonObject& object, std::string_view name) {
  for (const JsonMember& member : object) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Json* find(JsonObject& object, std::string_view name) {
  for (JsonMember& member : object) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::string write_json(const Json& value) {
  std::string out;
  write_broken(value, 0, 0, out);
  return out + "\n";
}

std::string write_json_line(const Json& value) {
  std::string out;
  write_inline(value, out);
  return out;
}

std::string describe(const Json& value) {
  constexpr std::size_t shown_max = 60;
  if (value.get<JsonArray>() != nullptr) return "a list";
  if (value.get<JsonObject>() != nullptr) return "an object";
  std::string text = write_json_line(value);
  if (text.size() > shown_max) text = text.substr(0, shown_max) + "...";
  if (value.get<std::string>() != nullptr) return "the string " + text;
  const bool number = value.get<std::int64_t>() != nullptr ||
                      value.get<std::uint64_t>() != nullptr || value.get<JsonReal>() != nullptr;
  return number ? "the number " + text : text;
}

}  // namespace lockstep::scenarios
