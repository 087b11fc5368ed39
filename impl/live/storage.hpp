// A live node's storage: a folder, and one thread that runs blocking calls in order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "impl/env/storage.hpp"
#include "impl/live/waits.hpp"

namespace lockstep::live {

class LiveStorage final : public env::Storage {
 public:
  /// Calls that wait behind a stuck disk although nobody waits for them any more; beyond, offload()
  /// ends with `limit` and `fn` will never run.
  static constexpr std::size_t queue_max = 65'536;

  LiveStorage(std::shared_ptr<LiveWaits> waits, std::string root);
  LiveStorage(const LiveStorage&) = delete;
  LiveStorage& operator=(const LiveStorage&) = delete;
  ~LiveStorage() override;

  [[nodiscard]] std::string root() const override { return root_; }
  [[nodiscard]] rocksdb::Env* env() override;
  void adapt(rocksdb::Options&) override {}

  /// The thread starts with the first call. `fn` and all that it owns is destroyed on that thread,
  /// before the caller learns that it has run; an exception from it ends the process.
  [[nodiscard]] env::Task<env::Outcome> offload(std::function<void()> fn,
                                                MonoTime deadline) override;

  /// Waits for the call that runs now, and drops those that have not begun, as a crash would.
  /// Idempotent.
  void stop();

 private:
  /// One call. Its waiter leaves by itself when it ends early.
  struct Job {
    std::function<void()> fn;
    env::OpQueue waiter;
  };
  static void start(env::PendingOp& op, LiveStorage* storage, std::shared_ptr<Job> job,
                    MonoTime deadline);
  [[nodiscard]] bool enqueue(std::shared_ptr<Job> job);
  void run();
  void finished(std::shared_ptr<Job> job);

  std::shared_ptr<LiveWaits> waits_;
  std::string root_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> queue_;
  bool stopping_ = false;
};

}  // namespace lockstep::live
