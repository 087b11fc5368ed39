// What a client of the outbox workload does, each written down with what came of it.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "impl/relay/inbox.hpp"
#include "impl/relay/outbox_store.hpp"
#include "impl/relay/publisher.hpp"
#include "scenarios/lock_world/hold_tracker.hpp"

namespace lockstep::scenarios {

/// The key of the stream on the sink.
inline constexpr const char* relay_stream = "lockstep-stream";

/// The payload of an entry, and what it carries.
[[nodiscard]] std::string outbox_payload(std::int64_t value);
[[nodiscard]] std::int64_t outbox_value(std::string_view payload);

/// What the recorders of one client share.
struct OutboxLog {
  ClientLog& client;
  const HoldTracker& holds;
  bool is_fenced = true;  ///< else nothing is presented to the sinks, and tokens are only recorded

  [[nodiscard]] checkers::Invocation under(checkers::NameId f, checkers::NameId sink,
                                           const lock::Fence& fence) const;
  /// An operation on an entry.
  [[nodiscard]] checkers::Invocation on(checkers::NameId f, checkers::NameId sink,
                                        const relay::EntryRef& entry, std::int64_t value,
                                        const lock::Fence& fence) const;
  /// Done at once.
  void note(const checkers::Invocation& what) const;
  [[nodiscard]] lock::Fence presented(const lock::Fence& fence) const {
    return is_fenced ? fence : lock::Fence{};
  }
};

/// A store as its relay sees it.
class RecordingOutbox final : public relay::OutboxStore {
 public:
  /// `inner` and what `log` refers to outlive it.
  RecordingOutbox(relay::OutboxStore& inner, OutboxLog log) : inner_(inner), log_(log) {}

  env::Task<Result<lock::GuardedOutcome>> raise(const lock::Fence& fence) override;
  env::Task<Result<relay::FetchOutcome>> fetch_pending(const relay::FetchRequest& request,
                                                       const lock::Fence& fence) override;
  env::Task<Result<lock::GuardedOutcome>> mark_published(
      const std::vector<relay::EntryRef>& entries, const lock::Fence& fence) override;
  env::Task<Result<relay::NoteOutcome>> note_failure(const relay::FailureNote& note,
                                                     const lock::Fence& fence) override;
  env::Task<Result<std::vector<relay::BlockedEntry>>> blocked() override {
    return inner_.blocked();
  }
  env::Task<Result<bool>> unblock(const std::string& aggregate) override;
  env::Task<Result<std::uint64_t>> backlog() override { return inner_.backlog(); }
  env::Task<env::Outcome> changed(MonoTime deadline) override { return inner_.changed(deadline); }

 private:
  [[nodiscard]] std::int64_t value_of(const relay::EntryRef& entry) const;

  relay::OutboxStore& inner_;
  OutboxLog log_;
  std::map<relay::EntryId, std::int64_t> values_;  ///< of entries that were fetched
};

/// Each entry of a call is an operation of its own. Dawdles before it publishes: what happens
/// between a relay's look at its lease and the arrival of what it sends is what fencing is for.
class RecordingPublisher final : public relay::Publisher {
 public:
  using Dawdle = std::function<Nanos()>;
  RecordingPublisher(env::Env& env, relay::Publisher& inner, OutboxLog log, Dawdle dawdle)
      : env_(env), inner_(inner), log_(log), dawdle_(std::move(dawdle)) {}

  env::Task<Result<lock::GuardedOutcome>> raise(const lock::Fence& fence) override;
  env::Task<Result<relay::PublishOutcome>> publish(const std::vector<relay::Entry>& entries,
                                                   const lock::Fence& fence) override;

 private:
  env::Env& env_;
  relay::Publisher& inner_;
  OutboxLog log_;
  Dawdle dawdle_;
};

/// A message of the stream.
struct StreamMessage {
  std::string position;
  relay::EntryRef entry;
  std::string key;
  std::int64_t value = 0;
};

/// Up to `count` messages behind `position`; empty: from the start.
[[nodiscard]] env::Task<Result<std::vector<StreamMessage>>> read_stream(redis::Client* client,
                                                                        std::string position,
                                                                        std::size_t count);

/// Applies messages through an inbox; each is an operation.
[[nodiscard]] env::Task<Result<void>> consume_messages(OutboxLog log, relay::Inbox* inbox,
                                                       checkers::NameId name,
                                                       const std::vector<StreamMessage>* messages);

// What is left at the end, each a survey and what it found. False: it has to be tried again.
[[nodiscard]] env::Task<bool> survey_store(OutboxLog log, relay::OutboxStore* store);
[[nodiscard]] env::Task<bool> survey_stream(OutboxLog log, redis::Client* client);
[[nodiscard]] env::Task<bool> survey_inbox(OutboxLog log, relay::Inbox* inbox,
                                           checkers::NameId name);

}  // namespace lockstep::scenarios
