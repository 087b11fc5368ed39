// The contract of the durable queue, written once for every world: claims Q1 to Q21 of the queue's
// conformance list as TEST_Ps of QueueContract, named after their numbers. A world runs sessions:
// each is one incarnation of a process on the same disk.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "impl/env/task_group.hpp"
#include "impl/queue/byte_queue.hpp"

namespace lockstep::conformance {

using env::Env;
using env::Task;
using queue::ByteQueue;
using queue::Delivery;
using queue::EventId;
using queue::QueueOptions;
using queue::Receipt;

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
[[nodiscard]] Task<EventId> pushed(ByteQueue* queue, std::string payload);
/// What pop() gives; an empty payload and no receipt: nothing is ready.
[[nodiscard]] Task<Delivery> popped(ByteQueue* queue);
/// The payloads of all that is ready now, in order.
[[nodiscard]] Task<std::string> all_popped(ByteQueue* queue);
[[nodiscard]] Task<void> closed(ByteQueue* queue);
/// Counts add up to `total`.
void expect_total(const ByteQueue& queue, std::uint64_t total);

/// Errc::ok: there is none.
template <class T>
[[nodiscard]] Errc code_of(const Result<T>& result) {
  return result ? Errc::ok : result.error().code;
}

[[nodiscard]] inline EventId event_id(std::uint64_t value) { return EventId{value}; }
/// Behind all that is ready.
[[nodiscard]] inline queue::Nack to_back() { return {.to = queue::NackTo::back}; }
/// After `delay`; 0: after a backoff.
[[nodiscard]] inline queue::Nack after(Nanos delay) {
  return {.to = queue::NackTo::later, .delay = delay};
}

/// With a visibility timeout that live tests can sit through.
[[nodiscard]] QueueOptions leased_options();

}  // namespace lockstep::conformance
