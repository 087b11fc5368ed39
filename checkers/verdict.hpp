// What a checker says about a history: a verdict, what was violated with the operations that prove
// it, what was exercised at all, and what was measured. Plain data; rendering is for reports and
// witness_text.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checkers/history.hpp"
#include "impl/base/time.hpp"

namespace lockstep::checkers {

/// In order of weight: of two verdicts the greater one stands.
enum class Verdict : std::uint8_t {
  valid,    ///< judged, and nothing is wrong
  unknown,  ///< could not be judged in full, and nothing wrong was found
  invalid,  ///< something is wrong for certain
};

[[nodiscard]] constexpr Verdict merge(Verdict a, Verdict b) { return a < b ? b : a; }
/// "valid", "unknown", "invalid".
[[nodiscard]] std::string_view name_of(Verdict verdict);

/// A stretch of time that belongs to a violation, to be drawn: "lease 7 of client/1".
struct Stretch {
  std::string label;
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// One thing that is wrong for certain (or, among warnings, that looks wrong).
struct Violation {
  std::string id;                      ///< stable: "lock/double-grant"
  std::string sentence;                ///< plain English, understood without the history
  std::vector<std::uint32_t> witness;  ///< 1 to 6 events: invocations and markers, ascending
  std::vector<std::string> keys;
  std::vector<std::uint64_t> tokens;  ///< fencing tokens that matter, where there are any
  std::vector<std::string> because;   ///< the arithmetic behind the sentence, a line each
  std::vector<Stretch> stretches;     ///< holds that matter
  friend bool operator==(const Violation&, const Violation&) = default;
};

/// Violations spelled out per id and report; a broken lock produces one per operation. All are
/// counted.
inline constexpr std::size_t violations_per_id_max = 50;
/// Reasons for `unknown` spelled out per report.
inline constexpr std::size_t reasons_max = 10;

/// Properties a scenario may require to have been exercised ("require"), in the order of files.
enum class Property : std::uint8_t {
  grant,                ///< an acquire was answered with a lease
  contended,            ///< an acquire was refused
  renew,                ///< a renewal succeeded
  lost,                 ///< a renewal was told that the lease is gone
  release,              ///< a release succeeded
  not_owned,            ///< a release was told that the lease is gone
  takeover,             ///< granted after another's lease that was never released for certain
  guarded_write,        ///< a sink accepted a write
  guarded_read,         ///< a sink accepted a read
  stale_refused,        ///< a sink refused an old token
  unknown,              ///< an operation whose client cannot know what became of it
  holder_crash,         ///< the node of a certain holder crashed
  handover,             ///< after which somebody else was granted the lock
  liveness,             ///< a grant after the heal
  emitted,              ///< an event was appended to a collection
  applied,              ///< a sink accepted an event from a worker
  saved,                ///< a resume token was stored
  dispatched,           ///< a task was started
  worker_change,        ///< a collection or task went on with another worker
  explained_duplicate,  ///< an event was applied again, for a cause
  pushed,               ///< a push was answered with an id
  delivered,            ///< a pop was answered with a message
  acked,                ///< an ack was answered Acked
  nacked,               ///< a nack succeeded
  extended,             ///< a window was extended
  redelivered,          ///< a message was delivered again, for a cause
  expired,              ///< of those, for no other cause than that the window can have ended
  dead_lettered,        ///< a survey found a dead letter
  redriven,             ///< a dead letter was sent back into its queue
  stale_receipt,        ///< an old receipt was refused
  reopened,             ///< a queue was opened again
  crash_recovered,      ///< of those, after a crash of its node
  damage_reported,      ///< an opening reported messages lost to damage
  commit,               ///< a transaction with an entry of an outbox was committed
  rolled_back,          ///< one was not
  late_commit,          ///< an entry was committed after one of a higher id had been published
  publish,              ///< an entry was published
  duplicate,            ///< one was published again, for a cause
  relay_change,         ///< publishing went on under another fencing token (a takeover too)
  refused,              ///< a publish or mark with an old token was refused
  blocked,              ///< a poison entry was parked
  consume,              ///< an inbox applied an entry
  inbox_duplicate,      ///< an inbox knew an entry and did nothing
};
inline constexpr std::size_t property_count = 43;
/// Those of locks: the first so many.
inline constexpr std::size_t lock_property_count = 14;
/// "grant", "guarded_write", ...
[[nodiscard]] std::string_view name_of(Property property);
[[nodiscard]] std::optional<Property> property_of(std::string_view name);

/// How often each property was exercised.
class Exercised {
 public:
  void count(Property property) { ++counts_[static_cast<std::size_t>(property)]; }
  [[nodiscard]] std::uint64_t of(Property property) const {
    return counts_[static_cast<std::size_t>(property)];
  }
  void merge(const Exercised& other);
  /// Counts that `other` has too, as far as they are there.
  void take_out(const Exercised& other);
  friend bool operator==(const Exercised&, const Exercised&) = default;

 private:
  std::array<std::uint64_t, property_count> counts_{};
};

/// Durations seen, in order of occurrence.
struct Distribution {
  std::string name;  ///< "handover": from the crash of a holder to the next grant
  std::vector<Nanos> samples;
  /// What the parameters of the run promise a waiter that reaches the store; 0: nothing. Of
  /// "handover": ttl + retry interval + bound, the ttl as long as the store's clock may make it.
  Nanos bound{};
  friend bool operator==(const Distribution&, const Distribution&) = default;
};

/// Which knowledge a verdict rests on.
enum class Judge : std::uint8_t {
  black_box,  ///< what clients were told
  oracle,     ///< and what the services' logs say about the operations that ended as info
};
/// "black-box", "oracle".
[[nodiscard]] std::string_view name_of(Judge judge);

/// What one checker says about one history. A function of the history alone.
struct Report {
  std::string model;  ///< the checker: "lease-lock"
  Judge judge = Judge::black_box;
  Verdict verdict = Verdict::unknown;
  std::vector<Violation> violations;           ///< at most violations_per_id_max of each id
  std::vector<Violation> warnings;             ///< the same; they do not touch the verdict
  std::map<std::string, std::uint64_t> found;  ///< by id, all of both, listed or not
  std::vector<std::string> unknown_reasons;    ///< why not all could be judged, at most reasons_max
  /// What was judged leniently, because the order of overlapping operations of one lease matters
  /// and is not known. Clients that wait for their answers cause none; late messages a few.
  std::uint64_t doubts = 0;
  Exercised exercised;
  std::vector<Distribution> measurements;

  /// Whether `id` was found, as violation or warning.
  [[nodiscard]] bool has(std::string_view id) const;
};

/// The properties of `required` that no report of a campaign exercised. A name that no checker
/// knows counts as not exercised.
[[nodiscard]] std::vector<std::string> not_exercised(const Exercised& exercised,
                                                     std::span<const std::string> required);

}  // namespace lockstep::checkers
