// What RedisLock keeps on its server, and what happens when somebody else tampers with it.
#include "scenarios/conformance/lock_contract.hpp"

namespace lockstep::conformance {
namespace {

using namespace lock;  // NOLINT: the claims speak the lock's words

const std::string lease_key = "lockstep:lease:{k}";
const std::string fence_key = "lockstep:fence:{k}";

/// A reply as text; "(nil)" for none.
Task<std::string> ask(Process& process, std::string a, std::string b, std::string c = {}) {
  std::vector<std::string> words{std::move(a)};
  if (!b.empty()) words.push_back(std::move(b));
  if (!c.empty()) words.push_back(std::move(c));
  const Result<resp::Reply> reply = co_await process.client().command(std::move(words));
  if (!reply) co_return to_text(reply.error());
  if (reply->is_nil()) co_return "(nil)";
  if (reply->is_integer()) co_return std::to_string(reply->integer());
  co_return reply->text();
}

TEST_P(RedisLockContract, the_values_on_the_server_are_the_documented_ones) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    Process& b = fleet.add();
    const Lease first = co_await must_take(a.lock, "k", "alice");
    const std::string held = co_await ask(a, "GET", lease_key);
    const std::string none(token_text_bytes, '-');
    const std::string value = to_text(first.token) + ":0000000000000001:" + none + ":alice";
    EXPECT_EQ(held, "H" + value);
    const std::string fence = co_await ask(a, "GET", fence_key);
    EXPECT_EQ(fence, "1");
    const bool released = co_await releases(a.lock, first);
    EXPECT_TRUE(released);
    const std::string free = co_await ask(a, "GET", lease_key);
    EXPECT_EQ(free, "R" + value);
    const std::string lives = co_await ask(a, "PTTL", lease_key);
    EXPECT_EQ(lives, "-1");
    const Lease second = co_await must_take(b.lock, "k", "b:o:b");
    const std::string after = co_await ask(a, "GET", lease_key);
    EXPECT_EQ(after,
              "H" + to_text(second.token) + ":0000000000000002:" + to_text(first.token) + ":b:o:b");
    const std::string keys = co_await ask(a, "DBSIZE", "");
    EXPECT_EQ(keys, "2");
  });
}

TEST_P(RedisLockContract, a_value_that_is_not_ours_is_a_definite_error_and_stays) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    co_await ask(a, "SET", lease_key, "something else");
    AcquireRequest request = a.lock.draw("k", "alice", long_ttl);
    const Result<AcquireOutcome> outcome = co_await a.lock.acquire(request);
    EXPECT_FALSE(outcome);
    if (!outcome) {
      EXPECT_EQ(outcome.error().code, Errc::corrupt);
      EXPECT_FALSE(outcome.error().indefinite());
    }
    const Result<std::optional<std::string>> owner = co_await a.lock.owner("k");
    EXPECT_FALSE(owner);
    const Result<ReleaseOutcome> released = co_await a.lock.release("k", request.token);
    EXPECT_TRUE(released && std::holds_alternative<NotOwned>(*released));
    const std::string left = co_await ask(a, "GET", lease_key);
    EXPECT_EQ(left, "something else");
    co_await ask(a, "DEL", lease_key);
    co_await must_take(a.lock, "k", "alice");
  });
}

TEST_P(RedisLockContract, when_the_fence_key_is_lost_the_last_lease_serves_in_its_place) {
  run([](Fleet& fleet) -> Task<void> {
    Process& a = fleet.add();
    AcquireRequest request = a.lock.draw("k", "alice", long_ttl);
    request.floor = FencingToken{41};
    const Result<AcquireOutcome> outcome = co_await a.lock.acquire(request);
    EXPECT_TRUE(outcome && std::holds_alternative<Acquired>(*outcome));
    if (!outcome) co_return;
    co_await ask(a, "DEL", fence_key);
    const bool released = co_await releases(a.lock, std::get<Acquired>(*outcome).lease);
    EXPECT_TRUE(released);
    const Lease next = co_await must_take(a.lock, "k", "alice");
    EXPECT_EQ(next.fence, FencingToken{43});
    const std::string fence = co_await ask(a, "GET", fence_key);
    EXPECT_EQ(fence, "43");
  });
}

}  // namespace
}  // namespace lockstep::conformance
