// Histories of a queue in strict order written by hand, one operation after the other, for tests.
#pragma once

#include <cstddef>
#include <cstdint>

#include "checkers/timeline.hpp"

namespace lockstep::checkers {

/// One operation after the other on node "n", each of one unit; some begin earlier or end later.
class FifoStory {
 public:
  std::size_t push(std::int64_t element, Ending ending = Ending::ok) {
    return say(name::push, {.value = element}, ending);
  }
  std::size_t pop(std::int64_t element) { return say(name::pop, {.value = element}, Ending::ok); }
  std::size_t says_empty() { return say(name::pop, {.error = name::empty}, Ending::denied); }
  /// A pop without an answer.
  std::size_t take(Ending ending = Ending::info) { return say(name::pop, {}, ending); }
  std::size_t say(NameId f, const QueueWords& words, Ending ending) {
    const std::int64_t sent = now_ - early_;
    const std::size_t operation = timeline_.queue(f, "n", {sent, now_ + 1 + late_, ending}, words);
    early_ = late_ = 0;
    now_ += 2;
    return operation;
  }
  /// The next operation begins so many operations earlier.
  FifoStory& early(std::int64_t operations) {
    early_ = 2 * operations;
    return *this;
  }
  /// The next operation is answered so many operations later.
  FifoStory& late(std::int64_t operations) {
    late_ = 2 * operations;
    return *this;
  }
  [[nodiscard]] std::int64_t now() const { return now_; }
  Timeline& timeline() { return timeline_; }

 private:
  Timeline timeline_;
  std::int64_t now_ = 100;
  std::int64_t early_ = 0;
  std::int64_t late_ = 0;
};

}  // namespace lockstep::checkers
