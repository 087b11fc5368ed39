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
    space_ += payload.size();
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
    data_bytes_ += name.size() + value.size();
    changes_.push_back(
        {.kind = RecordKind::data, .payload = std::move(value), .name = std::move(name)});
  }
  void erase_data(std::string name) {
    changes_.push_back({.kind = RecordKind::data, .erase = true, .name = std::move(name)});
  }

  /// Its data too may be refused for want of space. Else only what is pushed is: marks and acks go
  /// on in the reserve.
  void demand_space() { space_ += std::exchange(data_bytes_, 0); }
  /// Bytes that are refused when only the reserve is left.
  [[nodiscard]] std::size_t space() const { return space_; }
  /// What it holds in memory, about.
  [[nodiscard]] std::size_t weight() const { return space_ + data_bytes_; }

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
  std::size_t space_ = 0;
  std::size_t data_bytes_ = 0;  ///< not in `space_`
};

}  // namespace lockstep::queue
