#include "checkers/history_line.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace lockstep::checkers {
namespace {

constexpr std::array<std::string_view, 26> field_names{
    "index",   "time",   "process",      "type",      "f",        "value",    "error", "node",
    "key",     "lease",  "token",        "seen",      "owner",    "attempt",  "cause", "sink",
    "id",      "ttl_ns", "commit_index", "commit_ns", "resolves", "happened", "at",    "count",
    "dropped", "hash"};

constexpr std::uint32_t bit(Field field) { return 1U << static_cast<unsigned>(field); }

// Fields by the kind of line that may have them.
constexpr std::uint32_t event_fields = bit(Field::resolves) - 1;
constexpr std::uint32_t resolution_fields =
    bit(Field::resolves) | bit(Field::happened) | bit(Field::at);
constexpr std::uint32_t footer_fields = bit(Field::count) | bit(Field::dropped) | bit(Field::hash);

constexpr std::uint32_t event_needs =
    bit(Field::index) | bit(Field::time) | bit(Field::process) | bit(Field::type) | bit(Field::f);

bool bounded(JsonScanner& scanner, std::uint64_t most, std::uint64_t& number) {
  const JsonScanner before = scanner;
  if (!scanner.natural(number)) return false;
  if (number <= most) return true;
  scanner = before;
  return scanner.refuse("a number not above " + std::to_string(most));
}

bool time_field(JsonScanner& scanner, std::int64_t& time) {
  std::uint64_t number = 0;
  if (!bounded(scanner, time_max_ns - 1, number)) return false;
  time = static_cast<std::int64_t>(number);
  return true;
}

template <class Id>
bool id_field(JsonScanner& scanner, Id& id) {
  std::uint64_t number = 0;
  if (!bounded(scanner, std::numeric_limits<decltype(id.value)>::max(), number)) return false;
  id.value = static_cast<decltype(id.value)>(number);
  return true;
}

/// The kind of a line by what it has; refuses mixtures and what lacks a field.
bool classify(JsonScanner& scanner, Line& line) {
  const auto demand = [&](LineKind kind, std::uint32_t needs, std::uint32_t allows) {
    line.kind = kind;
    for (std::uint32_t i = 0; i < field_names.size(); ++i) {
      const std::string name = "\"" + std::string(field_names[i]) + "\"";
      const bool there = (line.present >> i & 1U) != 0;
      if (there && (allows >> i & 1U) == 0) {
        return scanner.refuse(name + " in a line of another kind", "no such field");
      }
      if (!there && (needs >> i & 1U) != 0) return scanner.refuse("no " + name, "that field");
    }
    return true;
  };
  if (line.has(Field::resolves)) {
    const std::uint32_t at = line.happened ? bit(Field::at) : 0;
    return demand(LineKind::resolution, bit(Field::happened) | at, resolution_fields);
  }
  if (line.has(Field::count)) return demand(LineKind::footer, 0, footer_fields);
  if (line.has(Field::commit_index) != line.has(Field::commit_ns)) {
    return scanner.refuse("only one of \"commit_index\" and \"commit_ns\"", "both or none");
  }
  return demand(LineKind::event, event_needs, event_fields);
}

}  // namespace

bool LineParser::parse(JsonScanner& scanner, Names& names, Line& line) {
  line.present = 0;
  line.event = Event{};
  line.happened = false;
  line.at_ns = 0;
  line.dropped = 0;
  line.hash.clear();
  if (!scanner.open_object()) return false;
  for (;;) {
    bool more = false;
    if (!scanner.next_member(member_, more)) return false;
    if (!more) break;
    if (!member(scanner, names, line)) return false;
  }
  line.event.has_value = line.has(Field::value);
  line.event.has_commit = line.has(Field::commit_index);
  return scanner.end_of_line() && classify(scanner, line);
}

bool LineParser::member(JsonScanner& scanner, Names& names, Line& line) {
  const auto known = std::find(field_names.begin(), field_names.end(), member_);
  if (known == field_names.end()) {
    return scanner.refuse("unknown field \"" + member_ + "\"", "a field of schema 1");
  }
  const auto field = static_cast<Field>(known - field_names.begin());
  if (line.has(field)) {
    return scanner.refuse("\"" + member_ + "\" a second time", "each field once");
  }
  if (scanner.skip_null()) return true;
  line.present |= bit(field);
  return value_of(scanner, field, names, line);
}

bool LineParser::value_of(JsonScanner& scanner, Field field, Names& names, Line& line) {
  Event& event = line.event;
  std::uint64_t number = 0;
  switch (field) {
    case Field::index: return scanner.natural(line.index);
    case Field::time: return time_field(scanner, event.time_ns);
    case Field::process: return process_field(scanner, line);
    case Field::type: return type_field(scanner, line);
    case Field::f: return name_field(scanner, names, event.f);
    case Field::value: return scanner.integer(event.value);
    case Field::error: return name_field(scanner, names, event.error);
    case Field::node: return name_field(scanner, names, event.node);
    case Field::key: return name_field(scanner, names, event.key);
    case Field::lease: return id_field(scanner, event.lease);
    case Field::token: return id_field(scanner, event.token);
    case Field::seen: return id_field(scanner, event.seen);
    case Field::owner: return id_field(scanner, event.owner);
    case Field::attempt:
      if (!bounded(scanner, std::numeric_limits<std::uint16_t>::max(), number)) return false;
      event.attempt = static_cast<std::uint16_t>(number);
      return true;
    case Field::cause: return name_field(scanner, names, event.cause);
    case Field::sink: return name_field(scanner, names, event.sink);
    case Field::id: return id_field(scanner, event.id);
    case Field::ttl_ns: return time_field(scanner, event.ttl_ns);
    case Field::commit_index: return scanner.natural(event.commit_index);
    case Field::commit_ns: return time_field(scanner, event.commit_ns);
    case Field::resolves: return scanner.natural(line.index);
    case Field::happened: return scanner.boolean(line.happened);
    case Field::at: return time_field(scanner, line.at_ns);
    case Field::count: return scanner.natural(line.count);
    case Field::dropped: return scanner.natural(line.dropped);
    case Field::hash: return scanner.string(line.hash);
  }
  return false;
}

bool LineParser::name_field(JsonScanner& scanner, Names& names, NameId& id) {
  if (!scanner.string(text_)) return false;
  if (names.size() + 1 >= names_max && !names.find(text_)) {
    return scanner.refuse("yet another name", "at most " + std::to_string(names_max) + " names");
  }
  id = names.intern(text_);
  return true;
}

bool LineParser::process_field(JsonScanner& scanner, Line& line) {
  if (scanner.peek() == '"') {
    const JsonScanner before = scanner;
    if (!scanner.string(text_)) return false;
    line.event.process = nemesis;
    if (text_ == "nemesis") return true;
    scanner = before;
    return scanner.refuse("a process number or \"nemesis\"");
  }
  std::uint64_t number = 0;
  if (!bounded(scanner, nemesis.value - 1, number)) return false;
  line.event.process = ProcessId{static_cast<std::uint32_t>(number)};
  return true;
}

bool LineParser::type_field(JsonScanner& scanner, Line& line) {
  static constexpr std::array<std::string_view, 4> types{"invoke", "ok", "fail", "info"};
  const JsonScanner before = scanner;
  if (!scanner.string(text_)) return false;
  const auto known = std::find(types.begin(), types.end(), text_);
  line.event.type = static_cast<EventType>(known - types.begin());
  if (known != types.end()) return true;
  scanner = before;
  return scanner.refuse("invoke, ok, fail or info");
}

}  // namespace lockstep::checkers
