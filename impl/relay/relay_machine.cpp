#include "impl/relay/relay_machine.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"

namespace lockstep::relay {
namespace {

// Entries of one aggregate that are kept in memory, in batches: the others wait in the store.
constexpr std::size_t lane_max_batches = 2;
// Entries in hand, in batches: bounds memory, and what a store is told to leave out.
constexpr std::size_t held_max_batches = 64;
// Entries marked by one call: bounds how long it takes.
constexpr std::size_t mark_max = 1'024;
constexpr int poll_backoff_max = 8;
// While there is always more, one fetch in so many begins at the beginning.
constexpr std::uint64_t fetches_between_looks = 64;

}  // namespace

Nanos RelayMachine::backoff(std::uint32_t failures) const {
  Nanos delay = options_.backoff_base;
  for (std::uint32_t i = 1; i < failures && delay < options_.backoff_max; ++i) delay *= 2;
  delay = std::min(delay, options_.backoff_max);
  return delay + Nanos(between(jitter_, 0, delay.count() / 4));
}

/// Of calls that failed as a whole, in a row.
Nanos RelayMachine::call_backoff(std::uint32_t failures) const {
  const std::uint32_t doublings = std::min<std::uint32_t>(failures - 1, 3);
  const Nanos delay = options_.poll * std::min(1 << doublings, poll_backoff_max);
  return delay + Nanos(between(jitter_, 0, delay.count() / 4));
}

RelayStep RelayMachine::next(MonoTime now, std::uint64_t jitter) {
  jitter_ = jitter;
  wake_lanes(now);
  if (auto step = next_mark(now)) return *std::move(step);
  if (!draining_) {
    if (auto step = next_note(now)) return *std::move(step);
    if (auto step = next_batch(now)) return *std::move(step);
    if (auto step = next_fetch(now)) return *std::move(step);
  }
  return wait();
}

RelayStep RelayMachine::wait() const {
  const bool is_idle = batches_.empty() && marking_.empty() && !fetching_ && !noting_;
  if (draining_ && is_idle && to_mark_.empty()) return DoneStep{};
  WaitStep step;
  if (!to_mark_.empty() && marking_.empty()) step.until = std::min(step.until, mark_at_);
  if (draining_) return step;
  if (!to_note_.empty() && !noting_) step.until = std::min(step.until, note_at_);
  if (!ready_.empty() && may_publish()) step.until = std::min(step.until, publish_at_);
  if (!backing_off_.empty()) step.until = std::min(step.until, backing_off_.begin()->first);
  if (!fetching_ && wants_entries()) step.until = std::min(step.until, next_fetch_);
  return step;
}

// ---- fetching -----------------------------------------------------------------------------------

/// As many in hand as can be on their way: a fetch has its turn behind the marks, and is not waited
/// for.
bool RelayMachine::wants_entries() const {
  return ready_entries_ < options_.in_flight_max * options_.batch_max &&
         held_ < held_max_batches * options_.batch_max;
}

std::optional<RelayStep> RelayMachine::next_fetch(MonoTime now) {
  if (fetching_ || now < next_fetch_ || !wants_entries()) return std::nullopt;
  fetching_ = true;
  has_news_ = false;
  ++fetches_;
  if (fetches_ % fetches_between_looks == 0) cursor_ = EntryId{1};
  FetchStep step{.from = cursor_,
                 .limit = options_.in_flight_max * options_.batch_max,
                 .bytes_max = options_.in_flight_max * options_.batch_bytes_max,
                 .epoch = epoch_,
                 .after = {}};
  step.after.reserve(lanes_.size());
  for (auto& [aggregate, lane] : lanes_) {
    step.after.emplace_hint(step.after.end(), aggregate, wanted_after(lane, step.from));
  }
  return step;
}

/// A closed lane that ran empty is to be filled again, from where it was closed.
EntryId RelayMachine::wanted_after(Lane& lane, EntryId& from) const {
  if (lane.left.value == 0) return lane.last;
  lane.is_asked = lane.entries.empty();
  if (!lane.is_asked) return after_all;
  from = std::min(from, lane.left);
  return EntryId{lane.left.value - 1};
}

void RelayMachine::news(MonoTime now) {
  has_news_ = true;
  if (!fetching_ && fetch_failures_ == 0) next_fetch_ = now;
}

void RelayMachine::fetch_failed(MonoTime now) {
  ASSERT(fetching_);
  fetching_ = false;
  ++fetch_failures_;
  next_fetch_ = saturating_add(now, call_backoff(fetch_failures_));
}

void RelayMachine::fetched(Fetched fetched, MonoTime now) {
  ASSERT(fetching_);
  fetching_ = false;
  fetch_failures_ = 0;
  epoch_ = fetched.epoch;
  for (auto& [aggregate, lane] : lanes_) {
    if (lane.is_asked) lane.left = EntryId{};
    lane.is_asked = false;
  }
  for (Entry& entry : fetched.entries) take_in(std::move(entry));
  std::erase_if(lanes_, [](const auto& one) { return one.second.is_over(); });
  cursor_ = fetched.is_all ? EntryId{1} : fetched.next;
  const bool is_quiet = fetched.is_all && !has_news_;
  next_fetch_ = is_quiet ? saturating_add(now, options_.poll) : now;
}

void RelayMachine::take_in(Entry entry) {
  const LaneAt lane = lanes_.try_emplace(entry.aggregate).first;
  Lane& what = lane->second;
  if (what.left.value != 0 || entry.id <= what.last) return;  // closed meanwhile; or not asked for
  const bool waits = what.cause || what.is_noting || what.retry_at != MonoTime{};
  if (waits || what.entries.size() >= lane_max_batches * options_.batch_max) {
    what.left = entry.id;
    return;
  }
  ++held_;
  what.last = entry.id;
  what.entries.push_back(std::move(entry));
  if (what.wait == Wait::turn) ++ready_entries_;
  if (what.wait == Wait::nothing) file(lane);
}

// ---- lanes --------------------------------------------------------------------------------------

void RelayMachine::file(LaneAt lane) {
  auto& [aggregate, what] = *lane;
  ASSERT(what.wait == Wait::nothing);
  if (what.in_flight > 0 || what.is_noting || what.entries.empty()) return;
  if (what.cause) {
    what.wait = Wait::note;
    to_note_.insert(aggregate);
  } else if (what.retry_at != MonoTime{}) {
    what.wait = Wait::backoff;
    backing_off_.emplace(what.retry_at, aggregate);
  } else {
    what.wait = Wait::turn;
    ready_.push_back(lane);
    ready_entries_ += what.entries.size();
  }
}

void RelayMachine::wake_lanes(MonoTime now) {
  while (!backing_off_.empty() && backing_off_.begin()->first <= now) {
    const auto lane = lanes_.find(backing_off_.begin()->second);
    backing_off_.erase(backing_off_.begin());
    lane->second.wait = Wait::nothing;
    lane->second.retry_at = MonoTime{};
    file(lane);
  }
}

/// All but the first `kept` entries stay in the store alone.
void RelayMachine::let_go(Lane& lane, std::size_t kept) {
  if (lane.entries.size() <= kept) return;
  lane.left = lane.entries[kept].id;
  lane.last = EntryId{lane.left.value - 1};
  lane.is_asked = false;
  held_ -= lane.entries.size() - kept;
  lane.entries.resize(kept);
}

// ---- publishing ---------------------------------------------------------------------------------

/// While calls fail, one after another.
bool RelayMachine::may_publish() const {
  return batches_.size() < (publish_failures_ > 0 ? 1 : options_.in_flight_max);
}

std::optional<RelayStep> RelayMachine::next_batch(MonoTime now) {
  if (ready_.empty() || now < publish_at_ || !may_publish()) return std::nullopt;
  PublishStep step{.batch = ++last_batch_, .entries = {}};
  Batch& batch = batches_[step.batch];
  std::size_t bytes = 0;
  const auto has_room = [&] {
    return step.entries.size() < options_.batch_max && bytes < options_.batch_bytes_max;
  };
  while (has_room() && !ready_.empty() && take_turn(step, batch, bytes)) {
  }
  return step;
}

/// Of the lane whose turn it is. The first of a batch always fits. false: nothing of the lane does,
/// and it keeps its turn.
bool RelayMachine::take_turn(PublishStep& step, Batch& batch, std::size_t& bytes) {
  const LaneAt lane = ready_.front();
  Lane& what = lane->second;
  for (const Entry& entry : what.entries) {
    const bool fits = step.entries.size() < options_.batch_max &&
                      bytes + entry.payload.size() <= options_.batch_bytes_max;
    if (!fits && !step.entries.empty()) break;
    bytes += entry.payload.size();
    step.entries.push_back(entry);
    batch.push_back({entry.id, lane});
    ++what.in_flight;
  }
  if (what.in_flight == 0) return false;
  ready_.pop_front();
  ready_entries_ -= what.entries.size();
  what.wait = Wait::nothing;
  return true;
}

void RelayMachine::published(std::uint64_t batch, const std::vector<EntryOutcome>& outcomes) {
  const auto at = batches_.find(batch);
  ASSERT(at != batches_.end() && at->second.size() == outcomes.size());
  publish_failures_ = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) settle(at->second[i], outcomes[i]);
  for (const Known& entry : at->second) {
    const Lane& lane = entry.lane->second;
    const bool is_to_be_filled = lane.entries.empty() && lane.left.value != 0;
    if (is_to_be_filled && fetch_failures_ == 0) {
      has_news_ = true;
      next_fetch_ = MonoTime{};
    }
  }
  come_back(at->second);
  batches_.erase(at);
}

/// Their lanes wait again for what they waited for.
void RelayMachine::come_back(const Batch& batch) {
  for (const Known& entry : batch) {
    Lane& lane = entry.lane->second;
    if (lane.in_flight == 0) continue;  // done for another of it
    lane.in_flight = 0;
    file(entry.lane);
  }
}

void RelayMachine::settle(const Known& entry, const EntryOutcome& outcome) {
  Lane& lane = entry.lane->second;
  ASSERT(!lane.entries.empty() && lane.in_flight > 0);
  if (outcome.fate == Fate::failed && !lane.cause) {
    ASSERT(lane.entries.front().id == entry.id);
    lane.cause = outcome.cause;
  }
  if (outcome.fate != Fate::published) return;
  ASSERT(lane.entries.front().id == entry.id && !lane.cause);
  to_mark_.push_back(entry);
  ++lane.unmarked;
  lane.entries.pop_front();
}

void RelayMachine::publish_failed(std::uint64_t batch, const Error& error, MonoTime now) {
  const auto at = batches_.find(batch);
  ASSERT(at != batches_.end());
  const bool is_too_much = error.code == Errc::limit || error.code == Errc::invalid_argument;
  if (at->second.size() == 1 && is_too_much && !error.indefinite()) {
    return published(batch, {EntryOutcome{Fate::failed, error.detail}});
  }
  ++publish_failures_;
  publish_at_ = saturating_add(now, call_backoff(publish_failures_));
  come_back(at->second);
  batches_.erase(at);
}

// ---- marks and notes ----------------------------------------------------------------------------

std::optional<RelayStep> RelayMachine::next_mark(MonoTime now) {
  if (!marking_.empty() || to_mark_.empty() || now < mark_at_) return std::nullopt;
  const std::size_t count = std::min(to_mark_.size(), mark_max);
  const auto end = to_mark_.begin() + static_cast<std::ptrdiff_t>(count);
  marking_.assign(to_mark_.begin(), end);
  to_mark_.erase(to_mark_.begin(), end);
  MarkStep step;
  step.entries.reserve(count);
  for (const Known& entry : marking_) step.entries.push_back({entry.id, entry.lane->first});
  return step;
}

void RelayMachine::marked() {
  mark_failures_ = 0;
  held_ -= marking_.size();
  for (const Known& entry : marking_) {
    --entry.lane->second.unmarked;
    // while a fetch is under way the lane remembers what it had when it began
    if (!fetching_ && entry.lane->second.is_over()) lanes_.erase(entry.lane);
  }
  marking_.clear();
}

void RelayMachine::mark_failed(MonoTime now) {
  ++mark_failures_;
  mark_at_ = saturating_add(now, call_backoff(mark_failures_));
  to_mark_.insert(to_mark_.begin(), marking_.begin(), marking_.end());
  marking_.clear();
}

std::optional<RelayStep> RelayMachine::next_note(MonoTime now) {
  if (noting_ || to_note_.empty() || now < note_at_) return std::nullopt;
  noting_ = *to_note_.begin();
  to_note_.erase(to_note_.begin());
  const auto lane = lanes_.find(*noting_);
  lane->second.wait = Wait::nothing;
  lane->second.is_noting = true;
  const Entry& first = lane->second.entries.front();
  return NoteStep{
      {{first.id, *noting_}, *lane->second.cause, first.failures + 1, options_.failures_max}};
}

/// A lane that waits keeps its first entry alone: many of them must not fill the relay's hands.
void RelayMachine::noted(const Noted& outcome, MonoTime now) {
  const auto at = lanes_.find(*noting_);
  Lane& lane = at->second;
  noting_.reset();
  note_failures_ = 0;
  lane.is_noting = false;
  lane.cause.reset();
  if (outcome.is_gone) {
    lane.entries.pop_front();
    --held_;
  } else if (outcome.is_blocked) {
    let_go(lane, 0);
  } else {
    let_go(lane, 1);
    lane.entries.front().failures = outcome.failures;
    lane.retry_at = saturating_add(now, backoff(outcome.failures));
  }
  file(at);
}

void RelayMachine::note_failed(MonoTime now) {
  const auto lane = lanes_.find(*noting_);
  noting_.reset();
  lane->second.is_noting = false;
  ++note_failures_;
  note_at_ = saturating_add(now, call_backoff(note_failures_));
  file(lane);
}

void RelayMachine::drain() { draining_ = true; }

}  // namespace lockstep::relay
