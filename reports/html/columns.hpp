// The tables of a report page: columns of integers, packed (reports/web/FORMAT.md, "Tables").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checkers/names.hpp"
#include "reports/timeline/json_text.hpp"

namespace lockstep::reports {

/// Holds any int64 and any uint64.
using Cell = __int128;

/// The dictionary of all tables, in the order in which they use it: two histories that say the same
/// have the same one, whatever numbers their names have.
class Strings {
 public:
  /// `names` outlive it.
  explicit Strings(const checkers::Names& names);

  /// The position of `text`, new or old.
  [[nodiscard]] std::uint32_t add(std::string_view text);
  /// The position of a name; 0: absent.
  [[nodiscard]] std::uint32_t add(checkers::NameId name);
  /// Appends the member "strings".
  void write(JsonText& json) const;

 private:
  const checkers::Names& names_;
  std::vector<std::string> texts_;
  std::vector<std::uint32_t> of_name_;  ///< by number; 0: not used yet
  std::unordered_map<std::string, std::uint32_t> added_;
};

/// How the page reads a column.
enum class Packing : std::uint8_t {
  plain,
  delta,  ///< of each integer the difference to the one before
  text,   ///< positions in the dictionary
};

/// Packs the columns of one table behind those of others.
class Table {
 public:
  Table(std::string_view name, std::size_t rows, Strings& strings, std::string& bytes)
      : name_(name), rows_(rows), strings_(strings), bytes_(bytes) {}

  /// One column; `cell(row)` gives its integers, and is called several times for each. What the
  /// page cannot hold as a number becomes text; a column of zeros is left out.
  template <class CellOf>
  void column(std::string_view name, Packing packing, const CellOf& cell);

  /// Appends the member that describes the table, unless it has no rows.
  void write(JsonText& json) const;

 private:
  struct Column {
    std::string name;
    Packing packing = Packing::plain;
    std::size_t bytes = 0;
  };

  /// Beyond it a number of the page is not exact.
  static constexpr Cell exact_max = (Cell{1} << 53U) - 1;

  static bool is_exact(Cell cell) { return cell <= exact_max && cell >= -exact_max; }
  /// Zigzag, then LEB128.
  void put(std::int64_t number);

  std::string name_;
  std::size_t rows_;
  Strings& strings_;
  std::string& bytes_;
  std::vector<Column> columns_;
};

/// Decimals.
[[nodiscard]] std::string to_text(Cell cell);

template <class CellOf>
void Table::column(std::string_view name, Packing packing, const CellOf& cell) {
  bool is_empty = true;
  bool is_wide = false;
  for (std::size_t row = 0; row < rows_; ++row) {
    const Cell value = cell(row);
    is_empty = is_empty && value == 0;
    is_wide = is_wide || !is_exact(value);
  }
  if (is_empty) return;
  if (is_wide) packing = Packing::text;
  const std::size_t begin = bytes_.size();
  std::int64_t before = 0;
  for (std::size_t row = 0; row < rows_; ++row) {
    const Cell value = cell(row);
    const auto number =
        is_wide ? std::int64_t{strings_.add(to_text(value))} : static_cast<std::int64_t>(value);
    put(packing == Packing::delta ? number - before : number);
    before = number;
  }
  columns_.push_back({std::string(name), packing, bytes_.size() - begin});
}

}  // namespace lockstep::reports
