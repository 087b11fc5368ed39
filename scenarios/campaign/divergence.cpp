#include "scenarios/campaign/divergence.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"
#include "impl/base/duration.hpp"
#include "scenarios/format/failure.hpp"

namespace lockstep::campaign {
namespace {

template <class T>
std::size_t common_prefix(std::span<const T> a, std::span<const T> b) {
  const auto [in_a, in_b] = std::ranges::mismatch(a, b);
  return static_cast<std::size_t>(in_a - a.begin());
}

std::string hex(std::uint64_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[text.size() - 1 - i] = digits[(value >> (4 * i)) & 0xfU];
  }
  return text;
}

}  // namespace

void EventLog::event(const scenarios::TraceEvent& event) {
  ASSERT(entries_.size() < logged_events_max);
  entries_.push_back({event.time, event.node, event.kind, event.digest});
}

std::string in_words(std::span<const EventLog::Entry> entries, std::uint64_t index) {
  if (index >= entries.size()) return "no event, the run had ended";
  const EventLog::Entry& entry = entries[index];
  std::string text(entry.kind);
  constexpr NodeId world{0xffffffffU};
  if (entry.node != world) text += " on node " + std::to_string(entry.node.value);
  text += " at " + to_text(entry.time);
  text += ", digest " + hex(entry.digest);
  return text;
}

std::optional<Parting> compare(std::span<const EventLog::Entry> first,
                               const RollingHash& first_hash,
                               std::span<const EventLog::Entry> second,
                               const RollingHash& second_hash) {
  const std::size_t event = common_prefix(first, second);
  const bool logs_agree = event == first.size() && event == second.size();
  if (!logs_agree) return Parting{event, in_words(first, event), in_words(second, event)};
  if (first_hash == second_hash) return std::nullopt;
  return Parting{event, "trace hash " + first_hash.hex(), "trace hash " + second_hash.hex()};
}

std::optional<std::uint64_t> left_path_at(const Recorded& recorded, const Replayed& replayed) {
  const std::size_t event = common_prefix(recorded.path, replayed.path);
  const bool replayed_ended = event == replayed.path.size();
  if (!replayed.is_whole && replayed_ended) return std::nullopt;
  const bool recorded_was_cut = recorded.path.size() >= scenarios::path_events_max;
  const bool recorded_ended = event == recorded.path.size();
  const bool pieces_agree = recorded_ended && (replayed_ended || recorded_was_cut);
  if (pieces_agree && recorded.trace_hash == replayed.trace_hash) return std::nullopt;
  return event;
}

}  // namespace lockstep::campaign
