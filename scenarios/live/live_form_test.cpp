// What can be done live and what is refused, and how a client finds a server behind a proxy.
#include "scenarios/live/live_form.hpp"

#include <gtest/gtest.h>

#include "faults/kind.hpp"
#include "scenarios/live/live_servers.hpp"
#include "scenarios/lock_world/lock_world.hpp"

namespace lockstep::scenarios::live {
namespace {

std::vector<faults::PlannedFault> one(faults::Kind kind, const std::string& target) {
  faults::PlannedFault fault;
  fault.kind = kind;
  fault.target = target;
  return {fault};
}

TEST(LiveForm, every_kind_without_one_is_refused_by_name_and_the_others_are_not) {
  for (const faults::KindSpec& spec : faults::kinds()) {
    const auto reasons = why_not_live({}, one(spec.kind, "redis"), Servers::own);
    ASSERT_EQ(reasons.size(), spec.live.empty() ? 1U : 0U) << spec.name;
    if (!reasons.empty()) {
      EXPECT_EQ(reasons.front(), std::string(spec.name) + ": " + std::string(spec.why_not_live));
    }
  }
}

TEST(LiveForm, somebody_elses_server_is_not_harmed_but_links_and_clients_are) {
  using faults::Kind;
  const auto is_refused = [](Kind kind, const char* target) {
    return !why_not_live({}, one(kind, target), Servers::foreign).empty();
  };
  for (const char* server : {"redis", "redis/0", "sink", "any"}) {
    EXPECT_TRUE(is_refused(Kind::crash, server)) << server;
    EXPECT_TRUE(is_refused(Kind::clock_step, server)) << server;
    EXPECT_FALSE(is_refused(Kind::blackhole, server)) << server;
    EXPECT_FALSE(is_refused(Kind::refuse, server)) << server;
  }
  EXPECT_FALSE(is_refused(Kind::crash, "client"));
  EXPECT_FALSE(is_refused(Kind::pause, "holder"));
}

TEST(LiveForm, each_reason_is_said_once) {
  auto faults = one(faults::Kind::bit_rot, "client");
  faults.push_back(faults.front());
  EXPECT_EQ(why_not_live({}, faults, Servers::own).size(), 1U);
}

TEST(LiveForm, what_is_more_than_faults_is_refused_too) {
  PlanConfig config;
  config.workload.kind = WorkloadKind::scheduler;
  config.workload.clients = clients_max + 1;
  config.topology.redis.replica = true;
  config.crash_point.call = 3;
  EXPECT_EQ(why_not_live(config, {}, Servers::own).size(), 4U);
  PlanConfig queue;
  queue.workload.kind = WorkloadKind::queue;
  EXPECT_TRUE(why_not_live(queue, {}, Servers::own).empty());
  EXPECT_EQ(why_not_live(queue, {}, Servers::foreign).size(), 1U);
}

TEST(LiveForm, checkers_are_told_to_allow_for_more_and_never_for_less) {
  Plan plan;
  const checkers::Params sim = params_of(plan.config, plan.faults);
  const checkers::Params live = live_params_of(plan, milliseconds(4));
  EXPECT_GE(live.eps_ns, sim.eps_ns + milliseconds(4).count());
  EXPECT_GT(live.bound_ns, sim.bound_ns);
  EXPECT_GT(live.round_trip_ns, sim.round_trip_ns);
  EXPECT_EQ(live.drift_ppm, sim.drift_ppm);
  EXPECT_GT(with_live_slack(plan).config.liveness, plan.config.liveness);
}

TEST(LiveServers, a_url_is_turned_to_a_proxy_and_keeps_everything_else) {
  EXPECT_EQ(redirected("redis://host", 7), "redis://127.0.0.1:7");
  EXPECT_EQ(redirected("redis://host:1/5?client_name=a", 7), "redis://127.0.0.1:7/5?client_name=a");
  EXPECT_EQ(redirected("redis://u:p@[::1]:1/5", 7), "redis://u:p@127.0.0.1:7/5");
  EXPECT_EQ(redirected("redis://:p@[::1]", 7), "redis://:p@127.0.0.1:7");
  EXPECT_EQ(redirected("rediss://host:1", 7), "rediss://127.0.0.1:7?sni=host");
  EXPECT_EQ(redirected("rediss://host/2?ca_file=x", 7),
            "rediss://127.0.0.1:7/2?ca_file=x&sni=host");
  EXPECT_EQ(redirected("rediss://host?sni=other", 7), "rediss://127.0.0.1:7?sni=other");
}

}  // namespace
}  // namespace lockstep::scenarios::live
