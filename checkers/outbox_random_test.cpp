// Small random histories of an outbox, most of them wrong, are judged as by brute force.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "checkers/dice.hpp"
#include "checkers/history_file.hpp"
#include "checkers/outbox.hpp"
#include "checkers/outbox_brute_force.hpp"
#include "checkers/registry.hpp"
#include "checkers/timeline.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::int64_t horizon = 60;
constexpr std::array<std::string_view, 2> nodes{"r1", "r2"};

/// A handful of operations on two or three entries: mostly plausible ones, so that every rule is
/// near.
class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed)
      : dice_(seed),
        entries_(dice_.roll(1, 3)),
        tokens_(dice_.roll(0, 2)),
        is_late_(dice_.chance(25)) {
    for (const std::string_view param : {"drained", "trimmed", "elected"}) {
      if (dice_.chance(50)) timeline_.params().extra.emplace_back(param, true);
    }
    timeline_.ttl(1);
    for (std::int64_t entry = 1; entry <= entries_; ++entry) add_commit(entry);
    if (dice_.chance(5)) add_commit(dice_.roll(1, entries_));
    if (dice_.chance(60)) add_locks();
    for (std::int64_t entry = 1; entry <= entries_; ++entry) add_course(entry);
    for (std::int64_t i = dice_.roll(0, 5); i > 0; --i) add_use();
    for (const NameId what : {name::crash, name::restart}) {
      if (dice_.chance(12)) timeline_.mark(what, dice_.roll(5, horizon), node());
    }
    add_surveys();
    if (dice_.chance(90)) timeline_.mark(name::final_mark, horizon + 90);
  }

  [[nodiscard]] Timeline& timeline() { return timeline_; }
  [[nodiscard]] const std::vector<std::size_t>& unknown() const { return unknown_; }

 private:
  std::string_view node() { return nodes[static_cast<std::size_t>(dice_.chance(70) ? 0 : 1)]; }
  std::uint64_t token() {
    return static_cast<std::uint64_t>(dice_.chance(70) ? tokens_ : dice_.roll(0, 2));
  }

  std::size_t add(NameId f, std::string_view who, std::int64_t sent, const OutboxWords& words) {
    Ending ending = Ending::ok;
    if (dice_.chance(10)) ending = dice_.chance(50) ? Ending::denied : Ending::failed;
    const bool is_unknown = dice_.chance(12);
    if (is_unknown) ending = dice_.chance(50) ? Ending::info : Ending::open;
    const std::size_t operation =
        timeline_.outbox(f, who, {sent, sent + dice_.roll(1, 5), ending}, words);
    if (is_unknown) unknown_.push_back(operation);
    const bool placed = f == name::publish && ending == Ending::ok && dice_.chance(50);
    if (placed) timeline_.committed(operation, next_position_++, sent);
    return operation;
  }

  OutboxWords words(std::int64_t entry, std::string_view sink) {
    const std::int64_t id = dice_.chance(98) ? entry : dice_.roll(1, 3);
    return {.value = 100 + entry, .id = static_cast<std::uint64_t>(id), .sink = sink};
  }

  void about(std::int64_t entry) { timeline_.key(entry == 3 || dice_.chance(2) ? "l" : "k"); }

  void add_commit(std::int64_t entry) {
    about(entry);
    OutboxWords said = words(entry, "");
    said.error = name::rolled_back;
    const bool is_late = entry == 1 && is_late_;
    if (is_late && dice_.chance(80)) {
      timeline_.outbox(name::commit, "app", {3, dice_.roll(20, 50)}, said);
      return;
    }
    add(name::commit, "app", entry * 3 + dice_.roll(0, 12), said);
  }

  void add_locks() {
    timeline_.key("k");
    for (std::int64_t i = dice_.roll(1, 3); i > 0; --i) {
      const std::int64_t sent = dice_.chance(60) ? dice_.roll(0, 5) : dice_.roll(0, horizon);
      const Ending ending = dice_.chance(80) ? Ending::ok : Ending::info;
      timeline_.acquire(node(), next_lease_, {sent, sent + 1, ending, next_lease_});
      ++next_lease_;
    }
  }

  void publish(std::int64_t entry, std::string_view who, std::int64_t sent) {
    OutboxWords said = words(entry, "publisher");
    said.token = token();
    add(name::publish, who, sent, said);
  }
  void mark(std::int64_t entry, std::string_view who, std::int64_t sent) {
    OutboxWords said = words(entry, "store");
    said.token = token();
    add(name::mark, who, sent, said);
  }

  /// What a relay does with an entry, and its consumer, one thing after the other.
  void add_course(std::int64_t entry) {
    if (entry == 1 && is_late_ && dice_.chance(80)) return;
    about(entry);
    std::int64_t now = 12 + entry * 8 + dice_.roll(0, 12);
    const std::string_view who = node();
    if (dice_.chance(90)) publish(entry, who, now);
    now += dice_.roll(2, 6);
    if (dice_.chance(80)) mark(entry, who, now);
    now += dice_.roll(2, 6);
    if (dice_.chance(30)) publish(entry, dice_.chance(70) ? who : node(), now);
    now += dice_.roll(4, 8);
    if (dice_.chance(60)) consume(entry, now);
  }

  void consume(std::int64_t entry, std::int64_t now) {
    OutboxWords said = words(entry, "inbox");
    said.error = name::duplicate;
    add(name::consume, "c", now, said);
  }

  void add_use() {
    const std::int64_t entry = dice_.roll(1, dice_.chance(95) ? entries_ : 4);
    const std::int64_t at = dice_.roll(5, horizon - 8);
    about(entry);
    const std::int64_t what = dice_.roll(1, 100);
    if (what <= 30) return publish(entry, node(), at);
    if (what <= 50) return mark(entry, node(), at);
    if (what <= 60) return consume(entry, at);
    OutboxWords said = words(entry, "store");
    if (what <= 70) {
      add(what <= 65 ? name::block : name::unblock, node(), at, said);
      return;
    }
    said = {.token = token(), .sink = dice_.chance(50) ? "store" : "publisher"};
    if (what > 85) timeline_.key("k");
    if (what <= 85) said.sink = "store";
    add(what <= 85 ? name::fetch : name::raise, node(), at, said);
  }

  void add_surveys() {
    std::int64_t from = dice_.chance(15) ? dice_.roll(20, horizon) : horizon + 10;
    if (dice_.chance(55)) from = add_survey("publisher", from, 60);
    if (dice_.chance(55)) from = add_survey("inbox", from, 60);
    if (dice_.chance(90)) add_survey("store", from, 20);
  }

  std::int64_t add_survey(std::string_view sink, std::int64_t from, std::int64_t percent) {
    const std::int64_t sent = from++;
    for (std::int64_t entry = 1; entry <= 3; ++entry) {
      for (std::int64_t more = dice_.chance(10) ? 2 : 1; more > 0; --more) {
        const bool is_late = entry == 1 && is_late_ && sink == "store";
        if (!dice_.chance(is_late ? 80 : entry <= entries_ ? percent : 2)) continue;
        about(entry);
        OutboxWords said = words(entry, sink);
        if (sink == "store") said.cause = dice_.chance(70) ? name::ready : name::blocked;
        if (sink == "inbox") said.attempt = dice_.chance(95) ? 1 : 2;
        const std::size_t found =
            timeline_.outbox(name::found, "s", {from, from + 1, Ending::ok}, said);
        const bool placed = sink == "publisher" && dice_.chance(70);
        if (placed) {
          timeline_.committed(found, static_cast<std::uint64_t>(dice_.roll(1, 6)), from);
        }
        from += 2;
      }
    }
    timeline_.key("k");
    timeline_.outbox(name::survey, "s", {sent, from, Ending::ok}, {.sink = sink});
    return from + 1;
  }

  Dice dice_;
  Timeline timeline_;
  std::int64_t entries_;
  std::int64_t tokens_;
  bool is_late_;  ///< the first commit, and nobody sees it
  std::uint64_t next_lease_ = 1;
  std::uint64_t next_position_ = 1;
  std::vector<std::size_t> unknown_;
};

/// Without what is wrong with the locks, which are judged elsewhere.
std::set<std::string> found_by(const History& history, Judge judge) {
  std::set<std::string> ids;
  const Report report = check_outbox(history, history.header.params, judge);
  for (const auto& [id, count] : report.found) {
    if (id.starts_with("outbox/") || id.starts_with("inbox/")) ids.insert(id);
  }
  return ids;
}

constexpr std::uint64_t seeds = 60'000;

TEST(OutboxProperty, what_is_found_is_what_brute_force_finds) {
  std::map<std::string, std::uint64_t> found;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    RandomHistory random(seed);
    const History history = random.timeline().history();
    const std::set<std::string> ids = found_by(history, Judge::black_box);
    ASSERT_EQ(ids, outbox_by_brute_force(history, Judge::black_box)) << "seed " << seed << "\n"
                                                                     << write_history(history);
    for (const std::string& id : ids) ++found[id];
    if (ids.empty()) ++found["nothing"];
  }
  // Each many times: else the histories are too tame to prove anything.
  for (const AnomalyInfo& anomaly : find_checker(outbox_model)->anomalies) {
    EXPECT_GE(found[std::string(anomaly.id)], test_seeds(seeds) / 200) << anomaly.id;
  }
  EXPECT_GE(found["nothing"], test_seeds(seeds) / 100);
}

TEST(OutboxProperty, who_knows_more_finds_no_less_and_what_brute_force_finds) {
  std::uint64_t more = 0;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    RandomHistory random(seed);
    Dice dice(seed + 1'000'000);
    const std::set<std::string> before = found_by(random.timeline().history(), Judge::black_box);
    for (const std::size_t operation : random.unknown()) {
      const bool happened = dice.chance(50);
      random.timeline().resolve(operation, happened, happened ? dice.roll(55, 70) : 0);
    }
    const History after = random.timeline().history();
    const std::set<std::string> known = found_by(after, Judge::oracle);
    ASSERT_EQ(known, outbox_by_brute_force(after, Judge::oracle)) << "seed " << seed << "\n"
                                                                  << write_history(after);
    if (known.size() > before.size()) ++more;
    const bool invalid = known.empty() && !before.empty();
    ASSERT_FALSE(invalid) << "seed " << seed << " " << *before.begin() << "\n"
                          << write_history(after);
  }
  EXPECT_GE(more, test_seeds(seeds) / 20);
}

}  // namespace
}  // namespace lockstep::checkers
