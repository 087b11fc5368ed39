#include "bench/servers.hpp"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <tuple>

#include "bench/harness.hpp"
#include "bench/measure.hpp"
#include "bench/raw_redis.hpp"
#include "rig/redis_process.hpp"

namespace lockstep::bench {
namespace {

struct Known {
  std::unique_ptr<rig::RedisProcess> process;  ///< none: somebody else's
  redis::Options options;
};
using Name = std::pair<std::size_t, bool>;

std::map<Name, Known>& all_known() {
  static std::map<Name, Known> all;
  return all;
}

redis::Options patient(redis::Options options) {
  options.command_timeout = seconds(10);
  options.connect_timeout = seconds(5);
  return options;
}

std::string family() { return "lockstep-bench-" + std::to_string(getpid()) + "-"; }

std::uint64_t& generation() {
  static std::uint64_t count = 0;
  return count;
}

/// One walk over all keys: it may be a large database.
void remove_family(const redis::Options& options) {
  RawRedis raw(options);
  std::string cursor = "0";
  do {
    raw.send({"SCAN", cursor, "MATCH", family() + "*", "COUNT", "1000"});
    auto page = raw.reply_page();
    cursor = page.cursor;
    if (page.keys.empty()) continue;
    page.keys.insert(page.keys.begin(), "UNLINK");
    raw.send(page.keys);
    static_cast<void>(raw.reply_integer());
  } while (cursor != "0");
}

void remove_ours() {
  for (const auto& [name, known] : all_known()) {
    if (known.process == nullptr) remove_family(known.options);
  }
}

Known given(const std::string& url) {
  auto options = redis::parse_url(url);
  if (!options) give_up("--redis=" + url + ": " + options.error().detail);
  const RawRedis tried(*options);
  static const int registered = std::atexit(remove_ours);
  if (registered != 0) give_up("keys could not be removed at exit");
  return {nullptr, patient(std::move(*options))};
}

Known started(bool append_only) {
  rig::RedisOptions how;
  how.append_only = append_only;
  auto process = rig::RedisProcess::start(how);
  if (!process) give_up("redis-server: " + process.error().detail);
  redis::Options options;
  options.endpoint.port = (*process)->port();
  return {std::move(*process), patient(options)};
}

}  // namespace

bool has_servers(std::size_t count) {
  return settings().redis.empty() || settings().redis.size() >= count;
}

redis::Options server(std::size_t index, ServerKind kind) {
  const bool own = settings().redis.empty();
  const Name name(index, own && kind.append_only);
  auto known = all_known().find(name);
  if (known == all_known().end()) {
    if (!has_servers(index + 1)) give_up("--redis named too few servers");
    known = all_known()
                .emplace(name, own ? started(kind.append_only) : given(settings().redis[index]))
                .first;
  }
  return known->second.options;
}

std::string key_prefix() { return family() + std::to_string(generation()) + ":"; }

void start_over() {
  ++generation();
  for (const auto& [name, known] : all_known()) {
    if (known.process == nullptr) continue;
    const auto emptied = known.process->ask({"FLUSHALL"});
    if (!emptied) give_up("FLUSHALL: " + emptied.error().detail);
  }
}

}  // namespace lockstep::bench
