// Handlers that tell about the server.
// Not modelled: most of INFO, COMMAND's tables, every setting but a few that clients ask for.
#include <array>

#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/core.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

using Setting = std::pair<std::string_view, std::string_view>;

// What clients ask for at start; the simulated server has nothing else to configure.
constexpr std::array<Setting, 6> settings = {{{"appendonly", "no"},
                                              {"databases", "16"},
                                              {"maxmemory", "0"},
                                              {"maxmemory-policy", "noeviction"},
                                              {"save", ""},
                                              {"timeout", "0"}}};

std::string replication_info(const Core& core) {
  const Engine::Replication& facts = core.replication;
  std::string text = "# Replication\r\n";
  if (core.data.is_replica) {
    text += "role:slave\r\nmaster_host:" + facts.master_host +
            "\r\nmaster_port:" + std::to_string(facts.master_port) + "\r\n";
  } else {
    text += "role:master\r\nconnected_slaves:" + std::to_string(facts.replicas) + "\r\n";
  }
  return text + "master_repl_offset:" + std::to_string(facts.offset) + "\r\n";
}

std::string keyspace_info(const Core& core) {
  std::string text = "# Keyspace\r\n";
  for (std::size_t db = 0; db < Engine::databases; ++db) {
    const std::size_t keys = core.data.db(db).size();
    if (keys > 0) text += "db" + std::to_string(db) + ":keys=" + std::to_string(keys) + "\r\n";
  }
  return text;
}

}  // namespace

Reply time(const Call& call) {
  const auto micros = std::chrono::floor<std::chrono::microseconds>(call.now).time_since_epoch();
  return Reply::array({Reply::bulk(std::to_string(micros.count() / 1'000'000)),
                       Reply::bulk(std::to_string(micros.count() % 1'000'000))});
}

Reply info(const Call& call) {
  const auto wants = [&](std::string_view section) {
    if (call.size() == 1) return true;
    for (const std::string_view asked : call.args.subspan(1)) {
      for (const std::string_view name :
           {section, std::string_view("all"), std::string_view("everything"),
            std::string_view("default")}) {
        if (equals_ignoring_case(asked, name)) return true;
      }
    }
    return false;
  };
  std::string text;
  const auto add = [&](std::string section) {
    if (!text.empty()) text += "\r\n";
    text += std::move(section);
  };
  if (wants("server")) add("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n");
  if (wants("replication")) add(replication_info(call.core));
  if (wants("keyspace")) add(keyspace_info(call.core));
  return Reply::bulk(std::move(text));
}

Reply role(const Call& call) {
  const Engine::Replication& facts = call.core.replication;
  if (!call.core.data.is_replica) {
    return Reply::array({Reply::bulk("master"), replies::number(facts.offset), Reply::array()});
  }
  return Reply::array({Reply::bulk("slave"), Reply::bulk(facts.master_host),
                       Reply::integer(facts.master_port), Reply::bulk("connected"),
                       replies::number(facts.offset)});
}

// How many replicas have everything, as far as the server around knows; it does the waiting.
Reply wait(const Call& call) {
  const auto replicas = parse_integer(call.arg(1));
  if (!replicas) return replies::not_an_integer();
  const auto timeout = parse_integer(call.arg(2));
  if (!timeout) return replies::error("ERR timeout is not an integer or out of range");
  if (*timeout < 0) return replies::error("ERR timeout is negative");
  return replies::number(call.core.replication.replicas_in_step);
}

Reply command(const Call& /*call*/) { return Reply::array(); }
Reply command_count(const Call& /*call*/) { return replies::number(all_commands().size()); }
Reply command_docs(const Call& /*call*/) { return Reply::array(); }

Reply config_get(const Call& call) {
  std::vector<Reply> found;
  for (const auto& [name, value] : settings) {
    for (const std::string_view pattern : call.args.subspan(2)) {
      if (!glob_matches(lower(pattern), name)) continue;
      found.push_back(Reply::bulk(std::string(name)));
      found.push_back(Reply::bulk(std::string(value)));
      break;
    }
  }
  return Reply::array(std::move(found));
}

}  // namespace lockstep::sim::redis::commands
