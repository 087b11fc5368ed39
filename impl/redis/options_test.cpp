#include "impl/redis/options.hpp"

#include <gtest/gtest.h>

namespace lockstep::redis {
namespace {

std::string complaint(std::string_view url) {
  const Result<Options> parsed = parse_url(url);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
  EXPECT_FALSE(parsed.error().indefinite());
  return parsed.error().detail;
}

TEST(RedisUrl, a_bare_host_gets_the_defaults) {
  const Result<Options> parsed = parse_url("redis://cache");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->endpoint.host, "cache");
  EXPECT_EQ(parsed->endpoint.port, 6379);
  EXPECT_EQ(parsed->db, 0U);
  EXPECT_FALSE(parsed->endpoint.tls);
  EXPECT_EQ(address_of(*parsed), "cache:6379");
}

TEST(RedisUrl, all_parts_are_read_and_escapes_decoded) {
  const Result<Options> parsed = parse_url(
      "rediss://us%40er:p%3Ass@10.0.0.1:7000/3?connect_timeout=2s&command_timeout=250ms"
      "&backoff_min=1ms&backoff_max=1s&client_name=a-b&sni=x&ca_file=/tmp/c%20a&verify=false");
  ASSERT_TRUE(parsed) << to_text(parsed.error());
  EXPECT_EQ(parsed->user, "us@er");
  EXPECT_EQ(parsed->password, "p:ss");
  EXPECT_EQ(parsed->endpoint.host, "10.0.0.1");
  EXPECT_EQ(parsed->endpoint.port, 7000);
  EXPECT_EQ(parsed->db, 3U);
  EXPECT_EQ(parsed->connect_timeout, seconds(2));
  EXPECT_EQ(parsed->command_timeout, milliseconds(250));
  EXPECT_EQ(parsed->backoff_min, milliseconds(1));
  EXPECT_EQ(parsed->backoff_max, seconds(1));
  EXPECT_EQ(parsed->client_name, "a-b");
  ASSERT_TRUE(parsed->endpoint.tls);
  EXPECT_EQ(parsed->endpoint.tls->sni, "x");
  EXPECT_EQ(parsed->endpoint.tls->ca_file, "/tmp/c a");
  EXPECT_FALSE(parsed->endpoint.tls->verify);
}

TEST(RedisUrl, a_password_may_stand_alone_and_hold_an_at_sign) {
  const Result<Options> parsed = parse_url("redis://:se@cret@h");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->user, "");
  EXPECT_EQ(parsed->password, "se@cret");
  EXPECT_EQ(parsed->endpoint.host, "h");
}

TEST(RedisUrl, a_v6_address_stands_in_brackets) {
  const Result<Options> parsed = parse_url("redis://[::1]:6380/");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->endpoint.host, "::1");
  EXPECT_EQ(parsed->endpoint.port, 6380);
  EXPECT_EQ(address_of(*parsed), "[::1]:6380");
}

TEST(RedisUrl, every_bad_part_is_named) {
  EXPECT_EQ(complaint("http://h"),
            "redis url: it starts with 'http', expected redis:// or rediss://");
  EXPECT_EQ(complaint(""), "redis url: it starts with '', expected redis:// or rediss://");
  EXPECT_EQ(complaint("redis://"), "redis url: no host");
  EXPECT_EQ(complaint("redis://:7000"), "redis url: no host");
  EXPECT_EQ(complaint("redis://h:0"),
            "redis url: the port is '0', expected a number from 1 to 65535");
  EXPECT_EQ(complaint("redis://h:65536"),
            "redis url: the port is '65536', expected a number from 1 to 65535");
  EXPECT_EQ(complaint("redis://h:12x"),
            "redis url: the port is '12x', expected a number from 1 to 65535");
  EXPECT_EQ(complaint("redis://h:"),
            "redis url: the port is '', expected a number from 1 to 65535");
  EXPECT_EQ(complaint("redis://h/x"),
            "redis url: the database is 'x', expected a number from 0 to 2147483647");
  EXPECT_EQ(complaint("redis://[::1"), "redis url: '[' without ']' in the host");
  EXPECT_EQ(complaint("redis://[::1]x"), "redis url: 'x' behind the host");
  EXPECT_EQ(complaint("redis://h#f"), "redis url: a '#' part, which has no meaning here");
  EXPECT_EQ(complaint("redis://h?x"), "redis url: option 'x' without a value");
  EXPECT_EQ(complaint("redis://h?verify=true"), "redis url: option 'verify' needs rediss://");
  EXPECT_EQ(complaint("rediss://h?verify=yes"),
            "redis url: verify is 'yes', expected true or false");
  EXPECT_TRUE(complaint("redis://h?speed=1").starts_with("redis url: unknown option 'speed'"));
  EXPECT_TRUE(complaint("redis://h?command_timeout=1").starts_with("redis url: command_timeout:"));
  EXPECT_TRUE(complaint("redis://h?command_timeout=0").ends_with("expected more than 0"));
  EXPECT_TRUE(complaint("redis://h?backoff_min=2s").starts_with("redis: backoff_min 2s is above"));
  EXPECT_TRUE(complaint("redis://h?client_name=a%20b").starts_with("redis: client_name may hold"));
}

TEST(RedisUrl, no_message_repeats_a_password) {
  for (const std::string_view url :
       {"redis://user:hunter2%zz@h", "redis://hunter2@h", "redis://user:hunter2@h:x",
        "redis://user:hunter2@", "redis://user:hunter2@h?x"}) {
    EXPECT_EQ(complaint(url).find("hunter2"), std::string::npos) << url;
    EXPECT_NE(complaint(url), "accepted") << url;
  }
}

TEST(RedisOptions, zero_bounds_are_refused) {
  Options options;
  ASSERT_TRUE(validate(options));
  options.in_flight_max = 0;
  EXPECT_FALSE(validate(options));
}

}  // namespace
}  // namespace lockstep::redis
