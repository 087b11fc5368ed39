#include "checkers/lease_brute_force.hpp"

#include <algorithm>
#include <utility>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::int64_t never_units = 1'000;

/// One operation, on the grid.
struct Step {
  NameId f{};
  EventType type{};  ///< of its completion; info if there is none
  NameId error{};
  std::uint32_t lease = 0;   ///< from 1, dense
  std::uint64_t number = 0;  ///< of the lease, as recorded
  OwnerId owner{};
  std::int64_t sent = 0;
  std::int64_t answered = never_units;
  std::uint32_t sent_index = 0;
  std::uint32_t answered_index = 0xffffffffU;
};

class Search {
 public:
  Search(const History& history, const BruteForceOptions& options);
  [[nodiscard]] bool explains() { return from(State{}); }

 private:
  struct State {
    std::int64_t now = 0;
    std::uint32_t done = 0;    ///< bit per step: committed
    std::uint32_t holder = 0;  ///< 0: nobody
    std::int64_t expiry = 0;
    std::uint32_t released = 0;  ///< bit per lease: released once, so that an echo may say so again
  };

  struct Lease {
    std::uint64_t number = 0;
    OwnerId owner{};
  };

  std::uint32_t dense(const Step& step);
  bool from(const State& state);
  bool commit(const State& state, std::size_t step);
  bool grant(State next, std::int64_t at_least);
  [[nodiscard]] bool may_commit(const State& state, std::size_t step) const;
  [[nodiscard]] bool is_overdue(const State& state) const;
  [[nodiscard]] bool is_before(const Step& a, const Step& b) const;
  bool is_new(const State& state);
  [[nodiscard]] std::size_t slot_of(std::uint64_t key) const;
  void grow();

  BruteForceOptions options_;
  Order order_;
  std::vector<Step> steps_;
  std::vector<Lease> leases_;   // by dense number; [0] is nobody
  std::uint32_t demanded_ = 0;  // bit per step: it has an answer
  std::int64_t last_ = 0;
  std::vector<std::uint64_t> visited_;  // open addressing
  std::size_t visited_count_ = 0;
};

/// The operation invoked at `index`, without its lease.
Step step_of(const History& history, std::uint32_t index, std::int64_t unit_ns) {
  const Event& event = history.events[index];
  Step step;
  step.f = event.f;
  step.type = EventType::info;
  step.number = event.lease.value;
  step.owner = event.owner;
  step.sent = event.time_ns / unit_ns;
  step.sent_index = index;
  if (event.pair == no_event) return step;
  const Event& answer = history.events[event.pair.value];
  if (answer.type == EventType::info) return step;
  step.type = answer.type;
  step.error = answer.error;
  step.answered = answer.time_ns / unit_ns;
  step.answered_index = event.pair.value;
  return step;
}

void pin(Step& step, const History& history, std::int64_t unit_ns) {
  for (const Resolution& resolution : history.resolutions) {
    if (resolution.operation.value != step.sent_index) continue;
    step.type = resolution.happened ? EventType::ok : EventType::fail;
    if (!resolution.happened) continue;
    step.sent = std::max(step.sent, resolution.at_ns / unit_ns);
    step.answered = step.sent;
  }
}

Search::Search(const History& history, const BruteForceOptions& options)
    : options_(options), order_(history.header.order) {
  leases_.emplace_back();
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    if (history.events[i].type != EventType::invoke) continue;
    Step step = step_of(history, i, options.unit_ns);
    if (options.use_resolutions) pin(step, history, options.unit_ns);
    if (step.type == EventType::fail && step.error < name::contended) continue;  // had no effect
    step.lease = dense(step);
    if (step.type != EventType::info) demanded_ |= 1U << steps_.size();
    if (step.answered != never_units) last_ = std::max(last_, step.answered);
    steps_.push_back(step);
  }
  ASSERT(steps_.size() <= brute_operations_max && leases_.size() <= 8 && last_ < brute_units_max);
}

std::uint32_t Search::dense(const Step& step) {
  for (std::uint32_t i = 1; i < leases_.size(); ++i) {
    if (leases_[i].number == step.number) return i;
  }
  leases_.push_back({step.number, step.owner});
  return static_cast<std::uint32_t>(leases_.size() - 1);
}

/// Remembers (now, done, holder, expiry, released), 1 added so that 0 is a free slot.
bool Search::is_new(const State& state) {
  auto key = static_cast<std::uint64_t>(state.now);
  key = key << steps_.size() | state.done;
  key = key << 3U | state.holder;
  key = key << 7U | state.released;
  key = (key << 8U | static_cast<std::uint64_t>(state.expiry)) + 1;
  if (visited_count_ * 2 >= visited_.size()) grow();
  std::uint64_t& slot = visited_[slot_of(key)];
  const bool fresh = slot == 0;
  slot = key;
  visited_count_ += fresh ? 1U : 0U;
  return fresh;
}

std::size_t Search::slot_of(std::uint64_t key) const {
  const std::size_t mask = visited_.size() - 1;
  std::size_t slot = mix64(key) & mask;
  while (visited_[slot] != 0 && visited_[slot] != key) slot = (slot + 1) & mask;
  return slot;
}

void Search::grow() {
  std::vector<std::uint64_t> old(std::max<std::size_t>(1'024, visited_.size() * 4), 0);
  std::swap(old, visited_);
  for (const std::uint64_t key : old) {
    if (key != 0) visited_[slot_of(key)] = key;
  }
}

bool Search::is_before(const Step& a, const Step& b) const {
  if (a.answered == never_units) return false;
  return order_ == Order::total ? a.answered_index < b.sent_index : a.answered < b.sent;
}

bool Search::may_commit(const State& state, std::size_t step) const {
  const Step& mine = steps_[step];
  if ((state.done >> step & 1U) != 0 || state.now < mine.sent || state.now > mine.answered) {
    return false;
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const bool waits = (demanded_ >> i & 1U) != 0 && (state.done >> i & 1U) == 0;
    if (waits && is_before(steps_[i], mine)) return false;
  }
  return true;
}

bool Search::is_overdue(const State& state) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const bool waits = (demanded_ >> i & 1U) != 0 && (state.done >> i & 1U) == 0;
    if (waits && steps_[i].answered <= state.now) return true;
  }
  return false;
}

bool Search::grant(State next, std::int64_t at_least) {
  for (std::int64_t t = options_.least_units; t <= options_.most_units; ++t) {
    next.expiry = std::max(at_least, next.now + t);
    if (from(next)) return true;
  }
  return false;
}

bool Search::commit(const State& state, std::size_t index) {
  const Step& step = steps_[index];
  const bool mine = state.holder == step.lease;
  const bool may_live = state.holder != 0 && state.now <= state.expiry;
  const bool may_be_over = state.holder == 0 || state.now >= state.expiry;
  const bool denied = step.type == EventType::fail;
  State next = state;
  next.done |= 1U << index;
  if (step.f == name::acquire) {
    const Lease& held = leases_[state.holder];
    const bool replaces = state.holder != 0 && step.owner.value != 0 && step.owner == held.owner &&
                          held.number < step.number;
    if (denied) {
      const bool refuses = may_live && !mine && !replaces;
      return (!options_.refusals_matter || refuses) && from(next);
    }
    next.holder = step.lease;
    if (mine && may_live && grant(next, state.expiry)) return true;
    next.released &= ~(1U << (step.lease - 1));
    return (may_be_over || replaces) && grant(next, 0);
  }
  if (denied && !mine) return from(next);
  if (denied) {  // once seen to be over, at the very moment of its expiry too, it stays over
    next.holder = 0;
    next.expiry = 0;
    return may_be_over && from(next);
  }
  if (step.f == name::renew) return mine && may_live && grant(next, state.expiry);
  const bool echo = (state.released >> (step.lease - 1) & 1U) != 0;
  if (echo && !mine && from(next)) return true;
  next.holder = 0;
  next.expiry = 0;
  next.released |= 1U << (step.lease - 1);
  return mine && may_live && from(next);
}

bool Search::from(const State& state) {
  if ((state.done & demanded_) == demanded_) return true;
  if (!is_new(state)) return false;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (may_commit(state, i) && commit(state, i)) return true;
  }
  if (state.now >= last_ || is_overdue(state)) return false;
  State next = state;
  ++next.now;
  return from(next);
}

}  // namespace

bool is_explainable(const History& history, const BruteForceOptions& options) {
  return Search(history, options).explains();
}

}  // namespace lockstep::checkers
