#include "impl/resp/reply.hpp"

#include <array>

namespace lockstep::resp {

namespace {

constexpr std::array<std::string_view, 6> type_names = {"nil",     "status", "error",
                                                        "integer", "bulk",   "array"};

void append_quoted(std::string& out, std::string_view bytes, std::size_t bytes_max) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : bytes) {
    if (out.size() >= bytes_max) break;
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out += c;
    } else {
      out.append("\\x").append(1, hex[byte >> 4U]).append(1, hex[byte & 15U]);
    }
  }
  out += '"';
}

void append_text(std::string& out, const Reply& reply, std::size_t bytes_max) {
  switch (reply.type()) {
    case ReplyType::nil: out += "(nil)"; return;
    case ReplyType::status: out += reply.text(); return;
    case ReplyType::error: out.append("(error) ").append(reply.text()); return;
    case ReplyType::integer:
      out.append("(integer) ").append(std::to_string(reply.integer()));
      return;
    case ReplyType::bulk: append_quoted(out, reply.text(), bytes_max); return;
    case ReplyType::array: break;
  }
  out += '[';
  for (std::size_t i = 0; i < reply.items().size() && out.size() < bytes_max; ++i) {
    if (i > 0) out += ", ";
    append_text(out, reply.items()[i], bytes_max);
  }
  out += ']';
}

}  // namespace

std::string_view name_of(ReplyType type) { return type_names[static_cast<std::size_t>(type)]; }

std::string_view Reply::error_code() const {
  if (!is_error()) return {};
  return std::string_view(text_).substr(0, text_.find(' '));
}

std::string to_text(const Reply& reply, std::size_t bytes_max) {
  std::string out;
  append_text(out, reply, bytes_max);
  if (out.size() > bytes_max) out.replace(bytes_max, std::string::npos, "...");
  return out;
}

}  // namespace lockstep::resp
