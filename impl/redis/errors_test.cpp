#include "impl/redis/errors.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lockstep::redis {
namespace {

struct Row {
  std::string_view reply;
  Errc code;
  bool plain_indefinite;
  bool script_indefinite;
};

// Every row of the table, as Redis 7 words it.
const std::vector<Row> table{
    {"NOSCRIPT No matching script. Please use EVAL.", Errc::server_error, false, false},
    {"LOADING Redis is loading the dataset in memory", Errc::server_error, false, false},
    {"MASTERDOWN Link with MASTER is down", Errc::server_error, false, false},
    {"BUSY Redis is busy running a script.", Errc::server_error, false, false},
    {"MOVED 3999 127.0.0.1:6381", Errc::server_error, false, false},
    {"ASK 3999 127.0.0.1:6381", Errc::server_error, false, false},
    {"CROSSSLOT Keys in request don't hash to the same slot", Errc::server_error, false, false},
    {"CLUSTERDOWN The cluster is down", Errc::server_error, false, false},
    {"TRYAGAIN Multiple keys request during rehashing of slot", Errc::server_error, false, false},
    {"READONLY You can't write against a read only replica.", Errc::read_only, false, false},
    {"NOAUTH Authentication required.", Errc::denied, false, false},
    {"WRONGPASS invalid username-password pair", Errc::denied, false, false},
    {"NOPERM this user has no permissions", Errc::denied, false, true},
    {"OOM command not allowed when used memory > 'maxmemory'.", Errc::server_error, false, false},
    {"EXECABORT Transaction discarded", Errc::server_error, false, true},
    {"NOREPLICAS Not enough good replicas to write.", Errc::server_error, false, true},
    {"MISCONF Redis is configured to save RDB snapshots", Errc::server_error, false, true},
    {"WRONGTYPE Operation against a key holding the wrong kind of value", Errc::server_error, false,
     true},
    {"ERR Error running script", Errc::server_error, true, true},
    {"ERR unknown command 'FOO'", Errc::server_error, true, true},
    {"UNKILLABLE Sorry", Errc::server_error, true, true},
    {"NOSCRIPTS", Errc::server_error, true, true},
    {"AAA", Errc::server_error, true, true},
    {"ZZZ", Errc::server_error, true, true},
    {"", Errc::server_error, true, true},
};

TEST(RedisErrors, every_row_of_the_table_holds) {
  for (const Row& row : table) {
    const Error plain = classify(row.reply, CommandKind::plain);
    const Error script = classify(row.reply, CommandKind::script);
    EXPECT_EQ(plain.code, row.code) << row.reply;
    EXPECT_EQ(script.code, row.code) << row.reply;
    EXPECT_EQ(plain.indefinite(), row.plain_indefinite) << row.reply;
    EXPECT_EQ(script.indefinite(), row.script_indefinite) << row.reply;
    EXPECT_EQ(plain.detail, row.reply);
  }
}

TEST(RedisErrors, a_script_is_never_more_definite_than_a_plain_command) {
  for (const Row& row : table) {
    EXPECT_GE(classify(row.reply, CommandKind::script).indefinite(),
              classify(row.reply, CommandKind::plain).indefinite());
  }
}

}  // namespace
}  // namespace lockstep::redis
