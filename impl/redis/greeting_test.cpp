#include "impl/redis/greeting.hpp"

#include <gtest/gtest.h>

namespace lockstep::redis {
namespace {

using resp::Reply;

std::string greeting(const Options& options) {
  resp::RespWriter out;
  write_greetings(options, out);
  return out.take();
}

TEST(Greeting, nothing_is_said_when_nothing_is_set) {
  EXPECT_TRUE(greetings_of({}).empty());
  EXPECT_EQ(greeting({}), "");
}

TEST(Greeting, it_authenticates_first_then_selects_then_gives_its_name) {
  Options options;
  options.user = "u";
  options.password = "p";
  options.db = 12;
  options.client_name = "me";
  EXPECT_EQ(greetings_of(options),
            (std::vector{Greeting::auth, Greeting::select, Greeting::set_name}));
  EXPECT_EQ(greeting(options),
            "*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\np\r\n"
            "*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n"
            "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$2\r\nme\r\n");
}

TEST(Greeting, the_default_user_sends_the_password_alone) {
  Options options;
  options.password = "p";
  EXPECT_EQ(greeting(options), "*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n");
}

Errc code(Greeting step, const Reply& reply) {
  const Result<void> checked = check_greeting(step, reply);
  if (checked) return Errc::ok;
  EXPECT_FALSE(checked.error().indefinite());
  return checked.error().code;
}

TEST(Greeting, answers_are_told_apart) {
  EXPECT_EQ(code(Greeting::auth, Reply::status("OK")), Errc::ok);
  EXPECT_EQ(code(Greeting::auth, Reply::error("WRONGPASS no")), Errc::denied);
  EXPECT_EQ(code(Greeting::auth, Reply::error("ERR AUTH without any password configured")),
            Errc::denied);
  EXPECT_EQ(code(Greeting::auth, Reply::error("LOADING wait")), Errc::server_error);
  EXPECT_EQ(code(Greeting::select, Reply::error("ERR DB index is out of range")),
            Errc::invalid_argument);
  EXPECT_EQ(code(Greeting::select, Reply::error("NOAUTH first")), Errc::denied);
  EXPECT_EQ(code(Greeting::set_name, Reply::integer(1)), Errc::protocol);
}

}  // namespace
}  // namespace lockstep::redis
