// Judging a run while it goes on: beginnings of histories, and histories of which the checker
// forgets.
#include "checkers/online.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "checkers/dice.hpp"
#include "checkers/lease_lock.hpp"
#include "checkers/lock_world.hpp"
#include "checkers/prefix.hpp"
#include "checkers/registry.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

LockWorldOptions world_of(std::uint64_t seed) {
  LockWorldOptions options;
  options.seed = seed;
  options.operations = 3'000;
  options.clients = 2 + static_cast<std::uint32_t>(seed % 4);
  options.keys = 1 + static_cast<std::uint32_t>(seed % 3);
  options.drift_ppm = 500;
  options.lost = seed % 2 == 0 ? 0 : 10;
  options.late = seed % 3 == 0 ? 0 : 10;
  options.crashes = seed % 5 == 0 ? 0 : 5;
  options.stalls = 10;
  options.fenced = seed % 7 != 0;
  if (!options.fenced) options.stalls = options.late = 0;  // which only a fence survives
  options.liveness = true;
  return options;
}

History history_of(const LockWorldOptions& options) {
  History history = run_lock_world(options);
  history.header.model = lease_lock_model;
  return history;
}

/// Some refusals are grants: the store lets two in.
void let_two_in(History& history, std::uint64_t seed) {
  Dice dice(seed);
  std::uint64_t token = 1'000'000;
  for (Event& event : history.events) {
    const bool refused = event.f == name::acquire && event.error == name::contended;
    if (!refused || dice.roll(1, 200) != 1) continue;
    event.type = EventType::ok;
    event.error = name::none;
    event.token = FencingToken{++token};
  }
}

/// Tells a recorder what a history tells, and judges it meanwhile.
class Retold {
 public:
  Retold(const History& original, OnlineOptions options)
      : original_(original), recorder_(history_), judge_(history_, recorder_, options) {
    history_.header = original.header;
    history_.names = original.names;
  }

  /// False: something was found wrong on the way.
  bool tell() {
    for (std::uint32_t i = 0; i < original_.events.size(); ++i) {
      tell(i);
      if (judge_.is_due() && judge_.judge()) return false;
    }
    judge_.ignore_late();
    return true;
  }
  OnlineJudge& judge() { return judge_; }
  const History& history() const { return history_; }

 private:
  void tell(std::uint32_t at);
  Answer answer_of(const Event& event) const;

  const History& original_;
  History history_;
  Recorder recorder_;
  OnlineJudge judge_;
  std::map<ProcessId, ThreadId> threads_;
  std::map<std::uint32_t, EventIndex> open_;  // by its index in the original
};

Answer Retold::answer_of(const Event& event) const {
  Answer answer;
  answer.time = Nanos(event.time_ns);
  answer.lease = event.lease;
  answer.token = event.token;
  answer.seen = event.seen;
  answer.error = event.error;
  if (event.has_value) answer.value = event.value;
  if (event.has_commit) answer.commit = Commit{event.commit_index, Nanos(event.commit_ns)};
  return answer;
}

void Retold::tell(std::uint32_t at) {
  const Event& event = original_.events[at];
  if (event.process == nemesis) {
    Marker marker{.time = Nanos(event.time_ns), .f = event.f, .node = event.node};
    if (event.has_value) marker.value = event.value;
    recorder_.mark(marker);
    return;
  }
  if (event.type != EventType::invoke) {
    const EventIndex operation = open_.at(event.pair.value);
    if (event.type == EventType::ok) recorder_.ok(operation, answer_of(event));
    if (event.type == EventType::fail) recorder_.fail(operation, answer_of(event));
    if (event.type == EventType::info) recorder_.info(operation, answer_of(event));
    return;
  }
  const auto [thread, is_new] = threads_.try_emplace(event.process);
  if (is_new) thread->second = recorder_.thread();
  Invocation what{.time = Nanos(event.time_ns), .f = event.f, .node = event.node, .key = event.key};
  what.lease = event.lease;
  what.owner = event.owner;
  what.ttl = Nanos(event.ttl_ns);
  what.token = event.token;
  what.sink = event.sink;
  if (event.has_value) what.value = event.value;
  open_[at] = recorder_.invoke(thread->second, what);
}

std::set<std::string> ids_of(const Report& report) {
  std::set<std::string> ids;
  for (const Violation& violation : report.violations) ids.insert(violation.id);
  return ids;
}

std::vector<std::string> all_ids() {
  std::vector<std::string> ids;
  for (const AnomalyInfo& anomaly : find_checker(lease_lock_model)->anomalies) {
    ids.emplace_back(anomaly.id);
  }
  return ids;
}

TEST(Online, every_beginning_of_a_valid_history_is_valid) {
  for (std::uint64_t seed = 0; seed < test_seeds(20); ++seed) {
    LockWorldOptions options = world_of(seed);
    options.operations = 300;
    const History history = history_of(options);
    ASSERT_NE(judge(history)->verdict, Verdict::invalid) << seed;
    for (std::size_t events = 1; events <= history.events.size(); ++events) {
      const Report report = judge(prefix_of(history, events)).value();
      ASSERT_NE(report.verdict, Verdict::invalid)
          << seed << ", " << events << " events: " << report.violations.front().sentence;
    }
  }
}

TEST(Online, what_is_wrong_at_the_beginning_is_wrong_in_the_whole) {
  std::uint64_t wrong = 0;
  for (std::uint64_t seed = 0; seed < test_seeds(20); ++seed) {
    LockWorldOptions options = world_of(seed);
    options.operations = 300;
    History history = history_of(options);
    let_two_in(history, seed);
    const std::set<std::string> whole = ids_of(judge(history).value());
    for (std::size_t events = 1; events <= history.events.size(); ++events) {
      const std::set<std::string> ids = ids_of(judge(prefix_of(history, events)).value());
      if (ids.empty()) continue;
      ++wrong;
      // Named by its root, which may show itself later only.
      ASSERT_FALSE(whole.empty()) << seed << ", " << events << " events: " << *ids.begin();
    }
  }
  EXPECT_GT(wrong, test_seeds(20));
}

TEST(Online, what_is_forgotten_is_missing_from_no_count) {
  for (std::uint64_t seed = 0; seed < test_seeds(100); ++seed) {
    const History history = history_of(world_of(seed));
    const Report whole = judge(history).value();
    Retold retold(history, {.judge_from = 16, .forget_from = 256});
    ASSERT_TRUE(retold.tell()) << seed << ": " << judge(retold.history())->violations[0].sentence;
    const Judgement online = retold.judge().finish();
    EXPECT_EQ(online.black_box.verdict, whole.verdict) << seed;
    EXPECT_GT(retold.judge().forgotten(), history.events.size() / 2) << seed;
    for (const Property each : {Property::grant, Property::release, Property::guarded_write,
                                Property::holder_crash, Property::liveness}) {
      EXPECT_EQ(online.black_box.exercised.of(each), whole.exercised.of(each))
          << seed << ": " << name_of(each);
    }
  }
}

TEST(Online, what_is_wrong_is_found_though_much_is_forgotten) {
  std::uint64_t wrong = 0;
  std::uint64_t early = 0;
  for (std::uint64_t seed = 0; seed < test_seeds(100); ++seed) {
    History history = history_of(world_of(seed));
    let_two_in(history, seed);
    if (judge(history)->verdict != Verdict::invalid) continue;
    ++wrong;
    Retold retold(history, {.judge_from = 16, .forget_from = 256});
    if (!retold.tell()) {
      ++early;
      continue;
    }
    EXPECT_EQ(retold.judge().finish().black_box.verdict, Verdict::invalid) << seed;
  }
  EXPECT_GE(wrong * 2, test_seeds(100));
  EXPECT_GE(early * 2, wrong) << "most are found on the way";
}

TEST(Online, a_long_history_is_kept_short) {
  LockWorldOptions options = world_of(1);
  options.operations = 200'000;
  const History history = history_of(options);
  ASSERT_GT(history.events.size(), 300'000U);
  Retold retold(history, {.judge_from = 512, .forget_from = 4096});
  ASSERT_TRUE(retold.tell());
  EXPECT_LT(retold.judge().kept_max(), history.events.size() / 10);
}

TEST(Online, a_foreseen_violation_ends_nothing_and_is_told_at_the_end) {
  for (std::uint64_t seed = 0; seed < test_seeds(20); ++seed) {
    History original = history_of(world_of(seed));
    let_two_in(original, seed);
    Retold stops(original, {.judge_from = 64});
    if (stops.tell()) continue;  // nobody was let in
    Retold goes_on(original, {.judge_from = 64, .forget_from = 512, .foreseen = all_ids()});
    EXPECT_TRUE(goes_on.tell()) << seed;
    EXPECT_EQ(goes_on.judge().finish().black_box.verdict, Verdict::invalid) << seed;
  }
}

TEST(Online, a_violation_ends_it_before_the_history_has_doubled) {
  History history = history_of(world_of(2));
  let_two_in(history, 2);
  std::size_t first = 1;
  while (judge(prefix_of(history, first))->verdict != Verdict::invalid) ++first;
  Retold retold(history, {.judge_from = 16, .forget_from = 1U << 20U});
  EXPECT_FALSE(retold.tell());
  EXPECT_LE(retold.history().events.size(), std::max<std::size_t>(2 * first, 16));
}

}  // namespace
}  // namespace lockstep::checkers
