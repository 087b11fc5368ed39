// Changes to a queue that are written as one: all of them or none are there after a crash.
// Plain data; the store turns them into records.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "impl/queue/format.hpp"

namespace lockstep::queue {

struct Change {
  RecordKind kind{};
  EventId id{};
  bool erase = false;
  Attempt attempt{};    ///< of attempt
  DeadCause cause{};    ///< of dead
  std::string payload;  ///< of event, dead and data
  std::string name;     ///< of data
};

/// What a batch adds to the totals in Meta.
struct Deltas {
  std::int64_t live = 0;
  std::int64_t dead = 0;
  std::int64_t bytes = 0;
};

class Batch {
 public:
  void push(EventId id, std::string payload) {
    deltas_.live += 1;
    deltas_.bytes += std::ssize(payload);
    last_id_ = id;
    changes_.push_back({.kind = RecordKind::event, .id = id, .payload = std::move(payload)});
  }
  /// An event that is done for, of so many bytes; `counted`: with a record of its attempts.
  void erase(EventId id, std::uint64_t bytes, bool counted) {
    deltas_.live -= 1;
    deltas_.bytes -= static_cast<std::int64_t>(bytes);
    changes_.push_back({.kind = RecordKind::event, .id = id, .erase = true});
    if (counted) changes_.push_back({.kind = RecordKind::attempt, .id = id, .erase = true});
  }
  void count(EventId id, const Attempt& attempt) {
    changes_.push_back({.kind = RecordKind::attempt, .id = id, .attempt = attempt});
  }
  /// An event becomes a dead letter.
  void bury(EventId id, std::uint32_t attempts, DeadCause cause, std::string payload) {
    const auto bytes = static_cast<std::uint64_t>(payload.size());
    erase(id, bytes, true);
    deltas_.dead += 1;
    deltas_.bytes += static_cast<std::int64_t>(bytes);
    changes_.push_back({.kind = RecordKind::dead,
                        .id = id,
                        .attempt = {.attempts = attempts},
                        .cause = cause,
                        .payload = std::move(payload)});
  }
  /// A dead letter becomes an event again.
  void redrive(EventId id, std::string payload) {
    deltas_.dead -= 1;
    deltas_.live += 1;
    changes_.push_back({.kind = RecordKind::dead, .id = id, .erase = true});
    changes_.push_back({.kind = RecordKind::event, .id = id, .payload = std::move(payload)});
  }
  /// A dead letter of so many bytes is dropped.
  void purge(EventId id, std::uint64_t bytes) {
    deltas_.dead -= 1;
    deltas_.bytes -= static_cast<std::int64_t>(bytes);
    changes_.push_back({.kind = RecordKind::dead, .id = id, .erase = true});
  }

  /// Data of the queue's user, written with the events. The last word on a name counts.
  void put_data(std::string name, std::string value) {
    changes_.push_back(
        {.kind = RecordKind::data, .payload = std::move(value), .name = std::move(name)});
  }
  void erase_data(std::string name) {
    changes_.push_back({.kind = RecordKind::data, .erase = true, .name = std::move(name)});
  }

  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  /// Those of all changes, in order; they are gone from the batch.
  [[nodiscard]] std::vector<std::string> take_payloads() {
    std::vector<std::string> payloads;
    payloads.reserve(changes_.size());
    for (Change& change : changes_) payloads.push_back(std::move(change.payload));
    return payloads;
  }
  [[nodiscard]] const Deltas& deltas() const { return deltas_; }
  /// The highest id pushed; 0: none.
  [[nodiscard]] EventId last_id() const { return last_id_; }
  [[nodiscard]] bool empty() const { return changes_.empty(); }

 private:
  std::vector<Change> changes_;
  Deltas deltas_;
  EventId last_id_{};
};

}  // namespace lockstep::queue
