#include "sim/suppliers.hpp"

#include <utility>
#include <vector>

#include "sim/exponential.hpp"
#include "sim/stream.hpp"
#include "sim/world.hpp"

namespace lockstep::sim {

namespace {

/// A node whose clock a fault changed looks at it: the fault is effective.
void see_clock(NodeRun& run, bool wall) {
  std::erase_if(run.node().unseen_clock_faults, [&run, wall](const UnseenClockFault& unseen) {
    if (!wall && !unseen.of_rate) return false;
    run.world().effective(unseen.fault);
    return true;
  });
}

}  // namespace

MonoTime SimClock::now() const {
  if (!run_.node().unseen_clock_faults.empty()) see_clock(run_, false);
  return run_.node().clock.mono(run_.world().now());
}

WallTime SimClock::wall() const {
  if (!run_.node().unseen_clock_faults.empty()) see_clock(run_, true);
  return run_.node().clock.wall(run_.world().now());
}

std::uint64_t SimRandom::next() {
  return draw(run_.world().seed(), DrawStream::node_random, run_.id().value, run_.incarnation(),
              drawn_++);
}

namespace {

/// What a connecting coroutine and the network share; the coroutine may end first.
struct Dialing {
  env::OpQueue caller;
  Result<std::unique_ptr<env::Stream>> result = fail(definite(Errc::unreachable));
};

void end_dialing(NodeRun& run, Dialing& dialing, Result<End*> opened) {
  // At once, before the coroutine's turn: bytes may follow in the same instant.
  auto stream = opened ? std::make_unique<SimStream>(**opened) : nullptr;
  if (dialing.caller.empty()) return;  // cancelled or timed out meanwhile: the stream closes
  if (opened) {
    dialing.result = std::move(stream);
  } else {
    dialing.result = fail(std::move(opened.error()));
  }
  run.wake(dialing.caller.front(), {});
}

Error dial_error(const ConnectRequest& to, Error error) {
  const std::string why = error.detail.empty() ? "" : ": " + error.detail;
  error.detail = to.host + ":" + std::to_string(to.port) + why;
  return error;
}

env::Task<env::Outcome> dial(NodeRun& run, const std::shared_ptr<Dialing>& dialing,
                             const ConnectRequest& request, MonoTime deadline) {
  return env::suspend_as(
      run,
      [](env::PendingOp& op, NodeRun* on, std::shared_ptr<Dialing> d, const ConnectRequest* to,
         MonoTime t) {
        d->caller.push_back(op);
        on->suspend(op, t, Errc::unreachable);
        on->world().network().connect(
            *on, *to, [on, d](Result<End*> end) { end_dialing(*on, *d, std::move(end)); });
      },
      &run, dialing, &request, deadline);
}

}  // namespace

env::Task<Result<std::unique_ptr<env::Stream>>> SimNetwork::connect(env::Endpoint endpoint,
                                                                    MonoTime deadline) {
  const auto dialing = std::make_shared<Dialing>();
  const bool verify = !endpoint.tls || endpoint.tls->verify;
  const ConnectRequest request{endpoint.host, endpoint.port, endpoint.tls.has_value(), verify};
  const env::Outcome outcome = co_await dial(run_, dialing, request, deadline);
  if (!outcome) co_return fail(dial_error(request, definite(outcome.code)));
  if (!dialing->result) co_return fail(dial_error(request, dialing->result.error()));
  co_return std::move(*dialing->result);
}

std::string SimStorage::root() const { return "/" + run_.node().name; }

env::Task<env::Outcome> SimStorage::queue(std::function<void()>* fn, MonoTime deadline) {
  return env::suspend_as(
      run_,
      [](env::PendingOp& op, SimStorage* self, std::function<void()>* f, MonoTime t) {
        self->start(f, t, op);
      },
      this, fn, deadline);
}

env::Task<env::Outcome> SimStorage::offload(std::function<void()> fn, MonoTime deadline) {
  const env::Outcome outcome = co_await queue(&fn, deadline);
  co_return outcome;
}

void SimStorage::start(std::function<void()>* fn, MonoTime deadline, env::PendingOp& op) {
  auto job = std::make_shared<Job>();
  job->fn = std::move(*fn);
  job->caller.push_back(op);
  run_.suspend(op, deadline, Errc::no_reply);
  jobs_.push_back(std::move(job));
  if (!busy_) begin_next();
}

void SimStorage::begin_next() {
  busy_ = true;
  const std::uint64_t bits =
      draw(run_.world().seed(), DrawStream::disk, run_.id().value, ~0ULL, begun_++);
  run_.after_true(microseconds(20) + exponential(bits, microseconds(80)),
                  [this] { finish_first(); });
}

void SimStorage::finish_first() {
  const std::shared_ptr<Job> job = std::move(jobs_.front());
  jobs_.pop_front();
  std::exchange(job->fn, nullptr)();  // may end this node
  const auto& disk = run_.node().spec.disk;
  const Nanos cost = disk ? disk->take_elapsed() : Nanos(0);
  run_.after_true(cost + answer_delay, [this, job] { answer(*job); });
  if (cost.count() > 0) {
    run_.after_true(cost, [this] { go_on(); });
  } else {
    go_on();
  }
}

void SimStorage::go_on() {
  busy_ = false;
  if (!jobs_.empty()) begin_next();
}

rocksdb::Env* SimStorage::env() {
  const auto& disk = run_.node().spec.disk;
  if (env_ == nullptr && disk) env_ = disk->rocks_env(*this);
  return env_;
}

void SimStorage::adapt(rocksdb::Options& options) {
  if (const auto& disk = run_.node().spec.disk; disk) disk->adapt(options);
}

/// Up to the length of a long write, so that flush against write against crash is explored.
void SimStorage::run_later(std::function<void()> job) {
  const std::uint64_t bits =
      draw(run_.world().seed(), DrawStream::disk, run_.id().value, ~1ULL, background_++);
  run_.after_true(microseconds(50) + exponential(bits, milliseconds(2)), std::move(job));
}

WallTime SimStorage::wall_now() const { return run_.env().clock.wall(); }

void SimStorage::answer(Job& job) {
  if (!job.caller.empty()) run_.wake(job.caller.front(), {});
}

void SimStorage::drop_jobs() {
  const auto dropped = std::exchange(jobs_, {});  // destroyed here, whatever their ends do
}

NodeRun::Suppliers::Suppliers(NodeRun& run)
    : clock(run),
      random(run),
      network(run),
      storage(run),
      env{Executor(run),
          run,
          clock,
          random,
          network,
          storage,
          run.node().spec.observer != nullptr ? *run.node().spec.observer : silent} {}

}  // namespace lockstep::sim
