#include "scenarios/live/live_servers.hpp"

#include <charconv>

#include "impl/live/os_clock.hpp"
#include "impl/live/run.hpp"
#include "impl/redis/client.hpp"
#include "rig/blocking_redis.hpp"
#include "scenarios/lock_world/lock_world.hpp"

namespace lockstep::scenarios::live {

namespace {

Persistence persistence_of(const PlanConfig& config, const std::string& node) {
  const bool is_sink = node.starts_with("sink");
  return is_sink ? config.topology.sink.persistence : config.topology.redis.persistence;
}

}  // namespace

// ---- our own ------------------------------------------------------------------------------------

Result<std::unique_ptr<OwnServer>> OwnServer::start(const PlanConfig& config,
                                                    const std::string& node,
                                                    const std::string& folder) {
  std::string clock_name = node;
  clock_name.replace(clock_name.find('/'), 1, "-");
  auto file = rig::ClockFile::create(folder + "/clock-" + clock_name, rig::ClockMode::offset);
  if (!file) return fail(file.error());
  const sim::ClockSpec drawn = clock_of(config, node);
  rig::SteeredClock clock(std::move(*file), drawn.skew, drawn.drift.value,
                          lockstep::live::OsClock().now());
  rig::RedisOptions options;
  const Persistence persistence = persistence_of(config, node);
  options.append_only = persistence != Persistence::none;
  options.append_fsync = persistence == Persistence::aof_everysec ? "everysec" : "always";
  options.environment = clock.environment();
  auto redis = rig::RedisProcess::start(std::move(options));
  if (!redis) return fail(redis.error());
  return std::unique_ptr<OwnServer>(new OwnServer(std::move(clock), std::move(*redis)));
}

redis::Options OwnServer::address() const {
  redis::Options options;
  options.endpoint.host = redis_->host();
  options.endpoint.port = redis_->port();
  return options;
}

std::string OwnServer::url_through(std::uint16_t port) const {
  return "redis://127.0.0.1:" + std::to_string(port);
}

Result<std::string> OwnServer::ask(const std::vector<std::string>& command) const {
  return rig::ask_redis({.port = redis_->port()}, command, serve_limit);
}

Result<std::uint64_t> OwnServer::evict(std::string_view keys) {
  std::uint64_t wanted = 0;
  std::from_chars(keys.data(), keys.data() + keys.size(), wanted);
  std::uint64_t evicted = 0;
  for (; evicted < wanted; ++evicted) {
    const Result<std::string> key = ask({"RANDOMKEY"});
    if (!key) return fail(key.error());
    if (*key == "(nil)") break;
    const Result<std::string> gone = ask({"DEL", *key});
    if (!gone) return fail(gone.error());
  }
  return evicted;
}

Result<std::uint64_t> OwnServer::serve(std::string_view verb, std::string_view argument) {
  if (verb == "evict") return evict(argument);
  if (verb == "script-flush") {
    const Result<std::string> done = ask({"SCRIPT", "FLUSH"});
    if (!done) return fail(done.error());
    return 1;
  }
  if (verb != "restart-empty") {
    return fail(definite(Errc::invalid_argument, "no live server can " + std::string(verb)));
  }
  redis_->lose_data();
  if (const Result<void> begun = redis_->begin_restart(); !begun) return fail(begun.error());
  return 1;
}

// ---- somebody's ---------------------------------------------------------------------------------

std::string redirected(const std::string& url, std::uint16_t port) {
  const std::size_t begin = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?", begin), url.size());
  const std::string authority = url.substr(begin, end - begin);
  const std::size_t at = authority.rfind('@');
  const std::string user = at == std::string::npos ? "" : authority.substr(0, at + 1);
  std::string host = user.empty() ? authority : authority.substr(at + 1);
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  if (has_port) host.resize(colon);
  std::string rest = url.substr(end);
  const bool is_tls = url.starts_with("rediss");
  if (is_tls && rest.find("sni=") == std::string::npos) {
    rest += (rest.find('?') == std::string::npos ? "?sni=" : "&sni=") + host;
  }
  return url.substr(0, begin) + user + "127.0.0.1:" + std::to_string(port) + rest;
}

Result<std::unique_ptr<ForeignServer>> ForeignServer::at(std::string url) {
  Result<redis::Options> options = redis::parse_url(url);
  if (!options) return fail(options.error());
  return std::unique_ptr<ForeignServer>(new ForeignServer(std::move(url), std::move(*options)));
}

std::string ForeignServer::url_through(std::uint16_t port) const { return redirected(url_, port); }

Result<std::uint64_t> ForeignServer::serve(std::string_view verb, std::string_view) {
  return fail(definite(Errc::invalid_argument, "nobody else's server is to " + std::string(verb)));
}

// ---- before the run -----------------------------------------------------------------------------

namespace {

env::Task<Result<resp::Reply>> ask(redis::Client* client, std::vector<std::string> words) {
  co_return co_await client->command(std::move(words));
}

Result<std::int64_t> count_keys(lockstep::live::Node& node, redis::Client& client, bool flush) {
  constexpr Nanos limit = seconds(30);
  if (flush) {
    const auto flushed = lockstep::live::run_until_complete(node, ask(&client, {"FLUSHDB"}), limit);
    if (!flushed) return fail(flushed.error());
    if (!*flushed) return fail(flushed->error());
  }
  const auto size = lockstep::live::run_until_complete(node, ask(&client, {"DBSIZE"}), limit);
  if (!size) return fail(size.error());
  if (!*size) return fail(size->error());
  const resp::Reply& reply = **size;
  if (!reply.is_integer()) return fail(definite(Errc::protocol, resp::to_text(reply)));
  return reply.integer();
}

}  // namespace

Result<void> prepare_database(const redis::Options& server, bool flush) {
  lockstep::live::Loop loop;
  lockstep::live::Node node(loop, {});
  redis::Options patient = server;
  patient.connect_timeout = std::max<Nanos>(patient.connect_timeout, seconds(2));
  patient.command_timeout = std::max<Nanos>(patient.command_timeout, seconds(2));
  redis::Client client(node.env(), patient);
  const Result<std::int64_t> keys = count_keys(node, client, flush);
  node.end();
  const std::string where = redis::address_of(server);
  if (!keys) return fail(definite(Errc::refused, where + ": " + to_text(keys.error())));
  if (*keys == 0) return {};
  return fail(definite(Errc::invalid_argument, where + ": database " + std::to_string(server.db) +
                                                   " has " + std::to_string(*keys) +
                                                   " keys; a run needs an empty one: name another "
                                                   "(redis://host/5), or empty it by --flush"));
}

}  // namespace lockstep::scenarios::live
