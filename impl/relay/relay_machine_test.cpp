// The relay's machine against a store and a publisher whose calls overlap and fail as a seed says.
#include "impl/relay/relay_machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "impl/base/draw.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::relay {
namespace {

class Dice {
 public:
  explicit Dice(Seed seed) : seed_(seed) {}
  std::uint64_t below(std::uint64_t bound) {
    return lockstep::below(draw(seed_, DrawStream::test, ++count_), bound);
  }
  bool chance(std::uint64_t percent) { return below(100) < percent; }

 private:
  Seed seed_;
  std::uint64_t count_ = 0;
};

struct Rates {
  std::uint64_t fetch_fails = 0;    ///< percent
  std::uint64_t publish_fails = 0;  ///< as a whole, of unknown end
  std::uint64_t poison = 0;         ///< entries that fail by themselves, some for ever
  std::uint64_t mark_fails = 0;
  std::uint64_t late = 0;  ///< commits that wait
};

/// A fleet's outbox, with one relay.
class Model {
 public:
  Model(Seed seed, Rates rates, MachineOptions options)
      : dice_(seed), rates_(rates), options_(options), machine_(options) {}

  /// Commits, then lets the relay work until nothing is left to do.
  void run(std::size_t commits) {
    for (std::size_t i = 0; i < 200'000 && !failed(); ++i) {
      if (committed_ < commits && dice_.chance(30)) begin_commit();
      if (!late_.empty() && dice_.chance(20)) commit_late();
      if (!blocked_.empty() && dice_.chance(2)) unblock();
      if (!under_way_.empty() && dice_.chance(50)) finish_one();
      const bool is_quiet = step();
      const bool is_over = committed_ >= commits && late_.empty() && blocked_.empty() &&
                           pending_.empty() && under_way_.empty();
      if (is_over && is_quiet) return check_all();
    }
    if (!failed()) ADD_FAILURE() << pending_.size() << " entries are left";
  }

 private:
  using Finish = std::function<void()>;

  [[nodiscard]] bool failed() const { return testing::Test::HasFailure(); }

  void begin_commit() {
    Entry entry;
    entry.id = EntryId{++last_id_};
    entry.aggregate = std::string(1, static_cast<char>('a' + dice_.below(5)));
    for (const Entry& one : late_) {
      if (one.aggregate == entry.aggregate) return;  // locked by a transaction
    }
    ++committed_;
    if (dice_.chance(rates_.poison)) poison_[entry.id] = dice_.chance(50) ? 1'000'000 : 2;
    if (dice_.chance(rates_.late)) return late_.push_back(std::move(entry));
    pending_.emplace(entry.id, std::move(entry));
    if (dice_.chance(50)) machine_.news(now_);
  }
  void commit_late() {
    const std::size_t at = dice_.below(late_.size());
    pending_.emplace(late_[at].id, late_[at]);
    late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  void unblock() {
    const EntryId id = blocked_.begin()->second;
    poison_.erase(id);
    failures_.erase(id);
    blocked_.erase(blocked_.begin());
    ++epoch_;
  }

  /// false: a step was begun.
  bool step() {
    RelayStep step = machine_.next(now_, dice_.below(1'000));
    if (const auto* wait = std::get_if<WaitStep>(&step)) {
      EXPECT_GT(wait->until, now_) << "it waits for what is past";
      if (under_way_.empty() && wait->until != never) now_ = std::max(now_, wait->until);
      EXPECT_TRUE(!under_way_.empty() || wait->until != never) << "it waits for nothing";
      return true;
    }
    if (auto* to_fetch = std::get_if<FetchStep>(&step)) begin_fetch(*to_fetch);
    if (auto* to_publish = std::get_if<PublishStep>(&step)) begin_publish(*to_publish);
    if (auto* to_mark = std::get_if<MarkStep>(&step)) begin_mark(to_mark->entries);
    if (auto* to_note = std::get_if<NoteStep>(&step)) begin_note(to_note->note);
    return false;
  }
  void finish_one() {
    const std::size_t at = dice_.below(under_way_.size());
    const Finish finish = std::move(under_way_[at]);
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(at));
    finish();
  }
  void later(Finish finish) { under_way_.push_back(std::move(finish)); }

  /// The store is read at some moment between the call and its answer.
  void begin_fetch(const FetchStep& step) {
    later([this, step] {
      const Fetched fetched = read(step);
      later([this, fetched] {
        if (dice_.chance(rates_.fetch_fails)) return machine_.fetch_failed(now_);
        machine_.fetched(fetched, now_);
      });
    });
  }
  [[nodiscard]] Fetched read(const FetchStep& step) const {
    Fetched fetched;
    fetched.is_all = true;
    fetched.epoch = epoch_;
    const EntryId from = step.epoch == epoch_ ? step.from : EntryId{};
    for (const auto& [id, entry] : pending_) {
      const auto after = step.after.find(entry.aggregate);
      const bool is_wanted = after == step.after.end() || after->second < id;
      if (!is_wanted || blocked_.contains(entry.aggregate)) continue;
      if (rates_.late == 0 && id < from) continue;
      fetched.is_all = fetched.entries.size() < step.limit;
      if (!fetched.is_all) break;
      fetched.entries.push_back(entry);
      fetched.next = EntryId{id.value + 1};
    }
    return fetched;
  }

  void begin_publish(const PublishStep& step) {
    EXPECT_FALSE(step.entries.empty());
    EXPECT_LE(step.entries.size(), options_.batch_max);
    std::set<std::string> aggregates;
    for (const Entry& entry : step.entries) aggregates.insert(entry.aggregate);
    for (const std::string& one : aggregates) {
      EXPECT_TRUE(busy_.insert(one).second) << one << " is in two batches at once";
    }
    later([this, step, aggregates] {
      for (const std::string& one : aggregates) busy_.erase(one);
      publish(step);
    });
  }
  void publish(const PublishStep& step) {
    const bool fails = dice_.chance(rates_.publish_fails);
    const std::size_t reached = fails ? dice_.below(step.entries.size() + 1) : step.entries.size();
    std::vector<EntryOutcome> outcomes;
    std::set<std::string> broken;
    for (std::size_t i = 0; i < reached; ++i)
      outcomes.push_back(publish_one(step.entries[i], broken));
    if (!fails) return machine_.published(step.batch, outcomes);
    for (std::size_t i = 0; i < step.entries.size(); ++i) doubtful_.insert(step.entries[i].id);
    machine_.publish_failed(step.batch, indefinite(Errc::no_reply, "lost"), now_);
  }
  EntryOutcome publish_one(const Entry& entry, std::set<std::string>& broken) {
    EXPECT_FALSE(blocked_.contains(entry.aggregate))
        << "behind a blocked entry: " << entry.id.value;
    if (broken.contains(entry.aggregate)) return {Fate::skipped, ""};
    const auto poison = poison_.find(entry.id);
    if (poison != poison_.end() && poison->second-- > 0) {
      broken.insert(entry.aggregate);
      return {Fate::failed, "poison"};
    }
    const bool is_new = published_.insert(entry.id).second;
    EXPECT_TRUE(is_new || doubtful_.contains(entry.id)) << "twice: " << entry.id.value;
    EntryId& last = last_published_[entry.aggregate];
    if (is_new) {
      EXPECT_GT(entry.id, last) << "out of order in " << entry.aggregate;
    }
    last = std::max(last, entry.id);
    return {};
  }

  void begin_mark(const std::vector<EntryRef>& entries) {
    EXPECT_FALSE(marking_) << "two calls at once";
    marking_ = true;
    later([this, entries] {
      const bool fails = dice_.chance(rates_.mark_fails);
      const bool lands = !fails || dice_.chance(50);
      for (const EntryRef& one : entries) {
        EXPECT_TRUE(published_.contains(one.id)) << "marked, not published: " << one.id.value;
        if (lands) pending_.erase(one.id);
      }
      later([this, fails] {
        marking_ = false;
        fails ? machine_.mark_failed(now_) : machine_.marked();
      });
    });
  }
  void begin_note(const FailureNote& note) {
    later([this, note] {
      if (dice_.chance(rates_.mark_fails)) return machine_.note_failed(now_);
      Noted noted;
      EXPECT_EQ(note.failures, failures_[note.entry.id] + 1);
      noted.failures = failures_[note.entry.id] = note.failures;
      noted.is_blocked = note.failures_max > 0 && noted.failures >= note.failures_max;
      if (noted.is_blocked) blocked_[note.entry.aggregate] = note.entry.id;
      later([this, noted] { machine_.noted(noted, now_); });
    });
  }

  void check_all() { EXPECT_EQ(published_.size(), committed_); }

  Dice dice_;
  Rates rates_;
  MachineOptions options_;
  RelayMachine machine_;
  MonoTime now_{seconds(1)};
  std::uint64_t last_id_ = 0;
  std::size_t committed_ = 0;
  std::vector<Entry> late_;  ///< their transactions have not committed yet
  std::map<EntryId, Entry> pending_;
  std::map<EntryId, std::uint64_t> poison_;  ///< how often it will fail
  std::map<EntryId, std::uint32_t> failures_;
  std::map<std::string, EntryId> blocked_;
  std::uint64_t epoch_ = 1;
  std::set<EntryId> published_;
  std::set<EntryId> doubtful_;
  std::map<std::string, EntryId> last_published_;
  std::set<std::string> busy_;
  std::vector<Finish> under_way_;
  bool marking_ = false;
};

void expect_all_published(Rates rates, std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= test_seeds(seeds); ++seed) {
    Dice dice(Seed{seed});
    MachineOptions options;
    options.batch_max = 1 + dice.below(6);
    options.in_flight_max = 1 + dice.below(4);
    options.failures_max = static_cast<std::uint32_t>(dice.below(4));
    if (options.failures_max == 0) options.failures_max = 5;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Model(Seed{seed}, rates, options).run(20 + dice.below(200));
    if (testing::Test::HasFailure()) return;
  }
}

TEST(RelayMachine, publishes_everything_once_and_in_order_when_nothing_fails) {
  expect_all_published({}, 2'000);
}
TEST(RelayMachine, passes_no_entry_that_commits_late) { expect_all_published({.late = 40}, 2'000); }
TEST(RelayMachine, publishes_again_only_what_had_an_unknown_end) {
  expect_all_published({.fetch_fails = 20, .publish_fails = 30, .mark_fails = 40}, 2'000);
}
TEST(RelayMachine, an_entry_that_fails_holds_up_its_aggregate_alone) {
  expect_all_published({.poison = 10}, 2'000);
}
TEST(RelayMachine, survives_everything_at_once) {
  expect_all_published(
      {.fetch_fails = 10, .publish_fails = 20, .poison = 10, .mark_fails = 20, .late = 20}, 5'000);
}

Entry entry_of(std::uint64_t id, const std::string& aggregate) {
  Entry entry;
  entry.id = EntryId{id};
  entry.aggregate = aggregate;
  return entry;
}

template <class Step>
Step expect_step(RelayMachine& machine, MonoTime now) {
  RelayStep step = machine.next(now, 0);
  EXPECT_TRUE(std::holds_alternative<Step>(step)) << "step " << step.index();
  return std::get<Step>(std::move(step));
}

TEST(RelayMachine, drains_what_is_on_its_way_and_claims_no_more) {
  const MonoTime now{seconds(1)};
  RelayMachine machine(MachineOptions{.batch_max = 1, .in_flight_max = 1});
  static_cast<void>(expect_step<FetchStep>(machine, now));
  machine.fetched({{entry_of(1, "a"), entry_of(2, "b")}, EntryId{3}, true}, now);
  const auto publish = expect_step<PublishStep>(machine, now);
  machine.drain();
  static_cast<void>(expect_step<WaitStep>(machine, now));
  machine.published(publish.batch, {EntryOutcome{}});
  const auto mark = expect_step<MarkStep>(machine, now);
  EXPECT_EQ(mark.entries.size(), 1U);
  static_cast<void>(expect_step<WaitStep>(machine, now));
  machine.marked();
  static_cast<void>(expect_step<DoneStep>(machine, now));
}

TEST(RelayMachine, many_aggregates_that_fail_leave_room_for_the_others) {
  const MonoTime now{seconds(1)};
  RelayMachine machine(MachineOptions{.batch_max = 2, .in_flight_max = 1});
  std::vector<Entry> poison;
  for (std::uint64_t id = 1; id <= 400; ++id) {
    poison.push_back(entry_of(id, "bad" + std::to_string(id % 100)));
  }
  bool is_fetched = false;
  for (int i = 0; i < 2'000 && !is_fetched; ++i) {
    RelayStep step = machine.next(now, 0);
    if (const auto* to_fetch = std::get_if<FetchStep>(&step)) {
      std::vector<Entry> page;
      for (const Entry& entry : poison) {
        const auto after = to_fetch->after.find(entry.aggregate);
        const bool is_new = after == to_fetch->after.end() || after->second < entry.id;
        if (is_new && entry.id >= to_fetch->from && page.size() < to_fetch->limit) {
          page.push_back(entry);
        }
      }
      is_fetched = page.empty();  // it came past all of them
      const EntryId next{page.empty() ? 401 : page.back().id.value + 1};
      machine.fetched({std::move(page), next, is_fetched}, now);
    } else if (const auto* to_publish = std::get_if<PublishStep>(&step)) {
      std::vector<EntryOutcome> outcomes(to_publish->entries.size());
      for (EntryOutcome& one : outcomes) one = {Fate::skipped, ""};
      std::set<std::string> seen;
      for (std::size_t k = 0; k < outcomes.size(); ++k) {
        if (seen.insert(to_publish->entries[k].aggregate).second) {
          outcomes[k] = {Fate::failed, "poison"};
        }
      }
      machine.published(to_publish->batch, outcomes);
    } else if (const auto* to_note = std::get_if<NoteStep>(&step)) {
      machine.noted({.failures = to_note->note.failures}, now);
    }
  }
  EXPECT_TRUE(is_fetched);
}

TEST(RelayMachine, an_entry_that_is_too_large_fails_by_itself) {
  const MonoTime now{seconds(1)};
  RelayMachine machine(MachineOptions{.batch_max = 10, .batch_bytes_max = 100});
  static_cast<void>(expect_step<FetchStep>(machine, now));
  Entry large = entry_of(2, "b");
  large.payload = std::string(1'000, 'x');
  machine.fetched({{entry_of(1, "a"), large, entry_of(3, "c")}, EntryId{4}, true}, now);
  const auto small = expect_step<PublishStep>(machine, now);
  EXPECT_EQ(small.entries.size(), 1U) << "the large one waits for a batch of its own";
  const auto alone = expect_step<PublishStep>(machine, now);
  EXPECT_EQ(alone.entries.size(), 1U);
  machine.publish_failed(alone.batch, definite(Errc::limit, "too large"), now);
  const auto note = expect_step<NoteStep>(machine, now);
  EXPECT_EQ(note.note.entry.aggregate, "b");
  EXPECT_EQ(note.note.failures, 1U);
}

TEST(RelayMachine, backs_off_up_to_eight_polls_while_fetching_fails) {
  MonoTime now{seconds(1)};
  RelayMachine machine(MachineOptions{.poll = milliseconds(100)});
  for (const int expected_ms : {100, 200, 400, 800, 800}) {
    static_cast<void>(expect_step<FetchStep>(machine, now));
    machine.fetch_failed(now);
    const auto wait = expect_step<WaitStep>(machine, now);
    EXPECT_EQ(wait.until - now, milliseconds(expected_ms));
    now = wait.until;
  }
  static_cast<void>(expect_step<FetchStep>(machine, now));
  machine.fetched({{}, EntryId{}, true}, now);
  EXPECT_EQ(expect_step<WaitStep>(machine, now).until - now, milliseconds(100));
}

}  // namespace
}  // namespace lockstep::relay
