// The first line of a history file: what the run was, and what checkers must know about it.
#include <array>
#include <limits>
#include <string_view>

#include "checkers/history_line.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::array<std::string_view, 7> header_names{"schema", "scenario", "seed",  "commit",
                                                       "model",  "order",    "params"};

bool once(JsonScanner& scanner, std::uint32_t& present, std::size_t field,
          const std::string& member) {
  const std::uint32_t bit = 1U << field;
  if ((present & bit) != 0) {
    return scanner.refuse("\"" + member + "\" a second time", "each field once");
  }
  present |= bit;
  return true;
}

bool schema_field(JsonScanner& scanner) {
  const JsonScanner before = scanner;
  std::int64_t schema = 0;
  if (!scanner.integer(schema)) return false;
  if (schema == history_schema) return true;
  scanner = before;
  return scanner.refuse("schema " + std::to_string(history_schema));
}

bool order_field(JsonScanner& scanner, Order& order) {
  const JsonScanner before = scanner;
  std::string text;
  if (!scanner.string(text)) return false;
  order = text == "time" ? Order::real_time : Order::total;
  if (text == "time" || text == "total") return true;
  scanner = before;
  return scanner.refuse("\"total\" or \"time\"");
}

bool bounded_param(JsonScanner& scanner, std::int64_t most, std::int64_t& number) {
  const JsonScanner before = scanner;
  if (!scanner.integer(number)) return false;
  if (number >= 0 && number <= most) return true;
  scanner = before;
  return scanner.refuse("a number of [0, " + std::to_string(most) + "]");
}

bool extra_param(JsonScanner& scanner, const std::string& member, Params& params) {
  for (const auto& [known, value] : params.extra) {
    if (known == member) {
      return scanner.refuse("\"" + member + "\" a second time", "each parameter once");
    }
  }
  ParamValue value;
  const char first = scanner.peek();
  if (first == '"') {
    if (!scanner.string(value.emplace<std::string>())) return false;
  } else if (first == 't' || first == 'f') {
    if (!scanner.boolean(value.emplace<bool>())) return false;
  } else if (!scanner.integer(value.emplace<std::int64_t>())) {
    return false;
  }
  params.extra.emplace_back(member, std::move(value));
  return true;
}

struct TimeParam {
  std::string_view name;
  std::int64_t Params::* field;
};
constexpr std::array<TimeParam, 7> time_params{{{"ttl_ns", &Params::ttl_ns},
                                                {"eps_ns", &Params::eps_ns},
                                                {"retry_ns", &Params::retry_ns},
                                                {"jitter_ns", &Params::jitter_ns},
                                                {"round_trip_ns", &Params::round_trip_ns},
                                                {"bound_ns", &Params::bound_ns},
                                                {"period_ns", &Params::period_ns}}};

bool param(JsonScanner& scanner, const std::string& member, std::uint32_t& present,
           Params& params) {
  std::size_t bit = 0;
  for (; bit < time_params.size(); ++bit) {
    if (time_params[bit].name != member) continue;
    return once(scanner, present, bit, member) &&
           bounded_param(scanner, time_max_ns - 1, params.*time_params[bit].field);
  }
  if (member == "drift_ppm") {
    return once(scanner, present, bit, member) && bounded_param(scanner, 999'999, params.drift_ppm);
  }
  if (member == "single_copy") {
    return once(scanner, present, bit + 1, member) && scanner.boolean(params.single_copy);
  }
  if (member == "fenced") {
    return once(scanner, present, bit + 2, member) && scanner.boolean(params.fenced);
  }
  if (member == "attempts_max") {
    return once(scanner, present, bit + 3, member) &&
           bounded_param(scanner, std::numeric_limits<std::uint16_t>::max(), params.attempts_max);
  }
  return extra_param(scanner, member, params);
}

bool params_field(JsonScanner& scanner, Params& params) {
  if (!scanner.open_object()) return false;
  std::string member;
  std::uint32_t present = 0;
  for (bool more = true;;) {
    if (!scanner.next_member(member, more)) return false;
    if (!more) return true;
    if (!param(scanner, member, present, params)) return false;
  }
}

bool header_field(JsonScanner& scanner, std::size_t field, Header& header) {
  switch (field) {
    case 0: return schema_field(scanner);
    case 1: return scanner.string(header.scenario);
    case 2: return scanner.natural(header.seed.value);
    case 3: return scanner.string(header.commit);
    case 4: return scanner.string(header.model);
    case 5: return order_field(scanner, header.order);
    default: return params_field(scanner, header.params);
  }
}

}  // namespace

bool parse_header(JsonScanner& scanner, Header& header) {
  if (!scanner.open_object()) return false;
  std::string member;
  std::uint32_t present = 0;
  for (bool more = true;;) {
    if (!scanner.next_member(member, more)) return false;
    if (!more) break;
    std::size_t field = 0;
    while (field < header_names.size() && header_names[field] != member) ++field;
    if (field == header_names.size()) {
      return scanner.refuse("unknown field \"" + member + "\"", "a header of schema 1");
    }
    if (!once(scanner, present, field, member)) return false;
    if (!header_field(scanner, field, header)) return false;
  }
  if ((present & 1U) == 0) return scanner.refuse("no \"schema\"", "the header of a history");
  return scanner.end_of_line();
}

}  // namespace lockstep::checkers
