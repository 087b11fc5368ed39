#include "sim/services/redis/command_table.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "impl/base/assert.hpp"
#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis {

namespace {

constexpr std::uint32_t write = flag_write;
constexpr std::uint32_t grow = flag_write | flag_adds_keys;
constexpr std::uint32_t outside = flag_no_script;  // not in scripts
constexpr std::uint32_t at_once = flag_no_script | flag_no_multi;
constexpr std::uint32_t script = flag_no_script | flag_own_effects;

// In order of name; a subcommand follows its container.
constexpr auto table = std::to_array<CommandSpec>({
    {"append", 3, grow, commands::append},
    {"auth", -2, outside | flag_no_auth, commands::auth},
    {"client", -2, flag_none, nullptr},
    {"client|getname", 2, outside, commands::client_getname},
    {"client|id", 2, outside, commands::client_id},
    {"client|setname", 3, outside, commands::client_setname},
    {"command", -1, flag_none, commands::command},
    {"command|count", 2, flag_none, commands::command_count},
    {"command|docs", -2, flag_none, commands::command_docs},
    {"config", -2, flag_none, nullptr},
    {"config|get", -3, outside, commands::config_get},
    {"dbsize", 1, flag_none, commands::dbsize},
    {"decr", 2, grow, commands::decr},
    {"decrby", 3, grow, commands::decrby},
    {"del", -2, write, commands::del},
    {"discard", 1, at_once, commands::discard},
    {"echo", 2, flag_none, commands::echo},
    {"eval", -3, script, commands::eval},
    {"eval_ro", -3, script, commands::eval_ro},
    {"evalsha", -3, script, commands::evalsha},
    {"evalsha_ro", -3, script, commands::evalsha_ro},
    {"exec", 1, at_once | flag_own_effects, commands::exec},
    {"exists", -2, flag_none, commands::exists},
    {"expire", -3, write, commands::expire},
    {"expireat", -3, write, commands::expireat},
    {"expiretime", 2, flag_none, commands::expiretime},
    {"flushall", -1, write, commands::flushall},
    {"flushdb", -1, write, commands::flushdb},
    {"get", 2, flag_none, commands::get},
    {"getdel", 2, write, commands::getdel},
    {"getex", -2, write, commands::getex},
    {"getrange", 4, flag_none, commands::getrange},
    {"getset", 3, grow, commands::getset},
    {"hdel", -3, write, commands::hdel},
    {"hello", -1, outside | flag_no_auth, commands::hello},
    {"hexists", 3, flag_none, commands::hexists},
    {"hget", 3, flag_none, commands::hget},
    {"hgetall", 2, flag_none, commands::hgetall},
    {"hincrby", 4, grow, commands::hincrby},
    {"hkeys", 2, flag_none, commands::hkeys},
    {"hlen", 2, flag_none, commands::hlen},
    {"hmget", -3, flag_none, commands::hmget},
    {"hmset", -4, grow, commands::hmset},
    {"hset", -4, grow, commands::hset},
    {"hsetnx", 4, grow, commands::hsetnx},
    {"hstrlen", 3, flag_none, commands::hstrlen},
    {"hvals", 2, flag_none, commands::hvals},
    {"incr", 2, grow, commands::incr},
    {"incrby", 3, grow, commands::incrby},
    {"info", -1, flag_none, commands::info},
    {"keys", 2, flag_none, commands::keys},
    {"lindex", 3, flag_none, commands::lindex},
    {"llen", 2, flag_none, commands::llen},
    {"lpop", -2, write, commands::lpop},
    {"lpush", -3, grow, commands::lpush},
    {"lrange", 4, flag_none, commands::lrange},
    {"ltrim", 4, write, commands::ltrim},
    {"mget", -2, flag_none, commands::mget},
    {"mset", -3, grow, commands::mset},
    {"msetnx", -3, grow, commands::msetnx},
    {"multi", 1, at_once, commands::multi},
    {"persist", 2, write, commands::persist},
    {"pexpire", -3, write, commands::pexpire},
    {"pexpireat", -3, write, commands::pexpireat},
    {"pexpiretime", 2, flag_none, commands::pexpiretime},
    {"ping", -1, flag_none, commands::ping},
    {"psetex", 4, grow, commands::psetex},
    {"pttl", 2, flag_none, commands::pttl},
    {"quit", -1, at_once | flag_no_auth, commands::quit},
    {"reset", 1, at_once | flag_no_auth, commands::reset},
    {"role", 1, outside, commands::role},
    {"rpop", -2, write, commands::rpop},
    {"rpush", -3, grow, commands::rpush},
    {"scan", -2, flag_none, commands::scan},
    {"script", -2, flag_none, nullptr},
    {"script|exists", -3, outside, commands::script_exists},
    {"script|flush", -2, outside, commands::script_flush},
    {"script|kill", 2, outside, commands::script_kill},
    {"script|load", 3, outside, commands::script_load},
    {"select", 2, flag_none, commands::select},
    {"set", -3, grow, commands::set},
    {"setex", 4, grow, commands::setex},
    {"setnx", 3, grow, commands::setnx},
    {"setrange", 4, grow, commands::setrange},
    {"strlen", 2, flag_none, commands::strlen},
    {"substr", 4, flag_none, commands::getrange},
    {"time", 1, flag_none, commands::time},
    {"touch", -2, flag_none, commands::exists},
    {"ttl", 2, flag_none, commands::ttl},
    {"type", 2, flag_none, commands::type},
    {"unlink", -2, write, commands::del},
    {"unwatch", 1, outside, commands::unwatch},
    {"wait", 3, outside, commands::wait},
    {"watch", -2, at_once, commands::watch},
    {"xack", -4, write, commands::xack},
    {"xadd", -5, grow, commands::xadd},
    {"xautoclaim", -6, write, commands::xautoclaim},
    {"xclaim", -6, write, commands::xclaim},
    {"xdel", -3, write, commands::xdel},
    {"xgroup", -2, flag_none, nullptr},
    {"xgroup|create", -5, grow, commands::xgroup_create},
    {"xgroup|createconsumer", 5, grow, commands::xgroup_createconsumer},
    {"xgroup|delconsumer", 5, write, commands::xgroup_delconsumer},
    {"xgroup|destroy", 4, write, commands::xgroup_destroy},
    {"xgroup|setid", -5, write, commands::xgroup_setid},
    {"xinfo", -2, flag_none, nullptr},
    {"xinfo|consumers", 4, flag_none, commands::xinfo_consumers},
    {"xinfo|groups", 3, flag_none, commands::xinfo_groups},
    {"xinfo|stream", -3, flag_none, commands::xinfo_stream},
    {"xlen", 2, flag_none, commands::xlen},
    {"xpending", -3, flag_none, commands::xpending},
    {"xrange", -4, flag_none, commands::xrange},
    {"xread", -4, flag_none, commands::xread},
    {"xreadgroup", -7, write, commands::xreadgroup},
    {"xrevrange", -4, flag_none, commands::xrevrange},
    {"xsetid", -3, grow, commands::xsetid},
    {"xtrim", -4, write, commands::xtrim},
    {"zadd", -4, grow, commands::zadd},
    {"zcard", 2, flag_none, commands::zcard},
    {"zcount", 4, flag_none, commands::zcount},
    {"zincrby", 4, grow, commands::zincrby},
    {"zmscore", -3, flag_none, commands::zmscore},
    {"zpopmax", -2, write, commands::zpopmax},
    {"zpopmin", -2, write, commands::zpopmin},
    {"zrange", -4, flag_none, commands::zrange},
    {"zrangebyscore", -4, flag_none, commands::zrangebyscore},
    {"zrank", 3, flag_none, commands::zrank},
    {"zrem", -3, write, commands::zrem},
    {"zremrangebyscore", 4, write, commands::zremrangebyscore},
    {"zrevrange", -4, flag_none, commands::zrevrange},
    {"zrevrangebyscore", -4, flag_none, commands::zrevrangebyscore},
    {"zrevrank", 3, flag_none, commands::zrevrank},
    {"zscore", 3, flag_none, commands::zscore},
});

static_assert(std::ranges::is_sorted(table, {}, &CommandSpec::name));

// Where the names of each first letter start: this is looked up for every command of every script.
constexpr auto letter_starts = [] {
  std::array<std::uint8_t, 27> starts{};
  for (std::size_t letter = 0; letter < starts.size(); ++letter) {
    const char first = static_cast<char>('a' + static_cast<char>(letter));
    const auto at = std::ranges::find_if(table, [=](const auto& s) { return s.name[0] >= first; });
    starts[letter] = static_cast<std::uint8_t>(at - table.begin());
  }
  return starts;
}();

const CommandSpec* lookup(std::string_view name) {
  if (name.empty() || name[0] < 'a' || name[0] > 'z') return nullptr;
  const auto letter = static_cast<std::size_t>(name[0] - 'a');
  const auto end = table.begin() + letter_starts[letter + 1];
  const auto found = std::find_if(table.begin() + letter_starts[letter], end,
                                  [=](const CommandSpec& spec) { return spec.name == name; });
  return found == end ? nullptr : &*found;
}

bool is_container(const CommandSpec& spec) {
  const auto next = static_cast<std::size_t>(&spec - table.data()) + 1;
  return next < table.size() && table[next].name.size() > spec.name.size() &&
         table[next].name.starts_with(spec.name) && table[next].name[spec.name.size()] == '|';
}

}  // namespace

Found find_command(Args args) {
  constexpr std::size_t name_bytes_max = 32;  // longer than any
  std::array<char, name_bytes_max> name{};
  std::string_view given = args[0];
  if (given.size() > name.size() / 2 || given.find('|') != std::string_view::npos) return {};
  const auto to_lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; };
  auto end = std::ranges::transform(given, name.begin(), to_lower).out;
  const CommandSpec* spec = lookup({name.data(), static_cast<std::size_t>(end - name.begin())});
  if (spec == nullptr || args.size() == 1 || !is_container(*spec)) return {spec, false};
  given = args[1];
  if (given.size() >= static_cast<std::size_t>(name.end() - end)) return {nullptr, true};
  *end++ = '|';
  end = std::ranges::transform(given, end, to_lower).out;
  return {lookup({name.data(), static_cast<std::size_t>(end - name.begin())}), true};
}

bool arity_fits(const CommandSpec& spec, std::size_t arguments) {
  const auto count = static_cast<int>(arguments);
  return spec.arity >= 0 ? count == spec.arity : count >= -spec.arity;
}

std::span<const CommandSpec> all_commands() { return table; }

}  // namespace lockstep::sim::redis
