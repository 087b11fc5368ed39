// JSONL to histories. Each line is parsed alone (history_line.cpp); here is what lines must have in
// common: dense indices, times that do not fall, one operation per process, and the footer.
#include <fstream>
#include <istream>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>

#include "checkers/history_file.hpp"
#include "checkers/history_line.hpp"
#include "impl/base/hash.hpp"

namespace lockstep::checkers {
namespace {

/// Lines of a stream, none longer than line_bytes_max in memory.
class Lines {
 public:
  explicit Lines(std::istream& in) : in_(in), buffer_(line_bytes_max, '\0') {}

  enum class Next : std::uint8_t { line, end, too_long, broken };

  Next next(std::string& line) {
    line.clear();
    for (;;) {
      if (rest_.empty() && !fill()) {
        if (in_.bad()) return Next::broken;
        return line.empty() ? Next::end : Next::line;
      }
      const std::size_t end = rest_.find('\n');
      const std::string_view piece = rest_.substr(0, end);
      if (line.size() + piece.size() > line_bytes_max) return Next::too_long;
      line += piece;
      rest_.remove_prefix(piece.size());
      if (end == std::string_view::npos) continue;
      rest_.remove_prefix(1);
      return Next::line;
    }
  }

 private:
  bool fill() {
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    rest_ = std::string_view(buffer_).substr(0, static_cast<std::size_t>(in_.gcount()));
    return !rest_.empty();
  }

  std::istream& in_;
  std::string buffer_;
  std::string_view rest_;  ///< of buffer_
};

class Reader {
 public:
  Reader(std::istream& in, const std::string& file) : lines_(in), file_(file) {}

  Result<History> read();

 private:
  /// The open operation of a process, or what it retired with.
  struct Process {
    EventIndex open = no_event;
    bool retired = false;
  };

  std::unexpected<Error> bad(std::string found, std::string_view expected) const {
    return fail(definite(Errc::corrupt, file_ + ":" + std::to_string(number_) + ": found " + found +
                                            ", expected " + std::string(expected)));
  }
  std::unexpected<Error> bad(const JsonScanner& scanner) const {
    return fail(definite(Errc::corrupt, file_ + ":" + std::to_string(number_) + ":" +
                                            std::to_string(scanner.column()) + ": found " +
                                            scanner.found() + ", expected " + scanner.expected()));
  }

  /// False at the end of the file.
  Result<bool> next_line();
  Result<void> header();
  Result<void> event();
  Result<void> invocation(Process& process);
  Result<void> completion(Process& process);
  Result<void> marker();
  Result<void> take_over(const Event& invocation, EventIndex at);
  Result<void> resolution();
  Result<void> footer(const RollingHash& before);

  Lines lines_;
  std::string file_;
  std::size_t number_ = 0;
  std::string text_;
  LineParser parser_;
  Line line_;
  RollingHash hash_;
  History history_;
  std::unordered_map<std::uint32_t, Process> processes_;  // looked up, never walked
  std::vector<bool> resolved_;
};

Result<bool> Reader::next_line() {
  ++number_;
  switch (lines_.next(text_)) {
    case Lines::Next::line: return true;
    case Lines::Next::end: return false;
    case Lines::Next::broken:
      return fail(definite(Errc::io_error, file_ + ": cannot be read any further"));
    case Lines::Next::too_long: break;
  }
  return fail(definite(Errc::limit, file_ + ":" + std::to_string(number_) +
                                        ": found a line of more than " +
                                        std::to_string(line_bytes_max) + " bytes"));
}

Result<History> Reader::read() {
  if (auto first = header(); !first) return fail(first.error());
  for (;;) {
    const auto more = next_line();
    if (!more) return fail(more.error());
    if (!*more) return bad("the end of the file", "a footer: the history is cut off");
    const RollingHash before = hash_;
    hash_.add(text_);
    JsonScanner scanner(text_);
    if (!parser_.parse(scanner, history_.names, line_)) return bad(scanner);
    if (line_.kind == LineKind::footer) {
      if (auto last = footer(before); !last) return fail(last.error());
      return std::move(history_);
    }
    auto taken = line_.kind == LineKind::event ? event() : resolution();
    if (!taken) return fail(taken.error());
  }
}

Result<void> Reader::header() {
  const auto there = next_line();
  if (!there) return fail(there.error());
  if (!*there) return bad("an empty file", "the header of a history");
  hash_.add(text_);
  JsonScanner scanner(text_);
  if (!parse_header(scanner, history_.header)) return bad(scanner);
  return {};
}

Result<void> Reader::event() {
  auto& events = history_.events;
  if (events.size() >= events_max) {
    return fail(definite(Errc::limit, file_ + ":" + std::to_string(number_) + ": found more than " +
                                          std::to_string(events_max) + " events"));
  }
  const Event& event = line_.event;
  if (line_.index != events.size()) {
    return bad("index " + std::to_string(line_.index), std::to_string(events.size()));
  }
  if (history_.header.order == Order::total && !events.empty() &&
      event.time_ns < events.back().time_ns) {
    return bad("a time before that of the line above", "times that never fall (order \"total\")");
  }
  if (event.f == name::none) return bad("an empty \"f\"", "what was done");
  if (event.process == nemesis) return marker();
  Process& process = processes_[event.process.value];
  return event.type == EventType::invoke ? invocation(process) : completion(process);
}

Result<void> Reader::marker() {
  if (line_.event.type != EventType::info) return bad("what the nemesis did", "type info");
  history_.events.push_back(line_.event);
  return {};
}

Result<void> Reader::invocation(Process& process) {
  const std::string who = "process " + std::to_string(line_.event.process.value);
  if (process.open != no_event) {
    return bad("an invocation of " + who + " whose operation " +
                   std::to_string(process.open.value) + " is not completed",
               "one operation at a time");
  }
  if (process.retired) {
    return bad("an invocation of " + who + ", which ended as info before", "a new process number");
  }
  process.open = EventIndex{static_cast<std::uint32_t>(history_.events.size())};
  history_.events.push_back(line_.event);
  return {};
}

Result<void> Reader::completion(Process& process) {
  if (process.open == no_event) {
    return bad("a completion of process " + std::to_string(line_.event.process.value) +
                   ", which has no operation open",
               "an invocation before it");
  }
  const EventIndex invoked = process.open;
  Event& invocation = history_.events[invoked.value];
  if (auto same = take_over(invocation, invoked); !same) return same;
  line_.event.pair = invoked;
  invocation.pair = EventIndex{static_cast<std::uint32_t>(history_.events.size())};
  process.open = no_event;
  process.retired = line_.event.type == EventType::info;
  history_.events.push_back(line_.event);
  return {};
}

/// Fills in what the completion leaves out; what it repeats must be the same.
Result<void> Reader::take_over(const Event& invocation, EventIndex at) {
  Event& event = line_.event;
  bool same = event.f == invocation.f;
  const auto repeat = [&same](auto& mine, const auto& theirs) {
    if (mine == std::remove_cvref_t<decltype(mine)>{}) mine = theirs;
    same = same && mine == theirs;
  };
  repeat(event.node, invocation.node);
  repeat(event.key, invocation.key);
  repeat(event.sink, invocation.sink);
  repeat(event.owner, invocation.owner);
  repeat(event.ttl_ns, invocation.ttl_ns);
  const auto answered = [&same](auto& mine, const auto& theirs) {
    const std::remove_cvref_t<decltype(mine)> absent{};
    if (mine == absent) mine = theirs;
    same = same && (theirs == absent || mine == theirs);
  };
  answered(event.attempt, invocation.attempt);
  answered(event.id, invocation.id);
  answered(event.cause, invocation.cause);
  if (event.lease.value == 0) event.lease = invocation.lease;
  if (event.token.value == 0) event.token = invocation.token;
  if (!event.has_value) event.value = invocation.value;
  event.has_value = event.has_value || invocation.has_value;
  const std::string which = std::to_string(at.value);
  if (!same) {
    return bad("f, node, key, sink, owner, id, attempt, cause or ttl_ns unlike in its invocation",
               which);
  }
  if (event.time_ns < invocation.time_ns) return bad("a time before its invocation", which);
  return {};
}

Result<void> Reader::resolution() {
  const std::string which = "operation " + std::to_string(line_.index);
  if (line_.index >= history_.events.size()) {
    return bad(which, "an invocation above (there are " + std::to_string(history_.events.size()) +
                          " events)");
  }
  const EventIndex operation{static_cast<std::uint32_t>(line_.index)};
  const Event& event = history_.events[operation.value];
  if (event.type != EventType::invoke) return bad(which + ", no invocation", "an invocation");
  if (event.pair != no_event && history_.events[event.pair.value].type != EventType::info) {
    return bad(which + ", whose client was answered", "an operation that ended as info");
  }
  if (line_.happened && line_.at_ns < event.time_ns) {
    return bad(which + " resolved before it was invoked", "a later \"at\"");
  }
  if (resolved_.size() <= operation.value) resolved_.resize(history_.events.size());
  if (resolved_[operation.value]) return bad(which + " resolved again", "one resolution");
  resolved_[operation.value] = true;
  history_.resolutions.push_back({operation, line_.happened, line_.happened ? line_.at_ns : 0});
  return {};
}

Result<void> Reader::footer(const RollingHash& before) {
  const std::uint64_t count = history_.events.size() + history_.resolutions.size();
  if (line_.count != count) {
    return bad("a count of " + std::to_string(line_.count),
               std::to_string(count) + ", the lines above: the history was altered");
  }
  if (line_.has(Field::hash) && line_.hash != before.hex()) {
    return bad("another hash than that of the lines above", before.hex());
  }
  history_.dropped = line_.dropped;
  const auto more = next_line();
  if (!more) return fail(more.error());
  if (*more) return bad("a line after the footer", "the end of the file");
  return {};
}

}  // namespace

Result<History> read_history(std::istream& in, const std::string& file) {
  return Reader(in, file).read();
}

Result<History> parse_history(std::string_view text, const std::string& file) {
  std::istringstream in{std::string(text)};
  return read_history(in, file);
}

Result<History> load_history(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(definite(Errc::not_found, file + ": cannot be opened"));
  return read_history(in, file);
}

}  // namespace lockstep::checkers
