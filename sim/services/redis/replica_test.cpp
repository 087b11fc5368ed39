// A replica holds what its master holds: streams, groups, what is pending; fed write by write, and
// fed everything anew.
#include <gtest/gtest.h>

#include "impl/resp/writer.hpp"
#include "sim/disk/node_disk.hpp"
#include "sim/services/redis/server.hpp"
#include "sim/world.hpp"

namespace lockstep::sim::redis {
namespace {

// Sends commands one behind the other and wants no answer.
class Sender final : public Incarnation, public PeerHandler {
 public:
  Sender(NodeRun& run, std::string bytes) : bytes_(std::move(bytes)) {
    run.dial("redis", 6379, seconds(1), [this](Result<Peer*> peer) {
      ASSERT_TRUE(peer.has_value());
      (*peer)->set_handler(this);
      (*peer)->send(bytes_);
    });
  }
  void on_bytes(Peer&, std::string_view) override {}
  void on_closed(Peer&) override {}

 private:
  std::string bytes_;
};

std::string workload() {
  resp::RespWriter writer;
  writer.command({"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"});
  for (int n = 0; n < 230; ++n) {
    writer.command({"XADD", "s", "MAXLEN", "~", "120", "*", "f", std::to_string(n)});
    if (n % 10 == 5)
      writer.command({"XREADGROUP", "GROUP", "g", "a", "COUNT", "4", "STREAMS", "s", ">"});
    if (n % 30 == 7) writer.command({"XAUTOCLAIM", "s", "g", "b", "0", "-", "COUNT", "2"});
    if (n % 50 == 9) {
      writer.command({"EVAL",
                      "local p = redis.call('XPENDING', 's', 'g', '-', '+', 1) "
                      "redis.call('XACK', 's', 'g', p[1][1]) redis.call('XDEL', 's', p[1][1])",
                      "0"});
    }
    writer.command({"ZADD", "z", std::to_string(n % 7) + ".1", std::to_string(n % 20)});
    writer.command({"RPUSH", "l", std::to_string(n)});
    writer.command({"LTRIM", "l", "-5", "-1"});
  }
  return std::string(writer.bytes());
}

class ReplicaTest : public ::testing::Test {
 protected:
  ReplicaTest() {
    group_.host = "redis";
    group_.master = NodeId{0};
    for (ServerState& state : states_) add_server(state);
    NodeSpec client;
    client.role = "client";
    client.program = [](NodeRun& run) { return std::make_unique<Sender>(run, workload()); };
    world_.add_node(std::move(client));
  }

  void add_server(ServerState& state) {
    const NodeId id{static_cast<std::uint32_t>(world_.node_count())};
    auto disk = std::make_shared<NodeDisk>(DiskOptions{.seed = Seed{1}, .node = id});
    state.group = &group_;
    state.disk = &disk->disk();
    state.options.replication_delay_max = milliseconds(3);
    NodeSpec spec;
    spec.role = "redis";
    spec.disk = std::move(disk);
    spec.program = server_program(state);
    world_.add_node(std::move(spec));
  }

  [[nodiscard]] std::vector<Effect> content(std::uint32_t node) {
    std::vector<Effect> effects = group_.running.at(NodeId{node})->engine().snapshot();
    for (Effect& effect : effects) {  // the read counter of a group is in no XCLAIM
      if (effect.command[0] == "XGROUP" && effect.command[1] == "CREATE") effect.command.pop_back();
    }
    return effects;
  }
  void run_for(Nanos time) { static_cast<void>(world_.run_until(world_.now() + time)); }

  Group group_;  // these outlive the world
  std::array<ServerState, 2> states_;
  World world_{WorldOptions{}};
};

TEST_F(ReplicaTest, a_replica_equals_its_master_fed_write_by_write_and_anew) {
  run_for(seconds(20));
  ASSERT_GT(content(0).size(), 100U);
  EXPECT_EQ(content(1), content(0));
  world_.crash(World::no_fault, NodeId{1});
  world_.restart(World::no_fault, NodeId{1});
  run_for(seconds(20));
  EXPECT_EQ(content(1), content(0)) << "fed everything anew";
}

TEST_F(ReplicaTest, a_master_that_crashes_comes_back_with_the_same) {
  run_for(seconds(20));
  const auto before = content(0);
  world_.crash(World::no_fault, NodeId{0});
  world_.restart(World::no_fault, NodeId{0});
  run_for(seconds(20));
  EXPECT_EQ(content(0), before);
  EXPECT_EQ(content(1), before);
}

}  // namespace
}  // namespace lockstep::sim::redis
