// Histories of a correct queue are valid for both judges; and small random ones, which are not, are
// judged as by brute force.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "checkers/dice.hpp"
#include "checkers/history_file.hpp"
#include "checkers/queue.hpp"
#include "checkers/queue_brute_force.hpp"
#include "checkers/queue_world.hpp"
#include "checkers/registry.hpp"
#include "checkers/witness_text.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

std::string told(const Report& report, const History& history) {
  std::string text;
  for (const Violation& violation : report.violations) text += describe(violation, history);
  for (const std::string& reason : report.unknown_reasons) text += reason + "\n";
  return text;
}

constexpr std::uint64_t worlds = 60'000;

TEST(QueueProperty, a_correct_queue_is_valid_for_both_judges) {
  Exercised exercised;
  for (std::uint64_t seed = 0; seed < test_seeds(worlds); ++seed) {
    const QueueWorldOptions options = any_queue_world(seed);
    QueueWorld world(options);
    world.run(20 + static_cast<std::int64_t>(seed % 100));
    world.finish();
    const History history = world.timeline().history();
    const auto both = judge_both(history);
    ASSERT_TRUE(both);
    for (const Report* report : {&both->black_box, &both->oracle}) {
      ASSERT_EQ(report->verdict, Verdict::valid)
          << "seed " << seed << " " << name_of(report->judge) << "\n"
          << told(*report, history) << write_history(history);
    }
    exercised.merge(both->black_box.exercised);
  }
  const auto last = static_cast<std::size_t>(Property::damage_reported);
  for (auto p = static_cast<std::size_t>(Property::pushed); p <= last; ++p) {
    EXPECT_GE(exercised.of(static_cast<Property>(p)), test_seeds(worlds) / 20)
        << name_of(static_cast<Property>(p));
  }
}

constexpr std::int64_t horizon = 60;

/// A handful of operations on two or three messages of one queue: mostly plausible ones, so that
/// every rule is near.
class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed) : dice_(seed), messages_(dice_.roll(1, 3)) {
    Params& params = timeline_.params();
    params.attempts_max = dice_.roll(0, 3);
    if (dice_.chance(50)) params.extra.emplace_back("attempts_durable", dice_.chance(70));
    if (dice_.chance(50)) params.extra.emplace_back("drained", true);
    if (dice_.chance(30)) params.extra.emplace_back("intact", true);
    if (dice_.chance(30)) params.extra.emplace_back("shared", true);
    for (std::int64_t id = 1; id <= messages_; ++id) add_push(id);
    if (dice_.chance(15)) add_push(dice_.roll(1, messages_));
    for (std::int64_t i = dice_.roll(1, 10); i > 0; --i) add_use();
    if (dice_.chance(25)) timeline_.mark(name::crash, dice_.roll(5, horizon), "n");
    if (dice_.chance(20)) add(name::open, {.generation = 2}, 5, horizon);
    if (dice_.chance(10)) {
      const std::int64_t id = dice_.roll(1, messages_);
      add(name::damage, {.id = static_cast<std::uint64_t>(id), .value = dice_.roll(0, 2)}, 5,
          horizon);
    }
    if (dice_.chance(20)) add_survey(dice_.roll(10, horizon));
    if (dice_.chance(80)) add_survey(horizon + 20);
    if (dice_.chance(90)) timeline_.mark(name::final_mark, horizon + 60);
  }

  [[nodiscard]] Timeline& timeline() { return timeline_; }
  [[nodiscard]] const std::vector<std::size_t>& unknown() const { return unknown_; }

 private:
  void add(NameId f, const QueueWords& words, std::int64_t from, std::int64_t to) {
    const std::int64_t sent = dice_.roll(from, to);
    Ending ending = Ending::ok;
    if (dice_.chance(10)) ending = dice_.chance(50) ? Ending::denied : Ending::failed;
    const bool is_unknown = dice_.chance(12);
    if (is_unknown) ending = dice_.chance(50) ? Ending::info : Ending::open;
    const std::size_t operation =
        timeline_.queue(f, "n", {sent, sent + dice_.roll(1, 6), ending}, words);
    if (is_unknown) unknown_.push_back(operation);
  }

  void add_push(std::int64_t message) {
    timeline_.owner(1);
    const auto id = static_cast<std::uint64_t>(dice_.chance(95) ? message : 4 - message);
    add(name::push, {.id = id, .value = next_value_++}, 0, 12);
    timeline_.owner(0);
  }

  /// Of some delivery, most often of a good one.
  QueueWords delivery(std::int64_t at) {
    const std::int64_t message = dice_.roll(1, dice_.chance(95) ? messages_ : 3);
    const std::int64_t attempt = 1 + at * 3 / horizon + (dice_.chance(20) ? 1 : 0);
    return {.id = static_cast<std::uint64_t>(message),
            .attempt = static_cast<std::uint16_t>(attempt),
            .generation = static_cast<std::uint64_t>(dice_.chance(90) ? 1 : 2)};
  }

  void add_use() {
    const std::int64_t at = dice_.roll(5, horizon - 5);
    QueueWords words = delivery(at);
    const std::int64_t what = dice_.roll(1, 100);
    if (what <= 50) {
      words.value = dice_.chance(95) ? 99 + static_cast<std::int64_t>(words.id) : 100;
      words.ttl = dice_.chance(50) ? 0 : dice_.roll(1, 30);
      if (dice_.chance(3)) words.cause = name::damaged;
      return add(name::pop, words, at, at + 3);
    }
    if (what > 92) return add(name::redrive, {.id = words.id}, at, at + 5);
    words.ttl = what <= 80 ? 0 : dice_.roll(0, 20);
    const NameId f = what <= 68 ? name::ack : what <= 80 ? name::nack : name::extend;
    add(f, words, at, at + 5);
  }

  void add_survey(std::int64_t from) {
    const std::int64_t sent = from++;
    constexpr std::array<NameId, 4> where{name::ready, name::in_flight, name::delayed, name::dead};
    for (std::int64_t id = 1; id <= 3; ++id) {
      for (std::int64_t more = dice_.chance(4) ? 2 : 1; more > 0; --more) {
        if (dice_.chance(id <= messages_ ? 45 : 98)) continue;
        const auto state = where[static_cast<std::size_t>(dice_.roll(0, 3))];
        timeline_.queue(name::found, "n", {from, from + 1},
                        {.id = static_cast<std::uint64_t>(id), .value = 99 + id, .cause = state});
        from += 2;
      }
    }
    timeline_.queue(name::survey, "n", {sent, from}, {});
  }

  Dice dice_;
  Timeline timeline_;
  std::int64_t messages_;
  std::int64_t next_value_ = 100;
  std::vector<std::size_t> unknown_;
};

std::set<std::string> found_by(const History& history, Judge judge) {
  std::set<std::string> ids;
  const Report report = check_queue(history, history.header.params, judge);
  for (const auto& [id, count] : report.found) ids.insert(id);
  return ids;
}

constexpr std::uint64_t seeds = 60'000;

TEST(QueueProperty, what_is_found_is_what_brute_force_finds) {
  std::map<std::string, std::uint64_t> found;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    RandomHistory random(seed);
    const History history = random.timeline().history();
    const std::set<std::string> ids = found_by(history, Judge::black_box);
    ASSERT_EQ(ids, queue_by_brute_force(history, Judge::black_box)) << "seed " << seed << "\n"
                                                                    << write_history(history);
    for (const std::string& id : ids) ++found[id];
    if (ids.empty()) ++found["nothing"];
  }
  // Each many times: else the histories are too tame to prove anything.
  for (const AnomalyInfo& anomaly : find_checker(queue_model)->anomalies) {
    EXPECT_GE(found[std::string(anomaly.id)], test_seeds(seeds) / 200) << anomaly.id;
  }
  EXPECT_GE(found["nothing"], test_seeds(seeds) / 100);
}

TEST(QueueProperty, who_knows_more_finds_no_less_and_what_brute_force_finds) {
  std::uint64_t more = 0;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    RandomHistory random(seed);
    Dice dice(seed + 1'000'000);
    const std::set<std::string> before = found_by(random.timeline().history(), Judge::black_box);
    for (const std::size_t operation : random.unknown()) {
      const bool happened = dice.chance(50);
      random.timeline().resolve(operation, happened, happened ? dice.roll(65, 75) : 0);
    }
    const History after = random.timeline().history();
    const std::set<std::string> known = found_by(after, Judge::oracle);
    ASSERT_EQ(known, queue_by_brute_force(after, Judge::oracle)) << "seed " << seed << "\n"
                                                                 << write_history(after);
    if (known.size() > before.size()) ++more;
    const bool invalid = known.empty() && !before.empty();
    ASSERT_FALSE(invalid) << "seed " << seed << " " << *before.begin();
  }
  EXPECT_GT(more, test_seeds(seeds) / 20);
}

}  // namespace
}  // namespace lockstep::checkers
