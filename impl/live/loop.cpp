#include "impl/live/loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "impl/base/assert.hpp"

namespace lockstep::live {

namespace {

struct Watch {
  explicit Watch(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;
  bool over = false;
  bool late = false;
};

std::chrono::steady_clock::time_point clock_limit(Nanos limit) {
  const MonoTime now(std::chrono::steady_clock::now().time_since_epoch());
  return std::chrono::steady_clock::time_point(saturating_add(now, limit).time_since_epoch());
}

}  // namespace

// Sockets and timers are touched by the loop's thread alone, so the reactor needs no locks; the
// queue of posted functions does, for post() and the storage threads.
Loop::Loop() : io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO), work_(asio::make_work_guard(io_)) {}

Loop::~Loop() { stop_thread(); }

void Loop::run() {
  io_.run();
  io_.restart();
}

// A timer costs nothing per turn, unlike io_context::run_for(), which reads the clock at each.
bool Loop::run_for(Nanos limit) {
  const auto watch = std::make_shared<Watch>(io_);
  watch->timer.expires_at(clock_limit(limit));
  watch->timer.async_wait([watch, this](const boost::system::error_code& error) {
    if (error || watch->over) return;
    watch->late = true;
    io_.stop();
  });
  run();
  watch->over = true;
  watch->timer.cancel();
  return !watch->late;
}

void Loop::run_one() { io_.run_one(); }

void Loop::stop() { io_.stop(); }

void Loop::start_thread() {
  ASSERT(!thread_.joinable());
  thread_ = std::thread([this] { run(); });
}

void Loop::stop_thread() {
  if (!thread_.joinable()) return;
  ASSERT(!runs_here());
  stop();
  thread_.join();
}

void Loop::post(std::function<void()> fn) { asio::post(io_, std::move(fn)); }

}  // namespace lockstep::live
