// Scripts: what they see of the server, what they cannot reach, and that none of them breaks it.
#include <gtest/gtest.h>

#include "sim/services/redis/engine_fixture.hpp"
#include "sim/services/redis/sha1.hpp"

namespace lockstep::sim::redis {
namespace {

class ScriptTest : public ::testing::Test, protected EngineFixture {};

// As a lock on one server is written: grant with a fencing counter, release and renew by
// comparison.
constexpr const char* acquire = R"(
if redis.call('EXISTS', KEYS[1]) == 1 then return {0, redis.call('PTTL', KEYS[1])} end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, fence})";
constexpr const char* release =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";
constexpr const char* renew =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then "
    "return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";

TEST_F(ScriptTest, lock_scripts_grant_renew_and_release) {
  EXPECT_EQ(eval(acquire, {"lock", "fence"}, {"a", "100"}), "[(integer) 1, (integer) 1]");
  advance(milliseconds(40));
  EXPECT_EQ(eval(acquire, {"lock", "fence"}, {"b", "100"}), "[(integer) 0, (integer) 60]");
  EXPECT_EQ(eval(renew, {"lock"}, {"b", "100"}), "(integer) 0");
  EXPECT_EQ(eval(renew, {"lock"}, {"a", "100"}), "(integer) 1");
  EXPECT_EQ(say({"PTTL", "lock"}), "(integer) 100");
  EXPECT_EQ(eval(release, {"lock"}, {"b"}), "(integer) 0");
  EXPECT_EQ(eval(release, {"lock"}, {"a"}), "(integer) 1");
  EXPECT_EQ(eval(acquire, {"lock", "fence"}, {"b", "100"}), "[(integer) 1, (integer) 2]");
}

TEST_F(ScriptTest, a_script_is_known_by_its_sha_until_the_flush) {
  const std::string sha = sha1_hex("return ARGV[1]");
  EXPECT_EQ(run({"EVALSHA", sha, "0", "x"}).error_code(), "NOSCRIPT");
  EXPECT_EQ(say({"SCRIPT", "LOAD", "return ARGV[1]"}), "\"" + sha + "\"");
  EXPECT_EQ(say({"EVALSHA", sha, "0", "x"}), "\"x\"");
  EXPECT_EQ(say({"SCRIPT", "EXISTS", sha, "00"}), "[(integer) 1, (integer) 0]");
  EXPECT_EQ(engine.flush_scripts(), 1U);
  EXPECT_EQ(run({"EVALSHA", sha, "0", "x"}).error_code(), "NOSCRIPT");
  EXPECT_EQ(eval("return 1"), "(integer) 1") << "the interpreter is made anew";
}

TEST_F(ScriptTest, values_convert_as_in_redis) {
  EXPECT_EQ(eval("return 3.9"), "(integer) 3");
  EXPECT_EQ(eval("return -3.9"), "(integer) -3");
  EXPECT_EQ(eval("return {1, 'a', true, false, {2}, nil, 5}"),
            "[(integer) 1, \"a\", (integer) 1, (nil), [(integer) 2]]");
  EXPECT_EQ(eval("return {ok='fine'}"), "fine");
  EXPECT_EQ(eval("return {err='MY error'}"), "(error) MY error");
  EXPECT_EQ(eval("return redis.call('GET','none') == false"), "(integer) 1");
  EXPECT_EQ(eval("return redis.call('SET','k','v').ok"), "\"OK\"");
  EXPECT_EQ(eval("return type(redis.call('INCR','n'))"), "\"number\"");
  EXPECT_EQ(eval("return redis.call('SET','big', 2^53)"), "OK");
  EXPECT_EQ(say({"GET", "big"}), "\"9007199254740992\"");
}

TEST_F(ScriptTest, an_error_in_call_ends_the_script_and_keeps_what_it_wrote) {
  run({"HSET", "h", "f", "v"});
  const std::string answer = eval("redis.call('SET','k','v') redis.call('INCR','h') return 1");
  EXPECT_TRUE(answer.starts_with("(error) WRONGTYPE Operation against")) << answer;
  EXPECT_TRUE(answer.ends_with(", on @user_script:1.")) << answer;
  EXPECT_EQ(say({"GET", "k"}), "\"v\"");
}

TEST_F(ScriptTest, an_error_in_pcall_is_a_value) {
  EXPECT_EQ(eval("return redis.pcall('NOPE').err"),
            "\"ERR Unknown Redis command called from script\"");
  EXPECT_EQ(eval("local ok, e = pcall(redis.call, 'NOPE') return {tostring(ok), e}"),
            "[\"false\", \"ERR Unknown Redis command called from script\"]");
}

TEST_F(ScriptTest, time_stands_still_inside_a_script) {
  run({"SET", "k", "v", "PX", "5"});
  EXPECT_EQ(eval("local t = redis.call('TIME') for i = 1, 10000 do end "
                 "local u = redis.call('TIME') return t[1] == u[1] and t[2] == u[2]"),
            "(integer) 1");
}

// The numbers are those of redis-server 7.0.15 after its start.
TEST_F(ScriptTest, random_numbers_are_those_of_the_server_and_go_on_from_script_to_script) {
  EXPECT_EQ(eval("return math.random(1000)"), "(integer) 397");
  EXPECT_EQ(eval("return tostring(math.random())"), "\"0.84048536971234\"");
  engine.flush_scripts();
  EXPECT_EQ(eval("return math.random(5,10)..':'..math.random(1000)"), "\"7:447\"");
  EXPECT_EQ(eval("math.randomseed(7) return math.random(5,10)..':'..math.random(1000)"),
            "\"6:683\"");
}

TEST_F(ScriptTest, what_redis_hides_is_not_there) {
  for (const char* name : {"os", "io", "require", "module", "package", "dofile", "loadfile",
                           "print", "debug", "getfenv", "setfenv", "newproxy", "coroutine"}) {
    const std::string answer = eval(std::string("return ") + name);
    EXPECT_TRUE(answer.find("nonexistent global variable '" + std::string(name)) !=
                std::string::npos)
        << answer;
  }
  EXPECT_EQ(eval("return string.dump == nil"), "(integer) 1");
}

TEST_F(ScriptTest, nothing_of_the_sandbox_can_be_changed) {
  for (const char* attempt :
       {"x = 1", "KEYS = nil", "redis = nil", "string.format = nil", "math.random = 1",
        "redis.call = nil", "_G.x = 1", "_G._G = 1", "rawset(_G, 'x', 1)", "rawset(string, 'x', 1)",
        "setmetatable(_G, nil)", "setmetatable(string, {})", "table.insert(table, 1)",
        "table.sort(math)", "table.remove(redis)"}) {
    const std::string answer = eval(attempt);
    EXPECT_TRUE(answer.find("Attempt to modify a readonly table") != std::string::npos)
        << attempt << " -> " << answer;
  }
  EXPECT_EQ(eval("return getmetatable('') == false and getmetatable(_G) == false"), "(integer) 1");
  EXPECT_EQ(eval("return type(string.format) .. type(redis.call) .. type(math.random)"),
            "\"functionfunctionfunction\"");
}

TEST_F(ScriptTest, a_script_leaves_nothing_for_the_next) {
  eval("local t = loadstring('y = 1') pcall(t) return 1");
  EXPECT_TRUE(eval("return y").find("nonexistent") != std::string::npos);
  EXPECT_EQ(eval("return #KEYS + #ARGV", {"a"}, {"b", "c"}), "(integer) 3");
  EXPECT_EQ(eval("return #KEYS + #ARGV"), "(integer) 0");
}

TEST_F(ScriptTest, libraries_can_be_looked_through) {
  EXPECT_EQ(eval("local n = 0 for k, v in pairs(math) do n = n + 1 end return n > 20"),
            "(integer) 1");
  EXPECT_EQ(eval("return next(string) ~= nil and rawget(_G, 'redis') ~= nil"), "(integer) 1");
}

TEST_F(ScriptTest, no_address_or_memory_size_shows) {
  EXPECT_EQ(eval("return tostring({}) == tostring({}) and tostring(print == nil)") == "", false);
  EXPECT_EQ(eval("return tostring({})"), "\"table: 0x000000000000\"");
  EXPECT_EQ(eval("return tostring(redis.call)"), "\"function: 0x000000000000\"");
  EXPECT_EQ(eval("return collectgarbage('count')"), "(integer) 0");
  EXPECT_EQ(eval("return tostring(setmetatable({}, {__tostring = function() return 'me' end}))"),
            "\"me\"");
}

TEST_F(ScriptTest, bytecode_is_refused) {
  EXPECT_EQ(eval("local f, why = loadstring('\\27Lua') return {tostring(f), why}"),
            "[\"nil\", \"bytecode is not allowed\"]");
  EXPECT_EQ(eval("local sent = false local f, why = load(function() if sent then return nil end "
                 "sent = true return '\\27Lua' end) return why"),
            "\"bytecode is not allowed\"");
  EXPECT_EQ(run({"EVAL", "\x1bLua", "0"}).error_code(), "ERR");
  EXPECT_EQ(eval("return load(function() return nil end) ~= nil"), "(integer) 1");
  EXPECT_EQ(eval("return loadstring('return 1 + 1')()"), "(integer) 2");
}

TEST_F(ScriptTest, a_script_without_end_is_killed_even_if_it_catches_errors) {
  Engine strict({.script_instructions_max = 100'000});
  Session& client = strict.open_session();
  for (const char* body : {"while true do end",
                           "while true do pcall(function() while true do end "
                           "end) end"}) {
    const Reply reply = strict.execute(client, {"EVAL", body, "0"}, now);
    ASSERT_TRUE(reply.is_error());
    EXPECT_TRUE(reply.text().find("Script killed by user") != std::string::npos) << reply.text();
  }
  EXPECT_EQ(strict.execute(client, {"EVAL", "return 1", "0"}, now), Reply::integer(1));
}

TEST_F(ScriptTest, memory_is_bounded_and_comes_back) {
  Engine strict({.lua_bytes_max = 1 << 20});
  Session& client = strict.open_session();
  const Reply reply = strict.execute(
      client, {"EVAL", "local t = {} for i = 1, 10000000 do t[i] = {i} end return 1", "0"}, now);
  ASSERT_TRUE(reply.is_error());
  EXPECT_TRUE(reply.text().find("not enough memory") != std::string::npos) << reply.text();
  EXPECT_TRUE(
      strict.execute(client, {"EVAL", "return string.rep('x', 2^30)", "0"}, now).is_error());
  EXPECT_EQ(strict.execute(client, {"EVAL", "return #string.rep('x', 1000)", "0"}, now),
            Reply::integer(1000));
}

TEST_F(ScriptTest, odd_scripts_end_in_an_error_and_never_in_a_crash) {
  for (const char* body :
       {"error({})",
        "error()",
        "error({ok='x'})",
        "error(nil)",
        "error(true)",
        "error(print)",
        "return redis.call()",
        "return redis.call({})",
        "return redis.call('GET')",
        "return redis.call('EVAL', 'return 1', 0)",
        "return redis.call('MULTI')",
        "local function f() return 1 + f() end return f()",
        "return string.rep('x', -1)[1][2]",
        "return ('x'):find(string.rep('a?', 5000))",
        "return (nil)()",
        "x x",
        "end return 1",
        "return redis.error_reply()",
        "return unpack({}, 1, 1e8)",
        "local t = setmetatable({}, {__index = function(t, k) return t[k] end}) return t.x",
        "return tostring(setmetatable({}, {__tostring = function() error({}) end}))",
        "return table.concat({{}})",
        "redis.setresp(3)",
        "return redis.log()"}) {
    const Reply reply = run({"EVAL", body, "0"});
    EXPECT_TRUE(reply.is_error()) << body << " -> " << to_text(reply);
    EXPECT_EQ(eval("return 1"), "(integer) 1") << body;
  }
}

TEST_F(ScriptTest, a_table_in_itself_ends_in_an_error_at_a_bounded_depth) {
  const std::string answer = eval("local t = {} t[1] = t return t");
  EXPECT_TRUE(answer.find("reached lua stack limit") != std::string::npos) << answer;
  const Reply wide = run({"EVAL", "local t = {} for i = 1, 100 do t[i] = t end return t", "0"});
  EXPECT_TRUE(wide.is_array());
}

TEST_F(ScriptTest, read_only_scripts_cannot_write) {
  EXPECT_TRUE(run({"EVAL_RO", "return redis.call('SET','k','v')", "0"}).is_error());
  EXPECT_EQ(say({"EVAL_RO", "return redis.call('GET','k')", "0"}), "(nil)");
}

TEST_F(ScriptTest, loaded_scripts_are_bounded) {
  Engine strict({.scripts_max = 2});
  Session& client = strict.open_session();
  EXPECT_FALSE(strict.execute(client, {"EVAL", "return 1", "0"}, now).is_error());
  EXPECT_FALSE(strict.execute(client, {"EVAL", "return 2", "0"}, now).is_error());
  EXPECT_EQ(strict.execute(client, {"EVAL", "return 3", "0"}, now).error_code(), "OOM");
  EXPECT_FALSE(strict.execute(client, {"EVAL", "return 2", "0"}, now).is_error());
}

}  // namespace
}  // namespace lockstep::sim::redis
