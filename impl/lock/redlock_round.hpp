// RedlockRound: every decision of Redlock that depends on several servers. Plain counting; no
// clock, no coroutine, no server.
//
// Source: Redis documentation, "Distributed locks with Redis" (Redlock); Kleppmann 2016, "How to do
// distributed locking" (why its grants need fencing tokens).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/lock/lease.hpp"

namespace lockstep::lock {

/// One question to every server, and what came back.
class RedlockRound {
 public:
  enum class Vote : std::uint8_t {
    open,     ///< asked, no answer yet
    yes,      ///< granted, confirmed, renewed, released
    no,       ///< the server said no
    failed,   ///< it certainly had no effect, or was not asked
    unknown,  ///< it may have had one
  };
  struct Answer {
    Vote vote = Vote::open;
    bool stale = false;         ///< of a no: the caller's own later acquisition
    std::uint64_t highest = 0;  ///< of a granted acquire: the highest fencing token known there
    std::uint64_t fence = 0;    ///< of a granted acquire: what its lease has, 0 if none yet
  };
  enum class Verdict : std::uint8_t {
    open,
    won,        ///< a quorum said yes
    denied,     ///< so many said no that no quorum can say yes
    undecided,  ///< neither will come: too many did not answer
  };

  /// Every server is asked. Requires servers > 0.
  explicit RedlockRound(std::size_t servers) : answers_(servers) {}
  [[nodiscard]] static std::size_t quorum_of(std::size_t servers) { return servers / 2 + 1; }

  void answer(std::size_t server, const Answer& answer) { answers_[server] = answer; }
  /// The first error is kept, for a human.
  void fail(std::size_t server, const Error& error);

  [[nodiscard]] const std::vector<Answer>& answers() const { return answers_; }
  [[nodiscard]] std::size_t count(Vote vote) const;
  [[nodiscard]] Verdict verdict() const;
  /// Whether anything may have happened anywhere.
  [[nodiscard]] bool may_have_effect() const {
    return count(Vote::yes) + count(Vote::unknown) + count(Vote::open) > 0;
  }
  [[nodiscard]] bool any_stale() const;

  /// Of an acquire: the fencing token that a quorum has for this very lease already; it was agreed
  /// before.
  [[nodiscard]] std::optional<FencingToken> agreed() const;
  /// Not yet, but the answers that are still to come can make it so.
  [[nodiscard]] bool may_be_agreed() const;
  /// Of an acquire: a token above everything that a server which granted it knows, and above
  /// `floor`; at least `before`, if that still is. Tokens of two leases never agree: their quorums
  /// share a server, which takes a token only from the lease that it holds, and only a higher one;
  /// so the later of the two has seen the earlier's.
  [[nodiscard]] FencingToken propose(FencingToken floor, FencingToken before) const;

  /// "2 of 5 servers said yes, 1 no, 2 failed: redis-3:6379: refused"; indefinite if anything may
  /// have happened. The code is the first failure's.
  [[nodiscard]] Error error() const;

 private:
  /// The highest fencing token that any server has for the lease, and how many have it.
  struct Standing {
    std::uint64_t fence = 0;
    std::size_t servers = 0;
  };
  [[nodiscard]] Standing standing() const;

  std::vector<Answer> answers_;
  Error first_failure_ = definite(Errc::no_reply);
};

}  // namespace lockstep::lock
