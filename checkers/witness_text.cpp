#include "checkers/witness_text.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "checkers/outbox.hpp"
#include "checkers/queue.hpp"
#include "checkers/text.hpp"
#include "impl/base/duration.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::size_t line_columns = 98;  // sentences are broken there
constexpr std::size_t bar_columns = 56;   // of the drawing, without its labels

std::string who_did(const Event& event, const History& history) {
  if (event.process == nemesis) return "nemesis";
  if (event.node != name::none) return std::string(history.text(event.node));
  return cat("process ", event.process.value);
}

std::string marker_words(const Event& event, const History& history) {
  const std::string_view node = history.text(event.node);
  if (event.f == name::heal) return "all faults are healed";
  if (event.f == name::final_mark) return "the run ends";
  if (event.f == name::crash) return cat(node, " crashes");
  if (event.f == name::restart) return cat(node, " runs again");
  if (event.f == name::clock_step) {
    return cat("the wall clock of ", node, " jumps by ", to_text(Nanos(event.value)));
  }
  return node.empty() ? std::string(history.text(event.f)) : cat(history.text(event.f), " ", node);
}

/// "message 7, attempt 2, generation 1": as far as an event says it.
std::string message_words(const Event& event) {
  std::string words;
  const auto add = [&words](std::string_view what, std::uint64_t number) {
    if (number != 0) words += cat(words.empty() ? "" : ", ", what, " ", number);
  };
  add("message", event.id.value);
  add("attempt", event.attempt);
  add("generation", event.token.value);
  return words;
}

/// "pop k (window 3s)", "nack k (message 7, attempt 2, generation 1, to the front)".
std::string asked_of_queue_words(const Event& event, const History& history) {
  std::string words = cat(history.text(event.f), " ", history.text(event.key));
  if (event.f == name::push && event.has_value) words += cat(" payload ", event.value);
  std::string details;
  const auto add = [&details](std::string_view detail) {
    if (!detail.empty()) details += cat(details.empty() ? "" : ", ", detail);
  };
  const bool is_range = event.f == name::damage || event.f == name::found;  // the answer tells
  if (!is_range) add(message_words(event));
  if (event.owner.value != 0) add(cat("producer ", event.owner.value));
  if (event.f == name::nack && event.cause == name::ready) add("to the front");
  const bool delays = event.f == name::nack && event.ttl_ns != 0;
  if (delays) add(cat("after ", to_text(Nanos(event.ttl_ns))));
  if (!delays && event.ttl_ns != 0) add(cat("window ", to_text(Nanos(event.ttl_ns))));
  return details.empty() ? words : cat(words, " (", details, ")");
}

/// What a queue answered; `words` if it is nothing but that.
std::string queue_answer_words(const Event& answer, const History& history,
                               std::string_view words) {
  const NameId f = answer.f;
  if (f == name::ack) return "acked";
  if (f == name::damage) {
    return cat("messages ", answer.id.value, " to ", answer.value, " are damaged");
  }
  std::string said;
  if (f == name::push || f == name::pop || f == name::open || f == name::found) {
    said = message_words(answer);
  }
  const bool has_payload = (f == name::pop || f == name::found) && answer.has_value;
  if (has_payload) said += cat(said.empty() ? "" : ", ", "payload ", answer.value);
  const bool has_state = (f == name::pop || f == name::found) && answer.cause != name::none;
  if (has_state) said += cat(", ", history.text(answer.cause));
  return said.empty() ? std::string(words) : said;
}

/// Surveys of an outbox say of which sink.
bool is_of_outbox(const Event& event) {
  const bool is_listing = event.f == name::survey || event.f == name::found;
  return is_outbox(event.f) || (is_listing && event.sink != name::none);
}

/// "publish k (entry 7, value 103, token 2)", "found k (in the store)".
std::string asked_of_outbox_words(const Event& event, const History& history) {
  std::string words(history.text(event.f));
  if (event.key != name::none) words += cat(" ", history.text(event.key));
  std::string details;
  const auto add = [&details](std::string_view what, std::string_view which) {
    details += cat(details.empty() ? "" : ", ", what, which);
  };
  if (event.f != name::found) {  // there the answer tells
    if (event.id.value != 0) add("entry ", std::to_string(event.id.value));
    if (event.has_value) add("value ", std::to_string(event.value));
    if (event.token.value != 0) add("token ", std::to_string(event.token.value));
    if (event.attempt > 1) add("attempt ", std::to_string(event.attempt));
  }
  const bool says_sink = event.f >= name::consume || !is_outbox(event.f);
  if (says_sink && event.sink != name::none) add("at ", history.text(event.sink));
  return details.empty() ? words : cat(words, " (", details, ")");
}

std::string outbox_answer_words(const Event& answer, const History& history) {
  const NameId f = answer.f;
  if (f == name::commit) return cat("committed, entry ", answer.id.value);
  if (f == name::publish || f == name::mark) return "accepted";
  if (f == name::consume) return "applied";
  if (f != name::found) return "ok";
  std::string said = cat("entry ", answer.id.value);
  if (answer.has_value) said += cat(", value ", answer.value);
  if (answer.cause != name::none) said += cat(", ", history.text(answer.cause));
  return answer.attempt == 0 ? said : cat(said, ", applied ", answer.attempt, " times");
}

/// "acquire k (lease 7, ttl 3s)", "write 5 to the sink of k (lease 7, token 12)".
std::string asked_words(const Event& event, const History& history) {
  if (is_of_outbox(event)) return asked_of_outbox_words(event, history);
  if (is_queue(event.f)) return asked_of_queue_words(event, history);
  const bool is_sink = event.f >= name::write && event.f <= name::raise;
  std::string words(history.text(event.f));
  if (event.f == name::write && event.has_value) words += cat(" ", event.value);
  if (event.f == name::write) words += " to";
  if (is_sink)
    words += event.sink == name::none ? " the sink of" : cat(" ", history.text(event.sink), " of");
  words += cat(" ", history.text(event.key));
  const bool is_work = event.f >= name::emit && event.f <= name::dispatch;
  if (event.f == name::apply && event.has_value) words += cat(" #", event.value);
  if (event.f == name::save && event.has_value) words += cat(" up to ", event.value);
  if (event.f == name::dispatch && event.has_value) words += cat(", period ", event.value);
  std::vector<std::string> details;
  if (event.lease.value != 0) details.push_back(cat("lease ", event.lease.value));
  if (event.ttl_ns != 0) details.push_back(cat("ttl ", to_text(Nanos(event.ttl_ns))));
  if ((is_sink || is_work) && event.token.value != 0)
    details.push_back(cat("token ", event.token.value));
  if (event.attempt > 1) details.push_back(cat("attempt ", event.attempt));
  for (std::size_t i = 0; i < details.size(); ++i) words += (i == 0 ? " (" : ", ") + details[i];
  return details.empty() ? words : words + ")";
}

std::string_view done_word(NameId f) {
  if (f == name::acquire) return "granted";
  if (f == name::renew) return "renewed";
  if (f == name::release) return "released";
  if (f >= name::write && f <= name::raise) return "accepted";
  if (f == name::apply) return "accepted";
  return "ok";
}

std::string refused_words(const Event& answer, const History& history) {
  if (answer.error == name::contended) return "refused: contended";
  if (answer.error == name::lost) return "lost";
  if (answer.error == name::not_owned) return "not owned";
  if (answer.error == name::empty) return "empty";
  if (answer.error == name::rolled_back) return "rolled back";
  if (answer.error == name::duplicate) return "known already";
  if (answer.error == name::absent) return "refused: no such message";
  if (answer.error == name::stale && is_queue(answer.f)) return "refused: stale receipt";
  if (answer.error == name::stale) {
    return answer.seen.value == 0 ? "refused: stale token"
                                  : cat("refused: stale token, seen ", answer.seen.value);
  }
  return answer.error == name::none ? "failed" : cat("failed: ", history.text(answer.error));
}

std::string outcome_words(const Event& event, const History& history) {
  if (event.pair == no_event) return "never answered";
  const Event& answer = history.events[event.pair.value];
  if (answer.type == EventType::fail) return refused_words(answer, history);
  if (answer.type == EventType::info) {
    return answer.error == name::none ? "unknown" : cat("unknown: ", history.text(answer.error));
  }
  std::string words(done_word(answer.f));
  if (is_of_outbox(answer)) {
    words = outbox_answer_words(answer, history);
  } else if (is_queue(answer.f)) {
    words = queue_answer_words(answer, history, words);
  }
  if (answer.f == name::acquire && answer.token.value != 0) {
    words += cat(", token ", answer.token.value);
  }
  if (answer.f == name::read && answer.has_value) words += cat(", value ", answer.value);
  if (answer.f == name::emit && answer.has_value) words += cat(", it is #", answer.value);
  if (answer.f == name::load && answer.has_value) words += cat(", done up to ", answer.value);
  if (answer.has_commit) {
    words += cat(", commit ", answer.commit_index, " at ", moment_text(answer.commit_ns));
  }
  return words;
}

constexpr std::array<std::string WitnessRow::*, 6> columns{
    &WitnessRow::event, &WitnessRow::at,  &WitnessRow::took,
    &WitnessRow::who,   &WitnessRow::did, &WitnessRow::outcome};
constexpr std::array<std::string_view, 6> column_titles{"event", "sent at", "took",
                                                        "who",   "did",     "answer"};
constexpr std::array<bool, 6> is_number{true, true, true, false, false, false};

std::string table(const std::vector<WitnessRow>& rows) {
  std::array<std::size_t, columns.size()> widths{};
  for (std::size_t c = 0; c < columns.size(); ++c) {
    widths[c] = column_titles[c].size();
    for (const WitnessRow& row : rows) widths[c] = std::max(widths[c], (row.*columns[c]).size());
  }
  std::string text;
  const auto add_line = [&](const auto& cell) {
    std::string line = "  ";
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string_view words = cell(c);
      const std::string pad(widths[c] - words.size(), ' ');
      line += cat("  ", is_number[c] ? pad : "", words, is_number[c] ? "" : pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add_line([](std::size_t c) { return column_titles[c]; });
  for (const WitnessRow& row : rows) {
    add_line([&row](std::size_t c) { return std::string_view(row.*columns[c]); });
  }
  return text;
}

/// Breaks at spaces; lines after the first are indented.
std::string wrapped(std::string_view text, std::string_view first, std::string_view others) {
  std::string out;
  std::string line(first);
  bool is_empty = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (!is_empty && line.size() + 1 + word.size() > line_columns) {
      out += line + "\n";
      line = others;
      is_empty = true;
    }
    line += cat(is_empty ? "" : " ", word);
    is_empty = false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + line + "\n";
}

/// Position of a moment on the axis.
std::size_t column_of(std::int64_t time_ns, std::int64_t from_ns, std::int64_t to_ns) {
  const auto span = static_cast<unsigned __int128>(std::max<std::int64_t>(to_ns - from_ns, 1));
  const auto offset = static_cast<unsigned __int128>(time_ns - from_ns);
  return static_cast<std::size_t>(offset * (bar_columns - 1) / span);
}

/// All stretches on one axis, so that an overlap is seen.
std::string drawing(const std::vector<Stretch>& stretches) {
  std::int64_t from = stretches.front().from_ns;
  std::int64_t to = stretches.front().to_ns;
  std::size_t label_width = 0;
  for (const Stretch& stretch : stretches) {
    from = std::min(from, stretch.from_ns);
    to = std::max(to, stretch.to_ns);
    label_width = std::max(label_width, stretch.label.size());
  }
  std::string text;
  for (const Stretch& stretch : stretches) {
    std::string bar(bar_columns, ' ');
    const std::size_t first = column_of(stretch.from_ns, from, to);
    const std::size_t last = std::max(column_of(stretch.to_ns, from, to), first);
    bar.replace(first, last - first + 1, last - first + 1, '=');
    bar[first] = '[';
    bar[last] = last == first ? '|' : ')';
    text +=
        cat("    ", stretch.label, std::string(label_width - stretch.label.size() + 2, ' '), bar);
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  const std::string left = moment_text(from);
  const std::string right = moment_text(to);
  const std::size_t used = left.size() + right.size();
  const std::string gap(used < bar_columns ? bar_columns - used : 1, ' ');
  return text + cat(std::string(label_width + 6, ' '), left, gap, right, "\n");
}

}  // namespace

WitnessRow row_of(std::uint32_t index, const History& history) {
  const Event& event = history.events[index];
  WitnessRow row;
  row.event = cat("#", index);
  row.at = moment_text(event.time_ns);
  row.who = who_did(event, history);
  if (event.process == nemesis) {
    row.did = marker_words(event, history);
    return row;
  }
  row.did = asked_words(event, history);
  row.outcome = outcome_words(event, history);
  if (event.pair != no_event) {
    row.took = length_text(history.events[event.pair.value].time_ns - event.time_ns);
  }
  return row;
}

std::vector<WitnessRow> witness_rows(const Violation& violation, const History& history) {
  std::vector<std::uint32_t> events;
  for (const std::uint32_t index : violation.witness) {
    if (index < history.events.size()) events.push_back(index);
  }
  std::sort(events.begin(), events.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(history.events[a].time_ns, a) < std::tie(history.events[b].time_ns, b);
  });
  std::vector<WitnessRow> rows;
  for (const std::uint32_t index : events) rows.push_back(row_of(index, history));
  return rows;
}

std::vector<std::string> witness_lines(const Violation& violation, const History& history) {
  std::vector<std::string> lines;
  for (const WitnessRow& row : witness_rows(violation, history)) {
    std::string line = cat(row.event, " ", row.at, " ", row.who, " ", row.did);
    if (!row.outcome.empty()) line += cat(": ", row.outcome);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string describe(const Violation& violation, const History& history) {
  std::string text = violation.id;
  for (std::size_t i = 0; i < violation.keys.size(); ++i) {
    text += cat(i == 0 ? " on " : ", ", violation.keys[i]);
  }
  text += "\n" + wrapped(violation.sentence + ".", "  ", "  ");
  const auto rows = witness_rows(violation, history);
  if (!rows.empty()) text += "\n" + table(rows);
  if (!violation.stretches.empty()) {
    std::string_view what = "held for certain";
    if (violation.id.starts_with("work/")) what = "at work";
    if (violation.id.starts_with("queue/")) what = "in flight for certain";
    text += cat("\n  ", what, "\n");
    text += drawing(violation.stretches);
  }
  if (!violation.because.empty()) text += "\n  because\n";
  for (const std::string& reason : violation.because) text += wrapped(reason, "  - ", "    ");
  return text;
}

}  // namespace lockstep::checkers
