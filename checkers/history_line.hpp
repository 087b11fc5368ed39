// One line of a history file as data, not yet compared with the other lines. Internal to
// history_reader.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "checkers/history.hpp"
#include "checkers/json_scan.hpp"

namespace lockstep::checkers {

/// Fields that a line after the header may have, in the order of the table in history_line.cpp.
enum class Field : std::uint8_t {
  index,
  time,
  process,
  type,
  f,
  value,
  error,
  node,
  key,
  lease,
  token,
  seen,
  owner,
  attempt,
  cause,
  sink,
  id,
  ttl_ns,
  commit_index,
  commit_ns,
  resolves,
  happened,
  at,
  count,
  dropped,
  hash,
};

enum class LineKind : std::uint8_t { event, resolution, footer };

struct Line {
  LineKind kind = LineKind::event;
  std::uint32_t present = 0;  ///< a bit per Field that stands there and is not null
  std::uint64_t index = 0;    ///< of the event, or of the operation that is resolved
  Event event;                ///< its names interned; without `pair`
  bool happened = false;
  std::int64_t at_ns = 0;
  std::uint64_t count = 0;  ///< footer: lines between header and footer
  std::uint64_t dropped = 0;
  std::string hash;  ///< footer: may be empty

  [[nodiscard]] bool has(Field field) const {
    return (present >> static_cast<unsigned>(field) & 1U) != 0;
  }
};

/// Reads lines one after the other; holds its buffers.
class LineParser {
 public:
  /// Fills `line`, and `names` with new ones. False: scanner says why; `line` is unfinished.
  /// Demanded: an event has index, time, process, type, f; a resolution resolves and happened, and
  /// at if it happened; a footer has count; no line has fields of two kinds.
  bool parse(JsonScanner& scanner, Names& names, Line& line);

 private:
  bool member(JsonScanner& scanner, Names& names, Line& line);
  bool value_of(JsonScanner& scanner, Field field, Names& names, Line& line);
  bool name_field(JsonScanner& scanner, Names& names, NameId& id);
  bool process_field(JsonScanner& scanner, Line& line);
  bool type_field(JsonScanner& scanner, Line& line);

  std::string member_;
  std::string text_;
};

/// Reads the first line. False: the scanner says why.
bool parse_header(JsonScanner& scanner, Header& header);

}  // namespace lockstep::checkers
