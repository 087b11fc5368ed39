// Anomalies injected into long valid histories are found and named. Each mutator changes one answer
// at a place where, by the rules and without asking the checker, the anomaly is certain.
//
// Not here: granted-early, late-handover, stuck, refused-own and spurious-refusal, which no single
// answer makes certain; lease_anomaly_test.cpp has histories of each.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "checkers/lease_lock.hpp"
#include "checkers/lock_world.hpp"
#include "checkers/registry.hpp"
#include "impl/base/draw.hpp"
#include "impl/base/test_seeds.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::int64_t eps_ns = 50'000;

/// A history with an answer that a mutator looks at.
struct Answered {
  const History& history;
  std::uint32_t at;  ///< of the completion
  [[nodiscard]] const Event& end() const { return history.events[at]; }
  [[nodiscard]] const Event& begin() const { return history.events[end().pair.value]; }
};

bool is_answer(const Event& event, NameId f, EventType type, NameId error = name::none) {
  return event.f == f && event.type == type && event.error == error && event.pair != no_event;
}

/// Whether a lease of somebody else is certainly held during the whole of `mine`: granted before it
/// began, its ttl not over when it ended, nothing sent that may have ended it.
bool another_holds(const Answered& mine) {
  const auto& events = mine.history.events;
  for (std::uint32_t i = 0; i < mine.end().pair.value; ++i) {
    const Event& grant = events[i];
    const bool fits = is_answer(grant, name::acquire, EventType::ok) &&
                      grant.key == mine.end().key && grant.owner != mine.end().owner;
    if (!fits) continue;
    const std::int64_t from = events[grant.pair.value].time_ns;
    if (from + grant.ttl_ns - eps_ns <= mine.end().time_ns) continue;
    const auto ends_it = [&](const Event& event) {
      const bool release = event.f == name::release && event.lease == grant.lease;
      const bool replaces = event.f == name::acquire && event.owner == grant.owner &&
                            event.lease != grant.lease && event.key == grant.key;
      return event.type == EventType::invoke && (release || replaces);
    };
    const auto first = events.begin() + grant.pair.value;
    if (std::none_of(first, events.begin() + mine.at, ends_it)) return true;
  }
  return false;
}

/// The latest moment until which the lease of `mine` can have lived when it was asked for; nothing
/// of it is unknown.
bool is_surely_over(const Answered& mine) {
  std::int64_t over = -1;
  for (std::uint32_t i = 0; i < mine.end().pair.value; ++i) {
    const Event& event = mine.history.events[i];
    const bool extends = event.f == name::acquire || event.f == name::renew;
    if (event.lease != mine.end().lease || !extends) continue;
    const bool open = event.type == EventType::invoke && event.pair == no_event;
    if (open || event.type == EventType::info) return false;
    if (event.type == EventType::invoke && event.pair.value > mine.end().pair.value) return false;
    if (event.type != EventType::ok) continue;
    over = std::max(over, event.time_ns + event.ttl_ns + eps_ns);
  }
  return over >= 0 && mine.begin().time_ns > over;
}

bool is_surely_alive(const Answered& mine) {
  const auto& events = mine.history.events;
  std::int64_t until = -1;
  for (std::uint32_t i = 0; i < mine.at; ++i) {
    const Event& event = events[i];
    const bool ours = event.lease == mine.end().lease;
    const bool replaces = event.f == name::acquire && event.owner == mine.end().owner && !ours &&
                          until >= 0 && event.key == mine.end().key;
    if ((ours && event.f == name::release) || replaces) return false;
    const bool extends = event.f == name::acquire || event.f == name::renew;
    if (!ours || !extends || event.type != EventType::ok) continue;
    until = std::max(until, events[event.pair.value].time_ns + event.ttl_ns - eps_ns);
  }
  return until > mine.end().time_ns;
}

/// A retried release is told yes also long after, if the first did it.
bool was_released_before(const Answered& mine) {
  const auto& events = mine.history.events;
  return std::any_of(events.begin(), events.begin() + mine.end().pair.value, [&](const Event& e) {
    return e.f == name::release && e.lease == mine.end().lease;
  });
}

/// Else the two answers contradict each other, and either may be the wrong one.
bool is_kept_later(const Answered& mine) {
  const auto& events = mine.history.events;
  return std::any_of(events.begin() + mine.at + 1, events.end(), [&](const Event& e) {
    const bool on_it = e.f == name::acquire || e.f == name::renew || e.f == name::release;
    return on_it && e.type == EventType::ok && e.lease == mine.end().lease;
  });
}

bool a_higher_token_was_seen(const Answered& mine) {
  const auto& events = mine.history.events;
  return std::any_of(events.begin(), events.begin() + mine.end().pair.value, [&](const Event& e) {
    const bool use = e.f == name::write || e.f == name::read || e.f == name::raise;
    return use && e.type == EventType::ok && e.key == mine.end().key && e.sink == mine.end().sink &&
           e.token > mine.end().token;
  });
}

/// The last grant of the key that was answered before `mine` was asked for.
const Event* grant_before(const Answered& mine) {
  for (std::uint32_t i = mine.end().pair.value; i-- > 0;) {
    const Event& event = mine.history.events[i];
    const bool fits = is_answer(event, name::acquire, EventType::ok) &&
                      event.key == mine.end().key && event.lease != mine.end().lease;
    if (fits) return &event;
  }
  return nullptr;
}

void say_yes(Event& end) {
  end.type = EventType::ok;
  end.error = name::none;
  end.seen = {};
}

struct Mutator {
  std::vector<std::string_view> ids;  ///< one of them must be found
  std::function<bool(const Answered&)> fits;
  std::function<void(History&, const Answered&)> change;
};

const std::vector<Mutator>& mutators() {
  static const std::vector<Mutator> all{
      {{id::double_grant},
       [](const Answered& a) {
         return is_answer(a.end(), name::acquire, EventType::fail, name::contended) &&
                another_holds(a) && a.begin().time_ns + a.end().ttl_ns > a.end().time_ns + eps_ns;
       },
       [](History& history, const Answered& a) {
         say_yes(history.events[a.at]);
         history.events[a.at].token = FencingToken{1'000'000};
       }},
      {{id::foreign_release},
       [](const Answered& a) {
         return is_answer(a.end(), name::release, EventType::fail, name::not_owned) &&
                is_surely_over(a) && another_holds(a) && !was_released_before(a);
       },
       [](History& history, const Answered& a) { say_yes(history.events[a.at]); }},
      {{id::release_after_expiry, id::foreign_release},
       [](const Answered& a) {
         return is_answer(a.end(), name::release, EventType::fail, name::not_owned) &&
                is_surely_over(a) && !was_released_before(a);
       },
       [](History& history, const Answered& a) { say_yes(history.events[a.at]); }},
      {{id::renewed_after_expiry, id::foreign_renew},
       [](const Answered& a) {
         return is_answer(a.end(), name::renew, EventType::fail, name::lost) && is_surely_over(a);
       },
       [](History& history, const Answered& a) { say_yes(history.events[a.at]); }},
      {{id::lost_early},
       [](const Answered& a) {
         return is_answer(a.end(), name::renew, EventType::ok) && is_surely_alive(a) &&
                !is_kept_later(a);
       },
       [](History& history, const Answered& a) {
         history.events[a.at].type = EventType::fail;
         history.events[a.at].error = name::lost;
       }},
      {{id::token_reused},
       [](const Answered& a) {
         return is_answer(a.end(), name::acquire, EventType::ok) && grant_before(a) != nullptr;
       },
       [](History& history, const Answered& a) {
         history.events[a.at].token = grant_before(a)->token;
       }},
      {{id::token_went_back},
       [](const Answered& a) {
         const Event* const before = grant_before(a);
         return is_answer(a.end(), name::acquire, EventType::ok) && before != nullptr &&
                before->token > FencingToken{1};
       },
       [](History& history, const Answered& a) {
         history.events[a.at].token = FencingToken{grant_before(a)->token.value - 1};
       }},
      {{id::stale_write_accepted},
       [](const Answered& a) {
         return is_answer(a.end(), name::write, EventType::fail, name::stale) &&
                a_higher_token_was_seen(a);
       },
       [](History& history, const Answered& a) { say_yes(history.events[a.at]); }},
  };
  return all;
}

std::vector<std::uint32_t> places(const History& history, const Mutator& mutator) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    const bool completion = event.type != EventType::invoke && event.pair != no_event;
    if (completion && mutator.fits({history, i})) found.push_back(i);
  }
  return found;
}

LockWorldOptions options_of(std::uint64_t seed) {
  LockWorldOptions options;
  options.seed = seed;
  options.operations = 300;
  options.eps = Nanos(eps_ns);
  options.lost = 10;
  options.late = 30;
  options.crashes = 10;
  options.stalls = 80;
  return options;
}

TEST(LeaseMutation, every_injected_anomaly_is_found_and_named) {
  const std::uint64_t seeds = test_seeds(400);
  std::vector<std::uint64_t> injected(mutators().size());
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const History valid = run_lock_world(options_of(seed));
    const auto before = judge(valid);
    ASSERT_TRUE(before && before->verdict == Verdict::valid) << "seed " << seed;
    for (std::size_t m = 0; m < mutators().size(); ++m) {
      const Mutator& mutator = mutators()[m];
      const std::vector<std::uint32_t> found = places(valid, mutator);
      if (found.empty()) continue;
      const std::uint64_t bits = draw(Seed{seed}, DrawStream::test, m);
      const std::uint32_t at = found[below(bits, found.size())];
      History history = valid;
      mutator.change(history, {valid, at});
      const auto after = judge(history);
      ASSERT_TRUE(after);
      const bool named =
          std::ranges::any_of(mutator.ids, [&](std::string_view id) { return after->has(id); });
      EXPECT_TRUE(named) << mutator.ids.front() << " at event " << at << ", seed " << seed;
      EXPECT_EQ(after->verdict, Verdict::invalid);
      ++injected[m];
    }
  }
  for (std::size_t m = 0; m < injected.size(); ++m) {
    EXPECT_GE(injected[m] * 4, seeds) << "hardly ever injected: " << mutators()[m].ids.front();
    RecordProperty(std::string(mutators()[m].ids.front()), static_cast<int>(injected[m]));
  }
}

}  // namespace
}  // namespace lockstep::checkers
