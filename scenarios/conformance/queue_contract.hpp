// What ByteQueue promises beyond the contract of every queue (event_queue_contract.hpp), written
// once for every world: claims of the queue's conformance list as TEST_Ps of QueueContract, named
// after their numbers. A world runs sessions: each is one incarnation of a process on the same
// disk.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "scenarios/conformance/event_queue_contract.hpp"

namespace lockstep::conformance {

using queue::ByteQueue;
using queue::QueueOptions;

using Session = std::function<Task<void>(Env&)>;

class QueueWorld {
 public:
  virtual ~QueueWorld() = default;
  /// Runs `body` to its end in a new process; false if it does not end within a minute.
  [[nodiscard]] virtual bool run(Session body) = 0;
};

struct QueueSupplier {
  std::string name;
  std::function<std::unique_ptr<QueueWorld>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const QueueSupplier& supplier) {
  return out << supplier.name;
}

class QueueContract : public testing::TestWithParam<QueueSupplier> {
 protected:
  void session(Session body) { EXPECT_TRUE(world().run(std::move(body))) << "did not end in time"; }
  QueueWorld& world() {
    if (!world_) world_ = GetParam().make();
    return *world_;
  }

 private:
  std::unique_ptr<QueueWorld> world_;
};

// ---- for the claims; each fails the test where it cannot do what it is named after --------------

using QueuePtr = std::unique_ptr<ByteQueue>;
/// Nullptr on failure.
[[nodiscard]] Task<QueuePtr> opened(Env& env, QueueOptions options = {});
/// Counts add up to `total`.
void expect_total(const ByteQueue& queue, std::uint64_t total);

/// With a visibility timeout that live tests can sit through.
[[nodiscard]] QueueOptions leased_options();

}  // namespace lockstep::conformance
