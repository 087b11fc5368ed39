#include "sim/services/redis/snapshot.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <type_traits>

#include "sim/services/redis/score_text.hpp"

namespace lockstep::sim::redis {

namespace {

class Snapshot {
 public:
  Snapshot(std::vector<Effect>& effects, std::size_t db, const std::string& key)
      : effects_(effects), db_(db), key_(key) {}

  void operator()(const std::string& text) { add({"SET", key_, text}); }

  void operator()(const Hash& hash) {
    Command command = {"HSET", key_};
    hash.for_each([&](const std::string& field, const std::string& value) {
      command.push_back(field);
      command.push_back(value);
    });
    add(std::move(command));
  }

  // A large set knows -0 from 0, but while it grows it is small: so these come last, and twice.
  void operator()(const std::unique_ptr<SortedSet>& set) {
    const bool forgets_signs = set->would_be_small();
    Command command = {"ZADD", key_};
    std::vector<std::string_view> negative_zeros;
    for (const SortedSet::Place& place : set->order()) {
      const bool is_negative_zero = place.score == 0 && std::signbit(place.score);
      if (is_negative_zero && !forgets_signs) negative_zeros.push_back(place.member);
      command.push_back(is_negative_zero ? "0" : to_text(place.score));
      command.emplace_back(place.member);
    }
    add(std::move(command));
    if (negative_zeros.empty()) return;
    for (const std::string_view score : {"1", "-0"}) {
      Command again = {"ZADD", key_};
      for (const std::string_view member : negative_zeros) {
        again.emplace_back(score);
        again.emplace_back(member);
      }
      add(std::move(again));
    }
  }

  void operator()(const std::unique_ptr<List>& list) {
    Command command = {"RPUSH", key_};
    command.insert(command.end(), list->begin(), list->end());
    add(std::move(command));
  }

  // Entries that are gone, but pending somewhere, must be there to be claimed.
  void operator()(const std::unique_ptr<Stream>& stream) {
    const std::set<StreamId> gone = gone_but_pending(*stream);
    add_entries(*stream, gone);
    for (const auto& [name, group] : stream->groups) add_group(name, group);
    remove_gone(*stream, gone);
    set_ids(*stream);
  }

 private:
  void add(Command command) { effects_.push_back({db_, std::move(command)}); }

  static std::set<StreamId> gone_but_pending(const Stream& stream) {
    std::set<StreamId> gone;
    for (const auto& [name, group] : stream.groups) {
      for (const auto& [id, pending] : group.pending()) {
        if (stream.find(id) == nullptr) gone.insert(id);
      }
    }
    return gone;
  }

  void add_entries(const Stream& stream, const std::set<StreamId>& gone) {
    auto next = gone.begin();
    const auto add_gone = [&] { add({"XADD", key_, to_text(*next++), "", ""}); };
    stream.for_each({}, last_of_all, 0, [&](const StreamEntry& entry) {
      while (next != gone.end() && *next < entry.id) add_gone();
      Command command = {"XADD", key_, to_text(entry.id)};
      command.insert(command.end(), entry.words.begin(), entry.words.end());
      add(std::move(command));
    });
    while (next != gone.end()) add_gone();
    if (stream.size() == 0 && gone.empty()) add({"XADD", key_, "MAXLEN", "0", "0-1", "", ""});
  }

  void add_group(const std::string& name, const StreamGroup& group) {
    add({"XGROUP", "CREATE", key_, name, to_text(group.last_id), "ENTRIESREAD",
         std::to_string(group.entries_read.value_or(-1))});
    for (const auto& [consumer_name, consumer] : group.consumers()) {
      add({"XGROUP", "CREATECONSUMER", key_, name, consumer_name});
      for (const StreamId id : consumer.pending) {
        const PendingEntry& pending = group.pending().find(id)->second;
        add({"XCLAIM", key_, name, consumer_name, "0", to_text(id), "TIME",
             std::to_string(pending.delivered_at_ms), "RETRYCOUNT",
             std::to_string(pending.deliveries), "FORCE", "JUSTID"});
      }
    }
  }

  // Trimming leaves no trace in the greatest deleted id. Between two entries only XDEL can have
  // removed one, and then XSETID has the greatest again.
  void remove_gone(const Stream& stream, const std::set<StreamId>& gone) {
    if (gone.empty()) return;
    if (stream.size() == 0) return add({"XTRIM", key_, "MAXLEN", "0"});
    if (*gone.begin() < stream.first_id()) {
      add({"XTRIM", key_, "MINID", to_text(stream.first_id())});
    }
    Command command = {"XDEL", key_};
    for (auto at = gone.lower_bound(stream.first_id()); at != gone.end(); ++at) {
      command.push_back(to_text(*at));
    }
    if (command.size() > 2) add(std::move(command));
  }

  // XSETID refuses a last id below the greatest deleted one, unless that is not mentioned.
  void set_ids(const Stream& stream) {
    const StreamId deleted = stream.max_deleted_id();
    const StreamId last = stream.last_id();
    Command command = {"XSETID", key_, to_text(std::max(last, deleted)), "ENTRIESADDED",
                       std::to_string(stream.entries_added())};
    if (deleted != StreamId{}) {
      command.insert(command.end(), {"MAXDELETEDID", to_text(deleted)});
    }
    add(std::move(command));
    if (last < deleted) add({"XSETID", key_, to_text(last)});
  }

  std::vector<Effect>& effects_;
  std::size_t db_;
  const std::string& key_;
};

}  // namespace

void add_snapshot(std::vector<Effect>& effects, std::size_t db, const std::string& key,
                  const Entry& entry) {
  std::visit(Snapshot(effects, db, key), entry.value);
  if (entry.expire_at_ms) {
    effects.push_back({db, {"PEXPIREAT", key, std::to_string(*entry.expire_at_ms)}});
  }
}

}  // namespace lockstep::sim::redis
