// Histories of a queue written by hand, one operation after the other, for tests.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "checkers/timeline.hpp"

namespace lockstep::checkers {

enum class Variant : std::uint8_t { valid, invalid, unknown };

/// One operation after the other on node "n", in generation 1, each of one unit.
class Story {
 public:
  explicit Story(Variant variant, std::int64_t attempts_max = 0) : variant_(variant) {
    timeline_.params().attempts_max = attempts_max;
    say(name::open, {});
  }

  [[nodiscard]] bool is_invalid() const { return variant_ == Variant::invalid; }
  void push(std::uint64_t id, Ending ending = Ending::ok) {
    timeline_.owner(1);
    say(name::push, {.id = id, .value = static_cast<std::int64_t>(100 + id)}, ending);
    timeline_.owner(0);
  }
  void pop(std::uint64_t id, std::uint16_t attempt = 1, std::int64_t ttl = 0) {
    const auto value = static_cast<std::int64_t>(100 + id);
    say(name::pop, {.id = id, .attempt = attempt, .value = value, .ttl = ttl});
  }
  void ack(std::uint64_t id, std::uint16_t attempt = 1, Ending ending = Ending::ok) {
    say(name::ack, {.id = id, .attempt = attempt}, ending);
  }
  void nack(std::uint64_t id, std::uint16_t attempt = 1, Ending ending = Ending::ok) {
    say(name::nack, {.id = id, .attempt = attempt, .cause = name::ready}, ending);
  }
  void say(NameId f, QueueWords words, Ending ending = Ending::ok) {
    words.generation = words.generation == 0 ? generation_ : words.generation;
    timeline_.queue(f, "n", {now_, now_ + 1, ending}, words);
    now_ += 2;
  }
  void crash() {
    timeline_.mark(name::crash, now_++, "n");
    ++generation_;
    say(name::open, {});
  }
  void wait(std::int64_t units) { now_ += units; }
  struct Left {
    std::uint64_t id = 0;
    NameId where = name::ready;
  };
  /// The survey of the end; not where nothing is to be judged.
  [[nodiscard]] Timeline end(std::initializer_list<Left> left = {}) {
    if (variant_ == Variant::unknown) return timeline_;
    const std::int64_t began = now_++;
    for (const Left& one : left) {
      const auto value = static_cast<std::int64_t>(100 + one.id);
      say(name::found, {.id = one.id, .value = value, .cause = one.where});
    }
    timeline_.queue(name::survey, "n", {began, now_}, {});
    timeline_.mark(name::final_mark, now_ + 1);
    return timeline_;
  }
  Timeline& timeline() { return timeline_; }

 private:
  Variant variant_;
  Timeline timeline_;
  std::int64_t now_ = 0;
  std::uint64_t generation_ = 1;
};

}  // namespace lockstep::checkers
