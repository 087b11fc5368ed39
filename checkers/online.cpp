#include "checkers/online.hpp"

#include <algorithm>
#include <utility>

#include "checkers/lease_forget.hpp"
#include "checkers/lease_lock.hpp"
#include "impl/base/assert.hpp"

namespace lockstep::checkers {
namespace {

bool can_forget(const History& history) { return history.header.model == lease_lock_model; }

Report black_box(const History& history) {
  auto report = checkers::judge(history);
  ASSERT(report.has_value());  // the header names the model
  return std::move(*report);
}

/// Takes out of `all` the samples that `kept` has too: they will be measured again.
void take_out(std::vector<Distribution>& all, const std::vector<Distribution>& kept) {
  for (const Distribution& again : kept) {
    const auto same = std::ranges::find(all, again.name, &Distribution::name);
    if (same == all.end()) continue;
    for (const Nanos sample : again.samples) {
      const auto found = std::ranges::find(same->samples, sample);
      if (found != same->samples.end()) same->samples.erase(found);
    }
  }
}

void add_samples(std::vector<Distribution>& to, const std::vector<Distribution>& from) {
  for (const Distribution& more : from) {
    const auto same = std::ranges::find(to, more.name, &Distribution::name);
    if (same == to.end()) {
      to.push_back(more);
      continue;
    }
    same->samples.insert(same->samples.end(), more.samples.begin(), more.samples.end());
    same->bound = std::max(same->bound, more.bound);
  }
}

/// What `from` adds to a report that found nothing wrong.
void add(Report& to, const Report& from) {
  to.verdict = merge(to.verdict, from.verdict);
  to.doubts += from.doubts;
  to.exercised.merge(from.exercised);
  for (const std::string& reason : from.unknown_reasons) {
    const bool known = std::ranges::find(to.unknown_reasons, reason) != to.unknown_reasons.end();
    if (!known && to.unknown_reasons.size() < reasons_max) to.unknown_reasons.push_back(reason);
  }
  for (const auto& [id, count] : from.found) to.found[id] += count;
  for (const Violation& warning : from.warnings) {
    const auto same = std::ranges::count(to.warnings, warning.id, &Violation::id);
    if (std::cmp_less(same, violations_per_id_max)) to.warnings.push_back(warning);
  }
  add_samples(to.measurements, from.measurements);
}

/// What was found in `kept` will be found again.
void take_out(Report& all, const Report& kept) {
  all.doubts -= std::min(all.doubts, kept.doubts);
  all.exercised.take_out(kept.exercised);
  for (const auto& [id, count] : kept.found) {
    std::uint64_t& had = all.found[id];
    had -= std::min(had, count);
    if (had == 0) all.found.erase(id);
    std::erase_if(all.warnings, [&](const Violation& warning) {
      return warning.id == id && !all.found.contains(id);
    });
  }
  take_out(all.measurements, kept.measurements);
}

}  // namespace

OnlineJudge::OnlineJudge(History& history, Recorder& recorder, OnlineOptions options)
    : history_(history),
      recorder_(recorder),
      options_(std::move(options)),
      due_(options_.judge_from) {
  before_.verdict = Verdict::valid;
}

bool OnlineJudge::judge() {
  kept_max_ = std::max(kept_max_, history_.events.size());
  ++judged_;
  ignore_late();
  const Report report = black_box(history_);
  const bool is_valid = report.verdict != Verdict::invalid;
  if (!is_valid && !is_foreseen(report)) return true;
  // What is wrong already is not forgotten: it is told of at the end.
  if (is_valid && can_forget(history_) && history_.events.size() >= options_.forget_from)
    forget(report);
  // As soon as what is new is as long as what was judged; never before it can forget anew.
  due_ = 2 * std::max(history_.events.size(), options_.judge_from / 2);
  if (can_forget(history_) && forgotten_ > 0) due_ = std::max(due_, options_.forget_from);
  return false;
}

bool OnlineJudge::is_foreseen(const Report& report) const {
  return std::ranges::all_of(report.violations, [this](const Violation& violation) {
    return std::ranges::find(options_.foreseen, violation.id) != options_.foreseen.end();
  });
}

void OnlineJudge::forget(const Report& judged) {
  const std::vector<bool> needed = needed_by_lease_lock(history_, history_.header.params, gone_);
  const auto going = std::ranges::count(needed, false);
  if (going == 0) return;
  drop(needed);
  add(before_, judged);
  take_out(before_, black_box(history_));
}

/// Operations on leases that were forgotten: see lease_forget.hpp.
void OnlineJudge::ignore_late() {
  if (forgotten_ == 0) return;
  const std::vector<bool> needed = not_of_gone_leases(history_, gone_);
  const auto late = std::ranges::count(needed, false);
  if (late == 0) return;
  before_.doubts += static_cast<std::uint64_t>(late) / 2;
  drop(needed);
}

void OnlineJudge::drop(const std::vector<bool>& needed) {
  forgotten_ += static_cast<std::uint64_t>(std::ranges::count(needed, false));
  recorder_.forget(needed);
}

Judgement OnlineJudge::finish() {
  kept_max_ = std::max(kept_max_, history_.events.size());
  auto judgement = judge_both(history_);
  ASSERT(judgement.has_value());
  add(judgement->black_box, before_);
  add(judgement->oracle, before_);
  return std::move(*judgement);
}

}  // namespace lockstep::checkers
