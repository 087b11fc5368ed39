// RocksLog: a queue's store (impl/queue/store.hpp) with its line of writes, as outbox and inbox
// keep their records in it: numbered events in order, and data beside them, changed as one. What it
// promises of power cuts, damage and second openers is the queue's (impl/queue/FORMAT.md). Internal
// to impl/relay.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "impl/queue/queue_writer.hpp"

namespace lockstep::relay {

class RocksLog {
 public:
  /// Errors as queue::QueueStore::open().
  [[nodiscard]] static env::Task<Result<std::shared_ptr<RocksLog>>> open(
      env::Env& env, std::string name, std::uint64_t reserve_bytes);
  RocksLog(env::Env& env, std::unique_ptr<queue::QueueStore> store);

  /// The next event's. What is written first has the lower one.
  [[nodiscard]] queue::EventId next_id() { return queue::EventId{++last_id_.value}; }
  /// Events up to it are in the database, if they are anywhere.
  [[nodiscard]] queue::EventId written_id() const { return written_id_; }
  /// No event is below it.
  [[nodiscard]] queue::EventId first_id() const { return first_id_; }
  void set_first_id(queue::EventId id) { first_id_ = id; }
  /// Events that are there.
  [[nodiscard]] std::uint64_t len() const { return len_; }
  /// They were counted anew, around damage.
  void set_len(std::uint64_t len) { len_ = len; }
  [[nodiscard]] const queue::Recovery& recovery() const { return recovery_; }

  /// Its place in the line is taken before the first suspension. `ended` is told on the loop, also
  /// when the caller was cancelled, and let go after that: what it owns is kept until then.
  /// Errors as queue::QueueWriter::write(); closed, definite.
  [[nodiscard]] env::Task<Result<void>> write(queue::Batch batch, queue::Level level,
                                              queue::QueueWriter::Ended ended);
  /// Errors of `call`, and cancelled and closed, definite.
  template <class T>
  [[nodiscard]] env::Task<Result<T>> read(std::function<Result<T>(queue::QueueStore&)> call) {
    if (is_closed_) co_return fail(closed_error());
    co_return co_await queue::on_storage<T>(env_, slot_, std::move(call));
  }
  /// Data by name; names that begin with `prefix`, from `from` on, without their first letter.
  [[nodiscard]] env::Task<Result<std::optional<std::string>>> get(std::string name);
  [[nodiscard]] env::Task<Result<std::vector<std::pair<std::string, std::string>>>> scan(
      std::string prefix, std::string from, std::size_t count_max);
  /// Finishes what was begun and closes the files. Idempotent.
  [[nodiscard]] env::Task<Result<void>> close();

 private:
  [[nodiscard]] static Error closed_error() {
    return definite(Errc::closed, "the database was closed");
  }

  env::Env& env_;
  std::shared_ptr<queue::StoreSlot> slot_;
  queue::Recovery recovery_;
  queue::EventId last_id_;
  queue::EventId written_id_;
  queue::EventId first_id_;
  std::uint64_t len_ = 0;
  bool is_closed_ = false;
  queue::QueueWriter writer_;
};

}  // namespace lockstep::relay
