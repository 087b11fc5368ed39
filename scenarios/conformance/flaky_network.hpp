// FlakyNetwork: a network in front of another that can be told to misbehave, the same way in every
// world: replies that are held back or never come, requests that vanish, resets.
//
// Not modelled: bytes lost from the middle of a stream that lives on; TCP does not do that. After
// losing bytes, reset().
#pragma once

#include <list>
#include <memory>
#include <string>

#include "impl/env/env.hpp"
#include "impl/env/event.hpp"
#include "impl/env/task_group.hpp"

namespace lockstep::conformance {

class FlakyNetwork final : public env::Network {
 public:
  /// `env` supplies the real network; it outlives this.
  explicit FlakyNetwork(env::Env& env) : env_(env), connecting_(env.waits), pumps_(env) {}

  [[nodiscard]] env::Task<Result<std::unique_ptr<env::Stream>>> connect(env::Endpoint endpoint,
                                                                        MonoTime deadline) override;

  /// What arrives from now on is thrown away: requests are executed, replies lost.
  void lose_replies(bool lost) { lose_replies_ = lost; }
  /// What is written from now on goes nowhere.
  void lose_requests(bool lost) { lose_requests_ = lost; }
  /// What arrives waits until hold_replies(false).
  void hold_replies(bool held);
  /// Whoever connects waits until hold_connects(false).
  void hold_connects(bool held);
  /// The present connections carry nothing any more, either way, and do not end: half-open.
  void black_hole();
  /// Ends every connection, as a reset does.
  void reset();
  [[nodiscard]] std::uint64_t connections() const { return connections_; }
  [[nodiscard]] std::uint64_t writes() const { return writes_; }

  /// Ends everything; call before the end.
  [[nodiscard]] env::Task<void> shutdown();

 private:
  friend class FlakyStream;
  struct Line;
  env::Task<void> pump(std::shared_ptr<Line> line);

  env::Env& env_;
  env::Event connecting_;
  env::TaskGroup pumps_;
  std::list<std::weak_ptr<Line>> lines_;
  bool lose_replies_ = false;
  bool lose_requests_ = false;
  bool hold_replies_ = false;
  bool hold_connects_ = false;
  std::uint64_t connections_ = 0;
  std::uint64_t writes_ = 0;
};

}  // namespace lockstep::conformance
