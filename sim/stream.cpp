#include "sim/stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sim/node_run.hpp"
#include "sim/suppliers.hpp"

namespace lockstep::sim {

SimStream::SimStream(End& end) : end_(end) { end_.attach(this); }

SimStream::~SimStream() { close(); }

env::Waits& SimStream::waits() { return end_.run(); }

std::uint32_t SimStream::take_from_inbox(std::span<std::byte> into) {
  const std::size_t n = std::min(into.size(), inbox_.size() - read_);
  std::memcpy(into.data(), inbox_.data() + read_, n);
  read_ += n;
  if (read_ == inbox_.size()) {
    inbox_.clear();
    read_ = 0;
  }
  end_.consumed(n);
  return static_cast<std::uint32_t>(n);
}

void SimStream::start_read(std::span<std::byte> into, MonoTime deadline, env::PendingOp& op) {
  ASSERT(!into.empty());
  ASSERT(reader_.empty());
  NodeRun& run = end_.run();
  if (end_.closed()) return run.suspend_ended(op, {Errc::closed});
  if (!inbox_.empty()) return run.suspend_ended(op, {Errc::ok, take_from_inbox(into)});
  if (end_.lost()) return run.suspend_ended(op, {Errc::connection_lost});
  run.suspend(op, deadline, Errc::no_reply);
  reader_.push_back(op);
  into_ = into;
}

void SimStream::start_write(std::span<const std::byte> from, MonoTime deadline,
                            env::PendingOp& op) {
  ASSERT(writer_.empty());
  NodeRun& run = end_.run();
  if (end_.closed()) return run.suspend_ended(op, {Errc::closed});
  if (end_.lost()) return run.suspend_ended(op, {Errc::connection_lost});
  rest_ = {reinterpret_cast<const char*>(from.data()), from.size()};
  written_ = static_cast<std::uint32_t>(from.size());
  rest_.remove_prefix(end_.send_some(rest_, true));
  if (rest_.empty()) return run.suspend_ended(op, {Errc::ok, written_});
  run.suspend(op, deadline, Errc::no_reply);
  writer_.push_back(op);
}

void SimStream::on_room() {
  if (writer_.empty()) return;  // cancelled or timed out: what was sent of it may arrive
  rest_.remove_prefix(end_.send_some(rest_, true));
  if (rest_.empty()) end_.run().wake(writer_.front(), {Errc::ok, written_});
}

void SimStream::on_data(std::string_view bytes) {
  if (read_ > inbox_.size() / 2) {  // a reader that never empties it would let it grow
    inbox_.erase(0, std::exchange(read_, 0));
  }
  inbox_ += bytes;
  if (reader_.empty()) return;
  env::PendingOp& op = reader_.front();
  const std::uint32_t n = take_from_inbox(into_);
  end_.run().finish_now(op, {Errc::ok, n});  // may destroy this stream
}

void SimStream::on_lost() { end_all(Errc::connection_lost); }

void SimStream::end_all(Errc code) {
  NodeRun& run = end_.run();
  if (!writer_.empty()) run.wake(writer_.front(), {code});
  if (!reader_.empty()) run.wake(reader_.front(), {code});
}

void SimStream::close() {
  if (end_.closed()) return;
  end_.attach(nullptr);
  end_.close();
  end_all(Errc::closed);
}

namespace {

class SimPeer final : public Peer, public EndUser {
 public:
  explicit SimPeer(End& end) : end_(end) {}

  void set_handler(PeerHandler* handler) override { handler_ = handler; }
  void send(std::string_view bytes) override {
    if (end_.usable()) end_.send_some(bytes, false);
  }
  void close() override {
    handler_ = nullptr;
    end_.close();
  }
  [[nodiscard]] std::uint64_t id() const override { return end_.connection().id(); }

  void on_data(std::string_view bytes) override {
    end_.consumed(bytes.size());
    if (handler_ != nullptr) handler_->on_bytes(*this, bytes);
  }
  void on_lost() override {
    if (handler_ != nullptr) std::exchange(handler_, nullptr)->on_closed(*this);
  }
  void on_room() override {}

 private:
  End& end_;
  PeerHandler* handler_ = nullptr;
};

}  // namespace

Peer& make_peer(End& end) {
  auto peer = std::make_unique<SimPeer>(end);
  SimPeer& made = *peer;
  end.own(std::move(peer));
  return made;
}

}  // namespace lockstep::sim
