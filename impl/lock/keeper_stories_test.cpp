// Every reachable story of a keeper up to a depth, each step held against what must always be true.
//
// What the world around the machine looks like is tracked beside it (which operation is out,
// whether a worker runs, what the guard says), every answer that this world could give is tried at
// every step, time moves by steps that fall before, on and behind all thresholds.
#include <gtest/gtest.h>

#include <ostream>
#include <vector>

#include "impl/lock/keeper_words.hpp"

namespace lockstep::lock {
namespace {

using Input = KeeperMachine::Input;
using Kind = KeeperMachine::Input::Kind;
using Actions = KeeperMachine::Actions;

/// One step of a story, linked to those before it; spelled out only when something fails.
struct Step {
  const Step* before;
  std::int64_t ms;
  Kind kind;
  Actions actions{};
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  if (step.before != nullptr) out << *step.before;
  return out << " +" << step.ms << ":" << static_cast<int>(step.kind) << "="
             << to_text(step.actions);
}

struct Around {
  KeeperMachine machine{config()};
  MonoTime now = at(0);
  enum class Out : std::uint8_t { none, acquire, renew, release };
  Out out = Out::none;
  bool worker = false;
  bool asked = false;      // the worker's stop token has fired
  bool cancelled = false;  // the worker was cancelled
  bool guard_ended = true;
  MonoTime guard_deadline{};
  bool lost_by_store = false;
  bool stop_sent = false;
  Step* last = nullptr;
};

class EveryStory {
 public:
  std::uint64_t steps = 0;
  std::uint64_t finished = 0;
  std::uint64_t workers = 0;
  std::uint64_t losses = 0;
  std::uint64_t cancels = 0;

  void explore(const Around& from, int depth) {
    if (depth == 0 || testing::Test::HasFailure()) return;
    for (const std::int64_t ms : {1, 90, 300, 900}) {
      for (const Input& in : possible(from)) {
        Around next = from;
        next.now += milliseconds(ms);
        Step step{from.last, ms, in.kind};
        next.last = &step;
        apply(next, in);
        if (next.machine.finished()) {
          ++finished;
        } else {
          explore(next, depth - 1);
        }
      }
    }
  }

 private:
  static std::vector<Input> possible(const Around& around) {
    std::vector<Input> inputs{input(Kind::look)};
    if (!around.stop_sent) inputs.push_back(input(Kind::stop));
    if (around.worker) inputs.push_back(input(Kind::worker_ended));
    // the lease was granted or renewed a little before now; `now` is moved by the caller
    const auto soon = with_deadline(Kind::acquired, ms_of(around.now) + 985);
    if (around.out == Around::Out::acquire) {
      inputs.push_back(soon);
      inputs.push_back(input(Kind::contended));
      inputs.push_back(failed(true, ms_of(around.now) + 400));
      inputs.push_back(failed(false, 0));
    } else if (around.out == Around::Out::renew) {
      Input renewed = soon;
      renewed.kind = Kind::renewed;
      inputs.push_back(renewed);
      inputs.push_back(input(Kind::renew_failed));
      inputs.push_back(input(Kind::lost));
    } else if (around.out == Around::Out::release) {
      inputs.push_back(input(Kind::released));
      inputs.push_back(input(Kind::release_failed));
    }
    return inputs;
  }

  static std::int64_t ms_of(MonoTime time) { return (time - at(0)) / milliseconds(1); }

  void apply(Around& around, const Input& in) {
    ++steps;
    const bool answer =
        in.kind != Kind::look && in.kind != Kind::stop && in.kind != Kind::worker_ended;
    if (answer) around.out = Around::Out::none;
    if (in.kind == Kind::worker_ended) around.worker = false;
    if (in.kind == Kind::stop) around.stop_sent = true;
    if (in.kind == Kind::lost) around.lost_by_store = true;
    const Actions actions = around.machine.step(around.now, in);
    around.last->actions = actions;
    perform(around, in, actions);
    check(around, actions);
  }

  void perform(Around& around, const Input& in, const Actions& actions) {
    const auto send = [&](bool wanted, Around::Out what) {
      if (!wanted) return;
      EXPECT_EQ(around.out, Around::Out::none) << "two operations at once:" << *around.last;
      around.out = what;
    };
    if (actions.report_lost) {
      ++losses;
      EXPECT_FALSE(around.guard_ended) << *around.last;
      around.guard_ended = true;
    }
    if (actions.move_deadline) {
      EXPECT_FALSE(around.guard_ended) << "a guard was revived:" << *around.last;
      around.guard_deadline = around.machine.deadline();
    }
    if (actions.request_stop) {
      EXPECT_TRUE(around.worker && !around.asked) << *around.last;
      around.asked = true;
    }
    if (actions.cancel_worker) {
      ++cancels;
      EXPECT_TRUE(around.worker && around.asked && !around.cancelled) << *around.last;
      around.cancelled = true;
    }
    if (actions.start_worker) {
      ++workers;
      EXPECT_FALSE(around.worker) << "two workers:" << *around.last;
      EXPECT_EQ(in.kind, Kind::acquired) << *around.last;
      around.worker = true;
      around.asked = around.cancelled = around.guard_ended = around.lost_by_store = false;
      around.guard_deadline = around.machine.deadline();
    }
    if (actions.acquire_new || actions.acquire_again) {
      EXPECT_FALSE(around.worker) << "acquires under a running worker:" << *around.last;
      EXPECT_FALSE(around.stop_sent) << "acquires after stop:" << *around.last;
      around.lost_by_store = false;
    }
    send(actions.acquire_new, Around::Out::acquire);
    send(actions.acquire_again, Around::Out::acquire);
    send(actions.renew, Around::Out::renew);
    send(actions.release, Around::Out::release);
    if (actions.renew) {
      EXPECT_FALSE(around.guard_ended) << "renews what is gone:" << *around.last;
      EXPECT_LT(around.now, around.guard_deadline) << *around.last;
    }
    if (actions.release) {
      EXPECT_FALSE(around.worker) << "released under a running worker:" << *around.last;
      EXPECT_FALSE(around.lost_by_store) << "released what the store ended:" << *around.last;
      around.guard_ended = true;
    }
  }

  static void check(const Around& around, const Actions& actions) {
    const bool held = !around.guard_ended && around.now < around.guard_deadline;
    EXPECT_EQ(around.machine.holding(), held) << *around.last;
    if (around.worker && !held) {
      EXPECT_TRUE(around.asked) << "worker never told:" << *around.last;
    }
    if (around.worker && held && around.now >= around.guard_deadline - milliseconds(100)) {
      EXPECT_TRUE(around.asked) << "not told at stop_at:" << *around.last;
    }
    if (around.worker && around.now >= around.guard_deadline) {
      EXPECT_TRUE(around.cancelled) << "runs past its deadline:" << *around.last;
    }
    if (around.worker && around.stop_sent) {
      EXPECT_TRUE(around.asked) << *around.last;
    }
    if (actions.finish) {
      EXPECT_TRUE(!around.worker && around.out == Around::Out::none) << *around.last;
      EXPECT_TRUE(around.guard_ended) << "ended with a live lease:" << *around.last;
      return;
    }
    // never stuck: something is out, a worker may end, or it wakes by itself
    const bool wakes = around.machine.wake_at() != never;
    EXPECT_TRUE(wakes || around.worker || around.out != Around::Out::none) << *around.last;
    if (wakes) {
      EXPECT_GT(around.machine.wake_at(), around.now) << "spins:" << *around.last;
    }
  }
};

TEST(KeeperMachine, every_story_of_six_steps_keeps_the_rules) {
  EveryStory stories;
  Around start;
  stories.explore(start, 6);
  EXPECT_GT(stories.steps, 1'000'000U);
  EXPECT_GT(stories.finished, 1000U);
  EXPECT_GT(stories.workers, 1000U);
  EXPECT_GT(stories.losses, 10'000U);
  EXPECT_GT(stories.cancels, 1000U);
}

TEST(KeeperMachine, every_story_of_six_steps_from_a_held_lease_keeps_the_rules) {
  EveryStory stories;
  Around held;
  held.out = Around::Out::acquire;
  static_cast<void>(held.machine.step(held.now, input(Kind::look)));
  const Actions actions = held.machine.step(held.now, with_deadline(Kind::acquired, 988));
  ASSERT_EQ(to_text(actions), "start");
  held.out = Around::Out::none;
  held.worker = true;
  held.guard_ended = false;
  held.guard_deadline = at(988);
  stories.explore(held, 6);
  EXPECT_GT(stories.steps, 1'000'000U);
  EXPECT_GT(stories.losses, 100'000U);
}

}  // namespace
}  // namespace lockstep::lock
