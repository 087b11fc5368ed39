// The handlers, by family; each does what redis.io says of the command of its name.
#pragma once

#include "sim/services/redis/call.hpp"

namespace lockstep::sim::redis::commands {

// Strings and counters.
Reply get(const Call& call);
Reply getdel(const Call& call);
Reply getex(const Call& call);
Reply getset(const Call& call);
Reply set(const Call& call);
Reply setnx(const Call& call);
Reply setex(const Call& call);
Reply psetex(const Call& call);
Reply mget(const Call& call);
Reply mset(const Call& call);
Reply msetnx(const Call& call);
Reply append(const Call& call);
Reply strlen(const Call& call);
Reply setrange(const Call& call);
Reply getrange(const Call& call);
Reply incr(const Call& call);
Reply decr(const Call& call);
Reply incrby(const Call& call);
Reply decrby(const Call& call);

// Keys and their expiry.
Reply del(const Call& call);
Reply exists(const Call& call);
Reply type(const Call& call);
Reply expire(const Call& call);
Reply pexpire(const Call& call);
Reply expireat(const Call& call);
Reply pexpireat(const Call& call);
Reply persist(const Call& call);
Reply ttl(const Call& call);
Reply pttl(const Call& call);
Reply expiretime(const Call& call);
Reply pexpiretime(const Call& call);
Reply keys(const Call& call);
Reply scan(const Call& call);
Reply dbsize(const Call& call);
Reply flushdb(const Call& call);
Reply flushall(const Call& call);

// Hashes.
Reply hset(const Call& call);
Reply hmset(const Call& call);
Reply hsetnx(const Call& call);
Reply hget(const Call& call);
Reply hmget(const Call& call);
Reply hgetall(const Call& call);
Reply hkeys(const Call& call);
Reply hvals(const Call& call);
Reply hdel(const Call& call);
Reply hexists(const Call& call);
Reply hlen(const Call& call);
Reply hstrlen(const Call& call);
Reply hincrby(const Call& call);

// Lists.
Reply lpush(const Call& call);
Reply rpush(const Call& call);
Reply lpop(const Call& call);
Reply rpop(const Call& call);
Reply llen(const Call& call);
Reply lindex(const Call& call);
Reply lrange(const Call& call);
Reply ltrim(const Call& call);

// Sorted sets.
Reply zadd(const Call& call);
Reply zincrby(const Call& call);
Reply zrem(const Call& call);
Reply zpopmin(const Call& call);
Reply zpopmax(const Call& call);
Reply zscore(const Call& call);
Reply zmscore(const Call& call);
Reply zcard(const Call& call);
Reply zcount(const Call& call);
Reply zrank(const Call& call);
Reply zrevrank(const Call& call);
Reply zrange(const Call& call);
Reply zrevrange(const Call& call);
Reply zrangebyscore(const Call& call);
Reply zrevrangebyscore(const Call& call);
Reply zremrangebyscore(const Call& call);

// Streams and their consumer groups.
Reply xadd(const Call& call);
Reply xlen(const Call& call);
Reply xrange(const Call& call);
Reply xrevrange(const Call& call);
Reply xdel(const Call& call);
Reply xtrim(const Call& call);
Reply xsetid(const Call& call);
Reply xread(const Call& call);
Reply xreadgroup(const Call& call);
Reply xack(const Call& call);
Reply xclaim(const Call& call);
Reply xautoclaim(const Call& call);
Reply xpending(const Call& call);
Reply xgroup_create(const Call& call);
Reply xgroup_setid(const Call& call);
Reply xgroup_destroy(const Call& call);
Reply xgroup_createconsumer(const Call& call);
Reply xgroup_delconsumer(const Call& call);
Reply xinfo_stream(const Call& call);
Reply xinfo_groups(const Call& call);
Reply xinfo_consumers(const Call& call);

// Connections.
Reply ping(const Call& call);
Reply echo(const Call& call);
Reply select(const Call& call);
Reply auth(const Call& call);
Reply hello(const Call& call);
Reply quit(const Call& call);
Reply reset(const Call& call);
Reply client_id(const Call& call);
Reply client_getname(const Call& call);
Reply client_setname(const Call& call);

// The server.
Reply time(const Call& call);
Reply info(const Call& call);
Reply role(const Call& call);
Reply wait(const Call& call);
Reply command(const Call& call);
Reply command_count(const Call& call);
Reply command_docs(const Call& call);
Reply config_get(const Call& call);

// Transactions.
Reply multi(const Call& call);
Reply exec(const Call& call);
Reply discard(const Call& call);
Reply watch(const Call& call);
Reply unwatch(const Call& call);

// Scripts.
Reply eval(const Call& call);
Reply eval_ro(const Call& call);
Reply evalsha(const Call& call);
Reply evalsha_ro(const Call& call);
Reply script_load(const Call& call);
Reply script_exists(const Call& call);
Reply script_flush(const Call& call);
Reply script_kill(const Call& call);

}  // namespace lockstep::sim::redis::commands
