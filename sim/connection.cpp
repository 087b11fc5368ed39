#include "sim/connection.hpp"

#include <algorithm>
#include <utility>

#include "sim/suppliers.hpp"
#include "sim/world.hpp"

namespace lockstep::sim {

void End::attach(EndUser* user) {
  user_ = user;
  if (user != nullptr && !early_.empty()) user->on_data(std::exchange(early_, {}));
}

std::size_t End::send_some(std::string_view bytes, bool limited) {
  Half& half = connection_->half_to(1U - index_);
  const std::size_t room = half.unread_bytes < window_bytes ? window_bytes - half.unread_bytes : 0;
  const std::size_t n = limited ? std::min(bytes.size(), room) : bytes.size();
  if (n < bytes.size()) half.writer_blocked = true;
  if (n == 0) return 0;
  half.unread_bytes += n;
  connection_->send(half, {Chunk::Kind::data, std::string(bytes.substr(0, n))});
  return n;
}

void End::consumed(std::size_t bytes) {
  Half& half = connection_->half_to(index_);
  half.unread_bytes -= std::min(bytes, half.unread_bytes);
  if (!half.writer_blocked) return;
  half.writer_blocked = false;
  connection_->schedule_credit(half);
}

void End::close() {
  if (closed_) return;
  closed_ = true;
  user_ = nullptr;
  if (run_->alive() && !lost_) {
    connection_->send(connection_->half_to(1U - index_), {Chunk::Kind::end, {}});
  }
}

void End::lose() {
  lost_ = true;
  if (opening_) {
    const auto opened = std::exchange(opening_, nullptr);
    return opened(fail(definite(Errc::refused)));
  }
  if (user_ != nullptr) user_->on_lost();
}

Connection::Connection(World& world, const Parties& parties)
    : world_(world), id_(parties.id), ordinal_(parties.ordinal), port_(parties.port) {
  NodeRun* const runs[2] = {parties.client, parties.server};
  for (std::uint8_t i = 0; i < 2; ++i) {
    ends_[i].connection_ = this;
    ends_[i].run_ = runs[i];
    ends_[i].index_ = i;
  }
  for (std::uint8_t i = 0; i < 2; ++i) {
    halves_[i].connection = this;
    halves_[i].to = i;
    halves_[i].link = &world.network().link(direction(halves_[i]));
  }
}

Direction Connection::direction(const Half& half) {
  return {ends_[1U - half.to].run_->id(), ends_[half.to].run_->id()};
}

void Connection::send(Half& half, Chunk chunk) {
  const std::size_t bytes = chunk.bytes.size();
  half.flying.push_back(std::move(chunk));
  if (half.silent || half.withheld > 0 || !half.link->cuts.empty()) {
    ++half.withheld;
    for (const FaultId fault : half.link->cuts) world_.effective(fault);
    return;
  }
  const Nanos latency =
      world_.network().latency(direction(half), ordinal_ * 2 + half.to, half.messages++, bytes);
  schedule_arrival(half, world_.now() + latency);
}

void Connection::schedule_arrival(Half& half, Nanos when) {
  half.last_arrival = std::max(half.last_arrival, when);
  NodeRun& run = *ends_[half.to].run_;
  world_.schedule(half.last_arrival, run.node(), {&half, run.id(), EventKind::deliver, {}});
}

void Connection::schedule_credit(Half& half) {
  NodeRun& sender = *ends_[1U - half.to].run_;
  const Nanos delay = world_.network().options().latency_min;
  world_.schedule(world_.now() + delay, sender.node(), {&half, sender.id(), EventKind::credit, {}});
}

void Connection::credit(Half& half) {
  End& sender = ends_[1U - half.to];
  if (sender.usable() && sender.run_->alive() && sender.user_ != nullptr) sender.user_->on_room();
}

void Connection::deliver(Half& half) {
  if (half.flying.empty()) return;  // a reset dropped it
  if (!half.link->clogs.empty()) {
    ++half.clogged;
    for (const FaultId fault : half.link->clogs) world_.effective(fault);
    return;
  }
  Chunk chunk = std::move(half.flying.front());
  half.flying.pop_front();
  arrive(ends_[half.to], std::move(chunk));
}

void Connection::arrive(End& end, Chunk chunk) {
  if (!end.usable() || !end.run_->alive()) {
    // The kernel answers what nobody reads with a reset.
    End& peer = ends_[1U - end.index_];
    if (chunk.kind == Chunk::Kind::data && peer.usable()) {
      send(halves_[peer.index_], {Chunk::Kind::reset, {}});
    }
    return;
  }
  switch (chunk.kind) {
    case Chunk::Kind::data:
      if (end.user_ == nullptr) end.early_ += chunk.bytes;
      if (end.user_ != nullptr) end.user_->on_data(std::move(chunk.bytes));
      return;
    case Chunk::Kind::accept:
    case Chunk::Kind::accept_tls: return open(end, chunk.kind);
    case Chunk::Kind::end:
    case Chunk::Kind::reset: return end.lose();
  }
}

void Connection::open(End& end, Chunk::Kind kind) {
  if (end.index_ == 0) {
    const auto opened = std::exchange(end.opening_, nullptr);
    return opened(&end);
  }
  if (kind == Chunk::Kind::accept_tls && !world_.network().finish_tls(*this)) return;
  if (Acceptor* acceptor = end.run_->acceptor(port_)) {
    return acceptor->on_accept(make_peer(end));
  }
  end.closed_ = true;
  send(halves_[0], {Chunk::Kind::reset, {}});
}

std::size_t Connection::reset_end(std::size_t index, Nanos delay) {
  Half& half = halves_[index];
  std::size_t dropped = half.unread_bytes;
  half.flying.clear();
  half.withheld = 0;
  half.clogged = 0;
  half.silent = false;
  half.unread_bytes = 0;
  if (!ends_[index].usable()) return dropped;
  half.flying.push_back({Chunk::Kind::reset, {}});
  half.last_arrival = world_.now();
  schedule_arrival(half, world_.now() + delay);
  return dropped;
}

}  // namespace lockstep::sim
