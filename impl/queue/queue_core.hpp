// What the calls of a ByteQueue share. Internal to byte_queue*.cpp.
#pragma once

#include "impl/env/event.hpp"
#include "impl/queue/byte_queue.hpp"
#include "impl/queue/queue_state.hpp"
#include "impl/queue/queue_writer.hpp"

namespace lockstep::queue {

struct ByteQueue::Core : std::enable_shared_from_this<Core> {
  Core(env::Env& env, const QueueOptions& options, std::unique_ptr<QueueStore> store);

  [[nodiscard]] Error closed_error() const {
    return definite(Errc::closed, "the queue was closed");
  }

  [[nodiscard]] Error no_letter(EventId id) const {
    return definite(Errc::not_found, "there is no dead letter " + std::to_string(id.value));
  }

  // What a write has led to, on the loop.
  void pushed(EventId first, std::vector<std::string> payloads, const Result<void>& done);
  void acked(const Erase& erase, const Result<void>& done);

  /// The payload of an unacked event. What cannot be read is reported as damage.
  [[nodiscard]] env::Task<Result<std::string>> read(EventId id);
  /// An ack that found nothing held here.
  [[nodiscard]] env::Task<Result<Acked>> absent(Receipt receipt, bool by_id);
  [[nodiscard]] env::Task<Result<void>> bury(Bury what);
  [[nodiscard]] env::Task<Result<void>> load(NeedLoad what);
  /// nullopt: it could not be read, and is reported and forgotten.
  [[nodiscard]] env::Task<Result<std::optional<Delivery>>> hand_out(HandOut out);
  [[nodiscard]] env::Task<Result<void>> write_count(HandOut out);
  /// One hand-out, or none when nothing is ready before `until`.
  [[nodiscard]] env::Task<Result<std::optional<Delivery>>> take(MonoTime* until);
  /// A receipt of an older delivery.
  void came_stale(EventId id);
  [[nodiscard]] env::Task<Result<void>> report(std::vector<Damage> damage);

  env::Env& env;
  QueueOptions options;
  std::shared_ptr<StoreSlot> slot;
  Recovery recovery;
  QueueState state;
  QueueMetrics metrics;
  env::Event changed;  ///< something may be ready now
  bool closed = false;
  QueueWriter writer;
};

}  // namespace lockstep::queue
