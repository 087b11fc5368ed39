// The event loop of live nodes: one io_context, run by one thread at a time. Nodes (node.hpp) that
// share a loop run on the same thread and can never run at once.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <thread>

#include "impl/base/time.hpp"

namespace lockstep::live {

namespace asio = boost::asio;

/// Destroy its nodes before it. Its end may wait for a name look-up that the system still works on.
class Loop {
 public:
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  /// Stops and joins a thread that start_thread() began. Nothing that was posted runs any more.
  ~Loop();

  /// Runs on the calling thread until stop(); returns at once after a stop() that came before.
  void run();
  /// Runs on the calling thread until stop() or until `limit` has passed.
  /// @return whether stop() ended it.
  bool run_for(Nanos limit);
  /// Runs one thing that is ready on the calling thread; waits for it. For owners that check what
  /// it led to after each; nothing but run_one() is then used of the ways to run.
  void run_one();
  /// Ends the present or the next run(). From any thread; not from a signal handler.
  void stop();

  /// Runs on a thread of its own until stop_thread().
  void start_thread();
  /// stop(), and waits for the thread. No effect without one. Not from the loop's thread.
  void stop_thread();

  /// Runs `fn` on the loop, later, in order of the calls of one thread. From any thread.
  void post(std::function<void()> fn);
  /// Whether the caller runs inside the loop.
  [[nodiscard]] bool runs_here() const { return io_.get_executor().running_in_this_thread(); }

  /// For impl/live, and for owners of sockets of their own that share the loop.
  [[nodiscard]] asio::io_context& context() { return io_; }

 private:
  mutable asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace lockstep::live
