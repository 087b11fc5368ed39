// A live node's storage: a folder, and where its blocking calls run, in order: on a thread of their
// own, or on the loop itself, for programs whose loop has nothing else to do meanwhile.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "impl/env/storage.hpp"
#include "impl/live/waits.hpp"

namespace lockstep::live {

enum class StorageThread : std::uint8_t {
  own,   ///< the loop goes on during a call
  loop,  ///< the loop stands still during a call, which costs no change of threads
};

class LiveStorage final : public env::Storage {
 public:
  /// Calls that wait behind a stuck disk although nobody waits for them any more; beyond, offload()
  /// ends with `limit` and `fn` will never run.
  static constexpr std::size_t queue_max = 65'536;

  LiveStorage(std::shared_ptr<LiveWaits> waits, std::string root, StorageThread where);
  LiveStorage(const LiveStorage&) = delete;
  LiveStorage& operator=(const LiveStorage&) = delete;
  ~LiveStorage() override;

  [[nodiscard]] std::string root() const override { return root_; }
  [[nodiscard]] rocksdb::Env* env() override;
  void adapt(rocksdb::Options&) override {}

  /// The thread starts with the first call. `fn` and all that it owns is destroyed where it ran,
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
  void run_on_loop();
  static void finish(LiveWaits& waits, Job& job);

  std::shared_ptr<LiveWaits> waits_;
  std::string root_;
  StorageThread where_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> queue_;
  bool stopping_ = false;
};

}  // namespace lockstep::live
