#include "bench/servers.hpp"

#include <unistd.h>

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

Known given(const std::string& url) {
  auto options = redis::parse_url(url);
  if (!options) give_up("--redis=" + url + ": " + options.error().detail);
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

void wipe(const redis::Options& options) {
  RawRedis raw(options);
  std::string cursor = "0";
  do {
    raw.send({"SCAN", cursor, "MATCH", key_prefix() + "*", "COUNT", "1000"});
    auto page = raw.reply_page();
    cursor = page.cursor;
    if (page.keys.empty()) continue;
    page.keys.insert(page.keys.begin(), "UNLINK");
    raw.send(page.keys);
    static_cast<void>(raw.reply_integer());
  } while (cursor != "0");
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

const std::string& key_prefix() {
  static const std::string prefix = "lockstep-bench-" + std::to_string(getpid()) + ":";
  return prefix;
}

void wipe_servers() {
  for (const auto& [name, known] : all_known()) wipe(known.options);
}

}  // namespace lockstep::bench
