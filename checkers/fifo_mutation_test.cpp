// Anomalies injected into long valid histories are found and named. The histories are those of
// correct queues with many clients, operations that overlap, and answers that never come.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "checkers/fifo.hpp"
#include "checkers/fifo_world.hpp"
#include "checkers/registry.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

/// Operations that the world knows nothing of, one after the other, all of them after those so far.
class Ghost {
 public:
  explicit Ghost(FifoWorld& world) : world_(world) { world.timeline().key("q0"); }

  std::int64_t push(Ending ending = Ending::ok) {
    const std::int64_t element = world_.next_element();
    push(element, ending);
    return element;
  }
  void push(std::int64_t element, Ending ending) { say(name::push, {.value = element}, ending); }
  void pop(std::int64_t element) { say(name::pop, {.value = element}, Ending::ok); }
  void empty() { say(name::pop, {.error = name::empty}, Ending::denied); }
  /// So many that the pops without an answer so far cannot have taken all.
  void push_more_than_can_be_taken() {
    for (std::int64_t i = world_.unknown_pops(); i >= 0; --i) push();
  }

 private:
  void say(NameId f, const QueueWords& words, Ending ending) {
    const std::int64_t sent = world_.tick();
    world_.timeline().queue(f, "n", {sent, world_.tick(), ending}, words);
  }
  FifoWorld& world_;
};

struct Mutation {
  std::string_view id;
  std::string_view what;
  void (*inject)(FifoWorld& world);
  bool goes_on = true;  ///< the world, afterwards
};

const std::array<Mutation, 11> mutations{{
    {id::fifo_fresh, "never pushed", [](FifoWorld& w) { Ghost(w).pop(w.next_element()); }},
    {id::fifo_fresh, "its push failed",
     [](FifoWorld& w) {
       Ghost ghost(w);
       ghost.pop(ghost.push(Ending::failed));
     }},
    {id::fifo_fresh, "pushed only afterwards",
     [](FifoWorld& w) {
       Ghost ghost(w);
       const std::int64_t element = w.next_element();
       ghost.pop(element);
       ghost.push(element, Ending::ok);
     }},
    {id::fifo_repeat, "at once",
     [](FifoWorld& w) {
       Ghost ghost(w);
       const std::int64_t element = ghost.push();
       ghost.pop(element);
       ghost.pop(element);
     }},
    {id::fifo_repeat, "of a push without an answer, much later",
     [](FifoWorld& w) {
       const std::int64_t element = Ghost(w).push(Ending::info);
       Ghost(w).pop(element);
       w.run(20);
       w.drain();
       Ghost(w).pop(element);
     }},
    {id::fifo_order, "two elements",
     [](FifoWorld& w) {
       Ghost ghost(w);
       const std::int64_t first = ghost.push();
       const std::int64_t second = ghost.push();
       ghost.pop(second);
       ghost.pop(first);
     }},
    {id::fifo_order, "by a push without an answer, much later",
     [](FifoWorld& w) {
       const std::int64_t first = Ghost(w).push();
       w.run(20);
       w.drain();
       const std::int64_t second = Ghost(w).push(Ending::open);
       Ghost(w).pop(second);
       Ghost(w).pop(first);
     }},
    {id::fifo_empty, "an element is in it",
     [](FifoWorld& w) {
       Ghost ghost(w);
       const std::int64_t element = ghost.push();
       ghost.empty();
       ghost.pop(element);
     }},
    {id::fifo_empty, "elements that never come out are in it",
     [](FifoWorld& w) {
       Ghost ghost(w);
       ghost.push_more_than_can_be_taken();
       ghost.empty();
     },
     false},  // else they are overtaken, which is fifo/lost
    {id::fifo_lost, "overtaken",
     [](FifoWorld& w) {
       Ghost ghost(w);
       ghost.push_more_than_can_be_taken();
       ghost.pop(ghost.push());
     }},
    {id::fifo_lost, "overtaken much later by one without an answer",
     [](FifoWorld& w) {
       w.run(20);
       Ghost(w).push_more_than_can_be_taken();
       const std::int64_t element = Ghost(w).push(Ending::info);
       Ghost(w).pop(element);
     }},
}};

/// A long run, the injection when all queues are empty, and more of the run.
History history_of(std::uint64_t seed, const Mutation* mutation) {
  FifoWorld world(any_fifo_world(seed));
  world.run(50 + static_cast<std::int64_t>(seed % 200));
  world.drain();
  if (mutation != nullptr) mutation->inject(world);
  if (mutation == nullptr || mutation->goes_on) world.run(50);
  return world.timeline().history();
}

constexpr std::uint64_t seeds = 1'000;

TEST(FifoMutation, histories_without_one_are_valid) {
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    const auto both = judge_both(history_of(seed, nullptr), fifo_model);
    ASSERT_TRUE(both);
    ASSERT_EQ(both->verdict(), Verdict::valid) << "seed " << seed;
  }
}

TEST(FifoMutation, each_is_found_and_named_by_both_judges) {
  for (const Mutation& mutation : mutations) {
    for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
      const auto both = judge_both(history_of(seed, &mutation), fifo_model);
      ASSERT_TRUE(both);
      EXPECT_EQ(both->disagreement, "");
      for (const Report* report : {&both->black_box, &both->oracle}) {
        ASSERT_TRUE(report->has(mutation.id)) << mutation.id << " " << mutation.what << ", seed "
                                              << seed << " " << name_of(report->judge);
      }
    }
  }
}

TEST(FifoMutation, what_is_wrong_with_one_element_is_all_that_is_found) {
  for (const Mutation& mutation : mutations) {
    if (mutation.id == id::fifo_empty || mutation.id == id::fifo_lost) continue;
    if (mutation.what.ends_with("much later")) continue;  // the world goes on in between
    for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
      const auto report = judge(history_of(seed, &mutation), fifo_model);
      ASSERT_TRUE(report);
      ASSERT_EQ(report->found.size(), 1U)
          << mutation.id << " " << mutation.what << ", seed " << seed;
      ASSERT_EQ(report->found.begin()->second, 1U) << mutation.what << ", seed " << seed;
    }
  }
}

TEST(FifoMutation, every_id_is_injected) {
  for (const AnomalyInfo& anomaly : find_checker(fifo_model)->anomalies) {
    EXPECT_TRUE(std::any_of(mutations.begin(), mutations.end(), [&](const Mutation& mutation) {
      return mutation.id == anomaly.id;
    })) << anomaly.id;
  }
}

}  // namespace
}  // namespace lockstep::checkers
