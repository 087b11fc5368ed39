// The end: what of the committed entries is neither published nor in the store, and what still
// waits there.
#include <algorithm>
#include <string>

#include "checkers/outbox_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

class Ends {
 public:
  Ends(const OutboxView& view, const OutboxContext& context) : view_(view), context_(context) {
    for (const OutboxOperation* found : view.store.found) {
      if (found->cause != name::blocked) continue;
      const auto [lowest, is_new] = blocked_.try_emplace(found->key, found->id);
      if (!is_new) lowest->second = std::min(lowest->second, found->id);
    }
    find_passing();
  }

  void judge(const Entry& entry) const {
    const OutboxOperation* const commit = entry.commit();
    if (!entry.is_sane || commit == nullptr || !commit->is_told()) return;
    if (entry.in_store == nullptr) return judge_lost(entry, *commit);
    if (context_.drained && !is_parked(entry)) report_waiting(entry, *commit);
  }

 private:
  /// A published entry, and the first publish of it that can have happened.
  struct Passing {
    MessageId id{};
    const Entry* entry = nullptr;
    const OutboxOperation* publish = nullptr;
  };

  void find_passing();
  [[nodiscard]] const Passing* passing(const Entry& entry, const OutboxOperation& commit) const;
  void judge_lost(const Entry& entry, const OutboxOperation& commit) const;
  [[nodiscard]] bool is_parked(const Entry& entry) const;
  void report_waiting(const Entry& entry, const OutboxOperation& commit) const;

  const OutboxView& view_;
  const OutboxContext& context_;
  std::map<NameId, MessageId> blocked_;  ///< by key: the lowest
  std::vector<Passing> passing_;         ///< by id; of each the one sent first, of its id or higher
};

void Ends::find_passing() {
  for (const Entry& entry : view_.entries) {
    if (!entry.is_sane || entry.id.value == 0 || !entry.is_published()) continue;
    const auto first = std::find_if(entry.publishes.begin(), entry.publishes.end(),
                                    [](const auto* publish) { return publish->may(); });
    if (first != entry.publishes.end()) passing_.push_back({entry.id, &entry, *first});
  }
  std::sort(passing_.begin(), passing_.end(),
            [](const Passing& a, const Passing& b) { return a.id < b.id; });
  for (std::size_t i = passing_.size(); i-- > 1;) {
    const Passing& higher = passing_[i];
    Passing& mine = passing_[i - 1];
    const bool is_sooner = higher.publish->asked < mine.publish->asked;
    if (is_sooner) mine = {mine.id, higher.entry, higher.publish};
  }
}

/// A publish of a higher id, sent before this commit was answered, where this one was never tried.
const Ends::Passing* Ends::passing(const Entry& entry, const OutboxOperation& commit) const {
  if (!entry.publishes.empty() || entry.id.value == 0) return nullptr;
  const auto higher = std::partition_point(passing_.begin(), passing_.end(),
                                           [&](const Passing& p) { return p.id <= entry.id; });
  if (higher == passing_.end() || commit.answered <= higher->publish->asked) return nullptr;
  return &*higher;
}

void Ends::judge_lost(const Entry& entry, const OutboxOperation& commit) const {
  if (view_.store.survey == nullptr || !entry.listed.empty()) return;
  const bool is_whole = view_.broker.survey != nullptr && !context_.trimmed;
  const auto excuses = [&](const OutboxOperation* publish) {
    return publish->is_told() || (!is_whole && publish->may());
  };
  if (std::any_of(entry.publishes.begin(), entry.publishes.end(), excuses)) return;
  context_.findings.violation(id::outbox_lost, [&] {
    const OutboxOperation* const mark = entry.marks.empty() ? nullptr : entry.marks.back();
    return context_.violation(entry.key,
                              cat(context_.words(entry),
                                  " was committed and is lost: it was never published, and the "
                                  "store does not hold it at the end"),
                              {&commit, mark, view_.store.survey, view_.broker.survey});
  });
}

/// Blocked, or behind one of its key that is, or that was until nobody knows when.
bool Ends::is_parked(const Entry& entry) const {
  if (entry.in_store->cause == name::blocked || view_.may_unblock.contains(entry.key)) return true;
  const auto lowest = blocked_.find(entry.key);
  return lowest != blocked_.end() && lowest->second < entry.in_store->id;
}

void Ends::report_waiting(const Entry& entry, const OutboxOperation& commit) const {
  const Passing* const by = passing(entry, commit);
  if (by == nullptr) {
    context_.findings.violation(id::outbox_undrained, [&] {
      return context_.violation(
          entry.key,
          cat(context_.words(entry),
              " still waited in the store after everything was to be "
              "published, and nothing blocks it"),
          {&commit, entry.publishes.empty() ? nullptr : entry.publishes.back(), entry.in_store});
    });
    return;
  }
  context_.findings.violation(id::outbox_skipped, [&] {
    Violation violation =
        context_.violation(entry.key,
                           cat(context_.words(entry), " was skipped: ", context_.words(*by->entry),
                               " was sent to the broker before the commit of this one was "
                               "answered, and nobody ever tried this one"),
                           {&commit, by->publish, entry.in_store});
    violation.because.push_back(
        "what remembers the highest id that it has seen passes a lower one "
        "that is committed later");
    return violation;
  });
}

}  // namespace

void judge_ends(const OutboxView& view, const OutboxContext& context) {
  const Ends ends(view, context);
  for (const Entry& entry : view.entries) ends.judge(entry);
}

}  // namespace lockstep::checkers
