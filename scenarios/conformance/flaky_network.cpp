#include "scenarios/conformance/flaky_network.hpp"

#include <algorithm>
#include <array>

namespace lockstep::conformance {

using env::Outcome;
using env::PendingOp;
using env::Task;

/// One connection: what has arrived, and who waits for it.
struct FlakyNetwork::Line {
  explicit Line(std::unique_ptr<env::Stream> stream) : inner(std::move(stream)) {}

  /// Hands to the reader what there is, or the end.
  void serve(bool held) {
    if (readers.empty() || held || (arrived.empty() && ended == Errc::ok)) return;
    PendingOp& op = readers.front();
    readers.pop_front();
    Outcome outcome{ended, 0};
    if (!arrived.empty()) {
      const std::size_t n = std::min(into.size(), arrived.size());
      std::ranges::copy(std::as_bytes(std::span(arrived).first(n)), into.begin());
      arrived.erase(0, n);
      outcome = {Errc::ok, static_cast<std::uint32_t>(n)};
    }
    inner->waits().wake(op, outcome);
  }
  void end(Errc code) {
    if (ended == Errc::ok) ended = code;
    inner->close();
  }

  std::unique_ptr<env::Stream> inner;
  std::array<std::byte, 4096> chunk{};
  std::string arrived;
  Errc ended = Errc::ok;
  bool lost = false;     // carries nothing any more
  env::OpQueue readers;  // at most one
  std::span<std::byte> into;
};

class FlakyStream final : public env::Stream {
 public:
  FlakyStream(FlakyNetwork& network, std::shared_ptr<FlakyNetwork::Line> line)
      : network_(network), line_(std::move(line)) {}
  FlakyStream(const FlakyStream&) = delete;
  FlakyStream& operator=(const FlakyStream&) = delete;
  ~FlakyStream() override { close(); }

  void start_read(std::span<std::byte> into, MonoTime deadline, PendingOp& op) override {
    line_->into = into;
    line_->readers.push_back(op);
    waits().suspend(op, deadline, Errc::no_reply);
    line_->serve(network_.hold_replies_);
  }
  void start_write(std::span<const std::byte> from, MonoTime deadline, PendingOp& op) override {
    ++network_.writes_;
    const bool lost = network_.lose_requests_ || line_->lost;
    if (!lost) return line_->inner->start_write(from, deadline, op);
    waits().suspend(op, deadline, Errc::no_reply);
    waits().wake(op, {Errc::ok, static_cast<std::uint32_t>(from.size())});
  }
  void close() override {
    line_->end(Errc::closed);
    line_->arrived.clear();
    line_->serve(false);
  }
  env::Waits& waits() override { return line_->inner->waits(); }

 private:
  FlakyNetwork& network_;
  std::shared_ptr<FlakyNetwork::Line> line_;
};

Task<Result<std::unique_ptr<env::Stream>>> FlakyNetwork::connect(env::Endpoint endpoint,
                                                                 MonoTime deadline) {
  while (hold_connects_) {
    const env::Outcome woken = co_await connecting_.wait(deadline);
    if (!woken) co_return fail(definite(woken.code, "connecting was given up"));
  }
  auto connected = co_await env_.network.connect(std::move(endpoint), deadline);
  if (!connected) co_return fail(std::move(connected.error()));
  ++connections_;
  auto line = std::make_shared<Line>(std::move(*connected));
  std::erase_if(lines_, [](const std::weak_ptr<Line>& old) { return old.expired(); });
  lines_.push_back(line);
  pumps_.spawn(pump(line));
  std::unique_ptr<env::Stream> stream = std::make_unique<FlakyStream>(*this, std::move(line));
  co_return stream;
}

Task<void> FlakyNetwork::pump(std::shared_ptr<Line> line) {
  while (line->ended == Errc::ok) {
    const Outcome got = co_await env::read_some(*line->inner, line->chunk);
    if (!got) {
      line->end(got.code);
    } else if (!lose_replies_ && !line->lost) {
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
      line->arrived.append(reinterpret_cast<const char*>(line->chunk.data()), got.n);
    }
    line->serve(hold_replies_);
  }
}

void FlakyNetwork::hold_connects(bool held) {
  hold_connects_ = held;
  connecting_.notify_all();
}
void FlakyNetwork::hold_replies(bool held) {
  hold_replies_ = held;
  for (const std::weak_ptr<Line>& weak : lines_) {
    if (const auto line = weak.lock()) line->serve(held);
  }
}

void FlakyNetwork::black_hole() {
  for (const std::weak_ptr<Line>& weak : lines_) {
    if (const auto line = weak.lock()) line->lost = true;
  }
}

void FlakyNetwork::reset() {
  for (const std::weak_ptr<Line>& weak : lines_) {
    const auto line = weak.lock();
    if (!line) continue;
    line->arrived.clear();
    line->end(Errc::connection_lost);
    line->serve(false);
  }
}

Task<void> FlakyNetwork::shutdown() {
  reset();
  pumps_.stop();
  co_await pumps_.join();
}

}  // namespace lockstep::conformance
