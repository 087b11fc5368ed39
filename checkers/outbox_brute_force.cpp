#include "checkers/outbox_brute_force.hpp"

#include <algorithm>

#include "checkers/outbox_brute_facts.hpp"

namespace lockstep::checkers {
namespace {

using Deed = OutboxDeed;
using Deeds = std::vector<const Deed*>;
using Point = OutboxPoint;
using Ids = std::set<std::string>;

class World : private OutboxFacts {
 public:
  World(const History& history, Judge judge) : OutboxFacts(history, judge) {
    for (const Deed& deed : deeds()) {
      if (deed.f >= name::commit && deed.f != name::consume) values_.insert(deed.value());
      if (deed.f == name::found) values_.insert(deed.value());
    }
  }

  [[nodiscard]] Ids judge() {
    for (const std::int64_t value : values_) {
      judge_end(value);
      judge_ghost(value);
      judge_marks(value);
      judge_again(value);
      for (const std::int64_t other : values_) judge_order(value, other);
    }
    judge_relays();
    judge_interleaved();
    judge_inboxes();
    return ids_;
  }

 private:
  [[nodiscard]] Deeds of(NameId f, std::int64_t value) const {
    return all(f, [&](const Deed& deed) { return deed.value() == value; });
  }
  [[nodiscard]] Deeds listed(std::int64_t value) const {
    return all(name::found, [&](const Deed& found) {
      return found.value() == value && found.told && found.sink == name::publisher;
    });
  }

  /// The commit that may have happened, of one that goes by one name.
  [[nodiscard]] const Deed* commit_of(std::int64_t value) const {
    for (const Deed* commit : of(name::commit, value)) {
      if (commit->may) return commit;
    }
    return nullptr;
  }
  /// Everything that may have happened to a value, but for what inboxes did.
  [[nodiscard]] Deeds trace(std::int64_t value) const {
    Deeds list;
    for (const Deed& deed : deeds()) {
      const bool of_store = deed.f >= name::commit && deed.f <= name::unblock;
      const bool seen = deed.f == name::found && deed.told &&
                        (deed.sink == name::store || deed.sink == name::publisher);
      if (deed.value() == value && deed.may && (of_store || seen)) list.push_back(&deed);
    }
    return list;
  }
  [[nodiscard]] std::uint64_t id_of(std::int64_t value) const {
    for (const Deed* deed : trace(value)) {
      if (deed->said->id.value != 0) return deed->said->id.value;
    }
    return 0;
  }
  [[nodiscard]] NameId key_of(std::int64_t value) const {
    const Deeds list = trace(value);
    return list.empty() ? name::none : list.front()->said->key;
  }
  [[nodiscard]] bool clear(std::int64_t value) const {
    std::size_t commits = 0;
    for (const Deed* deed : trace(value)) {
      if (deed->f == name::commit) ++commits;
      if (deed->said->key != key_of(value)) return false;
      if (deed->said->id.value != 0 && deed->said->id.value != id_of(value)) return false;
    }
    for (const std::int64_t other : values_) {
      const bool shared = other != value && id_of(other) == id_of(value) && id_of(value) != 0;
      if (shared && commit_of(other) != nullptr && commit_of(value) != nullptr) return false;
    }
    return commits <= 1;
  }

  [[nodiscard]] bool published(std::int64_t value) const {
    for (const Deed* publish : of(name::publish, value)) {
      if (publish->done) return true;
    }
    return !listed(value).empty();
  }
  /// How many times the broker holds it, for all that was found.
  [[nodiscard]] std::size_t copies(std::int64_t value) const {
    std::set<std::uint64_t> positions;
    for (const Deed* found : listed(value)) {
      if (found->said->has_commit) positions.insert(found->said->commit_index);
    }
    if (!positions.empty()) return positions.size();
    const Deeds last = found_at_end(name::publisher);
    return static_cast<std::size_t>(std::count_if(
        last.begin(), last.end(), [&](const Deed* found) { return found->value() == value; }));
  }
  /// Nobody recorded where the broker has it from.
  [[nodiscard]] bool stray(std::int64_t value) const {
    std::size_t tries = 0;
    for (const Deed* publish : of(name::publish, value)) {
      if (publish->may || publish->unsure) ++tries;
    }
    return copies(value) > tries || (tries == 0 && !listed(value).empty());
  }

  void judge_end(std::int64_t value) {
    const Deed* const commit = commit_of(value);
    if (commit == nullptr || !commit->told || !clear(value) || end_of(name::store) == nullptr) {
      return;
    }
    const Deed* left = nullptr;
    for (const Deed* found : found_at_end(name::store)) {
      if (found->value() == value) left = found;
    }
    if (left != nullptr) return judge_left(value, *commit, *left);
    const bool whole = end_of(name::publisher) != nullptr && !is_set("trimmed");
    bool safe = !listed(value).empty();
    for (const Deed* publish : of(name::publish, value)) {
      if (publish->told || (!whole && publish->may)) safe = true;
    }
    if (!safe) ids_.insert("outbox/lost");
  }

  void judge_left(std::int64_t value, const Deed& commit, const Deed& left) {
    if (!is_set("drained") || left.said->cause == name::blocked) return;
    const bool unparked = any(name::unblock, [&](const Deed& deed) {
      return deed.may && deed.unsure && deed.said->key == key_of(value);
    });
    if (unparked) return;
    for (const Deed* found : found_at_end(name::store)) {
      const bool ahead = found->said->cause == name::blocked && found->said->key == key_of(value) &&
                         found->said->id < left.said->id;
      if (ahead) return;
    }
    bool passed = false;
    for (const std::int64_t other : values_) {
      if (id_of(other) <= id_of(value) || !clear(other) || !published(other)) continue;
      for (const Deed* publish : of(name::publish, other)) {
        if (publish->may && publish->asked < commit.to) passed = true;
      }
    }
    const bool untried = of(name::publish, value).empty() && id_of(value) != 0;
    ids_.insert(passed && untried ? "outbox/skipped" : "outbox/undrained");
  }

  void judge_ghost(std::int64_t value) {
    if (!published(value)) return;
    const Deed* const commit = commit_of(value);
    if (commit == nullptr) ids_.insert("outbox/ghost");
    for (const Deed* publish : of(name::publish, value)) {
      const bool early = commit != nullptr && publish->done && publish->to < commit->from;
      if (early && clear(value)) ids_.insert("outbox/ghost");
    }
  }

  void judge_marks(std::int64_t value) {
    if (!clear(value) || stray(value)) return;
    for (const Deed* mark : of(name::mark, value)) {
      bool covered = !mark->done;
      for (const Deed* publish : of(name::publish, value)) {
        if (publish->may && publish->from <= mark->to) covered = true;
      }
      if (!covered) ids_.insert("outbox/marked-unpublished");
    }
  }

  void judge_again(std::int64_t value) {
    Deeds accepted;
    std::size_t senders = 0;
    for (const Deed* publish : of(name::publish, value)) senders += publish->may ? 1 : 0;
    for (const Deed* publish : of(name::publish, value)) {
      const bool landed = publish->may && copies(value) == senders;
      if (publish->done || landed) accepted.push_back(publish);
    }
    for (std::size_t i = 1; i < accepted.size(); ++i) {
      const bool caused = is_caused(value, *accepted[i - 1], *accepted[i]);
      if (!caused) ids_.insert("outbox/unexplained-duplicate");
    }
    if (copies(value) > 1 && copies(value) > senders) ids_.insert("outbox/unexplained-duplicate");
  }

  [[nodiscard]] bool is_caused(std::int64_t value, const Deed& a, const Deed& b) const {
    if (a.sent->node != b.sent->node || a.token() != b.token()) return true;
    if (interrupted(a.sent->node, a.asked, b.asked)) return true;
    bool elections = false;
    for (const Deed& deed : deeds()) {
      const bool concerns = deed.concerns(a.asked, b.asked);
      const bool hopes = deed.told || deed.unsure;
      const bool same = deed.value() == value;
      if (deed.f == name::acquire && hopes) elections = true;
      if (!concerns) continue;
      if (deed.f == name::acquire && hopes && deed.sent->node == a.sent->node) return true;
      if (deed.f == name::publish && same && deed.unsure && &deed != &b) return true;
      if (deed.f == name::mark && same && !deed.told) return true;
      if (deed.f == name::unblock && hopes && deed.said->key == key_of(value)) return true;
    }
    return is_set("elected") && b.token() == 0 && !elections;
  }

  /// Whether `late`, of the lower id, was certainly published after `early`, of the higher one.
  void judge_order(std::int64_t late, std::int64_t early) {
    for (const std::int64_t value : {late, early}) {
      const bool judged = clear(value) && commit_of(value) != nullptr && id_of(value) != 0;
      if (!judged || !published(value)) return;
    }
    if (key_of(late) != key_of(early) || id_of(late) >= id_of(early)) return;
    const Deeds before = places(early);
    const Deeds after = places(late);
    if (is_exact(late) && !before.empty()) {
      if (lowest(before) < lowest(after)) ids_.insert("outbox/reordered");
      return;
    }
    if (stray(late)) return;
    for (const Deed* first : of(name::publish, early)) {
      bool is_first = first->done;
      bool some = false;
      for (const Deed* publish : of(name::publish, late)) {
        if (publish->may) some = true;
        if (publish->may && publish->from <= first->to) is_first = false;
      }
      if (is_first && some) ids_.insert("outbox/reordered");
    }
  }
  /// What says a position in the broker's log.
  [[nodiscard]] Deeds places(std::int64_t value) const {
    Deeds list;
    for (const Deed* publish : of(name::publish, value)) {
      if (publish->done && publish->said->has_commit) list.push_back(publish);
    }
    for (const Deed* found : listed(value)) {
      if (found->said->has_commit) list.push_back(found);
    }
    return list;
  }
  [[nodiscard]] static std::uint64_t lowest(const Deeds& places) {
    std::uint64_t least = UINT64_MAX;
    for (const Deed* place : places) least = std::min(least, place->said->commit_index);
    return least;
  }
  [[nodiscard]] bool is_exact(std::int64_t value) const {
    if (places(value).empty()) return false;
    const Deeds found = listed(value);
    const bool seen = std::any_of(found.begin(), found.end(),
                                  [](const Deed* one) { return one->said->has_commit; });
    if (seen && end_of(name::publisher) != nullptr && !is_set("trimmed")) return true;
    bool said = !stray(value);
    for (const Deed* publish : of(name::publish, value)) {
      const bool hidden = publish->may && !(publish->done && publish->said->has_commit);
      if (hidden) said = false;
    }
    return said;
  }

  void judge_relays() {
    for (const Deed& step : deeds()) {
      const bool works = step.f == name::publish || step.f == name::mark;
      if (!works || !step.done || step.token() == 0) continue;
      for (const Deed& other : deeds()) {
        const bool presents = other.f == name::publish || other.f == name::mark ||
                              other.f == name::raise || other.f == name::fetch;
        if (!presents || !other.done) continue;
        const bool newer = other.token() > step.token() && other.sink == step.sink;
        if (newer && other.to < step.from) ids_.insert("outbox/zombie-relay");
        const bool shared = other.token() == step.token() && other.sent->node != step.sent->node;
        const bool worked = other.f == name::publish || other.f == name::mark;
        if (shared && worked) ids_.insert("outbox/two-leaders");
      }
    }
  }

  void judge_interleaved() {
    if (!is_set("elected")) return;
    for (const Deed& deed : deeds()) {
      const bool presents = deed.f == name::publish || deed.f == name::mark ||
                            deed.f == name::raise || deed.f == name::fetch;
      if (presents && deed.token() != 0) return;
    }
    const Deeds told = all(name::publish, [](const Deed& deed) { return deed.told; });
    for (const Deed* a : told) {
      for (const Deed* b : told) {
        for (const Deed* c : told) {
          const bool between = a->to < b->asked && b->to < c->asked;
          const bool alike = a->sent->node == c->sent->node && b->sent->node != a->sent->node;
          if (between && alike && is_leader(*a) && !is_renewed(*a, *c)) {
            ids_.insert("outbox/two-leaders");
          }
        }
      }
    }
  }
  [[nodiscard]] bool is_leader(const Deed& a) const {
    return any(name::acquire, [&](const Deed& deed) {
      return deed.told && deed.sent->node == a.sent->node && deed.to <= a.asked;
    });
  }
  [[nodiscard]] bool is_renewed(const Deed& a, const Deed& c) const {
    const bool acquired = any(name::acquire, [&](const Deed& deed) {
      return (deed.told || deed.unsure) && deed.sent->node == a.sent->node &&
             deed.concerns(a.asked, c.asked);
    });
    return acquired || interrupted(a.sent->node, a.asked, c.asked);
  }

  void judge_inboxes() {
    for (const Deed& deed : deeds()) {
      if (deed.f == name::found && deed.told && is_inbox(deed.sink) && deed.said->attempt > 1) {
        ids_.insert("inbox/applied-twice");
      }
      if (deed.f != name::consume || !deed.done) continue;
      for (const Deed& other : deeds()) {
        const bool same = other.f == name::consume && other.done && &other != &deed &&
                          other.value() == deed.value() && other.sink == deed.sink;
        if (same) ids_.insert("inbox/applied-twice");
      }
    }
    if (!is_set("drained")) return;
    for (const Deed& survey : deeds()) {
      const bool last = survey.f == name::survey && end_of(survey.sink) == &survey;
      if (!last || !is_inbox(survey.sink)) continue;
      for (const std::int64_t value : values_) judge_missing(survey.sink, value);
    }
  }
  [[nodiscard]] static bool is_inbox(NameId sink) {
    return sink != name::store && sink != name::publisher;
  }
  void judge_missing(NameId inbox, std::int64_t value) {
    for (const Deed* found : found_at_end(inbox)) {
      if (found->value() == value) return;
    }
    bool told = false;
    bool tried = false;
    for (const Deed* publish : of(name::publish, value)) {
      if (publish->told) told = true;
      if (publish->may || publish->unsure) tried = true;
    }
    if (told || (!tried && !listed(value).empty())) ids_.insert("inbox/lost");
  }

  std::set<std::int64_t> values_;
  Ids ids_;
};

}  // namespace

std::set<std::string> outbox_by_brute_force(const History& history, Judge judge) {
  return World(history, judge).judge();
}

}  // namespace lockstep::checkers
