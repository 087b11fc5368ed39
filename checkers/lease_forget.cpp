#include "checkers/lease_forget.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "checkers/lease_marks.hpp"
#include "checkers/lease_table.hpp"

namespace lockstep::checkers {
namespace {

/// After so many of the longest waits that are known (T+, a retry, the bound) nobody comes back to
/// a lease.
constexpr std::int64_t silence_waits = 10;

std::int64_t silence_of(std::int64_t ttl_ns, const Params& params) {
  const std::int64_t most_ns = ttl_ns == 0 ? 0 : bounds_of(ttl_ns, params).most_ns;
  const std::int64_t wait_ns = later(most_ns, params.retry_ns + params.jitter_ns + params.bound_ns);
  std::int64_t silence_ns = 0;
  for (std::int64_t i = 0; i < silence_waits; ++i) silence_ns = later(silence_ns, wait_ns);
  return ttl_ns == 0 ? endless : silence_ns;
}

/// What an acquisition has come to, as far as forgetting asks.
struct Acquisition {
  std::int64_t first_ns = endless;  ///< invocation of an acquire that may have granted it
  std::int64_t last_ns = 0;         ///< last heard of
  std::int64_t proved_ns = -1;      ///< last answer that proves it; -1: none
  std::int64_t over_ns = endless;   ///< told so: released, lost, not owned
  std::int64_t ttl_ns = 0;
  std::int64_t unknown_renewals = 0;
  std::uint64_t token = 0;
  OwnerId owner{};
  bool has_unknown_acquire = false;
  bool all_dead = true;       ///< the node of each operation crashed after it
  bool is_after_gap = false;  ///< has an operation after the quiet moment

  [[nodiscard]] bool may_be_held() const { return first_ns != endless || proved_ns >= 0; }
};

struct Span {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
};

/// One key of a history: what of it may go.
class Key {
 public:
  Key(const History& history, const Params& params, const Marks& marks,
      std::vector<const Operation*> operations, std::int64_t now_ns)
      : history_(history),
        params_(params),
        marks_(marks),
        operations_(std::move(operations)),
        now_ns_(now_ns) {
    std::int64_t ttl_ns = params.ttl_ns;
    for (const Operation* operation : operations_) {
      if (!is_use(*operation)) ttl_ns = std::max(ttl_ns, invocation(*operation).ttl_ns);
    }
    silence_ns_ = silence_of(ttl_ns, params);
  }

  /// The quiet moment; nullopt: there is none to forget before.
  std::optional<std::int64_t> find_gap();
  /// Requires a gap.
  void choose(std::vector<bool>& needed, std::vector<bool>& gone);

 private:
  [[nodiscard]] const Event& invocation(const Operation& operation) const {
    return history_.events[operation.event.value];
  }
  [[nodiscard]] static bool is_use(const Operation& operation) {
    return operation.kind >= Kind::write;
  }
  /// Also of an acquire that had no effect: its lease may be asked for again.
  [[nodiscard]] static bool is_refusal(const Operation& operation) {
    return operation.kind == Kind::acquire &&
           (operation.outcome == Outcome::denied || operation.outcome == Outcome::failed);
  }
  [[nodiscard]] std::int64_t ended_ns(const Operation& operation) const;
  [[nodiscard]] bool died(const Operation& operation) const {
    return first_crash(marks_, invocation(operation).node, invocation(operation).time_ns) !=
           nullptr;
  }
  void gather();
  void gather(const Operation& operation);
  [[nodiscard]] std::int64_t over_at_last(const Acquisition& mine) const;
  [[nodiscard]] bool is_settled(const Acquisition& mine) const;
  void choose_excuses();
  void choose_replacements();
  void choose_top_token();
  void choose_top_uses();
  [[nodiscard]] bool must_stay(const Operation& operation) const;

  const History& history_;
  const Params& params_;
  const Marks& marks_;
  std::vector<const Operation*> operations_;
  std::int64_t now_ns_;
  std::int64_t silence_ns_ = endless;  ///< after which nobody comes back to a lease
  std::int64_t gap_ns_ = -1;
  std::map<LeaseId, Acquisition> acquisitions_;
  std::set<LeaseId> staying_;
  std::set<EventIndex> staying_uses_;
  bool has_excuses_ = false;  ///< two: every refusal from the gap on has one
};

/// When it is over for its client: answered, dead, or silent for too long.
std::int64_t Key::ended_ns(const Operation& operation) const {
  const Event& invoked = invocation(operation);
  if (invoked.pair != no_event) return history_.events[invoked.pair.value].time_ns;
  const auto* const crash = first_crash(marks_, invoked.node, invoked.time_ns);
  if (crash != nullptr) return crash->time_ns;
  const std::int64_t given_up = later(invoked.time_ns, silence_ns_);
  return given_up <= now_ns_ ? given_up : endless;
}

void Key::gather(const Operation& operation) {
  const Event& invoked = invocation(operation);
  Acquisition& mine = acquisitions_[operation.lease];
  mine.last_ns = std::max(mine.last_ns, ended_ns(operation));
  mine.all_dead = mine.all_dead && died(operation);
  mine.ttl_ns = std::max({mine.ttl_ns, invoked.ttl_ns, params_.ttl_ns});
  const bool done = operation.outcome == Outcome::done;
  const bool unknown = operation.outcome == Outcome::unknown;
  if (operation.kind == Kind::acquire && (done || unknown)) {
    mine.first_ns = std::min(mine.first_ns, invoked.time_ns);
    mine.owner = operation.owner;
    mine.token = std::max(mine.token, operation.token.value);
    mine.has_unknown_acquire = mine.has_unknown_acquire || unknown;
  }
  if (operation.kind != Kind::release && done) {
    mine.proved_ns = std::max(mine.proved_ns, operation.answered.time_ns);
  }
  if (operation.kind == Kind::renew && unknown) ++mine.unknown_renewals;
  const bool released = operation.kind == Kind::release && done;
  const bool denied = operation.kind != Kind::acquire && operation.outcome == Outcome::denied;
  if (released || denied) mine.over_ns = std::min(mine.over_ns, operation.answered.time_ns);
}

void Key::gather() {
  for (const Operation* operation : operations_) {
    if (!is_use(*operation)) gather(*operation);
  }
}

/// The last moment that it can have been held, unless an acquire without an answer brings it back.
std::int64_t Key::over_at_last(const Acquisition& mine) const {
  const std::int64_t ttl = mine.ttl_ns == 0 ? endless : bounds_of(mine.ttl_ns, params_).most_ns;
  std::int64_t reach = mine.proved_ns;
  for (std::int64_t i = 0; i <= mine.unknown_renewals && reach != endless; ++i) {
    reach = later(reach, ttl);
  }
  return std::min(reach, mine.over_ns);
}

std::optional<std::int64_t> Key::find_gap() {
  gather();
  std::vector<Span> spans;
  std::int64_t last_grant_ns = -1;
  for (const Operation* operation : operations_) {
    const std::int64_t invoked_ns = invocation(*operation).time_ns;
    spans.push_back({invoked_ns, ended_ns(*operation)});
    const bool grants = operation->kind == Kind::acquire && operation->outcome == Outcome::done;
    if (grants) last_grant_ns = std::max(last_grant_ns, invoked_ns);
  }
  for (const auto& [lease, mine] : acquisitions_) {
    if (mine.proved_ns < 0) continue;
    spans.push_back({std::min(mine.first_ns, mine.proved_ns), over_at_last(mine)});
  }
  std::ranges::sort(spans, {}, &Span::from_ns);
  std::int64_t busy_until = -1;
  for (const Span& span : spans) {
    const bool is_quiet = busy_until >= 0 && busy_until < span.from_ns;
    if (is_quiet && busy_until < last_grant_ns) gap_ns_ = busy_until;
    busy_until = std::max(busy_until, span.to_ns);
  }
  return gap_ns_ < 0 ? std::nullopt : std::optional(gap_ns_);
}

bool Key::is_settled(const Acquisition& mine) const {
  return mine.over_ns != endless || !mine.may_be_held() || mine.all_dead ||
         later(mine.last_ns, silence_ns_) <= now_ns_;
}

/// The two first acquisitions of which nothing but an acquire without an answer is known, of two
/// identities. One that was proved besides may have been granted by just that acquire, which then
/// excuses nothing.
void Key::choose_excuses() {
  std::optional<std::pair<OwnerId, LeaseId>> first;
  for (const Operation* operation : operations_) {
    if (operation->kind != Kind::acquire || operation->outcome != Outcome::unknown) continue;
    if (acquisitions_.at(operation->lease).proved_ns >= 0) continue;
    const bool is_same = first && (operation->owner.value != 0 ? operation->owner == first->first
                                                               : operation->lease == first->second);
    if (is_same) continue;
    staying_.insert(operation->lease);
    has_excuses_ = first.has_value();
    if (has_excuses_) return;
    first.emplace(operation->owner, operation->lease);
  }
}

void Key::choose_top_token() {
  const std::pair<const LeaseId, Acquisition>* top = nullptr;
  for (const auto& each : acquisitions_) {
    if (each.second.token == 0) continue;
    if (top == nullptr || top->second.token < each.second.token) top = &each;
  }
  if (top != nullptr) staying_.insert(top->first);
}

/// Of each sink; the first of those with its highest token.
void Key::choose_top_uses() {
  std::map<NameId, const Operation*> top;
  for (const Operation* operation : operations_) {
    if (!is_use(*operation) || operation->outcome != Outcome::done) continue;
    const Operation*& best = top[invocation(*operation).sink];
    if (best == nullptr || best->token < operation->token) best = operation;
  }
  for (const auto& [sink, use] : top) staying_uses_.insert(use->event);
}

/// A lease that its client still acts on, though it was told that it is over, may have been
/// replaced by its owner's next, which then explains that.
void Key::choose_replacements() {
  std::map<OwnerId, std::map<std::int64_t, LeaseId>> by_owner;
  for (const auto& [lease, mine] : acquisitions_) {
    if (mine.owner.value != 0) by_owner[mine.owner].emplace(mine.first_ns, lease);
  }
  for (const auto& [lease, mine] : acquisitions_) {
    const auto of_owner = by_owner.find(mine.owner);
    if (!mine.is_after_gap || mine.over_ns == endless || of_owner == by_owner.end()) continue;
    const auto next = of_owner->second.upper_bound(mine.first_ns);
    if (next != of_owner->second.end()) staying_.insert(next->second);
  }
}

bool Key::must_stay(const Operation& operation) const {
  const Event& invoked = invocation(operation);
  // Its client may still complete it, however long it has been silent.
  if (invoked.pair == no_event && !died(operation)) return true;
  if (invoked.time_ns > gap_ns_) return true;
  if (is_use(operation)) return staying_uses_.contains(operation.event);
  // Judged already, and what explained it may go.
  if (is_refusal(operation)) return false;
  const Acquisition& mine = acquisitions_.at(operation.lease);
  // It may excuse refusals itself.
  if (mine.has_unknown_acquire && mine.proved_ns >= 0 && !has_excuses_) return true;
  return operation.lease.value == 0 || mine.is_after_gap || !is_settled(mine) ||
         staying_.contains(operation.lease);
}

void Key::choose(std::vector<bool>& needed, std::vector<bool>& gone) {
  for (const Operation* operation : operations_) {
    if (is_use(*operation) || invocation(*operation).time_ns <= gap_ns_) continue;
    acquisitions_[operation->lease].is_after_gap = true;
  }
  choose_excuses();
  choose_replacements();
  choose_top_token();
  if (params_.fenced) choose_top_uses();
  for (const Operation* operation : operations_) {
    if (must_stay(*operation)) continue;
    const Event& invoked = invocation(*operation);
    needed[operation->event.value] = false;
    if (invoked.pair != no_event) needed[invoked.pair.value] = false;
    if (is_use(*operation) || is_refusal(*operation)) continue;
    if (!acquisitions_.at(operation->lease).may_be_held()) continue;
    if (gone.size() <= operation->lease.value) gone.resize(operation->lease.value + 1);
    gone[operation->lease.value] = true;
  }
}

/// Markers from before `until_ns`, but for the crashes that ended operations which stay open.
void drop_markers(const History& history, const Marks& marks, std::int64_t until_ns,
                  std::vector<bool>& needed) {
  std::set<std::uint32_t> explaining;
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.type != EventType::invoke || event.pair != no_event || !needed[i]) continue;
    const auto* const crash = first_crash(marks, event.node, event.time_ns);
    if (crash != nullptr) explaining.insert(crash->event);
  }
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.process == nemesis && event.time_ns < until_ns && !explaining.contains(i)) {
      needed[i] = false;
    }
  }
}

}  // namespace

std::vector<bool> needed_by_lease_lock(const History& history, const Params& params,
                                       std::vector<bool>& gone) {
  std::vector<bool> needed(history.events.size(), true);
  const Marks marks = marks_of(history);
  if (marks.heal_ns != endless || history.events.empty()) return needed;
  const std::int64_t now_ns = history.events.back().time_ns;
  const std::vector<Operation> operations = operations_of(history, Judge::black_box);
  std::map<NameId, std::vector<const Operation*>> by_key;
  for (const Operation& operation : operations) by_key[operation.key].push_back(&operation);
  std::int64_t first_gap_ns = now_ns;
  for (auto& [name, of_key] : by_key) {
    Key key(history, params, marks, std::move(of_key), now_ns);
    const std::optional<std::int64_t> gap = key.find_gap();
    first_gap_ns = std::min(first_gap_ns, gap.value_or(0));
    if (gap) key.choose(needed, gone);
  }
  drop_markers(history, marks, first_gap_ns, needed);
  return needed;
}

std::vector<bool> not_of_gone_leases(const History& history, const std::vector<bool>& gone) {
  std::vector<bool> needed(history.events.size(), true);
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    const bool is_late = event.type == EventType::invoke && event.lease.value < gone.size() &&
                         gone[event.lease.value] && event.pair != no_event;
    if (!is_late) continue;
    // A fence judges by token, not by lease.
    const bool is_fenced_use = history.header.params.fenced && event.f >= name::write;
    if (is_fenced_use) continue;
    needed[i] = needed[event.pair.value] = false;
  }
  return needed;
}

}  // namespace lockstep::checkers
