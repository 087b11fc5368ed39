#include "reports/html/columns.hpp"

namespace lockstep::reports {

Strings::Strings(const checkers::Names& names)
    : names_(names), texts_(1), of_name_(names.size(), 0) {}

std::uint32_t Strings::add(checkers::NameId name) {
  if (name == checkers::name::none) return 0;
  std::uint32_t& place = of_name_[name.value];
  if (place == 0) {
    place = static_cast<std::uint32_t>(texts_.size());
    texts_.emplace_back(names_.text(name));
  }
  return place;
}

std::uint32_t Strings::add(std::string_view text) {
  const auto [place, is_new] =
      added_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.emplace_back(text);
  return place->second;
}

void Strings::write(JsonText& json) const { json.member("strings", std::span(texts_)); }

void Table::put(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  std::uint64_t zigzag = (bits << 1U) ^ (number < 0 ? ~std::uint64_t{0} : 0);
  while (zigzag >= 0x80U) {
    bytes_ += static_cast<char>((zigzag & 0x7fU) | 0x80U);
    zigzag >>= 7U;
  }
  bytes_ += static_cast<char>(zigzag);
}

void Table::write(JsonText& json) const {
  if (rows_ == 0) return;
  json.key(name_).begin_object().member("rows", rows_).key("columns").begin_array();
  for (const Column& column : columns_) {
    json.begin_object().member("name", column.name);
    if (column.packing == Packing::delta) json.flag("delta", true);
    if (column.packing == Packing::text) json.flag("text", true);
    json.member("bytes", column.bytes).end_object();
  }
  json.end_array().end_object();
}

std::string to_text(Cell cell) {
  return cell < 0 ? std::to_string(static_cast<std::int64_t>(cell))
                  : std::to_string(static_cast<std::uint64_t>(cell));
}

}  // namespace lockstep::reports
