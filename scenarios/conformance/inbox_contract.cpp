#include "scenarios/conformance/inbox_contract.hpp"

namespace lockstep::conformance {
namespace {

using relay::Applied;
using relay::Inbox;
using InboxPtr = std::unique_ptr<Inbox>;

Task<InboxPtr> opened_inbox(Env& env, relay::InboxOptions options = {}) {
  auto inbox = co_await Inbox::open(env, "inbox", options);
  EXPECT_TRUE(inbox) << (inbox ? "" : to_text(inbox.error()));
  InboxPtr made;
  if (inbox) made = std::move(*inbox);
  co_return made;
}

/// Adds `amount` to the number that `key` has.
Inbox::Compute add(std::string key, int amount) {
  return [key = std::move(key), amount](const Inbox::Read& read) -> Result<relay::Effect> {
    const auto before = read(key);
    if (!before) return fail(before.error());
    const int sum = amount + (*before ? std::stoi(**before) : 0);
    return relay::Effect{{{key, std::to_string(sum)}}, {}};
  };
}

Task<Applied> applied(Inbox* inbox, std::string message, int amount) {
  const auto outcome = co_await inbox->apply(std::move(message), add("sum", amount));
  EXPECT_TRUE(outcome) << (outcome ? "" : to_text(outcome.error()));
  co_return outcome.value_or(Applied::duplicate);
}

Task<std::string> sum_of(Inbox* inbox) {
  const auto sum = co_await inbox->get("sum");
  EXPECT_TRUE(sum);
  if (!sum || !*sum) co_return "none";
  co_return **sum;
}

Task<void> closed_inbox(Inbox* inbox) {
  const auto done = co_await inbox->close();
  EXPECT_TRUE(done);
}

Task<void> apply_in_disorder(Env* env, int round) {
  const InboxPtr inbox = co_await opened_inbox(*env);
  if (inbox == nullptr) co_return;
  for (const int n : {3, 1, 2, 1, 3}) {
    const Applied outcome = co_await applied(inbox.get(), "m" + std::to_string(n), n);
    if (round > 0) {
      EXPECT_EQ(outcome, Applied::duplicate);
    }
  }
  const std::string sum = co_await sum_of(inbox.get());
  EXPECT_EQ(sum, "6");
  EXPECT_EQ(inbox->keys(), 3U);
  co_await closed_inbox(inbox.get());
}

TEST_P(InboxContract, o14_a_message_is_applied_once_in_any_order_and_through_reopens) {
  for (int round = 0; round < 3; ++round) {
    session([round](Env& env) { return apply_in_disorder(&env, round); });
  }
}

TEST_P(InboxContract, o14_a_crash_leaves_the_effect_and_the_key_or_neither) {
  session([](Env& env) -> Task<void> {
    const InboxPtr inbox = co_await opened_inbox(env);
    if (inbox == nullptr) co_return;
    co_await applied(inbox.get(), "m1", 1);
  });  // the process dies here, with no close()
  session([](Env& env) -> Task<void> {
    const InboxPtr inbox = co_await opened_inbox(env);
    if (inbox == nullptr) co_return;
    const Applied again = co_await applied(inbox.get(), "m1", 1);
    EXPECT_EQ(again, Applied::duplicate);
    const std::string sum = co_await sum_of(inbox.get());
    EXPECT_EQ(sum, "1");
    co_await closed_inbox(inbox.get());
  });
}

TEST_P(InboxContract, messages_of_one_call_see_each_others_effects) {
  session([](Env& env) -> Task<void> {
    const InboxPtr inbox = co_await opened_inbox(env);
    if (inbox == nullptr) co_return;
    std::vector<Inbox::Message> messages;
    for (const char* const key : {"a", "b", "a", "c"}) messages.push_back({key, add("sum", 10)});
    const auto outcome = co_await inbox->apply_many(std::move(messages));
    EXPECT_TRUE(outcome);
    if (!outcome) co_return;
    const std::vector<Applied> expected{Applied::applied, Applied::applied, Applied::duplicate,
                                        Applied::applied};
    EXPECT_EQ(*outcome, expected);
    const std::string sum = co_await sum_of(inbox.get());
    EXPECT_EQ(sum, "30");
    co_await closed_inbox(inbox.get());
  });
}

Task<void> apply_in_turn(Inbox* inbox, int first, int last) {
  for (int n = first; n < last; ++n) {
    const Applied outcome = co_await applied(inbox, "m" + std::to_string(n), 1);
    EXPECT_EQ(outcome, Applied::applied);
  }
}

TEST_P(InboxContract, calls_at_the_same_time_lose_no_effect) {
  session([](Env& env) -> Task<void> {
    const InboxPtr inbox = co_await opened_inbox(env);
    if (inbox == nullptr) co_return;
    env::TaskGroup tasks(env);
    for (int i = 0; i < 4; ++i) tasks.spawn(apply_in_turn(inbox.get(), 10 * i, 10 * i + 10));
    co_await tasks.join();
    const std::string sum = co_await sum_of(inbox.get());
    EXPECT_EQ(sum, "40");
    co_await closed_inbox(inbox.get());
  });
}

TEST_P(InboxContract, an_effect_that_fails_changes_nothing_and_can_be_tried_again) {
  session([](Env& env) -> Task<void> {
    const InboxPtr inbox = co_await opened_inbox(env);
    if (inbox == nullptr) co_return;
    const Inbox::Compute broken = [](const Inbox::Read&) -> Result<relay::Effect> {
      return fail(definite(Errc::undecodable, "no number"));
    };
    const auto failed = co_await inbox->apply("m1", broken);
    EXPECT_EQ(code_of(failed), Errc::undecodable);
    const auto nameless = co_await inbox->apply("", broken);
    EXPECT_EQ(code_of(nameless), Errc::invalid_argument);
    const Applied outcome = co_await applied(inbox.get(), "m1", 5);
    EXPECT_EQ(outcome, Applied::applied);
    co_await closed_inbox(inbox.get());
    const auto late = co_await inbox->apply("m2", broken);
    EXPECT_EQ(code_of(late), Errc::closed);
  });
}

TEST_P(InboxContract, keys_go_when_they_are_old_and_enough_newer_ones_are_known) {
  session([](Env& env) -> Task<void> {
    relay::InboxOptions options;
    options.retention = milliseconds(100);
    options.keys_min = 5;
    const InboxPtr inbox = co_await opened_inbox(env, options);
    if (inbox == nullptr) co_return;
    for (int n = 0; n < 10; ++n) {
      co_await applied(inbox.get(), "m" + std::to_string(n), 1);
    }
    EXPECT_EQ(inbox->keys(), 10U) << "none is old yet";
    co_await env::sleep_for(env, milliseconds(200));
    for (int n = 10; n < 20; ++n) {
      co_await applied(inbox.get(), "m" + std::to_string(n), 1);
    }
    EXPECT_GE(inbox->keys(), 5U) << "so many are kept, however old they are";
    EXPECT_LE(inbox->keys(), 12U);
    const Applied young = co_await applied(inbox.get(), "m19", 1);
    EXPECT_EQ(young, Applied::duplicate);
    co_await closed_inbox(inbox.get());
  });
}

}  // namespace
}  // namespace lockstep::conformance
