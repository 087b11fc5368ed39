#include "sim/services/redis/engine.hpp"

#include <limits>

#include "sim/services/redis/core.hpp"
#include "sim/services/redis/snapshot.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis {

namespace {

constexpr std::size_t all_keys = std::numeric_limits<std::size_t>::max();

}  // namespace

Engine::Engine(const EngineOptions& options) : core_(std::make_unique<Core>(options)) {}
Engine::~Engine() = default;

Session& Engine::open_session() { return core_->open_session(); }
void Engine::close_session(Session& session) { core_->close_session(session); }

Reply Engine::execute(Session& session, Args args, WallTime now) {
  return core_->execute(session, args, now);
}

bool Engine::apply(const Effect& effect, WallTime now) { return core_->apply(effect, now); }

std::vector<Effect> Engine::take_effects() { return core_->data.take_effects(); }
void Engine::record_effects(bool record) { core_->data.record(record); }
std::uint64_t Engine::changes() const { return core_->data.changes(); }

std::vector<Effect> Engine::snapshot() const {
  std::vector<Effect> effects;
  for (std::size_t db = 0; db < databases; ++db) {
    static_cast<void>(
        core_->data.db(db).scan(0, all_keys, [&](const std::string& key, const Entry& entry) {
          add_snapshot(effects, db, key, entry);
        }));
  }
  return effects;
}

void Engine::clear() { core_->data.clear(); }

std::uint64_t Engine::evict(std::size_t count, std::string_view pattern,
                            const std::function<std::uint64_t(std::uint64_t)>& pick, WallTime now) {
  std::vector<std::pair<std::size_t, std::string>> matching;
  for (std::size_t db = 0; db < databases; ++db) {
    static_cast<void>(
        core_->data.db(db).scan(0, all_keys, [&](const std::string& key, const Entry& entry) {
          const bool matches = glob_matches(pattern, key) && !is_expired(entry, now);
          if (matches) matching.emplace_back(db, key);
        }));
  }
  std::uint64_t evicted = 0;
  for (; evicted < count && !matching.empty(); ++evicted) {
    const auto chosen = matching.begin() + static_cast<std::ptrdiff_t>(pick(matching.size()));
    core_->data.changed(chosen->first, chosen->second);
    core_->data.drop(chosen->first, chosen->second);
    matching.erase(chosen);
  }
  return evicted;
}

std::uint64_t Engine::flush_scripts() {
  const std::uint64_t scripts = core_->scripts.size();
  core_->scripts.flush();
  return scripts;
}

std::uint64_t Engine::reap(std::size_t keys_max, WallTime now) {
  if (core_->data.is_replica) return 0;
  std::uint64_t reaped = 0;
  for (std::size_t db = 0; db < databases; ++db) {
    std::vector<std::string> expired;
    core_->reap_cursors[db] = core_->data.db(db).scan(
        core_->reap_cursors[db], keys_max, [&](const std::string& key, const Entry& entry) {
          if (is_expired(entry, now)) expired.push_back(key);
        });
    for (const std::string& key : expired) core_->data.drop(db, key);
    reaped += expired.size();
  }
  return reaped;
}

void Engine::set_replica(bool is_replica) { core_->data.is_replica = is_replica; }
bool Engine::is_replica() const { return core_->data.is_replica; }
void Engine::set_replication(const Replication& replication) { core_->replication = replication; }
std::size_t Engine::key_count() const { return core_->data.key_count(); }
std::size_t Engine::script_count() const { return core_->scripts.size(); }

}  // namespace lockstep::sim::redis
