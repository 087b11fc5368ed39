// Anomalies injected into long valid histories are found and named. The histories are those of
// workers that do everything right: they take over from each other, crash, lose answers, repeat
// what they must, and a fence refuses those who come too late.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "checkers/dice.hpp"
#include "checkers/registry.hpp"
#include "checkers/timeline.hpp"
#include "checkers/work.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

enum class Mutation : std::uint8_t {
  none,
  old_worker,      ///< two-workers: an older worker goes on after its successor
  skipped,         ///< lost-event: the resume token runs ahead of an event
  repeated,        ///< unexplained-duplicate: an event again that was saved
  second_start,    ///< two-workers: another starts a period again
  started_again,   ///< unexplained-duplicate: the same worker does
  nobody_returns,  ///< no-takeover: after the heal nothing is done
};

/// Workers in turn on one collection, and on one task; a lease for each stint.
class Story {
 public:
  Story(std::uint64_t seed, bool fenced, Mutation mutation) : dice_(seed), mutation_(mutation) {
    Params& params = timeline_.params();
    params.fenced = fenced;
    params.ttl_ns = 10 * unit_ns;
    params.retry_ns = 5 * unit_ns;
    params.bound_ns = 10 * unit_ns;
    params.period_ns = 20 * unit_ns;
    const std::int64_t stints = dice_.roll(4, 10);
    inject_in_ = dice_.roll(2, stints - 1);
    for (std::int64_t stint = 1; stint <= stints; ++stint) add_stint(stint);
    heal();
  }

  [[nodiscard]] History history() const { return timeline_.history(); }

 private:
  Span next(Ending ending = Ending::ok) {
    const std::int64_t sent = now_ + dice_.roll(0, 3);
    now_ = sent + dice_.roll(1, 4);
    const Span span{sent, now_, ending, lease_};
    ++now_;
    return span;
  }
  void work(NameId f, std::uint64_t lease, std::int64_t value, Ending ending = Ending::ok) {
    Span span = next(ending);
    span.token = lease;
    timeline_.work(f, "w" + std::to_string(lease % 3), lease, span, value);
  }
  void emit() { timeline_.work(name::emit, "p", 0, next(), ++emitted_); }

  /// Applies the event until it is told so, or gives up: its lease has ended.
  bool apply(std::int64_t event) {
    while (dice_.chance(15)) {
      work(name::apply, lease_, event, Ending::info);
      if (dice_.chance(30)) return false;
    }
    work(name::apply, lease_, event);
    return true;
  }

  void add_stint(std::int64_t stint) {
    lease_ = static_cast<std::uint64_t>(stint);
    for (std::int64_t i = dice_.roll(1, 4); i > 0; --i) emit();
    work(name::load, lease_, saved_);
    std::int64_t done = saved_;
    const bool inject = stint == inject_in_;
    bool alive = true;
    while (alive && done < emitted_) {
      if (inject && mutation_ == Mutation::skipped && done + 1 == emitted_) break;
      alive = apply(done + 1);
      if (!alive) break;
      ++done;
      if (dice_.chance(15)) alive = false;  // it crashes before it saves
      if (alive) save(done);
    }
    start_period();
    if (inject) add_anomaly(done);
    // One that comes too late is refused.
    if (timeline_.params().fenced && stint > 1 && done > 0 && dice_.chance(50)) {
      work(name::apply, lease_ - 1, done, Ending::denied);
    }
  }

  void save(std::int64_t done) {
    if (dice_.chance(10)) work(name::save, lease_, done, Ending::info);
    work(name::save, lease_, done);
    saved_ = done;
  }

  void start_period() {
    timeline_.key("t");
    const Ending ending = dice_.chance(20) ? Ending::info : Ending::ok;
    work(name::dispatch, lease_, static_cast<std::int64_t>(lease_), ending);
    timeline_.key("k");
  }

  void add_anomaly(std::int64_t done) {
    switch (mutation_) {
      case Mutation::none:
      case Mutation::nobody_returns: return;
      case Mutation::old_worker:
        work(name::apply, lease_, emitted_ + 1000);
        return work(name::apply, lease_ - 1, emitted_ + 1001);
      case Mutation::skipped: return save(emitted_);
      case Mutation::repeated:
        save(emitted_);
        work(name::load, lease_, saved_);
        work(name::apply, lease_, std::max<std::int64_t>(done, 1));
        return work(name::apply, lease_, std::max<std::int64_t>(done, 1));
      case Mutation::second_start:
      case Mutation::started_again: return start_twice();
    }
  }

  void start_twice() {
    timeline_.key("t");
    work(name::dispatch, lease_, 1'000'000);
    work(name::dispatch, mutation_ == Mutation::second_start ? lease_ - 1 : lease_, 1'000'000);
    timeline_.key("k");
  }

  void heal() {
    emit();
    timeline_.mark(name::heal, now_);
    if (mutation_ != Mutation::nobody_returns) {
      now_ += 5;
      ++lease_;
      work(name::load, lease_, saved_);
      for (std::int64_t event = saved_ + 1; event <= saved_ + 2 && event <= emitted_; ++event) {
        work(name::apply, lease_, event);
      }
      start_period();
    }
    timeline_.mark(name::final_mark, now_ + 100);
  }

  Dice dice_;
  Mutation mutation_;
  Timeline timeline_;
  std::int64_t now_ = 0;
  std::uint64_t lease_ = 0;
  std::int64_t emitted_ = 0;
  std::int64_t saved_ = 0;
  std::int64_t inject_in_ = 0;
};

Report judged(std::uint64_t seed, bool fenced, Mutation mutation) {
  const History history = Story(seed, fenced, mutation).history();
  return check_work(history, history.header.params, Judge::black_box);
}

constexpr std::uint64_t seeds = 400;

/// @return in how many of them `id` was found.
std::uint64_t found(Mutation mutation, std::string_view id, bool fenced = true) {
  std::uint64_t count = 0;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    count += judged(seed, fenced, mutation).has(id) ? 1U : 0U;
  }
  return count;
}

TEST(WorkMutation, histories_without_one_are_valid) {
  Exercised exercised;
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    for (const bool fenced : {true, false}) {
      const Report report = judged(seed, fenced, Mutation::none);
      ASSERT_EQ(report.verdict, Verdict::valid)
          << "seed " << seed << (report.violations.empty() ? "" : report.violations[0].sentence);
      exercised.merge(report.exercised);
    }
  }
  EXPECT_GT(exercised.of(Property::explained_duplicate), 0U);
  EXPECT_GT(exercised.of(Property::worker_change), 0U);
  EXPECT_GT(exercised.of(Property::stale_refused), 0U);
}

TEST(WorkMutation, an_old_worker_that_goes_on_is_found_with_and_without_a_fence) {
  EXPECT_EQ(found(Mutation::old_worker, id::two_workers, true), test_seeds(seeds));
  EXPECT_EQ(found(Mutation::old_worker, id::two_workers, false), test_seeds(seeds));
}

TEST(WorkMutation, an_event_that_the_resume_token_skips_is_found) {
  // Not where the worker crashed before it came to the event: then the mutation skips none.
  EXPECT_GE(found(Mutation::skipped, id::lost_event), test_seeds(seeds) * 9 / 10);
}

TEST(WorkMutation, an_event_applied_again_after_it_was_saved_is_found) {
  EXPECT_EQ(found(Mutation::repeated, id::unexplained_duplicate), test_seeds(seeds));
}

TEST(WorkMutation, a_period_started_twice_is_found_and_told_by_whom) {
  EXPECT_EQ(found(Mutation::second_start, id::two_workers), test_seeds(seeds));
  EXPECT_EQ(found(Mutation::second_start, id::unexplained_duplicate), 0U);
  EXPECT_EQ(found(Mutation::started_again, id::unexplained_duplicate), test_seeds(seeds));
  EXPECT_EQ(found(Mutation::started_again, id::two_workers), 0U);
}

TEST(WorkMutation, a_collection_and_a_task_that_nobody_takes_over_are_found) {
  EXPECT_EQ(found(Mutation::nobody_returns, id::no_takeover), test_seeds(seeds));
}

}  // namespace
}  // namespace lockstep::checkers
