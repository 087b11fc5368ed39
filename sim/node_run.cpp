#include "sim/node_run.hpp"

#include <utility>

#include "sim/stream.hpp"
#include "sim/suppliers.hpp"
#include "sim/world.hpp"

namespace lockstep::sim {

namespace {

// A PendingOp's words: [0] its queued event, [1] its state, [2] its deadline. The NodeRun of an op
// is found through the event's node.
constexpr std::uint64_t woken_bit = 1U << 8U;

EventRef event_of(const env::PendingOp& op) {
  return {static_cast<std::uint32_t>(op.supplier_words[0]),
          static_cast<std::uint32_t>(op.supplier_words[0] >> 32U)};
}

bool woken(const env::PendingOp& op) { return (op.supplier_words[1] & woken_bit) != 0; }

void mark_woken(env::PendingOp& op) { op.supplier_words[1] |= woken_bit; }

MonoTime deadline_of(const env::PendingOp& op) {
  return MonoTime(Nanos(static_cast<std::int64_t>(op.supplier_words[2])));
}

}  // namespace

asio::execution_context& Executor::query(asio::execution::context_t) const noexcept {
  return run_->world().context();
}
bool Executor::accepts() const { return run_->alive(); }
env::OpPool& Executor::pool() const { return run_->pool(); }
void Executor::post(env::PendingOp& op) const { run_->post(op); }

NodeRun::NodeRun(World& world, Node& node, std::uint32_t incarnation)
    : Waits(world.pool()),
      world_(world),
      node_(node),
      incarnation_(incarnation),
      suppliers_(std::make_unique<Suppliers>(*this)) {}

NodeRun::~NodeRun() { ASSERT(ops_.empty()); }

env::Env& NodeRun::env() { return suppliers_->env; }
NodeId NodeRun::id() const { return node_.id; }
Nanos NodeRun::world_now() const { return world_.now(); }

void NodeRun::start() {
  if (node_.spec.program) program_ = node_.spec.program(*this);
}

void NodeRun::after(Nanos d, std::function<void()> f) {
  if (alive_) timer(d, std::move(f));
}

env::PendingOp& NodeRun::timer(Nanos d, std::function<void()> f) {
  auto& op = FunctionOp<std::function<void()>>::make(pool(), std::move(f));
  const Nanos delay = d.count() > 0 ? d : Nanos(0);
  suspend(op, saturating_add(node_.clock.mono(world_.now()), delay), Errc::ok);
  return op;
}

void NodeRun::after_true(Nanos d, std::function<void()> f) {
  if (!alive_) return;
  auto& op = FunctionOp<std::function<void()>>::make(pool(), std::move(f));
  end_at(world_.now() + d, op, {});
}

void NodeRun::listen(std::uint16_t port, Acceptor& acceptor) {
  listeners_[port] = [&acceptor](End& end) { acceptor.on_accept(make_peer(end)); };
}

void NodeRun::listen(std::uint16_t port, OnStream on_stream) {
  listeners_[port] = [on_stream = std::move(on_stream)](End& end) {
    on_stream(std::make_unique<SimStream>(end));
  };
}

bool NodeRun::accept(std::uint16_t port, End& end) {
  const auto found = listeners_.find(port);
  if (found == listeners_.end()) return false;
  const Listener copy = found->second;  // it may listen anew
  copy(end);
  return true;
}

void NodeRun::on_verb(std::string name, Verb verb) { verbs_[std::move(name)] = std::move(verb); }

const NodeRun::Verb* NodeRun::verb(std::string_view name) const {
  const auto found = verbs_.find(name);
  return found == verbs_.end() ? nullptr : &found->second;
}

void NodeRun::suspend(env::PendingOp& op, MonoTime deadline, Errc at_deadline) {
  ops_.push_back(op);
  op.supplier_words[1] = static_cast<std::uint64_t>(at_deadline);
  op.supplier_words[2] = static_cast<std::uint64_t>(deadline.time_since_epoch().count());
  if (deadline != never && alive_) queue_timer(op);
}

void NodeRun::queue_timer(env::PendingOp& op) {
  const Nanos when = node_.clock.true_at(deadline_of(op), world_.now());
  const auto code = static_cast<Errc>(op.supplier_words[1] & 0xffU);
  set_event(op, world_.schedule(when, node_, {&op, node_.id, EventKind::resume, {code}}));
}

void NodeRun::set_event(env::PendingOp& op, EventRef ref) {
  op.supplier_words[0] = (static_cast<std::uint64_t>(ref.generation) << 32U) | ref.slot;
}

void NodeRun::end_at(Nanos when, env::PendingOp& op, env::Outcome outcome) {
  ops_.push_back(op);
  mark_woken(op);
  if (!alive_) return;
  set_event(op, world_.schedule(when, node_, {&op, node_.id, EventKind::resume, outcome}));
}

void NodeRun::wake(env::PendingOp& op, env::Outcome outcome) {
  if (!alive_ || woken(op)) return;
  mark_woken(op);
  if (op.queue_hook.is_linked()) op.queue_hook.unlink();
  world_.queue().cancel(event_of(op));
  set_event(op, world_.schedule(world_.now(), node_, {&op, node_.id, EventKind::resume, outcome}));
}

void NodeRun::resume(env::PendingOp& op, env::Outcome outcome) {
  op.owner_hook.unlink();
  op.complete(outcome);
}

void NodeRun::finish_now(env::PendingOp& op, env::Outcome outcome) {
  ASSERT(alive_ && !woken(op));
  world_.queue().cancel(event_of(op));
  resume(op, outcome);
}

void NodeRun::drop(env::PendingOp& op) {
  world_.queue().cancel(event_of(op));
  op.owner_hook.unlink();
  op.destroy();
}

std::uint64_t NodeRun::destroy_ops() {
  std::uint64_t destroyed = 0;
  while (!ops_.empty()) {  // a destroyed frame may leave new ones behind
    OpList aside;
    aside.swap(ops_);
    while (!aside.empty()) {
      env::PendingOp& op = aside.front();
      aside.pop_front();
      world_.queue().cancel(event_of(op));
      op.destroy();
      ++destroyed;
    }
  }
  return destroyed;
}

std::uint64_t NodeRun::kill() {
  ASSERT(!alive_);
  const std::uint64_t destroyed = destroy_ops();
  program_.reset();
  suppliers_->storage.drop_jobs();
  listeners_.clear();
  verbs_.clear();
  return destroyed + destroy_ops();
}

std::uint64_t NodeRun::remap_timers() {
  std::uint64_t moved = 0;
  const MonoTime now = node_.clock.mono(world_.now());
  for (env::PendingOp& op : ops_) {
    const MonoTime deadline = deadline_of(op);
    if (woken(op) || deadline == never || deadline <= now) continue;  // due: its event stands
    world_.queue().cancel(event_of(op));
    queue_timer(op);
    ++moved;
  }
  return moved;
}

/// What the network's answer and the timeout share: whichever comes first takes `done`.
struct NodeRun::Dial {
  NodeRun* run;
  env::PendingOp* timeout;  ///< nullptr once it has fired
  std::function<void(Result<Peer*>)> done;
};

void NodeRun::answer_dial(Dial& dial, Result<End*> end) {
  if (dial.timeout == nullptr) {  // too late: nobody would ever close it
    if (end) (*end)->close();
    return;
  }
  dial.run->drop(*std::exchange(dial.timeout, nullptr));
  const auto done = std::exchange(dial.done, nullptr);
  if (!end) return done(fail(end.error()));
  done(&make_peer(**end));
}

void NodeRun::dial(std::string_view host, std::uint16_t port, Nanos timeout,
                   std::function<void(Result<Peer*>)> done) {
  if (!alive_) return;
  const auto dial = std::make_shared<Dial>(Dial{this, nullptr, std::move(done)});
  world_.network().connect(*this, {std::string(host), port, false, true},
                           [dial](Result<End*> end) { answer_dial(*dial, std::move(end)); });
  dial->timeout = &timer(timeout, [dial] {
    dial->timeout = nullptr;
    std::exchange(dial->done, nullptr)(fail(definite(Errc::unreachable, "no answer")));
  });
}

}  // namespace lockstep::sim
