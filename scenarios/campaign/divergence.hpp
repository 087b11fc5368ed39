// Where two runs of one plan part: the first event that differs, with both sides.
//
// Not verified: an event whose 16 path bits collide hides for one event on the path of a recorded
// failure (1 in 65,536); a full log hides nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/hash.hpp"
#include "scenarios/run.hpp"

namespace lockstep::campaign {

/// Events that a log keeps: more than any run may have (events_max), so that it never cuts.
inline constexpr std::size_t logged_events_max = 16U << 20U;

/// Every event of a run in 40 bytes, without the detail meant for humans.
class EventLog final : public scenarios::TraceSink {
 public:
  struct Entry {
    Nanos time{};
    NodeId node{};
    std::string_view kind;
    std::uint64_t digest = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  void event(const scenarios::TraceEvent& event) override;
  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// "timer on node 3 at 1.5s, digest 00f3..."; beyond the end: "no event, the run ended".
[[nodiscard]] std::string in_words(std::span<const EventLog::Entry> entries, std::uint64_t index);

struct Parting {
  std::uint64_t event = 0;  ///< the first that differs
  std::string first;        ///< both sides in words
  std::string second;
};

/// Of two runs in full. None when the logs and the hashes agree.
[[nodiscard]] std::optional<Parting> compare(std::span<const EventLog::Entry> first,
                                             const RollingHash& first_hash,
                                             std::span<const EventLog::Entry> second,
                                             const RollingHash& second_hash);

/// What a failure file knows of its run, and what happened now.
struct Recorded {
  std::span<const std::uint16_t> path;  ///< may end early when it was cut at path_events_max
  std::string_view trace_hash;          ///< 32 hex digits
};
struct Replayed {
  std::span<const std::uint16_t> path;
  std::string trace_hash;
  bool is_whole = true;  ///< false: stopped by until_event, so that only a prefix can agree
};

/// The first event at which the replay left the recorded path. When every 16-bit piece agrees and
/// the hashes do not: the number of events compared. None when it stayed on its path.
[[nodiscard]] std::optional<std::uint64_t> left_path_at(const Recorded& recorded,
                                                        const Replayed& replayed);

}  // namespace lockstep::campaign
