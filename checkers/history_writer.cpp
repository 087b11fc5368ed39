// Histories to JSONL. Written by hand, since a history is written for every failure and may have
// millions of lines; the names of a history are quoted once.
#include <array>
#include <charconv>
#include <ostream>

#include "checkers/history_file.hpp"
#include "checkers/json_scan.hpp"
#include "impl/base/hash.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::array<std::string_view, 4> type_names{"invoke", "ok", "fail", "info"};

template <class Integer>
void append_number(std::string& out, Integer number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  out.append(digits.begin(), end);
}

/// Builds lines, hashes and counts them.
class Writer {
 public:
  explicit Writer(const History& history) : history_(history) {
    quoted_.reserve(history.names.size());
    for (std::uint32_t id = 0; id < history.names.size(); ++id) {
      append_json(quoted_.emplace_back(), history.text(NameId{id}));
    }
  }

  const std::string& header();
  const std::string& event(std::size_t index);
  const std::string& resolution(const Resolution& resolution);
  const std::string& footer();

 private:
  void begin() { line_.assign(1, '{'); }
  void member(std::string_view name) {
    if (line_.size() > 1 && line_.back() != '{') line_.push_back(',');
    line_.append(1, '"').append(name).append("\":");
  }
  template <class Integer>
  void number(std::string_view name, Integer value) {
    member(name);
    append_number(line_, value);
  }
  template <class Integer>
  void number_if(std::string_view name, Integer value) {
    if (value != 0) number(name, value);
  }
  void name_if(std::string_view name, NameId id) {
    if (id == name::none) return;
    member(name);
    line_ += quoted_[id.value];
  }
  void text(std::string_view name, std::string_view value) {
    member(name);
    append_json(line_, value);
  }
  void boolean(std::string_view name, bool value) {
    member(name);
    line_ += value ? "true" : "false";
  }
  void params(const Params& params);
  void process(ProcessId process);
  const std::string& end();

  const History& history_;
  std::vector<std::string> quoted_;
  std::string line_;
  RollingHash hash_;
  std::uint64_t lines_ = 0;
};

const std::string& Writer::end() {
  line_.push_back('}');
  hash_.add(line_);
  ++lines_;
  line_.push_back('\n');
  return line_;
}

void Writer::params(const Params& params) {
  number("ttl_ns", params.ttl_ns);
  number("drift_ppm", params.drift_ppm);
  number("eps_ns", params.eps_ns);
  boolean("single_copy", params.single_copy);
  boolean("fenced", params.fenced);
  number("retry_ns", params.retry_ns);
  number("jitter_ns", params.jitter_ns);
  number("round_trip_ns", params.round_trip_ns);
  number("bound_ns", params.bound_ns);
  number_if("period_ns", params.period_ns);
  number_if("attempts_max", params.attempts_max);
  for (const auto& [name, value] : params.extra) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) number(name, *integer);
    if (const auto* truth = std::get_if<bool>(&value)) boolean(name, *truth);
    if (const auto* words = std::get_if<std::string>(&value)) text(name, *words);
  }
}

const std::string& Writer::header() {
  const Header& header = history_.header;
  begin();
  number("schema", history_schema);
  text("scenario", header.scenario);
  number("seed", header.seed.value);
  text("commit", header.commit);
  text("model", header.model);
  text("order", header.order == Order::total ? "total" : "time");
  member("params");
  line_.push_back('{');
  params(header.params);
  line_.push_back('}');
  return end();
}

void Writer::process(ProcessId process) {
  if (process == nemesis) {
    text("process", "nemesis");
  } else {
    number("process", process.value);
  }
}

const std::string& Writer::event(std::size_t index) {
  const Event& event = history_.events[index];
  begin();
  number("index", index);
  number("time", event.time_ns);
  process(event.process);
  text("type", type_names[static_cast<std::size_t>(event.type)]);
  name_if("f", event.f);
  name_if("node", event.node);
  name_if("key", event.key);
  number_if("lease", event.lease.value);
  number_if("owner", event.owner.value);
  number_if("ttl_ns", event.ttl_ns);
  number_if("attempt", event.attempt);
  name_if("sink", event.sink);
  number_if("id", event.id.value);
  number_if("token", event.token.value);
  number_if("seen", event.seen.value);
  if (event.has_value) number("value", event.value);
  if (event.has_commit) number("commit_index", event.commit_index);
  if (event.has_commit) number("commit_ns", event.commit_ns);
  name_if("error", event.error);
  name_if("cause", event.cause);
  return end();
}

const std::string& Writer::resolution(const Resolution& resolution) {
  begin();
  number("resolves", resolution.operation.value);
  boolean("happened", resolution.happened);
  if (resolution.happened) number("at", resolution.at_ns);
  return end();
}

const std::string& Writer::footer() {
  const std::string hash = hash_.hex();
  const std::uint64_t count = lines_ - 1;
  begin();
  number("count", count);
  number_if("dropped", history_.dropped);
  text("hash", hash);
  return end();
}

template <class Sink>
void write_all(const History& history, const Sink& sink) {
  Writer writer(history);
  sink(writer.header());
  for (std::size_t i = 0; i < history.events.size(); ++i) sink(writer.event(i));
  for (const Resolution& resolution : history.resolutions) sink(writer.resolution(resolution));
  sink(writer.footer());
}

}  // namespace

std::string write_history(const History& history) {
  std::string all;
  write_all(history, [&all](const std::string& line) { all += line; });
  return all;
}

Result<void> write_history(const History& history, std::ostream& out) {
  write_all(history, [&out](const std::string& line) {
    out.write(line.data(), static_cast<std::streamsize>(line.size()));
  });
  out.flush();
  if (!out) return fail(definite(Errc::io_error, "the history could not be written"));
  return {};
}

}  // namespace lockstep::checkers
