// Relays: who comes with an older token is refused; and there is one leader at a time.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "checkers/outbox_view.hpp"
#include "checkers/text.hpp"

namespace lockstep::checkers {
namespace {

bool is_step(const OutboxOperation& operation) {
  return operation.f == name::publish || operation.f == name::mark;
}

/// Whether it shows a fencing token to its sink.
bool presents(const OutboxOperation& operation) {
  return is_step(operation) || operation.f == name::fetch || operation.f == name::raise;
}

std::string deed_words(const OutboxOperation& operation, const OutboxContext& context) {
  if (operation.f == name::raise) return "shown itself";
  if (operation.f == name::fetch) return "fetched";
  const std::string_view did = operation.f == name::mark ? "marked " : "published ";
  return cat(did, context.words(operation));
}

/// What one sink accepted, with tokens.
class Fence {
 public:
  explicit Fence(const OutboxContext& context) : context_(context) {}

  void add(const OutboxOperation& operation) { accepted_.push_back(&operation); }
  void judge();

 private:
  void report(const OutboxOperation& newer, const OutboxOperation& stale) const;

  const OutboxContext& context_;
  OutboxPointers accepted_;
};

void Fence::judge() {
  OutboxPointers answered = accepted_;
  std::sort(accepted_.begin(), accepted_.end(), [](const auto* a, const auto* b) {
    return std::tie(a->invoked, a->event) < std::tie(b->invoked, b->event);
  });
  std::sort(answered.begin(), answered.end(), [](const auto* a, const auto* b) {
    return std::tie(a->answered, a->event) < std::tie(b->answered, b->event);
  });
  const OutboxOperation* newest = nullptr;
  auto next = answered.begin();
  for (const OutboxOperation* operation : accepted_) {
    for (; next != answered.end() && (*next)->answered < operation->invoked; ++next) {
      if (newest == nullptr || newest->token < (*next)->token) newest = *next;
    }
    const bool is_stale = newest != nullptr && operation->token < newest->token;
    if (is_stale && is_step(*operation)) report(*newest, *operation);
  }
}

void Fence::report(const OutboxOperation& newer, const OutboxOperation& stale) const {
  context_.findings.violation(id::zombie_relay, [&] {
    const std::string_view did = stale.f == name::mark ? "a mark of " : "a publish of ";
    Violation violation = context_.violation(
        stale.key,
        cat("the ", context_.name(stale.sink), " accepted ", did, context_.words(stale), " by ",
            context_.who(stale), " with token ", stale.token.value, ", after ", context_.who(newer),
            " had ", deed_words(newer, context_), " with token ", newer.token.value),
        {&newer, &stale});
    violation.because.push_back(cat("the higher token had been answered at ",
                                    moment_text(newer.answered.time_ns), ", the lower one came at ",
                                    moment_text(stale.invoked.time_ns), " or later"));
    return violation;
  });
}

void judge_fences(const OutboxView& view, const OutboxContext& context) {
  std::map<NameId, Fence> fences;
  for (const OutboxOperation& operation : view.operations) {
    if (!presents(operation) || !operation.is_done() || operation.token.value == 0) continue;
    fences.try_emplace(operation.sink, context).first->second.add(operation);
  }
  for (auto& [sink, fence] : fences) fence.judge();
}

/// One token belongs to one node.
void judge_tokens(const OutboxView& view, const OutboxContext& context) {
  std::map<FencingToken, const OutboxOperation*> first;
  std::map<FencingToken, const OutboxOperation*> second;
  for (const OutboxOperation& step : view.operations) {
    const bool counts = is_step(step) && step.is_done() && step.token.value != 0;
    if (!counts || step.node == name::none) continue;
    const auto [owner, is_new] = first.try_emplace(step.token, &step);
    if (is_new || owner->second->node == step.node) continue;
    if (!second.try_emplace(step.token, &step).second) continue;
    context.findings.violation(id::two_leaders, [&] {
      return context.violation(step.key,
                               cat(context.who(*owner->second), " and ", context.who(step),
                                   " both worked as leader with token ", step.token.value),
                               {owner->second, &step});
    });
  }
}

/// What a node published while it can have thought, all the time, that it is the leader.
struct Tenure {
  NameId node{};
  const OutboxOperation* first = nullptr;  ///< answered first
  const OutboxOperation* last = nullptr;   ///< sent last
};

/// Leaders without tokens.
class Leaders {
 public:
  Leaders(const OutboxView& view, const OutboxContext& context) : view_(view), context_(context) {
    find_published();
  }

  void judge() const {
    std::map<NameId, OutboxPointers> by_node;
    for (const OutboxOperation* publish : published_) {
      if (is_leader(*publish)) by_node[publish->node].push_back(publish);
    }
    for (const auto& [node, list] : by_node) {
      for (const Tenure& tenure : tenures_of(list)) judge(tenure);
    }
  }

 private:
  /// Of all published from here on: the two that were answered first, of two nodes.
  struct Soonest {
    const OutboxOperation* one = nullptr;
    const OutboxOperation* other = nullptr;
    void add(const OutboxOperation& publish);
  };

  void find_published();
  /// Whether its node was told before that it holds the lock.
  [[nodiscard]] bool is_leader(const OutboxOperation& publish) const {
    const auto led = view_.led_from.find(publish.node);
    return led != view_.led_from.end() && led->second <= publish.asked;
  }
  [[nodiscard]] std::vector<Tenure> tenures_of(const OutboxPointers& list) const;
  [[nodiscard]] bool may_be_new(NameId node, Instant from, Instant to) const;
  void judge(const Tenure& tenure) const;

  const OutboxView& view_;
  const OutboxContext& context_;
  OutboxPointers published_;      ///< by nodes, by `asked`
  std::vector<Soonest> soonest_;  ///< by position in `published_`
};

void Leaders::Soonest::add(const OutboxOperation& publish) {
  const auto sooner = [](const OutboxOperation& a, const OutboxOperation* b) {
    return b == nullptr || a.answered < b->answered;
  };
  if (one != nullptr && one->node == publish.node) {
    if (sooner(publish, one)) one = &publish;
  } else if (sooner(publish, one)) {
    other = std::exchange(one, &publish);
  } else if (sooner(publish, other)) {
    other = &publish;
  }
}

void Leaders::find_published() {
  for (const OutboxOperation& publish : view_.operations) {
    const bool counts = publish.f == name::publish && publish.is_told();
    if (counts && publish.node != name::none) published_.push_back(&publish);
  }
  soonest_.resize(published_.size() + 1);
  for (std::size_t i = published_.size(); i-- > 0;) {
    soonest_[i] = soonest_[i + 1];
    soonest_[i].add(*published_[i]);
  }
}

/// Whether a node can have become the leader anew, or have been another process.
bool Leaders::may_be_new(NameId node, Instant from, Instant to) const {
  return view_.is_elected(node, from, to) || view_.is_interrupted(node, from, to);
}

std::vector<Tenure> Leaders::tenures_of(const OutboxPointers& list) const {
  std::vector<Tenure> tenures;
  const OutboxOperation* before = nullptr;
  for (const OutboxOperation* publish : list) {
    if (before == nullptr || may_be_new(publish->node, before->asked, publish->asked)) {
      tenures.push_back({publish->node, publish, publish});
    }
    Tenure& tenure = tenures.back();
    if (publish->answered < tenure.first->answered) tenure.first = publish;
    tenure.last = publish;
    before = publish;
  }
  return tenures;
}

void Leaders::judge(const Tenure& tenure) const {
  const auto after = std::partition_point(
      published_.begin(), published_.end(),
      [&](const auto* publish) { return publish->asked <= tenure.first->answered; });
  const Soonest& soonest = soonest_[static_cast<std::size_t>(after - published_.begin())];
  const bool is_own = soonest.one != nullptr && soonest.one->node == tenure.node;
  const OutboxOperation* const between = is_own ? soonest.other : soonest.one;
  if (between == nullptr || tenure.last->asked <= between->answered) return;
  context_.findings.violation(id::two_leaders, [&] {
    Violation violation = context_.violation(
        tenure.first->key,
        cat(context_.who(*between), " published ", context_.words(*between), " while ",
            context_.who(*tenure.first), " was publishing as the leader"),
        {tenure.first, between, tenure.last});
    violation.because.push_back(cat(context_.who(*tenure.first), " published ",
                                    context_.words(*tenure.first), " before that and ",
                                    context_.words(*tenure.last),
                                    " after it, and did not acquire the lock in between"));
    return violation;
  });
}

}  // namespace

void judge_relays(const OutboxView& view, const OutboxContext& context) {
  if (view.locks.size() > 1) return;
  judge_fences(view, context);
  judge_tokens(view, context);
  const bool has_tokens = std::any_of(
      view.operations.begin(), view.operations.end(),
      [](const auto& operation) { return presents(operation) && operation.token.value != 0; });
  if (context.elected && !has_tokens) Leaders(view, context).judge();
}

}  // namespace lockstep::checkers
