#include "sim/connection.hpp"

#include <algorithm>
#include <utility>

#include "sim/suppliers.hpp"
#include "sim/world.hpp"

namespace lockstep::sim {

std::size_t End::send_some(std::string_view bytes, bool limited) {
  if (!run_->alive()) return 0;
  Half& half = connection_->half_to(1U - index_);
  const std::size_t room = half.unread_bytes < window_bytes ? window_bytes - half.unread_bytes : 0;
  const std::size_t n = limited ? std::min(bytes.size(), room) : bytes.size();
  if (n < bytes.size()) half.writer_blocked = true;
  if (n == 0) return 0;
  half.unread_bytes += n;
  connection_->send(half, Chunk::Kind::data, bytes.substr(0, n));
  return n;
}

void End::consumed(std::size_t bytes) {
  Half& half = connection_->half_to(index_);
  half.unread_bytes -= std::min(bytes, half.unread_bytes);
  if (!half.writer_blocked || half.unread_bytes > window_bytes - credit_min_bytes) return;
  half.writer_blocked = false;
  connection_->schedule_credit(half);
}

void End::close() {
  if (closed_) return;
  const bool tell = run_->alive() && !lost_;
  closed_ = true;
  user_ = nullptr;
  if (tell) connection_->send(connection_->half_to(1U - index_), Chunk::Kind::end);
}

void End::die() {
  closed_ = true;
  user_ = nullptr;
  opening_ = nullptr;
}

void End::lose(Errc code_if_opening) {
  lost_ = true;
  if (opening_) {
    const auto opened = std::exchange(opening_, nullptr);
    return opened(fail(definite(code_if_opening)));
  }
  if (user_ != nullptr) user_->on_lost();
}

Connection::Connection(World& world, const Parties& parties) : world_(world), parties_(parties) {
  NodeRun* const runs[2] = {parties.client, parties.server};
  for (std::uint8_t i = 0; i < 2; ++i) {
    ends_[i].connection_ = this;
    ends_[i].run_ = runs[i];
    ends_[i].index_ = i;
    halves_[i].connection = this;
    halves_[i].to = i;
    halves_[i].link = &world.network().link({runs[1U - i]->id(), runs[i]->id()});
  }
}

void Connection::send(Half& half, Chunk::Kind kind, std::string_view bytes) {
  if (half.silent || half.aborted) return;
  half.flying.push(kind, bytes);
  const std::uint64_t message = half.messages++;
  if (!half.link->cuts.empty()) {
    ++half.withheld;
    for (const FaultId fault : half.link->cuts) world_.effective(fault);
    return;
  }
  const Nanos latency = world_.network().latency(*half.link, key(half), message, bytes.size());
  schedule_arrival(half, world_.now() + latency);
}

void Connection::schedule_arrival(Half& half, Nanos when) {
  half.last_arrival = std::max(half.last_arrival, when);
  Node& node = ends_[half.to].run_->node();
  world_.schedule(half.last_arrival, node, {&half, node.id, EventKind::deliver, {}});
}

void Connection::burst(Half& half, std::uint32_t chunks) {
  Node& node = ends_[half.to].run_->node();
  for (std::uint32_t i = 0; i < chunks; ++i) {
    world_.schedule(world_.now(), node, {&half, node.id, EventKind::deliver, {}});
  }
}

void Connection::schedule_credit(Half& half) {
  Node& node = ends_[1U - half.to].run_->node();
  const Nanos delay = world_.network().options().latency_min;
  world_.schedule(world_.now() + delay, node, {&half, node.id, EventKind::credit, {}});
}

void Connection::credit(Half& half) {
  End& sender = ends_[1U - half.to];
  if (sender.usable() && sender.run_->alive() && sender.user_ != nullptr) sender.user_->on_room();
}

/// A clog holds bytes, and with them TLS handshakes; a plain connect passes.
bool Connection::clogged(const Half& half) const {
  if (half.link->clogs.empty() || half.aborted) return false;
  return half.flying.front().kind != Chunk::Kind::accept || parties_.tls;
}

void Connection::deliver(Half& half) {
  if (half.flying.empty()) return;  // a reset dropped it
  if (clogged(half)) {
    ++half.clogged;
    for (const FaultId fault : half.link->clogs) world_.effective(fault);
    return;
  }
  Chunk chunk = half.flying.pop();  // taken out: the receiver may send in this direction meanwhile
  arrive(ends_[half.to], chunk);
  half.flying.reuse(std::move(chunk.bytes));
}

void Connection::arrive(End& end, const Chunk& chunk) {
  if (!end.usable() || !end.run_->alive()) {
    // The kernel answers what nobody reads with a reset.
    End& peer = ends_[1U - end.index_];
    if (chunk.kind == Chunk::Kind::data && peer.usable()) {
      send(halves_[peer.index_], Chunk::Kind::reset);
    }
    return;
  }
  switch (chunk.kind) {
    case Chunk::Kind::data:
      if (end.user_ != nullptr) end.user_->on_data(chunk.bytes);
      return;
    case Chunk::Kind::accept:
    case Chunk::Kind::accept_tls: return open(end, chunk.kind);
    case Chunk::Kind::end:
    case Chunk::Kind::reset: return end.lose(Errc::refused);
    case Chunk::Kind::bad_certificate: return end.lose(Errc::bad_certificate);
  }
}

void Connection::open(End& end, Chunk::Kind kind) {
  if (end.index_ == 0) {
    const auto opened = std::exchange(end.opening_, nullptr);
    return opened(&end);
  }
  if (kind == Chunk::Kind::accept_tls && !world_.network().finish_tls(*this)) return;
  if (end.run_->accept(parties_.port, end)) return;
  end.closed_ = true;
  send(halves_[0], Chunk::Kind::reset);
}

void Connection::silence(Half& half) {
  half.silent = true;
  half.flying.drop_back(std::exchange(half.withheld, 0));
}

void Connection::abort(Half& half) {
  half.flying.clear();
  half.withheld = 0;
  half.clogged = 0;
  half.aborted = true;
  if (!ends_[half.to].usable()) return;
  half.flying.push(Chunk::Kind::reset, {});
  burst(half, 1);
}

void Connection::reset() {
  for (Half& half : halves_) abort(half);
}

void Connection::retire() {
  for (Half& half : halves_) half.flying.clear();
}

}  // namespace lockstep::sim
