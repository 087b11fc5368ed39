#include "sim/services/redis/snapshot.hpp"

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

  void operator()(const std::unique_ptr<SortedSet>& set) {
    Command command = {"ZADD", key_};
    for (const SortedSet::Place& place : set->order()) {
      command.push_back(to_text(place.score));
      command.emplace_back(place.member);
    }
    add(std::move(command));
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
    Command command = {"XSETID", key_, to_text(stream->last_id()), "ENTRIESADDED",
                       std::to_string(stream->entries_added())};
    if (stream->max_deleted_id() != StreamId{}) {
      command.insert(command.end(), {"MAXDELETEDID", to_text(stream->max_deleted_id())});
    }
    add(std::move(command));
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
    const auto add_gone_until = [&](StreamId id) {
      for (; next != gone.end() && *next < id; ++next) add({"XADD", key_, to_text(*next), "", ""});
    };
    stream.for_each({}, last_of_all, 0, [&](const StreamEntry& entry) {
      add_gone_until(entry.id);
      Command command = {"XADD", key_, to_text(entry.id)};
      command.insert(command.end(), entry.words.begin(), entry.words.end());
      add(std::move(command));
    });
    add_gone_until(last_of_all);
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
