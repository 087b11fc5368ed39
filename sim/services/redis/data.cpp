#include "sim/services/redis/data.hpp"

#include <algorithm>

namespace lockstep::sim::redis {

std::size_t Data::key_count() const {
  std::size_t count = 0;
  for (const Keyspace& db : dbs_) count += db.size();
  return count;
}

void Data::clear() {
  for (Keyspace& db : dbs_) db.clear();
  for (auto& [place, sessions] : watchers_) {
    for (Session* session : sessions) session->watch_broken = true;
  }
}

void Data::changed(std::size_t db, std::string_view key) {
  ++changes_;
  tell_watchers(db, key);
}

void Data::drop(std::size_t db, std::string_view key) {
  if (recording_) effects_.push_back({db, {"DEL", std::string(key)}});
  dbs_[db].erase(key);
  tell_watchers(db, key);
}

// The removal of a key that had expired before it was watched is no change.
void Data::tell_watchers(std::size_t db, std::string_view key) {
  if (watchers_.empty()) return;
  const auto found = watchers_.find({db, std::string(key)});
  if (found == watchers_.end()) return;
  const bool is_there = dbs_[db].find(key) != nullptr;
  for (Session* session : found->second) {
    const auto watch = std::ranges::find_if(
        session->watched, [&](const Session::Watch& w) { return w.db == db && w.key == key; });
    if (!watch->was_expired) session->watch_broken = true;
    if (!is_there) watch->was_expired = false;
  }
}

void Data::watch(Session& session, std::string_view key, bool is_expired) {
  auto& sessions = watchers_[{session.db, std::string(key)}];
  if (std::ranges::find(sessions, &session) != sessions.end()) return;
  sessions.push_back(&session);
  session.watched.push_back({session.db, std::string(key), is_expired});
}

void Data::unwatch(Session& session) {
  for (const Session::Watch& watch : session.watched) {
    const auto found = watchers_.find({watch.db, watch.key});
    if (found == watchers_.end()) continue;
    std::erase(found->second, &session);
    if (found->second.empty()) watchers_.erase(found);
  }
  session.watched.clear();
  session.watch_broken = false;
}

void Data::end_command(std::size_t db, Args args, bool changed_something) {
  if (!recording_ || !changed_something || replicated_) return;
  effects_.push_back({db, Command(args.begin(), args.end())});
}

void Data::replicate(std::size_t db, Command command) {
  replicated_ = true;
  if (recording_) effects_.push_back({db, std::move(command)});
}

}  // namespace lockstep::sim::redis
