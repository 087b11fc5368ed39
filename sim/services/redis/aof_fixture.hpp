// For tests of the append-only file: an engine and its file on a disk, and the power cut.
#pragma once

#include <string>
#include <vector>

#include "impl/base/assert.hpp"
#include "sim/services/redis/aof.hpp"

namespace lockstep::sim::redis {

inline constexpr WallTime aof_test_time{seconds(1'700'000'000)};

// A server's engine and file, without the server.
class Store {
 public:
  explicit Store(Disk& disk) : aof_(disk) {
    loaded_ = aof_.load(engine_, aof_test_time + seconds(1)).has_value();
    engine_.record_effects(true);
  }
  [[nodiscard]] bool loaded() const { return loaded_; }
  [[nodiscard]] bool run(std::initializer_list<std::string_view> words,
                         WallTime at = aof_test_time) {
    static_cast<void>(engine_.execute(session_, words, at));
    return aof_.append(engine_.take_effects()).has_value();
  }
  [[nodiscard]] bool sync() { return aof_.sync().has_value(); }
  [[nodiscard]] std::vector<Effect> content() const { return engine_.snapshot(); }
  [[nodiscard]] std::string get(std::string_view key) { return say({"GET", key}); }
  [[nodiscard]] std::string say(std::initializer_list<std::string_view> words) {
    return to_text(engine_.execute(session_, words, aof_test_time), 4096);
  }

 private:
  Engine engine_;
  Session& session_ = engine_.open_session();
  Aof aof_;
  bool loaded_ = false;
};

inline DiskOptions options(std::uint64_t seed) { return {.seed = Seed{seed}, .node = NodeId{1}}; }

inline void crash(Disk& disk, bool torn) {
  if (torn) {
    ASSERT(disk.inject(FaultId{0}, "torn-write", 0));
  }
  disk.crash(CrashKind::power, 0);
  disk.power_on();
}

}  // namespace lockstep::sim::redis
