// Records what the clients of one world, or of one process, do: logical threads per node, lease
// numbers, names interned once. Call records one operation and cannot forget to end it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checkers/recorder.hpp"
#include "impl/lock/lease.hpp"
#include "scenarios/coverage/coverage.hpp"

namespace lockstep::scenarios {

class RunLog {
 public:
  /// `history` outlives the log.
  /// @param now  Time since the start of the run; never falls.
  RunLog(checkers::History& history, std::function<Nanos()> now)
      : history_(history), recorder_(history), now_(std::move(now)) {}

  [[nodiscard]] Nanos now() const { return now_(); }
  [[nodiscard]] checkers::Recorder& recorder() { return recorder_; }
  [[nodiscard]] checkers::NameId name(std::string_view text) { return history_.names.intern(text); }
  /// The number a lease token has in this history, new or old.
  [[nodiscard]] checkers::LeaseId lease(lock::LeaseToken token);
  /// The tokens that lease() was asked for: that of lease n is at n - 1.
  [[nodiscard]] const std::vector<lock::LeaseToken>& lease_tokens() const { return tokens_; }
  /// Identities and values are numbered from here on, so that those of several processes differ.
  void number_from(std::uint32_t owner, std::int64_t value) {
    owners_ = owner;
    values_ = value;
  }
  /// A new identity, as the lock sees its clients.
  [[nodiscard]] checkers::OwnerId new_owner() { return checkers::OwnerId{++owners_}; }
  /// Values written to sinks are numbered, so that each write can be told from every other.
  [[nodiscard]] std::int64_t new_value() { return ++values_; }
  [[nodiscard]] std::uint64_t completed() const { return completed_; }
  /// What is answered on that node is told to `coverage` too, which outlives the log.
  void watch(const std::string& node, NodeCoverage& coverage) { watched_[node] = &coverage; }
  /// From now on `look` is called after each event of an operation.
  void call_after_each(std::function<void()> look) { look_ = std::move(look); }

 private:
  friend class Call;
  friend class ClientLog;
  checkers::History& history_;
  checkers::Recorder recorder_;
  std::function<Nanos()> now_;
  std::map<lock::LeaseToken, checkers::LeaseId> leases_;
  std::vector<lock::LeaseToken> tokens_;
  std::uint32_t owners_ = 0;
  std::int64_t values_ = 0;
  std::uint64_t completed_ = 0;
  std::map<std::string, NodeCoverage*, std::less<>> watched_;
  std::function<void()> look_;
};

/// The log of one incarnation of a client: its identity and its idle threads.
class ClientLog {
 public:
  ClientLog(RunLog& run, std::string_view node)
      : run_(run), node_(run.name(node)), owner_(run.new_owner()) {
    const auto watched = run.watched_.find(node);
    if (watched != run.watched_.end()) coverage_ = watched->second;
  }

  [[nodiscard]] RunLog& run() { return run_; }
  [[nodiscard]] checkers::NameId node() const { return node_; }
  [[nodiscard]] checkers::OwnerId owner() const { return owner_; }

 private:
  friend class Call;
  RunLog& run_;
  checkers::NameId node_;
  checkers::OwnerId owner_;
  NodeCoverage* coverage_ = nullptr;
  std::vector<checkers::ThreadId> idle_;
};

/// One operation from its invocation to its end. Destroyed unanswered (its node crashed, its task
/// was cancelled) it stays open, which reads as info.
class Call {
 public:
  Call(ClientLog& log, checkers::Invocation what);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  [[nodiscard]] checkers::EventIndex index() const { return index_; }
  void ok(checkers::Answer answer);
  void fail(checkers::Answer answer);
  /// `info` or `fail`, as the error says.
  void error(const Error& error);

 private:
  using Complete = void (checkers::Recorder::*)(checkers::EventIndex, const checkers::Answer&);
  void complete(Complete how, checkers::Answer answer, Ending ending);

  ClientLog& log_;
  checkers::ThreadId thread_;
  checkers::NameId f_;
  checkers::EventIndex index_;
  bool open_ = true;
};

}  // namespace lockstep::scenarios
