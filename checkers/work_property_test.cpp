// The work checker against brute force, on small random histories; and the black-box judge against
// the oracle, which must never find less.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "checkers/dice.hpp"
#include "checkers/history_file.hpp"
#include "checkers/registry.hpp"
#include "checkers/timeline.hpp"
#include "checkers/work.hpp"
#include "checkers/work_brute_force.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::int64_t horizon = 40;
constexpr std::int64_t unknown_max = 6;  // brute force tries each both ways

/// A handful of deeds on one collection: mostly plausible ones, so that every rule is near.
class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed) : dice_(seed) {
    timeline_.params().fenced = dice_.chance(50);
    const std::int64_t emits = dice_.roll(0, 4);
    for (std::int64_t event = 1; event <= emits; ++event) {
      timeline_.work(name::emit, "p", 0, span(0, 12, 0), event);
    }
    const std::int64_t workers = dice_.roll(1, 3);
    for (std::int64_t worker = 1; worker <= workers; ++worker) add_worker(worker, workers);
    if (dice_.chance(60)) add_end();
  }

  [[nodiscard]] Timeline& timeline() { return timeline_; }
  [[nodiscard]] const std::vector<std::size_t>& unknown() const { return unknown_; }

 private:
  Span span(std::int64_t from, std::int64_t to, std::uint64_t token) {
    const std::int64_t sent = dice_.roll(from, to);
    Ending ending = Ending::ok;
    if (dice_.chance(25)) ending = dice_.chance(50) ? Ending::denied : Ending::failed;
    is_unknown_ = unknown_left_ > 0 && dice_.chance(20);
    if (is_unknown_) ending = dice_.chance(50) ? Ending::info : Ending::open;
    if (is_unknown_) --unknown_left_;
    return {sent, sent + dice_.roll(0, 4), ending, token};
  }

  void add(NameId f, std::int64_t worker, std::int64_t from, std::int64_t value) {
    const auto lease = static_cast<std::uint64_t>(worker);
    const std::string node(1, static_cast<char>('a' + worker));
    const Span when = span(from, std::min(from + 8, horizon), lease);
    const std::size_t operation = timeline_.work(f, node, lease, when, value);
    if (is_unknown_) unknown_.push_back(operation);
  }

  void add_worker(std::int64_t worker, std::int64_t workers) {
    std::int64_t now = dice_.roll(0, 10) + (worker - 1) * horizon / workers / 2;
    if (dice_.chance(70)) add(name::load, worker, now, dice_.roll(0, 3));
    const std::int64_t deeds = dice_.roll(0, 4);
    for (std::int64_t i = 0; i < deeds; ++i) {
      now = std::min(now + dice_.roll(0, 5), horizon);
      add(name::apply, worker, now, dice_.roll(1, 4));
      now = std::min(now + dice_.roll(0, 5), horizon);
      if (dice_.chance(60)) add(name::save, worker, now, dice_.roll(1, 4));
    }
  }

  void add_end() {
    Params& params = timeline_.params();
    params.ttl_ns = dice_.roll(1, 8) * unit_ns;
    params.retry_ns = dice_.roll(0, 3) * unit_ns;
    params.bound_ns = dice_.roll(0, 6) * unit_ns;
    if (dice_.chance(80)) timeline_.mark(name::heal, dice_.roll(5, 30));
    if (dice_.chance(90)) timeline_.mark(name::final_mark, dice_.roll(30, 60));
  }

  Dice dice_;
  Timeline timeline_;
  std::vector<std::size_t> unknown_;
  std::int64_t unknown_left_ = unknown_max;
  bool is_unknown_ = false;
};

std::set<std::string> found_by(const History& history, Judge judge) {
  std::set<std::string> ids;
  const Report report = check_work(history, history.header.params, judge);
  for (const auto& [id, count] : report.found) ids.insert(id);
  return ids;
}

constexpr std::uint64_t seeds = 30'000;

TEST(WorkProperty, what_is_found_is_what_brute_force_finds) {
  std::map<std::string, std::uint64_t> found;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    RandomHistory random(seed);
    const History history = random.timeline().history();
    const std::set<std::string> ids = found_by(history, Judge::black_box);
    ASSERT_EQ(ids, work_by_brute_force(history, Judge::black_box)) << "seed " << seed << "\n"
                                                                   << write_history(history);
    for (const std::string& id : ids) ++found[id];
    if (ids.empty()) ++found["nothing"];
  }
  // Each many times: else the histories are too tame to prove anything.
  for (const char* id : {"work/two-workers", "work/lost-event", "work/unexplained-duplicate",
                         "work/no-takeover", "nothing"}) {
    EXPECT_GE(found[id], test_seeds(seeds) / 100) << id;
  }
}

TEST(WorkProperty, who_knows_more_finds_no_less_and_what_brute_force_finds) {
  std::uint64_t resolved = 0;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    RandomHistory random(seed);
    Dice dice(seed + 1'000'000);
    const History before = random.timeline().history();
    for (const std::size_t operation : random.unknown()) {
      const bool happened = dice.chance(50);
      random.timeline().resolve(operation, happened, happened ? dice.roll(horizon + 8, 90) : 0);
      ++resolved;
    }
    const History after = random.timeline().history();
    const std::set<std::string> known = found_by(after, Judge::oracle);
    ASSERT_EQ(known, work_by_brute_force(after, Judge::oracle)) << "seed " << seed << "\n"
                                                                << write_history(after);
    for (const std::string& id : found_by(before, Judge::black_box)) {
      ASSERT_TRUE(known.contains(id)) << "seed " << seed << " " << id;
    }
  }
  EXPECT_GT(resolved, test_seeds(seeds) / 10);
}

}  // namespace
}  // namespace lockstep::checkers
