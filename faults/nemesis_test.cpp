#include "faults/nemesis.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "faults/recording_world.hpp"

namespace lockstep::faults {
namespace {

using Calls = std::vector<std::string>;

PlannedFault fault_of(std::uint32_t id, Kind kind, Nanos at, Nanos lasts, std::string target) {
  PlannedFault fault{.id = FaultId{id}, .kind = kind, .at = at, .lasts = lasts};
  fault.target = std::move(target);
  for (const ParameterSpec& parameter : spec_of(kind).parameters) {
    fault.parameters.push_back(parameter.default_low);
  }
  return fault;
}

class NemesisTest : public testing::Test {
 protected:
  NemesisTest() {
    world_.add("client", 3);
    world_.add("redis", 1);
    world_.add("sink", 1);
  }

  Nemesis& play(std::vector<PlannedFault> faults, std::optional<Nanos> heal_at = std::nullopt) {
    NemesisOptions options{.heal_at = heal_at};
    options.observer = [this](const NemesisEvent& event) { events_.push_back(event.what); };
    nemesis_ = std::make_unique<Nemesis>(world_, std::move(faults), std::move(options));
    nemesis_->start();
    world_.run();
    return *nemesis_;
  }

  RecordingWorld world_;
  std::unique_ptr<Nemesis> nemesis_;
  std::vector<NemesisEvent::What> events_;
};

using What = NemesisEvent::What;

TEST_F(NemesisTest, begins_a_fault_at_its_time_and_ends_it_after_its_duration) {
  play({fault_of(4, Kind::pause, seconds(2), seconds(3), "client/1"),
        fault_of(5, Kind::crash, seconds(1), seconds(1), "redis")});
  EXPECT_EQ(world_.calls(), (Calls{"1s crash redis/0 for 5", "2s pause client/1 for 4",
                                   "2s restart redis/0 for 5", "5s resume client/1 for 4"}));
  EXPECT_EQ(events_, (std::vector<What>{What::begin, What::begin, What::end, What::end}));
}

TEST_F(NemesisTest, every_kind_calls_its_verbs) {
  struct Case {
    Kind kind;
    std::string target;
    Calls calls;
  };
  const std::vector<Case> cases{
      {Kind::refuse, "redis", {"1s refuse redis/0 on for 0", "2s refuse redis/0 off for 0"}},
      {Kind::bad_certificate,
       "redis",
       {"1s bad-certificate redis/0 on for 0", "2s bad-certificate redis/0 off for 0"}},
      {Kind::clock_step, "client/0", {"1s step client/0 -10s for 0"}},
      {Kind::clock_skew, "client/0", {"1s step client/0 -10s for 0", "2s slew client/0 for 0"}},
      {Kind::clock_drift, "redis", {"1s drift redis/0 -500 for 0", "2s drift redis/0 0 for 0"}},
      {Kind::redis_restart, "redis", {"1s crash redis/0 for 0", "2s restart redis/0 for 0"}},
      {Kind::redis_restart_empty, "redis", {"1s service redis/0 restart-empty [] for 0"}},
      {Kind::failover, "redis", {"1s service redis/0 failover [] for 0"}},
      {Kind::script_flush, "redis", {"1s service redis/0 script-flush [] for 0"}},
      {Kind::evict, "redis", {"1s service redis/0 evict [1] for 0"}},
      {Kind::fsync_error,
       "redis",
       {"1s disk redis/0 fail-sync [1] for 0", "2s disk redis/0 fail-sync [-1] for 0"}},
      {Kind::io_error,
       "redis",
       {"1s disk redis/0 fail-read [1] for 0", "2s disk redis/0 fail-read [-1] for 0"}},
      {Kind::disk_full,
       "sink",
       {"1s disk sink/0 full [0] for 0", "2s disk sink/0 full [-1] for 0"}},
      {Kind::slow_disk,
       "redis",
       {"1s disk redis/0 slow [10000000] for 0", "2s disk redis/0 slow [-1] for 0"}},
      {Kind::bit_rot, "redis", {"1s disk redis/0 rot [1] for 0"}},
      {Kind::lose_unsynced, "redis", {"1s disk redis/0 lose-unsynced [0] for 0"}},
      {Kind::torn_write, "sink", {"1s disk sink/0 torn-write [0] for 0"}},
  };
  for (const Case& c : cases) {
    RecordingWorld world;
    world.add("client", 1);
    world.add("redis", 1);
    world.add("sink", 1);
    const Nanos lasts = spec_of(c.kind).lasts ? seconds(1) : seconds(0);
    Nemesis nemesis(world, {fault_of(0, c.kind, seconds(1), lasts, c.target)}, {});
    nemesis.start();
    world.run();
    EXPECT_EQ(world.calls(), c.calls) << name_of(c.kind);
  }
}

TEST_F(NemesisTest, link_faults_touch_the_directions_between_target_and_peers) {
  auto blackhole = fault_of(0, Kind::blackhole, seconds(1), seconds(1), "client/0");
  blackhole.peer = "redis";
  blackhole.parameters = {static_cast<std::int64_t>(Flow::in)};
  auto clog = fault_of(1, Kind::clog, seconds(3), seconds(1), "redis");
  clog.peer = "sink";
  clog.parameters = {static_cast<std::int64_t>(Flow::out)};
  auto reset = fault_of(2, Kind::reset, seconds(5), seconds(0), "client/2");
  play({blackhole, clog, reset});
  EXPECT_EQ(world_.calls(),
            (Calls{"1s cut redis/0->client/0 for 0", "2s heal redis/0->client/0 for 0",
                   "3s clog redis/0->sink/0 for 1", "4s unclog redis/0->sink/0 for 1",
                   "5s reset client/2->client/0 for 2", "5s reset client/2->client/1 for 2",
                   "5s reset client/2->redis/0 for 2", "5s reset client/2->sink/0 for 2"}));
}

TEST_F(NemesisTest, every_cut_of_a_partition_is_healed) {
  for (std::int64_t shape = 0; shape < 7; ++shape) {
    for (std::uint32_t pick = 0; pick < 20; ++pick) {
      RecordingWorld world;
      world.add("client", 4);
      world.add("redis", 1);
      world.add("sink", 1);
      auto fault = fault_of(0, Kind::partition, seconds(1), seconds(2), "any");
      fault.parameters[0] = shape;
      fault.pick = pick;
      Nemesis nemesis(world, {fault}, {});
      nemesis.start();
      world.run();
      const Calls cuts = world.calls_of("cut");
      EXPECT_FALSE(cuts.empty()) << shape;
      EXPECT_EQ(cuts.size(), world.calls_of("heal").size());
      EXPECT_EQ(cuts.size() * 2, world.calls().size());
    }
  }
}

TEST_F(NemesisTest, clients_from_servers_leaves_clients_and_servers_among_themselves) {
  auto fault = fault_of(0, Kind::partition, seconds(1), seconds(1), "any");
  fault.parameters[0] = static_cast<std::int64_t>(Shape::clients_from_servers);
  play({fault});
  for (const std::string& call : world_.calls_of("cut")) {
    const bool from_client = call.find(" client/") != std::string::npos;
    const bool to_client = call.find(">client/") != std::string::npos;
    EXPECT_NE(from_client, to_client) << call;
  }
  EXPECT_EQ(world_.calls_of("cut").size(), 12U);
}

TEST_F(NemesisTest, a_label_is_resolved_when_the_fault_begins) {
  world_.at(milliseconds(1500), [this] { world_.label(NodeId{2}, "holder", true); });
  world_.at(milliseconds(2500), [this] { world_.label(NodeId{2}, "holder", false); });
  auto& nemesis = play({fault_of(0, Kind::pause, seconds(1), seconds(1), "holder"),
                        fault_of(1, Kind::pause, seconds(2), seconds(5), "holder")});
  EXPECT_EQ(world_.calls(), (Calls{"2s pause client/2 for 1", "7s resume client/2 for 1"}));
  EXPECT_EQ(events_, (std::vector<What>{What::no_target, What::begin, What::end}));
  EXPECT_EQ(nemesis.by_kind()[static_cast<std::size_t>(Kind::pause)], (Tally{2, 1, 0}));
}

TEST_F(NemesisTest, pick_chooses_among_all_that_match) {
  std::set<std::string> hit;
  for (std::uint32_t pick = 0; pick < 40; ++pick) {
    RecordingWorld world;
    world.add("client", 3);
    auto fault = fault_of(0, Kind::pause, seconds(1), seconds(1), "client");
    fault.pick = pick;
    Nemesis nemesis(world, {fault}, {});
    nemesis.start();
    world.run();
    hit.insert(world.calls().at(0));
  }
  EXPECT_EQ(hit.size(), 3U);
}

TEST_F(NemesisTest, a_node_held_by_two_faults_is_freed_by_the_last) {
  play({fault_of(0, Kind::pause, seconds(1), seconds(4), "client/0"),
        fault_of(1, Kind::pause, seconds(2), seconds(1), "client/0"),
        fault_of(2, Kind::crash, seconds(10), seconds(2), "redis"),
        fault_of(3, Kind::crash, seconds(11), seconds(2), "redis")});
  EXPECT_EQ(world_.calls(),
            (Calls{"1s pause client/0 for 0", "2s pause client/0 for 1", "5s resume client/0 for 0",
                   "5s resume client/0 for 1", "10s crash redis/0 for 2", "11s crash redis/0 for 3",
                   "13s restart redis/0 for 3"}));
}

TEST_F(NemesisTest, latencies_that_overlap_sum_and_drifts_return_to_the_one_that_still_holds) {
  const auto slow = [](std::uint32_t id, Nanos at, Nanos lasts, std::int64_t extra) {
    auto fault = fault_of(id, Kind::latency, at, lasts, "client/0");
    fault.peer = "redis";
    fault.parameters = {extra, static_cast<std::int64_t>(Flow::out)};
    return fault;
  };
  auto drift = fault_of(2, Kind::clock_drift, seconds(10), seconds(3), "redis");
  auto other = fault_of(3, Kind::clock_drift, seconds(11), seconds(1), "redis");
  drift.parameters = {100};
  other.parameters = {-50};
  play({slow(0, seconds(1), seconds(2), 5'000'000), slow(1, seconds(2), seconds(2), 7'000'000),
        drift, other});
  EXPECT_EQ(world_.calls(),
            (Calls{"1s slow client/0->redis/0 5ms for 0", "2s slow client/0->redis/0 12ms for 1",
                   "3s slow client/0->redis/0 7ms for 0", "4s slow client/0->redis/0 0s for 1",
                   "10s drift redis/0 100 for 2", "11s drift redis/0 -50 for 3",
                   "12s drift redis/0 100 for 3", "13s drift redis/0 0 for 2"}));
}

TEST_F(NemesisTest, after_the_heal_nothing_begins_or_ends) {
  auto& nemesis = play({fault_of(0, Kind::pause, seconds(1), seconds(20), "client/0"),
                        fault_of(1, Kind::pause, seconds(15), seconds(1), "client/1")},
                       seconds(10));
  EXPECT_EQ(world_.calls(), (Calls{"1s pause client/0 for 0", "10s heal-all "}));
  EXPECT_TRUE(nemesis.healed());
  nemesis.heal_now();
  EXPECT_EQ(world_.calls_of("heal-all").size(), 1U);
}

TEST_F(NemesisTest, a_refused_verb_is_reported_and_does_not_count_as_fired) {
  world_.refuse_verb("failover");
  world_.refuse_verb("slow");
  auto& nemesis = play({fault_of(0, Kind::failover, seconds(1), seconds(0), "redis"),
                        fault_of(1, Kind::slow_disk, seconds(2), seconds(1), "redis")});
  EXPECT_EQ(events_, (std::vector<What>{What::refused, What::refused}));
  EXPECT_EQ(world_.calls().size(), 2U);  // what was refused is not undone
  EXPECT_EQ(nemesis.by_kind()[static_cast<std::size_t>(Kind::failover)], (Tally{1, 0, 0}));
}

TEST_F(NemesisTest, counts_by_kind_and_by_entry) {
  auto first = fault_of(0, Kind::pause, seconds(1), seconds(1), "client/0");
  auto second = fault_of(1, Kind::pause, seconds(3), seconds(1), "client/9");
  auto third = fault_of(2, Kind::reset, seconds(5), seconds(0), "client/0");
  first.entry = 2;
  third.entry = 0;
  second.entry = 2;
  world_.set_effective(FaultId{0});
  auto& nemesis = play({first, second, third});
  EXPECT_EQ(nemesis.by_kind()[static_cast<std::size_t>(Kind::pause)], (Tally{2, 1, 1}));
  EXPECT_EQ(nemesis.by_kind()[static_cast<std::size_t>(Kind::reset)], (Tally{1, 1, 0}));
  EXPECT_EQ(nemesis.by_entry(), (std::vector<Tally>{{1, 1, 0}, {0, 0, 0}, {2, 1, 1}}));
}

}  // namespace
}  // namespace lockstep::faults
