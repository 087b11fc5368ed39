#include <rocksdb/db.h>

#include <algorithm>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "sim/rocks/rocks_disk.hpp"
#include "sim/rocks/sim_env.hpp"

namespace lockstep::sim {
namespace {

constexpr Seed self_test_seed{0x10c5};
constexpr int puts = 600;

/// Runs background jobs when told to.
class Pump final : public DiskHost {
 public:
  void run_later(std::function<void()> job) override { jobs_.push_back(std::move(job)); }
  [[nodiscard]] WallTime wall_now() const override { return WallTime(seconds(1'000'000)); }
  void run_all() {
    while (!jobs_.empty()) {
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      job();
    }
  }

 private:
  std::deque<std::function<void()>> jobs_;
};

rocksdb::Status fill(rocksdb::DB& db, Pump& pump) {
  rocksdb::Status status;
  for (int i = 0; i < puts && status.ok(); ++i) {
    rocksdb::WriteOptions how;
    how.sync = i % 3 == 0;
    const std::string key = "key" + std::to_string(i * 7919 % puts);
    status = db.Put(how, key, std::string(static_cast<std::size_t>(200 + i % 50), 'v'));
    if (i % 20 == 0) pump.run_all();
  }
  return status;
}

/// The calls of one world; ends with what went wrong, if anything did.
std::vector<std::string> run_once() {
  std::vector<std::string> calls;
  RocksDisk disk({.seed = self_test_seed, .node = NodeId{0}});
  for (std::uint64_t round = 0; round < 2; ++round) {
    Pump pump;
    const auto files = std::make_shared<SimFileSystem>(disk.disk());
    files->trace(&calls);
    SimEnv env(files, pump);
    rocksdb::Options options;
    options.env = &env;
    options.create_if_missing = true;
    make_deterministic(options);
    rocksdb::DB* raw = nullptr;
    rocksdb::Status status = rocksdb::DB::Open(options, "/db", &raw);
    const std::unique_ptr<rocksdb::DB> db(raw);
    if (status.ok()) status = fill(*db, pump);
    if (!status.ok()) calls.push_back(status.ToString());
    env.die();
    disk.power_cut(round);
  }
  return calls;
}

}  // namespace

Result<void> rocks_self_test() {
  std::vector<std::string> here;
  std::vector<std::string> there;
  std::thread other([&there] { there = run_once(); });
  here = run_once();
  other.join();
  const auto differ = std::mismatch(here.begin(), here.end(), there.begin(), there.end());
  if (differ.first == here.end() && differ.second == there.end()) return {};
  const std::string a = differ.first == here.end() ? "nothing" : *differ.first;
  const std::string b = differ.second == there.end() ? "nothing" : *differ.second;
  return fail(definite(Errc::protocol, "RocksDB is not deterministic in this build: call " +
                                           std::to_string(differ.first - here.begin()) + " is '" +
                                           a + "' in one thread and '" + b + "' in another"));
}

}  // namespace lockstep::sim
