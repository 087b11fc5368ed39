#include "sim/suppliers.hpp"

#include <utility>

#include "sim/exponential.hpp"
#include "sim/stream.hpp"
#include "sim/world.hpp"

namespace lockstep::sim {

namespace {

/// A node whose clock a fault changed looks at it: the fault is effective.
void see_clock(NodeRun& run) {
  auto& unseen = run.node().unseen_clock_faults;
  for (const FaultId fault : unseen) run.world().effective(fault);
  unseen.clear();
}

}  // namespace

MonoTime SimClock::now() const { return run_.node().clock.mono(run_.world().now()); }

WallTime SimClock::wall() const {
  if (!run_.node().unseen_clock_faults.empty()) see_clock(run_);
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
  Result<End*> result = fail(definite(Errc::unreachable));
};

void end_dialing(NodeRun& run, Dialing& dialing, Result<End*> result) {
  if (dialing.caller.empty()) {  // cancelled or timed out meanwhile
    if (result) (*result)->close();
    return;
  }
  dialing.result = std::move(result);
  run.wake(dialing.caller.front(), {});
}

Error dial_error(const ConnectRequest& to, Error error) {
  error.detail = to.host + ":" + std::to_string(to.port);
  return error;
}

}  // namespace

env::Task<Result<std::unique_ptr<env::Stream>>> SimNetwork::connect(env::Endpoint endpoint,
                                                                    MonoTime deadline) {
  const auto dialing = std::make_shared<Dialing>();
  const ConnectRequest request{endpoint.host, endpoint.port, endpoint.tls.has_value()};
  const env::Outcome outcome = co_await env::suspend_as(
      run_,
      [](env::PendingOp& op, NodeRun* run, std::shared_ptr<Dialing> d, const ConnectRequest* to,
         MonoTime t) {
        d->caller.push_back(op);
        run->suspend(op, t, Errc::unreachable);
        run->world().network().connect(
            *run, *to, [run, d](Result<End*> end) { end_dialing(*run, *d, std::move(end)); });
      },
      &run_, dialing, &request, deadline);
  if (!outcome) co_return fail(dial_error(request, definite(outcome.code)));
  if (!dialing->result) co_return fail(dial_error(request, dialing->result.error()));
  co_return std::make_unique<SimStream>(**dialing->result);
}

std::string SimStorage::root() const { return "/" + run_.node().name; }

env::Task<env::Outcome> SimStorage::offload(std::function<void()> fn, MonoTime deadline) {
  const env::Outcome outcome = co_await env::suspend_as(
      run_,
      [](env::PendingOp& op, SimStorage* self, std::function<void()>* f, MonoTime t) {
        self->start(f, t, op);
      },
      this, &fn, deadline);
  co_return outcome;
}

void SimStorage::start(std::function<void()>* fn, MonoTime deadline, env::PendingOp& op) {
  auto job = std::make_unique<Job>();
  job->fn = std::move(*fn);
  job->caller.push_back(op);
  run_.suspend(op, deadline, Errc::no_reply);
  jobs_.push_back(std::move(job));
  if (jobs_.size() == 1) begin_next();
}

void SimStorage::begin_next() {
  const std::uint64_t bits =
      draw(run_.world().seed(), DrawStream::disk, run_.id().value, ~0ULL, begun_++);
  const Nanos latency = microseconds(20) + exponential(bits, microseconds(80));
  run_.after(latency, [this] { finish_first(); });
}

void SimStorage::finish_first() {
  const std::unique_ptr<Job> job = std::move(jobs_.front());
  jobs_.pop_front();
  job->fn();
  if (!job->caller.empty()) run_.wake(job->caller.front(), {});
  if (!jobs_.empty()) begin_next();
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
