// Not here: BLOCK where it would wait.
#include "scenarios/fidelity/redis_collections.hpp"

#include "scenarios/fidelity/step_templates.hpp"

namespace lockstep::scenarios {

namespace {

// Scripts that do to a stream at KEYS[1] what takes many commands, or needs an id that is there.
const std::string add_many =
    "for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', ARGV[2], i) end "
    "return redis.call('XLEN', KEYS[1])";
const std::string add_varied =
    "for i = 1, tonumber(ARGV[1]) do "
    "if i % 3 == 0 then redis.call('XADD', KEYS[1], '*', 'f', i, 'g', string.rep('x', i % 97)) "
    "else redis.call('XADD', KEYS[1], '*', 'f', ARGV[2]) end end "
    "return redis.call('XINFO', 'STREAM', KEYS[1])";
const std::string delete_some =
    "local e = redis.call('XRANGE', KEYS[1], '-', '+') local n = 0 "
    "for i = 1, #e do if i % 7 == tonumber(ARGV[1]) % 7 then "
    "n = n + redis.call('XDEL', KEYS[1], e[i][1]) end end return n";
const std::string delete_one =
    "local e = redis.call('XRANGE', KEYS[1], '-', '+') if #e == 0 then return 0 end "
    "return redis.call('XDEL', KEYS[1], e[1 + tonumber(ARGV[1]) % #e][1])";
const std::string trim_at_one =
    "local e = redis.call('XRANGE', KEYS[1], '-', '+') if #e == 0 then return 0 end "
    "return redis.call('XTRIM', KEYS[1], 'MINID', ARGV[2], e[1 + tonumber(ARGV[1]) % #e][1])";
const std::string acknowledge_one =
    "local p = redis.call('XPENDING', KEYS[1], 'g', '-', '+', 100) if #p == 0 then return 0 end "
    "return redis.call('XACK', KEYS[1], 'g', p[1 + tonumber(ARGV[1]) % #p][1])";
const std::string claim_one =
    "local p = redis.call('XPENDING', KEYS[1], 'g', '-', '+', 100) if #p == 0 then return 0 end "
    "return redis.call('XCLAIM', KEYS[1], 'g', ARGV[2], ARGV[3], p[1 + tonumber(ARGV[1]) % #p][1])";
const std::string force_one =
    "local e = redis.call('XRANGE', KEYS[1], '-', '+') if #e == 0 then return 0 end "
    "return redis.call('XCLAIM', KEYS[1], 'g', ARGV[2], 0, e[1 + tonumber(ARGV[1]) % #e][1], "
    "'FORCE')";
const std::string wait_in_script =
    "return redis.pcall('XREAD', 'BLOCK', '0', 'STREAMS', KEYS[1], '$')";

const WordPools stream_pools = {
    {"$k", {"s", "s", "s", "s", "s", "t", "u", "h", ""}},
    {"$v",
     {"x", "10", "-5", "hello world", "", "9223372036854775807", "007", std::string(70, 'y'),
      std::string("\0\xff\r\n", 4)}},
    {"$f", {"f", "f", "f", "g", ""}},
    {"$new",
     {"*",
      "*",
      "*",
      "*",
      "*",
      "1-1",
      "1-2",
      "1-3",
      "1-*",
      "2-1",
      "2-*",
      "3-0",
      "3-*",
      "5-5",
      "7",
      "0-*",
      "0-0",
      "0-1",
      "1700000000000-*",
      "18446744073709551615-18446744073709551615",
      "18446744073709551615-*",
      "x",
      "-",
      "1-x",
      "1-1-1",
      " 2-1",
      "+3-05",
      "4--1"}},
    {"$id",
     {"1-1", "1-2", "1-3", "2-1", "3-0", "0-1", "1", "5", "0", "1700000000000-0", "1700000000000-1",
      "1700000000001-0", "1700000000005-0", "1700000000100-0", "x",
      "18446744073709551615-18446744073709551615"}},
    {"$from",
     {"-", "-", "-", "0", "1-1", "(1-1", "(0", "(1-2", "1700000000000", "(-", "(", "+",
      "(1700000000000-0", "(18446744073709551615-18446744073709551615", "x"}},
    {"$to",
     {"+", "+", "+", "+", "1-2", "(1-3", "(5", "3", "1700000000001", "(0-0", "(+", "-", "0", "x"}},
    {"$n", {"0", "1", "2", "3", "5", "10", "100", "-1", "x", "", "9223372036854775807"}},
    {"$added", {"0", "1", "5", "100", "9223372036854770000", "-1", "x"}},
    {"$few", {"0", "1", "2", "3", "5", "6", "8"}},
    {"$many", {"1", "5", "90", "99", "100", "101", "150", "230"}},
    {"$len", {"0", "1", "2", "3", "5", "20", "50", "100", "101", "150", "200", "-1", "x"}},
    {"$limit", {"0", "1", "50", "100", "150", "200", "-1", "x"}},
    {"$exact", {"=", "=", "~", "~", "~"}},
    {"$g", {"g", "g", "g", "g", "g", "h", ""}},
    {"$c", {"alice", "alice", "bob", "carol", ""}},
    {"$gid", {"0", "0", "$", "$", "1-1", "1-2", "1700000000000-1", "x", "-", "+"}},
    {"$rid", {">", ">", ">", ">", ">", ">", "0", "0", "1-1", "$", "1700000000000-0", "x"}},
    {"$xid", {"0", "0", "$", "1-1", "1700000000000-0", ">", "x", "+"}},
    {"$idle", {"0", "0", "1", "5", "100", "1000", "-1", "x"}},
    {"$claim", {"FORCE", "JUSTID", "IDLE", "TIME", "RETRYCOUNT", "LASTID", "NOPE"}},
    {"$time",
     {"0", "1", "1699999999000", "1700000000100", "-1", "-5", "9223372036854775807",
      "-9223372036854775808", "x"}},
    {"$read", {"0", "1", "3", "100", "-1", "-2", "x"}},
    {"$add-many", {add_many}},
    {"$add-varied", {add_varied}},
    {"$delete-some", {delete_some}},
    {"$delete-one", {delete_one}},
    {"$trim-at-one", {trim_at_one}},
    {"$acknowledge-one", {acknowledge_one}},
    {"$claim-one", {claim_one}},
    {"$force-one", {force_one}},
    {"$wait", {wait_in_script}},
};

const Words stream_templates = {
    "XADD $k $new $f $v",
    "XADD $k $new $f $v",
    "XADD $k * f $v",
    "XADD $k * f $v",
    "XADD $k $new $f $v $f $v",
    "XADD $k NOMKSTREAM $new $f $v",
    "xadd $k MAXLEN $len $new $f $v",
    "XADD $k MAXLEN $exact $len $new $f $v",
    "XADD $k NOMKSTREAM MAXLEN $exact $len LIMIT $limit * $f $v",
    "XADD $k MINID $exact $id $new $f $v",
    "XADD $k MINID $exact $id LIMIT $limit $new $f $v",
    "XADD $k MAXLEN 5 MINID 1 * $f $v",
    "XADD $k LIMIT $limit * $f $v",
    "XADD $k $new $f",
    "XADD $k MAXLEN $len",
    "XLEN $k",
    "XRANGE $k - +",
    "XRANGE $k $from $to",
    "XRANGE $k $from $to COUNT $n",
    "XREVRANGE $k + -",
    "XREVRANGE $k $to $from",
    "XREVRANGE $k $to $from COUNT $n",
    "XRANGE $k - + $n",
    "XDEL $k $id",
    "XDEL $k $id $id $id",
    "XTRIM $k MAXLEN $len",
    "XTRIM $k MAXLEN $exact $len",
    "XTRIM $k MAXLEN $exact $len LIMIT $limit",
    "XTRIM $k MINID $exact $id",
    "XTRIM $k MINID $exact $id LIMIT $limit",
    "XTRIM $k LIMIT $limit",
    "XTRIM $k $n $n",
    "XSETID $k $id",
    "XSETID $k $id ENTRIESADDED $added MAXDELETEDID $id",
    "XSETID $k $id $n $n",
    "XREAD STREAMS $k $xid",
    "XREAD COUNT $n STREAMS $k $k $xid $xid",
    "XREAD COUNT $n STREAMS $k",
    "XREAD GROUP g alice STREAMS $k $xid",
    "XREAD NOACK STREAMS $k 0",
    "XREAD BLOCK x STREAMS $k $xid",
    "XREAD BLOCK -1 STREAMS $k $xid",
    "XGROUP CREATE $k $g $gid",
    "XGROUP CREATE $k g 0 MKSTREAM",
    "XGROUP CREATE $k g $gid MKSTREAM",
    "XGROUP CREATE $k $g $gid MKSTREAM ENTRIESREAD $read",
    "XGROUP CREATE $k $g $gid ENTRIESREAD $read",
    "XGROUP SETID $k $g $gid",
    "XGROUP SETID $k $g $gid ENTRIESREAD $read",
    "XGROUP SETID $k $g $gid $n",
    "XGROUP DESTROY $k $g",
    "XGROUP CREATECONSUMER $k $g $c",
    "XGROUP DELCONSUMER $k $g $c",
    "XGROUP NOPE $k $g",
    "XREADGROUP GROUP g $c STREAMS $k >",
    "XREADGROUP GROUP g $c COUNT $few STREAMS $k >",
    "XREADGROUP GROUP g $c COUNT $few STREAMS $k >",
    "XREADGROUP GROUP $g $c COUNT $n STREAMS $k $rid",
    "XREADGROUP GROUP $g $c NOACK COUNT $few STREAMS $k $rid",
    "XREADGROUP GROUP $g $c COUNT $n STREAMS $k $k $rid $rid",
    "XREADGROUP COUNT $n NOACK STREAMS $k $rid",
    "XACK $k $g $id",
    "XACK $k $g $id $id",
    "XCLAIM $k $g $c $idle $id",
    "XCLAIM $k $g $c $idle $id $id $claim",
    "XCLAIM $k $g $c $idle $id IDLE $time RETRYCOUNT $n",
    "XCLAIM $k $g $c $idle $id TIME $time FORCE JUSTID",
    "XCLAIM $k $g $c $idle $id LASTID $id",
    "XAUTOCLAIM $k $g $c $idle $from",
    "XAUTOCLAIM $k $g $c $idle - COUNT $few",
    "XAUTOCLAIM $k $g $c $idle $from COUNT $n JUSTID",
    "XPENDING $k $g",
    "XPENDING $k $g",
    "XPENDING $k $g $from $to $n",
    "XPENDING $k $g IDLE $idle $from $to $n",
    "XPENDING $k $g - + 10 $c",
    "XPENDING $k $g IDLE $idle - + 10 $c",
    "XPENDING $k $g - + 10 $c $n",
    "XPENDING $k $g IDLE $idle - +",
    "XINFO STREAM $k",
    "XINFO STREAM $k FULL",
    "XINFO STREAM $k FULL",
    "XINFO STREAM $k FULL COUNT $n",
    "XINFO STREAM $k $n",
    "XINFO GROUPS $k",
    "XINFO CONSUMERS $k $g",
    "EVAL $add-many 1 $k $many $f",
    "EVAL $add-varied 1 $k $many $v",
    "EVAL $delete-some 1 $k $few",
    "EVAL $delete-one 1 $k $many",
    "EVAL $trim-at-one 1 $k $many $exact",
    "EVAL $acknowledge-one 1 $k $many",
    "EVAL $claim-one 1 $k $many $c $idle",
    "EVAL $force-one 1 $k $many $c",
    "EVAL $wait 1 $k",
    "TYPE $k",
    "DEL $k",
    "EXISTS $k",
    "PEXPIRE $k 100",
    "PTTL $k",
    "GET $k",
    "HGET $k f",
    "SET h x",
    "SCAN 0 TYPE stream COUNT 100",
};

const Words transaction_templates = {"MULTI", "EXEC", "EXEC", "DISCARD", "WATCH $k", "UNWATCH"};

const WordPools sorted_set_pools = {
    {"$k", {"z", "z", "z", "z", "y", "l", "l", "h", ""}},
    {"$v", {"x", "10", "-5", "hello world", "", std::string("\0\xff\r\n", 4)}},
    {"$m", {"a", "b", "c", "d", "aa", "10", "", std::string(70, 'y'), std::string("\0\xff", 2)}},
    {"$s", {"0",        "1",     "2",        "-1",
            "1.5",      "3.1",   "1e3",      "-0",
            "0.1",      "inf",   "-inf",     "+inf",
            "infinity", "1e20",  "1e17",     "123456789012345678",
            "1e400",    "nan",   "abc",      "",
            " 1",       "1 ",    "0x10",     "1e-320",
            "1e-400",   "3.0e0", "-1.25e-7", "99999999999999999999"}},
    {"$min",
     {"-inf", "-inf", "0", "1", "(1", "(0", "1.5", "(-inf", "", "(", "x", " 1", "nan", "2"}},
    {"$max", {"+inf", "inf", "2", "(2", "(3.1", "100", "0", "(inf", "", "(x", "1"}},
    {"$i", {"0", "0", "1", "2", "-1", "-1", "-2", "-100", "100", "x", "9223372036854775807"}},
    {"$n", {"0", "1", "2", "3", "-1", "-5", "x", "100"}},
    {"$zadd", {"NX", "XX", "GT", "LT", "CH", "INCR", "nx"}},
    {"$zrange", {"REV", "BYSCORE", "WITHSCORES", "withscores", "NOPE"}},
    {"$fill",
     {"for i = 1, 140 do redis.call('ZADD', KEYS[1], i % 10, 'm' .. i) end "
      "return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')"}},
};

const Words sorted_set_templates = {
    "ZADD $k $s $m",
    "ZADD $k $s $m",
    "ZADD $k $s $m $s $m",
    "ZADD $k $zadd $s $m",
    "ZADD $k $zadd $s $m $s $m",
    "ZADD $k $zadd $zadd $s $m",
    "ZADD $k $zadd $zadd $zadd $s $m",
    "ZADD $k INCR $s $m",
    "ZADD $k CH GT $s $m $s $m",
    "ZINCRBY $k $s $m",
    "ZREM $k $m",
    "ZREM $k $m $m $m",
    "ZSCORE $k $m",
    "ZMSCORE $k $m $m",
    "ZCARD $k",
    "ZCOUNT $k $min $max",
    "ZRANK $k $m",
    "ZREVRANK $k $m",
    "ZRANGE $k 0 -1 WITHSCORES",
    "ZRANGE $k $i $i",
    "ZRANGE $k $i $i REV WITHSCORES",
    "ZRANGE $k $i $i LIMIT $n $n",
    "ZRANGE $k $min $max BYSCORE",
    "ZRANGE $k $min $max BYSCORE WITHSCORES LIMIT $n $n",
    "ZRANGE $k $max $min BYSCORE REV LIMIT $n $n",
    "ZRANGE $k $max $min REV BYSCORE WITHSCORES",
    "ZRANGE $k $i $i $zrange $zrange",
    "ZRANGEBYSCORE $k $min $max",
    "ZRANGEBYSCORE $k $min $max WITHSCORES LIMIT $n $n",
    "ZRANGEBYSCORE $k $min $max $zrange",
    "ZREVRANGEBYSCORE $k $max $min WITHSCORES",
    "ZREVRANGE $k $i $i WITHSCORES",
    "ZREMRANGEBYSCORE $k $min $max",
    "ZPOPMIN $k",
    "ZPOPMIN $k $n",
    "ZPOPMAX $k",
    "ZPOPMAX $k $n",
    "EVAL $fill 1 $k",
    "RPUSH $k $v",
    "RPUSH $k $v $v $m",
    "LPUSH $k $v $m",
    "LPOP $k",
    "RPOP $k",
    "LPOP $k $n",
    "RPOP $k $n",
    "LRANGE $k 0 -1",
    "LRANGE $k $i $i",
    "LLEN $k",
    "LINDEX $k $i",
    "LTRIM $k $i $i",
    "TYPE $k",
    "DEL $k",
    "PEXPIRE $k 100",
    "PTTL $k",
    "XLEN $k",
    "GET $k",
    "HGET $k f",
    "SET h x",
    "HSET y f v",
    "SCAN 0 TYPE zset COUNT 100",
};

TwinStep drawn(const Words& templates, const WordPools& pools) {
  const bool in_transaction = *rc::gen::weightedElement<bool>({{1, true}, {15, false}});
  return generated_step(filled_template(in_transaction ? transaction_templates : templates, pools));
}

}  // namespace

rc::Gen<std::vector<TwinStep>> stream_sequences() {
  return rc::gen::container<std::vector<TwinStep>>(
      rc::gen::exec([] { return drawn(stream_templates, stream_pools); }));
}

rc::Gen<std::vector<TwinStep>> stream_sequences_with_reloads() {
  return rc::gen::container<std::vector<TwinStep>>(rc::gen::exec([] {
    const bool reload = *rc::gen::weightedElement<bool>({{1, true}, {20, false}});
    if (reload) return generated_step({std::string(reload_word)});
    return generated_step(filled_template(stream_templates, stream_pools));
  }));
}

rc::Gen<std::vector<TwinStep>> sorted_set_sequences() {
  return rc::gen::container<std::vector<TwinStep>>(
      rc::gen::exec([] { return drawn(sorted_set_templates, sorted_set_pools); }));
}

}  // namespace lockstep::scenarios
