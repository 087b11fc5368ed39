// The keeper's decisions: the story in scenes, and then every reachable story up to a depth, each
// step held against what must always be true.
#include "impl/lock/keeper_machine.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "impl/lock/lease.hpp"

namespace lockstep::lock {
namespace {

using Input = KeeperMachine::Input;
using Kind = KeeperMachine::Input::Kind;
using Actions = KeeperMachine::Actions;

MonoTime at(std::int64_t ms) { return MonoTime(milliseconds(ms)); }

/// ttl 1000: margin 12, so a lease sent at t has its deadline at t + 988, its stop_at at t + 888.
DistributedLockConfig config() {
  DistributedLockConfig made;
  made.ttl = milliseconds(1000);
  made.refresh_interval = milliseconds(300);
  made.retry_interval = milliseconds(200);
  made.retry_jitter = milliseconds(50);
  made.renew_retry_interval = milliseconds(100);
  made.stop_grace = milliseconds(100);
  return made;
}

Input input(Kind kind) {
  Input made;
  made.kind = kind;
  return made;
}
Input with_deadline(Kind kind, std::int64_t ms) {
  Input made = input(kind);
  made.deadline = at(ms);
  return made;
}
Input failed(bool unknown, std::int64_t reuse_until) {
  Input made = input(Kind::acquire_failed);
  made.unknown = unknown;
  made.reuse_until = at(reuse_until);
  return made;
}

/// The names of what is to be done, in order.
std::string to_text(const Actions& actions) {
  std::string text;
  const auto add = [&text](bool set, const char* name) {
    if (set) text += (text.empty() ? "" : " ") + std::string(name);
  };
  add(actions.report_lost, actions.by_deadline ? "lost-by-deadline" : "lost");
  add(actions.move_deadline, "move");
  add(actions.request_stop, "stop");
  add(actions.cancel_worker, "cancel");
  add(actions.start_worker, "start");
  add(actions.acquire_new, "acquire-new");
  add(actions.acquire_again, "acquire-again");
  add(actions.renew, "renew");
  add(actions.release, "release");
  add(actions.finish, "finish");
  return text;
}

struct Scene {
  KeeperMachine machine{config()};
  std::string step(std::int64_t ms, const Input& in) { return to_text(machine.step(at(ms), in)); }
  std::string step(std::int64_t ms, Kind kind) { return step(ms, input(kind)); }
  std::int64_t wakes() const { return (machine.wake_at() - at(0)) / milliseconds(1); }

  /// Holding since 0, deadline 988.
  void hold() {
    EXPECT_EQ(step(0, Kind::look), "acquire-new");
    EXPECT_EQ(step(10, with_deadline(Kind::acquired, 988)), "start");
    EXPECT_TRUE(machine.holding());
  }
};

TEST(KeeperMachine, it_acquires_at_once_and_retries_after_contention) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(5, Kind::contended), "");
  EXPECT_EQ(scene.wakes(), 205);
  EXPECT_EQ(scene.step(204, Kind::look), "");
  EXPECT_EQ(scene.step(205, Kind::look), "acquire-new");
  Input late = input(Kind::contended);
  late.jitter_bits = ~std::uint64_t{0};
  EXPECT_EQ(scene.step(300, late), "");
  EXPECT_EQ(scene.wakes(), 550);
}

TEST(KeeperMachine, an_unknown_acquire_is_tried_again_with_the_same_token_while_it_may) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(100, failed(true, 400)), "");
  EXPECT_EQ(scene.step(300, Kind::look), "acquire-again");
  EXPECT_EQ(scene.step(350, failed(true, 400)), "");
  EXPECT_EQ(scene.step(550, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(560, with_deadline(Kind::acquired, 1500)), "start");
}

TEST(KeeperMachine, a_definite_failure_draws_a_new_token) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(100, failed(false, 900)), "");
  EXPECT_EQ(scene.step(300, Kind::look), "acquire-new");
}

TEST(KeeperMachine, renewals_follow_refresh_interval_from_the_moment_they_were_sent) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.wakes(), 300);
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.wakes(), 888);
  EXPECT_EQ(scene.step(320, with_deadline(Kind::renewed, 1288)), "move");
  EXPECT_EQ(scene.machine.deadline(), at(1288));
  EXPECT_EQ(scene.wakes(), 600);
}

TEST(KeeperMachine, failed_renewals_are_retried_and_leave_the_deadline_and_the_stop) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.step(500, Kind::renew_failed), "");
  EXPECT_EQ(scene.wakes(), 600);
  EXPECT_EQ(scene.step(600, Kind::look), "renew");
  EXPECT_EQ(scene.step(888, Kind::look), "stop");  // while the second is still out
  EXPECT_EQ(scene.step(890, Kind::renew_failed), "");
  EXPECT_EQ(scene.step(988, Kind::look), "lost-by-deadline cancel");
  EXPECT_FALSE(scene.machine.holding());
  EXPECT_EQ(scene.step(990, Kind::worker_ended), "release");  // the store may still hold it
  EXPECT_EQ(scene.step(995, Kind::released), "");
  EXPECT_EQ(scene.wakes(), 1195);
  EXPECT_EQ(scene.step(1195, Kind::look), "acquire-new");
}

TEST(KeeperMachine, a_worker_stopped_at_stop_at_starts_over_even_if_a_renewal_saves_the_lease) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(880, Kind::look), "renew");
  EXPECT_EQ(scene.step(888, Kind::look), "stop");
  EXPECT_EQ(scene.step(900, with_deadline(Kind::renewed, 1868)), "move");
  EXPECT_TRUE(scene.machine.holding());
  EXPECT_EQ(scene.step(950, Kind::worker_ended), "release");
  EXPECT_EQ(scene.step(960, Kind::released), "");
  EXPECT_EQ(scene.step(1160, Kind::look), "acquire-new");
}

TEST(KeeperMachine, lost_stops_the_worker_at_once_and_cancels_it_after_the_grace) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.step(310, Kind::lost), "lost stop");
  EXPECT_EQ(scene.wakes(), 410);
  EXPECT_EQ(scene.step(410, Kind::look), "cancel");
  EXPECT_EQ(scene.step(411, Kind::worker_ended), "");  // nothing is left to release
  EXPECT_EQ(scene.step(611, Kind::look), "acquire-new");
}

TEST(KeeperMachine, a_pause_past_the_deadline_is_final_even_if_a_renewal_was_answered) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.step(1000, with_deadline(Kind::renewed, 1288)), "lost-by-deadline stop cancel");
  EXPECT_FALSE(scene.machine.holding());
}

TEST(KeeperMachine, shutdown_renews_until_the_worker_has_drained_and_then_releases) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(100, Kind::stop), "stop");
  EXPECT_EQ(scene.step(300, Kind::look), "renew");
  EXPECT_EQ(scene.step(310, with_deadline(Kind::renewed, 1288)), "move");
  EXPECT_EQ(scene.step(600, Kind::look), "renew");
  EXPECT_EQ(scene.step(610, Kind::worker_ended), "");  // the renewal is still out
  EXPECT_EQ(scene.step(620, with_deadline(Kind::renewed, 1588)), "move release");
  EXPECT_EQ(scene.step(630, Kind::released), "finish");
  EXPECT_TRUE(scene.machine.finished());
}

TEST(KeeperMachine, a_worker_that_ends_by_itself_ends_the_keeper) {
  Scene scene;
  scene.hold();
  EXPECT_EQ(scene.step(50, Kind::worker_ended), "release");
  EXPECT_EQ(scene.step(60, Kind::released), "finish");
}

TEST(KeeperMachine, shutdown_while_an_acquire_is_out_gives_the_lease_back) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(1, Kind::stop), "");
  EXPECT_EQ(scene.step(10, with_deadline(Kind::acquired, 988)), "release");
  EXPECT_EQ(scene.step(20, Kind::released), "finish");
}

TEST(KeeperMachine, shutdown_after_an_unknown_acquire_releases_what_may_be_held) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(10, failed(true, 900)), "");
  EXPECT_EQ(scene.step(20, Kind::stop), "release");
  EXPECT_EQ(scene.step(30, Kind::release_failed), "release");
  EXPECT_EQ(scene.step(40, Kind::release_failed), "finish");
}

TEST(KeeperMachine, shutdown_while_waiting_ends_at_once) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(5, Kind::contended), "");
  EXPECT_EQ(scene.step(6, Kind::stop), "finish");
}

TEST(KeeperMachine, a_stop_that_came_first_never_acquires) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::stop), "finish");
}

TEST(KeeperMachine, a_lease_that_leaves_no_time_for_work_is_given_back) {
  Scene scene;
  EXPECT_EQ(scene.step(0, Kind::look), "acquire-new");
  EXPECT_EQ(scene.step(900, with_deadline(Kind::acquired, 988)), "release");
  EXPECT_EQ(scene.step(910, Kind::released), "");
  EXPECT_EQ(scene.step(1110, Kind::look), "acquire-new");
}

// ---- every story --------------------------------------------------------------------------------
//
// What the world around the machine looks like is tracked beside it (which operation is out,
// whether a worker runs, what the guard says), every answer that this world could give is tried at
// every step, time moves by steps that fall before, on and behind all thresholds.

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
  std::string story;
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
        next.story += " +" + std::to_string(ms) + ":" + std::to_string(static_cast<int>(in.kind));
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
    around.story += "=" + to_text(actions);
    perform(around, in, actions);
    check(around, actions);
  }

  void perform(Around& around, const Input& in, const Actions& actions) {
    const auto send = [&](bool wanted, Around::Out what) {
      if (!wanted) return;
      EXPECT_EQ(around.out, Around::Out::none) << "two operations at once:" << around.story;
      around.out = what;
    };
    if (actions.report_lost) {
      ++losses;
      EXPECT_FALSE(around.guard_ended) << around.story;
      around.guard_ended = true;
    }
    if (actions.move_deadline) {
      EXPECT_FALSE(around.guard_ended) << "a guard was revived:" << around.story;
      around.guard_deadline = around.machine.deadline();
    }
    if (actions.request_stop) {
      EXPECT_TRUE(around.worker && !around.asked) << around.story;
      around.asked = true;
    }
    if (actions.cancel_worker) {
      ++cancels;
      EXPECT_TRUE(around.worker && around.asked && !around.cancelled) << around.story;
      around.cancelled = true;
    }
    if (actions.start_worker) {
      ++workers;
      EXPECT_FALSE(around.worker) << "two workers:" << around.story;
      EXPECT_EQ(in.kind, Kind::acquired) << around.story;
      around.worker = true;
      around.asked = around.cancelled = around.guard_ended = around.lost_by_store = false;
      around.guard_deadline = around.machine.deadline();
    }
    if (actions.acquire_new || actions.acquire_again) {
      EXPECT_FALSE(around.worker) << "acquires under a running worker:" << around.story;
      EXPECT_FALSE(around.stop_sent) << "acquires after stop:" << around.story;
      around.lost_by_store = false;
    }
    send(actions.acquire_new, Around::Out::acquire);
    send(actions.acquire_again, Around::Out::acquire);
    send(actions.renew, Around::Out::renew);
    send(actions.release, Around::Out::release);
    if (actions.renew) {
      EXPECT_FALSE(around.guard_ended) << "renews what is gone:" << around.story;
      EXPECT_LT(around.now, around.guard_deadline) << around.story;
    }
    if (actions.release) {
      EXPECT_FALSE(around.worker) << "released under a running worker:" << around.story;
      EXPECT_FALSE(around.lost_by_store) << "released what the store ended:" << around.story;
      around.guard_ended = true;
    }
  }

  static void check(const Around& around, const Actions& actions) {
    const bool held = !around.guard_ended && around.now < around.guard_deadline;
    EXPECT_EQ(around.machine.holding(), held) << around.story;
    if (around.worker && !held) EXPECT_TRUE(around.asked) << "worker never told:" << around.story;
    if (around.worker && held && around.now >= around.guard_deadline - milliseconds(100)) {
      EXPECT_TRUE(around.asked) << "not told at stop_at:" << around.story;
    }
    if (around.worker && around.now >= around.guard_deadline) {
      EXPECT_TRUE(around.cancelled) << "runs past its deadline:" << around.story;
    }
    if (around.worker && around.stop_sent) EXPECT_TRUE(around.asked) << around.story;
    if (actions.finish) {
      EXPECT_TRUE(!around.worker && around.out == Around::Out::none) << around.story;
      EXPECT_TRUE(around.guard_ended) << "ended with a live lease:" << around.story;
      return;
    }
    // never stuck: something is out, a worker may end, or it wakes by itself
    const bool wakes = around.machine.wake_at() != never;
    EXPECT_TRUE(wakes || around.worker || around.out != Around::Out::none) << around.story;
    if (wakes) EXPECT_GT(around.machine.wake_at(), around.now) << "spins:" << around.story;
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
