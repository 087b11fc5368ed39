#include "sim/node_run.hpp"

#include <utility>

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

void set_event(env::PendingOp& op, EventRef ref) {
  op.supplier_words[0] = (static_cast<std::uint64_t>(ref.generation) << 32U) | ref.slot;
}

bool woken(const env::PendingOp& op) { return (op.supplier_words[1] & woken_bit) != 0; }

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

void NodeRun::start() {
  if (node_.spec.program) program_ = node_.spec.program(*this);
}

void NodeRun::after(Nanos d, std::function<void()> f) {
  if (!alive_) return;
  auto& op = FunctionOp<std::function<void()>>::make(pool(), std::move(f));
  const Nanos delay = d.count() > 0 ? d : Nanos(0);
  suspend(op, saturating_add(node_.clock.mono(world_.now()), delay), Errc::ok);
}

void NodeRun::listen(std::uint16_t port, Acceptor& acceptor) { acceptors_[port] = &acceptor; }

Acceptor* NodeRun::acceptor(std::uint16_t port) const {
  const auto found = acceptors_.find(port);
  return found == acceptors_.end() ? nullptr : found->second;
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

void NodeRun::wake(env::PendingOp& op, env::Outcome outcome) {
  if (!alive_ || woken(op)) return;
  mark_woken(op);
  if (op.queue_hook.is_linked()) op.queue_hook.unlink();
  world_.queue().cancel(event_of(op));
  set_event(op, world_.schedule(world_.now(), node_, {&op, node_.id, EventKind::resume, outcome}));
}

void NodeRun::mark_woken(env::PendingOp& op) { op.supplier_words[1] |= woken_bit; }

void NodeRun::resume(env::PendingOp& op, env::Outcome outcome) {
  op.owner_hook.unlink();
  op.complete(outcome);
}

void NodeRun::finish_now(env::PendingOp& op, env::Outcome outcome) {
  if (!alive_ || woken(op)) return;
  world_.queue().cancel(event_of(op));
  if (op.queue_hook.is_linked()) op.queue_hook.unlink();
  resume(op, outcome);
}

void NodeRun::post(env::PendingOp& op) {
  ops_.push_back(op);
  mark_woken(op);
  set_event(op, world_.schedule(world_.now(), node_, {&op, node_.id, EventKind::resume, {}}));
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
  acceptors_.clear();
  verbs_.clear();
  return destroyed + destroy_ops();
}

std::uint64_t NodeRun::remap_timers() {
  std::uint64_t moved = 0;
  for (env::PendingOp& op : ops_) {
    if (woken(op) || deadline_of(op) == never) continue;
    world_.queue().cancel(event_of(op));
    queue_timer(op);
    ++moved;
  }
  return moved;
}

void NodeRun::dial(std::string_view host, std::uint16_t port, Nanos timeout,
                   std::function<void(Result<Peer*>)> done) {
  auto once = std::make_shared<std::function<void(Result<Peer*>)>>(std::move(done));
  const auto finish = [once](Result<Peer*> result) {
    if (!*once) return;
    const auto f = std::exchange(*once, nullptr);
    f(std::move(result));
  };
  world_.network().connect(*this, {std::string(host), port, false}, [finish](Result<End*> end) {
    if (!end) return finish(fail(end.error()));
    finish(&make_peer(**end));
  });
  after(timeout, [finish] { finish(fail(definite(Errc::unreachable, "no answer"))); });
}

}  // namespace lockstep::sim
