// Anomalies injected into long valid histories are found and named. The histories are those of a
// correct outbox with everything at once, crashes, and answers that never come.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "checkers/outbox.hpp"
#include "checkers/outbox_world.hpp"
#include "checkers/registry.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

/// A moment after all others, in any order.
std::int64_t later_than_all(OutboxWorld& world) {
  const std::int64_t before = world.tick();
  std::int64_t now = before;
  while (now == before) now = world.tick();
  return now;
}

/// An entry that the world knows nothing of, with its own story, one thing after the other.
class Ghost {
 public:
  explicit Ghost(OutboxWorld& world, std::string_view key = "story")
      : world_(world), key_(key), id_(world.next_id()), value_(world.next_value()) {}

  struct By {
    std::string_view node;
    std::uint64_t token;
  };

  [[nodiscard]] std::int64_t later() { return later_than_all(world_); }
  OutboxWords words(std::string_view sink) const {
    return {.value = value_, .id = id_, .sink = sink};
  }
  std::size_t say(NameId f, std::string_view node, const OutboxWords& words,
                  Ending ending = Ending::ok) {
    const std::int64_t sent = later();
    return at(f, node, {sent, later(), ending}, words);
  }
  std::size_t at(NameId f, std::string_view node, Span span, const OutboxWords& words) {
    world_.timeline().key(key_);
    return world_.timeline().outbox(f, node, span, words);
  }
  void commit(Ending ending = Ending::ok) {
    OutboxWords said = words("");
    said.error = name::rolled_back;
    say(name::commit, "app", said, ending);
  }
  void publish(By by = {"ghost", 0}) {
    OutboxWords said = words("publisher");
    said.token = by.token;
    const std::size_t operation = say(name::publish, by.node, said);
    const std::uint64_t position = append();
    world_.timeline().committed(operation, position, world_.tick());
  }
  void mark(By by = {"ghost", 0}, Ending ending = Ending::ok) {
    OutboxWords said = words("store");
    said.token = by.token;
    say(name::mark, by.node, said, ending);
  }
  void consume() { say(name::consume, "c/mail", words("mail")); }
  std::uint64_t append() { return world_.append(key_, value_, id_); }
  void leave() { world_.leave(key_, value_, id_); }
  void count_applied(std::uint16_t times) { world_.count_applied(key_, value_, id_, times); }

 private:
  OutboxWorld& world_;
  std::string_view key_;
  std::uint64_t id_;
  std::int64_t value_;
};

struct Mutation {
  std::string_view id;
  std::string_view what;
  Leading leading = Leading::fenced;
  void (*inject)(OutboxWorld& world) = nullptr;
};

void wait_for_token(OutboxWorld& world, std::uint64_t token) {
  for (int i = 0; i < 1'000 && world.fence() < token; ++i) world.run(20);
  ASSERT_GE(world.fence(), token);
}

/// An older token, after the broker has seen a newer one.
void be_zombie(OutboxWorld& world, NameId f) {
  wait_for_token(world, 2);
  Ghost newer(world, "other");
  newer.commit();
  newer.publish({"ghost", world.fence()});
  newer.mark({"ghost", world.fence()});
  Ghost stale(world);
  stale.commit();
  stale.publish({"zombie", f == name::publish ? world.fence() - 1 : world.fence()});
  stale.mark({"zombie", f == name::mark ? world.fence() - 1 : world.fence()});
}

/// The second of one key is published while the first still waits.
void swap_in_time(OutboxWorld& world) {
  Ghost first(world);
  Ghost second(world);
  first.commit();
  second.commit();
  second.publish();
  first.publish();
}

/// Both are sent at once, so that only positions tell.
void swap_in_log(OutboxWorld& world) {
  Ghost first(world);
  Ghost second(world);
  first.commit();
  second.commit();
  const std::int64_t sent = first.later();
  const std::int64_t taken = first.later();
  const Span span{sent, first.later()};
  for (Ghost* ghost : {&second, &first}) {
    const std::size_t publish = ghost->at(name::publish, "ghost", span, ghost->words("publisher"));
    world.timeline().committed(publish, ghost->append(), taken);
  }
}

void skip(OutboxWorld& world) {
  Ghost low(world);
  Ghost high(world, "other");
  const std::int64_t sent = low.later();
  high.commit();
  high.publish();
  low.at(name::commit, "app", {sent, low.later()}, low.words(""));
  low.leave();
}

void interleave(OutboxWorld& world) {
  for (int i = 0; i < 1'000 && world.leader().empty(); ++i) world.run(5);
  const std::string leader(world.leader());
  ASSERT_FALSE(leader.empty());
  for (const std::string_view node :
       {std::string_view(leader), std::string_view("other"), std::string_view(leader)}) {
    Ghost ghost(world);
    ghost.commit();
    ghost.publish({node, 0});
  }
}

void share_token(OutboxWorld& world) {
  wait_for_token(world, 1);
  const std::uint64_t token = world.fence();
  Ghost ghost(world);
  ghost.commit();
  ghost.publish({"one", token});
  ghost.mark({"other", token});
}

void publish_twice(OutboxWorld& world) {
  Ghost ghost(world);
  ghost.commit();
  ghost.publish();
  ghost.mark();
  ghost.publish();
}

const std::array<Mutation, 22> mutations{{
    {id::outbox_lost, "a commit", Leading::fenced, [](OutboxWorld& w) { Ghost(w).commit(); }},
    {id::outbox_lost, "marked by mistake", Leading::alone,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.commit();
       ghost.mark();
     }},
    {id::outbox_undrained, "left", Leading::fenced,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.commit();
       ghost.leave();
     }},
    {id::outbox_ghost, "rolled back", Leading::fenced,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.commit(Ending::denied);
       ghost.publish();
     }},
    {id::outbox_ghost, "of nobody", Leading::elected, [](OutboxWorld& w) { Ghost(w).append(); }},
    {id::outbox_ghost, "before its commit", Leading::alone,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.publish();
       ghost.commit();
     }},
    {id::outbox_skipped, "a late commit", Leading::fenced, skip},
    {id::outbox_reordered, "in time", Leading::alone, swap_in_time},
    {id::outbox_reordered, "in the log", Leading::fenced, swap_in_log},
    {id::marked_unpublished, "never published", Leading::fenced,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.commit();
       ghost.mark();
     }},
    {id::marked_unpublished, "published later", Leading::unfenced,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.commit();
       ghost.mark();
       ghost.publish();
     }},
    {id::outbox_duplicate, "after the mark", Leading::fenced, publish_twice},
    {id::outbox_duplicate, "after the mark, alone", Leading::alone, publish_twice},
    {id::outbox_duplicate, "in the log", Leading::alone,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.commit();
       ghost.publish();
       ghost.append();
     }},
    {id::zombie_relay, "a publish", Leading::fenced,
     [](OutboxWorld& w) { be_zombie(w, name::publish); }},
    {id::zombie_relay, "a publish, unfenced", Leading::unfenced,
     [](OutboxWorld& w) { be_zombie(w, name::publish); }},
    {id::zombie_relay, "a mark", Leading::unfenced,
     [](OutboxWorld& w) { be_zombie(w, name::mark); }},
    {id::two_leaders, "of one token", Leading::unfenced, share_token},
    {id::two_leaders, "without tokens", Leading::elected, interleave},
    {id::applied_twice, "answered twice", Leading::fenced,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.commit();
       ghost.publish();
       ghost.consume();
       ghost.consume();
     }},
    {id::applied_twice, "by count", Leading::fenced,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.commit();
       ghost.publish();
       ghost.count_applied(2);
     }},
    {id::inbox_lost, "never applied", Leading::fenced,
     [](OutboxWorld& w) {
       Ghost ghost(w);
       ghost.commit();
       ghost.say(name::publish, "ghost", ghost.words("publisher"));
       ghost.mark();
     }},
}};

/// A long run, the injection, and more of the run.
History history_of(std::uint64_t seed, const Mutation& mutation) {
  OutboxWorldOptions options = any_outbox_world(seed);
  options.leading = mutation.leading;
  options.drained = true;
  options.lists_broker = true;
  options.trimmed = false;
  options.inboxes = true;
  OutboxWorld world(options);
  world.run(200 + static_cast<std::int64_t>(seed % 300));
  later_than_all(world);
  if (mutation.inject != nullptr) mutation.inject(world);
  later_than_all(world);
  world.run(200);
  world.finish();
  return world.timeline().history();
}

constexpr std::uint64_t seeds = 400;

TEST(OutboxMutation, histories_without_one_are_valid) {
  for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
    const Mutation none{.leading = static_cast<Leading>(seed % 4)};
    const auto both = judge_both(history_of(seed, none));
    ASSERT_TRUE(both);
    ASSERT_EQ(both->verdict(), Verdict::valid) << "seed " << seed;
  }
}

TEST(OutboxMutation, each_is_found_and_named_by_both_judges) {
  for (const Mutation& mutation : mutations) {
    for (std::uint64_t seed = 0; seed < test_seeds(seeds); ++seed) {
      const auto both = judge_both(history_of(seed, mutation));
      ASSERT_TRUE(both);
      EXPECT_TRUE(both->disagreement.empty());
      ASSERT_TRUE(both->black_box.has(mutation.id))
          << mutation.id << " " << mutation.what << ", seed " << seed;
      ASSERT_TRUE(both->oracle.has(mutation.id))
          << mutation.id << " " << mutation.what << ", seed " << seed;
    }
  }
}

TEST(OutboxMutation, every_id_is_injected) {
  for (const AnomalyInfo& anomaly : find_checker(outbox_model)->anomalies) {
    const bool is_injected =
        std::any_of(mutations.begin(), mutations.end(),
                    [&](const Mutation& mutation) { return mutation.id == anomaly.id; });
    EXPECT_TRUE(is_injected) << anomaly.id;
  }
}

}  // namespace
}  // namespace lockstep::checkers
