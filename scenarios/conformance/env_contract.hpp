// The contract of impl/env, written once for every supplier of it. A claim is a TEST_P of
// EnvContract; the files *_contract.cpp hold them by topic. A supplier instantiates all of them by
// giving EnvContract a ContractWorld of its own: live_contract_test.cpp, sim_contract_test.cpp.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "impl/env/env.hpp"

namespace lockstep::conformance {

using env::Env;
using env::Outcome;
using env::Task;

/// What the other end of a connection does.
struct PeerScript {
  enum class Does : std::uint8_t {
    echo,     ///< sends back what it gets
    swallow,  ///< reads and remembers
    dawdle,   ///< as swallow, but slowly: far slower than a sender could send
    stall,    ///< accepts and never reads
    hang_up,  ///< closes in order once `after_bytes` have arrived
    reset,    ///< resets the connection once `after_bytes` have arrived
    deaf,     ///< connects to it get no answer
    absent,   ///< connects to it are refused
  };
  Does does = Does::echo;
  std::size_t after_bytes = 0;
  std::string says{};  ///< sent as soon as it has accepted
};

/// What a peer has seen so far, over all its connections.
struct PeerLog {
  std::string received;  ///< but for echo, stall
  std::size_t accepted = 0;
  std::size_t ended = 0;  ///< connections whose other end closed or reset
};

class Peer {
 public:
  virtual ~Peer() = default;
  [[nodiscard]] virtual env::Endpoint endpoint() const = 0;
  [[nodiscard]] virtual PeerLog log() const = 0;
};

using Body = std::function<Task<void>(Env&)>;

/// One node under test, and the peers it talks to.
class ContractWorld {
 public:
  virtual ~ContractWorld() = default;

  /// The world owns it. Only before run().
  virtual Peer& add_peer(const PeerScript& script) = 0;
  /// Runs the node until `body`, and every task that it spawned, has ended; false if they have not
  /// within a minute of the node's time (live: 30 s).
  [[nodiscard]] virtual bool run(Body body) = 0;
  /// Starts `body`, lets the node run for `time`, then ends it as a crash does. Last of all calls.
  virtual void run_and_crash(Body body, Nanos time) = 0;
  /// A storage call that takes about `duration`; where storage calls take virtual time, nothing.
  [[nodiscard]] virtual std::function<void()> storage_call(Nanos duration) = 0;
};

/// How a supplier makes a world, and what its tests are called.
struct Supplier {
  std::string name;
  std::function<std::unique_ptr<ContractWorld>()> make;
};

/// What GoogleTest prints of a supplier.
inline std::ostream& operator<<(std::ostream& out, const Supplier& supplier) {
  return out << supplier.name;
}

class EnvContract : public testing::TestWithParam<Supplier> {
 protected:
  void run(Body body) { EXPECT_TRUE(world().run(std::move(body))) << "did not end in time"; }
  Peer& peer(const PeerScript& script) { return world().add_peer(script); }
  ContractWorld& world() {
    if (!world_) world_ = GetParam().make();
    return *world_;
  }
  /// Ends the world now, so that what it leaves behind can be looked at.
  void end_world() { world_.reset(); }

 private:
  std::unique_ptr<ContractWorld> world_;
};

/// Claims about what ends the process; GoogleTest runs them before the others.
using EnvContractDeathTest = EnvContract;

[[nodiscard]] inline std::string name_of_supplier(const testing::TestParamInfo<Supplier>& info) {
  return info.param.name;
}

// ---- for the claims
// ------------------------------------------------------------------------------

using StreamPtr = std::unique_ptr<env::Stream>;

/// Long enough for anything that is to happen, short against the limit of run().
inline constexpr Nanos patience = seconds(10);
/// Short enough to sit through live, long against the noise of a busy machine's scheduler.
inline constexpr Nanos moment = milliseconds(5);

/// Bytes that no transport takes while the other end does not read.
inline constexpr std::size_t more_than_fits = 64'000'000;

/// Connects to a peer that accepts; a failed connect fails the test and gives nullptr.
[[nodiscard]] Task<StreamPtr> connected(Env& env, Peer& peer);
/// Writes all of `text`; fails the test otherwise.
[[nodiscard]] Task<void> send(env::Stream& stream, std::string_view text);
/// Reads until `size` bytes are there or the stream fails; returns what came.
[[nodiscard]] Task<std::string> receive(env::Stream& stream, std::size_t size, Env& env);
/// Reads to the end of the stream; returns what came.
[[nodiscard]] Task<std::string> receive_all(env::Stream& stream, Env& env);
/// Sleeps by moments until `holds`; fails the test after `patience`.
[[nodiscard]] Task<void> eventually(Env& env, std::function<bool()> holds);
/// Bytes in which a lost, doubled or swapped piece shows.
[[nodiscard]] std::string pattern(std::size_t size);

[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}
[[nodiscard]] inline std::span<std::byte> bytes_of(std::string& text) {
  return std::as_writable_bytes(std::span(text));
}

}  // namespace lockstep::conformance
