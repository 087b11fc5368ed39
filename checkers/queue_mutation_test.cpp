// Anomalies injected into long valid histories are found and named. The histories are those of a
// correct queue with clients that do everything at once, crashes, and answers that never come.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "checkers/queue.hpp"
#include "checkers/queue_world.hpp"
#include "checkers/registry.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::int64_t attempts_max = 3;

/// A moment after all others, in any order.
std::int64_t later_than_all(QueueWorld& world) {
  const std::int64_t before = world.tick();
  std::int64_t now = before;
  while (now == before) now = world.tick();
  return now;
}

/// A message that the world knows nothing of, with its own story, one thing after the other.
class Ghost {
 public:
  explicit Ghost(QueueWorld& world)
      : world_(world), id_(world.next_id()), value_(world.next_value()) {}

  void push() { say(name::push, {.id = id_, .value = value_}); }
  void pop(std::uint16_t attempt, std::int64_t ttl = 0) {
    say(name::pop, words(attempt, {.value = value_, .ttl = ttl}));
  }
  void ack(std::uint16_t attempt, Ending ending = Ending::ok) {
    say(name::ack, words(attempt, {}), ending);
  }
  void nack(std::uint16_t attempt) { say(name::nack, words(attempt, {.cause = name::ready})); }
  void say(NameId f, const QueueWords& words, Ending ending = Ending::ok) {
    const std::int64_t sent = later();
    world_.timeline().queue(f, "n", {sent, later(), ending}, words);
  }
  QueueWords words(std::uint16_t attempt, QueueWords rest) const {
    rest.id = id_;
    rest.attempt = attempt;
    rest.generation = world_.generation();
    return rest;
  }
  void found(std::initializer_list<NameId> where) {
    const std::int64_t sent = later();
    for (const NameId cause : where) {
      say(name::found, {.id = id_, .value = value_, .cause = cause});
    }
    world_.timeline().queue(name::survey, "n", {sent, later()}, {});
  }
  void crash() {
    later();
    world_.reopen(true);
  }
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] std::int64_t value() const { return value_; }

 private:
  std::int64_t later() { return later_than_all(world_); }

  QueueWorld& world_;
  std::uint64_t id_;
  std::int64_t value_;
};

struct Mutation {
  std::string_view id;
  std::string_view what;
  void (*inject)(QueueWorld& world);
};

void delivered(Ghost& ghost) {
  ghost.push();
  ghost.pop(1);
}

const std::array<Mutation, 24> mutations{{
    {id::queue_lost, "a push", [](QueueWorld& w) { Ghost(w).push(); }},
    {id::queue_lost, "on delivery",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
     }},
    {id::queue_unexpected, "delivered",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.pop(1);
       ghost.ack(1);
     }},
    {id::queue_unexpected, "before it was pushed",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.pop(1);
       ghost.push();
       ghost.ack(1);
     }},
    {id::queue_corrupt, "another payload",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.push();
       ghost.say(name::pop, ghost.words(1, {.value = 1}));
       ghost.ack(1);
     }},
    {id::queue_corrupt, "a wrong digest",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.push();
       ghost.say(name::pop, ghost.words(1, {.cause = name::damaged}));
       ghost.ack(1);
     }},
    {id::redelivered_after_ack, "after a crash",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       ghost.ack(1);
       ghost.crash();
       ghost.pop(2);
     }},
    {id::redelivered_after_ack, "in a survey",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       ghost.ack(1);
       ghost.found({name::ready});
     }},
    {id::acked_twice, "at once",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       ghost.ack(1);
       ghost.ack(1);
     }},
    {id::lease_overlap, "a window without an end",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       ghost.pop(2);
       ghost.ack(2);
     }},
    {id::lease_overlap, "a long window, extended",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.push();
       ghost.pop(1, 100);
       ghost.say(name::extend, ghost.words(1, {.ttl = 200}));
       ghost.pop(2, 100);
       ghost.ack(2);
     }},
    {id::stale_ack_accepted, "in one generation",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       ghost.nack(1);
       ghost.pop(2);
       ghost.ack(1);
     }},
    {id::stale_ack_accepted, "after a crash",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       const QueueWords old = ghost.words(1, {});
       ghost.crash();
       ghost.pop(2);
       ghost.say(name::ack, old);
     }},
    {id::attempt_not_monotonic, "the same attempt",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       ghost.nack(1);
       ghost.pop(1);
       ghost.ack(1);
     }},
    {id::id_reused, "twice",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       ghost.ack(1);
       ghost.say(name::push, {.id = ghost.id(), .value = w.next_value()});
     }},
    {id::id_reused, "a lower one",
     [](QueueWorld& w) {
       Ghost low(w);
       Ghost high(w);
       high.push();
       low.push();
     }},
    {id::queue_reordered, "the second first",
     [](QueueWorld& w) {
       Ghost first(w);
       Ghost second(w);
       first.push();
       delivered(second);
       first.pop(1);
     }},
    {id::queue_duplicate, "after a refused ack",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       ghost.ack(1, Ending::failed);
       ghost.pop(2);
       ghost.ack(2);
     }},
    {id::dlq_premature, "one delivery",
     [](QueueWorld& w) {
       Ghost ghost(w);
       delivered(ghost);
       ghost.nack(1);
       ghost.found({name::dead});
     }},
    {id::dlq_both, "in one survey",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.push();
       ghost.found({name::dead, name::ready});
     }},
    {id::dlq_both, "delivered",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.push();
       ghost.found({name::dead});
       ghost.pop(1);
     }},
    {id::dlq_neither, "after the last attempt",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.push();
       for (std::uint16_t attempt = 1; attempt <= attempts_max; ++attempt) {
         ghost.pop(attempt);
         ghost.nack(attempt);
       }
     }},
    {id::dlq_neither, "its window ended",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.push();
       ghost.pop(attempts_max, 1);
     }},
    {id::attempt_not_monotonic, "forgotten by a crash",
     [](QueueWorld& w) {
       Ghost ghost(w);
       ghost.push();
       ghost.pop(2);
       ghost.crash();
       ghost.pop(1);
       ghost.ack(1);
     }},
}};

/// A long run, the injection right after a crash, and more of the run.
History history_of(std::uint64_t seed, void (*inject)(QueueWorld&), bool attempts_durable) {
  QueueWorldOptions options = any_queue_world(seed);
  options.attempts_max = attempts_max;
  options.damage = 0;
  options.attempts_durable = attempts_durable;
  QueueWorld world(options);
  world.run(200 + static_cast<std::int64_t>(seed % 300));
  later_than_all(world);
  world.reopen(true);
  if (inject != nullptr) inject(world);
  world.run(200);
  world.finish();
  return world.timeline().history();
}

constexpr std::uint64_t seeds = 400;

TEST(QueueMutation, histories_without_one_are_valid) {
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    const auto both = judge_both(history_of(seed, nullptr, true));
    ASSERT_TRUE(both);
    ASSERT_EQ(both->verdict(), Verdict::valid) << "seed " << seed;
  }
}

TEST(QueueMutation, each_is_found_and_named_by_both_judges) {
  for (const Mutation& mutation : mutations) {
    for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
      const auto both = judge_both(history_of(seed, mutation.inject, true));
      ASSERT_TRUE(both);
      EXPECT_TRUE(both->disagreement.empty());
      ASSERT_TRUE(both->black_box.has(mutation.id))
          << mutation.id << " " << mutation.what << ", seed " << seed;
      ASSERT_TRUE(both->oracle.has(mutation.id))
          << mutation.id << " " << mutation.what << ", seed " << seed;
    }
  }
}

TEST(QueueMutation, every_id_but_undrained_is_injected) {
  for (const AnomalyInfo& anomaly : find_checker(queue_model)->anomalies) {
    const bool is_injected =
        std::any_of(mutations.begin(), mutations.end(),
                    [&](const Mutation& mutation) { return mutation.id == anomaly.id; });
    EXPECT_EQ(is_injected, anomaly.id != id::queue_undrained) << anomaly.id;
  }
}

/// Whether the last survey found anything but dead letters.
bool is_anything_left(const History& history) {
  bool left = false;
  for (const Event& event : history.events) {
    if (event.f == name::survey && event.type == EventType::invoke) left = false;
    if (event.f == name::found && event.cause != name::dead) left = true;
  }
  return left;
}

TEST(QueueMutation, a_queue_that_is_not_drained_is_found) {
  std::uint64_t count = 0;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    QueueWorldOptions options = any_queue_world(seed);
    options.drained = false;
    QueueWorld world(options);
    world.run(100);
    world.finish();
    world.timeline().params().extra.emplace_back("drained", true);
    const History history = world.timeline().history();
    const auto report = judge(history);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->has(id::queue_undrained), is_anything_left(history)) << "seed " << seed;
    if (report->has(id::queue_undrained)) ++count;
  }
  EXPECT_GT(count, test_seeds(seeds) / 2);
}

TEST(QueueMutation, what_a_crash_may_make_forgotten_is_no_anomaly) {
  const Mutation& forgotten = mutations.back();
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    const auto report = judge(history_of(seed, forgotten.inject, false));
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->has(forgotten.id)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace lockstep::checkers
