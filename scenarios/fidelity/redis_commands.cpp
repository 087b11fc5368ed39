#include "scenarios/fidelity/redis_commands.hpp"

#include "scenarios/fidelity/redis_scripts.hpp"
#include "scenarios/fidelity/step_templates.hpp"
#include "sim/services/redis/sha1.hpp"

namespace lockstep::scenarios {

namespace {

// What stands for a word in a template.
const WordPools pools = {
    {"$k", {"a", "b", "c", "h", "h2", ""}},
    {"$v",
     {"x", "hello world", "10", "-5", "9223372036854775807", "007", "3.5", "",
      std::string("\0\xff\r\n", 4)}},
    {"$n",
     {"0", "1", "-1", "5", "100", "9223372036854775807", "-9223372036854775808",
      "9223372036854775808", "abc", "", "1.5", "+1", " 1"}},
    {"$ms",
     {"1", "5", "100", "1000", "1499", "2500", "100000", "0", "-1", "-100000", "x",
      "9223372036854775807", "9223372036854775"}},
    {"$at",
     {"1699999999000", "1700000000000", "1700000000500", "1700000002000", "1700000099000", "0",
      "-1", "x"}},
    {"$ats", {"1699999999", "1700000001", "1700000100", "9223372036854775", "0", "-1"}},
    {"$f", {"f", "g", "i", ""}},
    {"$p", {"*", "a", "a*", "?", "h?", "[ab]", "[^a]", "[a-c]", "\\a", "[", "h[", "**2", ""}},
    {"$cursor", {"x", "1.5", "-", "+", "99999999999999999999", "1x"}},
    {"$count", {"0", "-1", "abc", "100", "1000", "", "1.5"}},
    {"$set", {"NX", "XX", "GET", "KEEPTTL", "PERSIST", "EX", "px", "Z"}},
    {"$exp", {"NX", "XX", "GT", "LT", "nx", "Z"}},
    {"$type", {"string", "hash", "list", "HASH"}},
    {"$db", {"0", "1", "15", "16", "-1", "x"}},
};

const Words command_templates = {"SET $k $v",
                                 "SET $k $v",
                                 "set $k $v PX $ms",
                                 "SET $k $v EX $ms",
                                 "SET $k $v NX PX $ms",
                                 "SET $k $v PXAT $at",
                                 "SET $k $v EXAT $ats",
                                 "SET $k $v $set",
                                 "SET $k $v $set $set",
                                 "SET $k $v XX GET",
                                 "SET $k $v GET KEEPTTL",
                                 "SET $k $v $set PX $ms",
                                 "GET $k",
                                 "GET $k",
                                 "GETDEL $k",
                                 "GETEX $k",
                                 "GETEX $k PX $ms",
                                 "GETEX $k PERSIST",
                                 "GETEX $k EXAT $ats",
                                 "GETEX $k $set $n",
                                 "GETSET $k $v",
                                 "SETNX $k $v",
                                 "SETEX $k $ms $v",
                                 "PSETEX $k $ms $v",
                                 "MGET $k $k",
                                 "MSET $k $v $k $v",
                                 "MSETNX $k $v $k $v",
                                 "APPEND $k $v",
                                 "STRLEN $k",
                                 "SETRANGE $k 3 $v",
                                 "SETRANGE $k $n $f",
                                 "GETRANGE $k $n $n",
                                 "GETRANGE $k -3 -1",
                                 "SUBSTR $k 0 3",
                                 "INCR $k",
                                 "DECR $k",
                                 "INCRBY $k $n",
                                 "DECRBY $k $n",
                                 "DEL $k",
                                 "DEL $k $k",
                                 "UNLINK $k",
                                 "EXISTS $k $k",
                                 "TOUCH $k",
                                 "TYPE $k",
                                 "EXPIRE $k $ms",
                                 "PEXPIRE $k $ms",
                                 "EXPIREAT $k $ats",
                                 "PEXPIREAT $k $at",
                                 "PEXPIRE $k $ms $exp",
                                 "EXPIRE $k $ms $exp $exp",
                                 "PERSIST $k",
                                 "TTL $k",
                                 "PTTL $k",
                                 "PTTL $k",
                                 "EXPIRETIME $k",
                                 "PEXPIRETIME $k",
                                 "KEYS $p",
                                 "SCAN 0 COUNT 1000",
                                 "SCAN 0 MATCH $p COUNT 100",
                                 "SCAN 0 TYPE $type COUNT 100",
                                 "SCAN $cursor",
                                 "SCAN 0 COUNT $count",
                                 "SCAN 0 MATCH",
                                 "DBSIZE",
                                 "HSET $k $f $v",
                                 "HSET $k $f $v $f $v",
                                 "HMSET $k $f $v $f $v",
                                 "HSETNX $k $f $v",
                                 "HGET $k $f",
                                 "HMGET $k $f $f",
                                 "HGETALL $k",
                                 "HKEYS $k",
                                 "HVALS $k",
                                 "HDEL $k $f",
                                 "HDEL $k $f $f",
                                 "HEXISTS $k $f",
                                 "HLEN $k",
                                 "HSTRLEN $k $f",
                                 "HINCRBY $k $f $n",
                                 "PING",
                                 "PING $v",
                                 "ECHO $v",
                                 "SELECT 0",
                                 "SELECT $db",
                                 "TIME",
                                 "ROLE",
                                 "WAIT 0 $ms",
                                 "MULTI",
                                 "EXEC",
                                 "EXEC",
                                 "DISCARD",
                                 "WATCH $k",
                                 "UNWATCH",
                                 "FLUSHDB",
                                 "FLUSHALL ASYNC",
                                 "FLUSHALL $v",
                                 "HELLO 2",
                                 "HELLO $n",
                                 "HELLO 2 SETNAME $v",
                                 "HELLO 2 AUTH default $v",
                                 "AUTH $v",
                                 "AUTH default $v",
                                 "AUTH nobody $v",
                                 "CLIENT SETNAME $v",
                                 "CLIENT GETNAME",
                                 "CLIENT NOPE",
                                 "CONFIG GET maxmemory",
                                 "CONFIG GET nope",
                                 "CONFIG NOPE",
                                 "RESET",
                                 "NOPE $v $k",

                                 "SCRIPT NOPE",
                                 "SCRIPT KILL",
                                 "SCRIPT EXISTS $v"};

std::string filled(const std::string& word) { return filled_word(word, pools); }

Words script_words() {
  const Script& script = *rc::gen::elementOf(scripts());
  const std::string body = script.body;
  const int form = *rc::gen::inRange(0, 10);
  if (form == 0) return {"SCRIPT", "LOAD", body};
  if (form == 1) return {"SCRIPT", "EXISTS", sim::redis::sha1_hex(body), "00"};
  if (form == 2) return {"SCRIPT", *rc::gen::elementOf(Words{"FLUSH", "flush"})};
  const bool read_only = form == 3 && !body.starts_with("#!");
  Words words = {read_only ? "EVAL_RO" : "EVAL", body};
  if (form >= 8) words = {"EVALSHA", sim::redis::sha1_hex(body)};
  words.push_back(std::to_string(script.keys));
  for (int n = 0; n < script.keys; ++n) words.push_back(filled("$k"));
  for (const std::string& argument : script.arguments) words.push_back(filled(argument));
  return words;
}

}  // namespace

rc::Gen<std::vector<TwinStep>> command_sequences() {
  return rc::gen::container<std::vector<TwinStep>>(
      rc::gen::exec([] { return generated_step(filled_template(command_templates, pools)); }));
}

rc::Gen<std::vector<TwinStep>> script_sequences() {
  return rc::gen::container<std::vector<TwinStep>>(rc::gen::exec([] {
    const bool is_script = *rc::gen::weightedElement<bool>({{3, true}, {2, false}});
    return generated_step(is_script ? script_words() : filled_template(command_templates, pools));
  }));
}

}  // namespace lockstep::scenarios
