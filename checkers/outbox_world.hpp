// Makes histories of a correct outbox under faults, for tests: transactions that commit late or
// roll back; relays that lead in turn, by a lock or alone, crash, are overtaken, retry and park
// poison; messages that land late; inboxes whose consumers crash. What clients never learn is
// resolved.
//
// Not modelled: any outbox of impl; stores and brokers that crash.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/dice.hpp"
#include "checkers/timeline.hpp"

namespace lockstep::checkers {

/// How relays make sure that one of them publishes at a time.
enum class Leading : std::uint8_t {
  alone,     ///< there is only one
  fenced,    ///< lock and tokens, and sinks that refuse old ones; overtaken leaders go on
  unfenced,  ///< lock and tokens that nobody compares; leaders stop in time
  elected,   ///< the same, and tokens are not even recorded
};

struct OutboxWorldOptions {
  std::uint64_t seed = 1;
  Leading leading = Leading::fenced;
  std::int64_t keys = 3;
  // Of 100 steps, or of 100 operations:
  std::int64_t crashes = 0;
  std::int64_t unknown = 0;
  std::int64_t failures = 0;
  std::int64_t poison = 0;  ///< of 100 entries
  bool drained = false;
  bool lists_broker = true;
  bool trimmed = false;
  bool inboxes = true;
  Order order = Order::total;
};

class OutboxWorld {
 public:
  explicit OutboxWorld(const OutboxWorldOptions& options);

  void run(std::int64_t steps);
  /// Drains, if that was asked for, then surveys and ends.
  void finish();

  // For those who write a story of their own into the middle of one.
  Timeline& timeline() { return timeline_; }
  /// The next moment, after everything so far.
  std::int64_t tick();
  std::uint64_t next_id() { return next_id_++; }
  std::int64_t next_value() { return next_value_++; }
  /// The broker holds an entry, once more. @return Where.
  std::uint64_t append(std::string_view key, std::int64_t value, std::uint64_t id);
  /// The highest token that the broker has seen.
  [[nodiscard]] std::uint64_t fence() const { return broker_fence_; }
  /// A relay that was told that it leads, and believes so; empty: there is none.
  [[nodiscard]] std::string_view leader() const;
  /// What the final survey of the store finds beside what it holds.
  void leave(std::string_view key, std::int64_t value, std::uint64_t id);
  /// What a final survey of the first inbox finds beside what it holds.
  void count_applied(std::string_view key, std::int64_t value, std::uint64_t id,
                     std::uint16_t times);

 private:
  struct Row {
    std::int64_t value = 0;
    std::uint64_t id = 0;
    std::string key;
    bool is_blocked = false;
  };
  struct Task {
    NameId f{};
    std::string node;
    Row row;
    std::string sink;
    std::uint64_t token = 0;
    std::uint64_t lease = 0;
    std::int64_t sent = 0;
    std::int64_t until = 0;        ///< no effect from then on; 0: at any time
    std::int64_t effected = -1;    ///< when
    Ending ending = Ending::open;  ///< once effected
    std::uint64_t position = 0;    ///< of a publish that was accepted
    std::size_t operation = 0;     ///< once it is part of the timeline
  };
  struct Relay {
    std::string node;
    std::optional<Task> task;
    std::uint64_t token = 0;
    std::uint64_t lease = 0;
    std::int64_t deadline = 0;
    bool is_up = true;
    bool leads = false;
    int raised = 0;
    std::vector<Row> batch;
    std::vector<Row> unmarked;
    std::vector<Row> fetched;  ///< by the task
    std::map<std::int64_t, int> failures;
  };
  struct Sent {
    Row row;
    std::uint64_t position = 0;
  };
  struct Consumer {
    std::string inbox;
    std::optional<Task> task;
    std::size_t next = 0;  ///< in the broker's log
    std::map<std::int64_t, Row> applied;
  };

  [[nodiscard]] bool has_lock() const { return options_.leading != Leading::alone; }
  [[nodiscard]] bool is_fenced() const { return options_.leading == Leading::fenced; }
  [[nodiscard]] bool is_drained() const;
  // Transactions.
  void step_client(std::optional<Task>& task);
  void step_admin();
  // Relays.
  void step(Relay& relay);
  void begin(Relay& relay);
  bool begin_leading(Relay& relay);
  void send(Relay& relay, NameId f, const Row& row, std::string_view sink);
  void settle(Relay& relay, Ending ending);
  void settle_publish(Relay& relay, Ending ending);
  void settle_acquire(Relay& relay, Ending ending);
  void step_down(Relay& relay);
  void crash(Relay& relay);
  // Inboxes.
  void step(Consumer& consumer);
  // Services.
  void effect(Task& task, Relay* relay);
  void take_effect(Task& task, Relay* relay);
  void take_publish(Task& task);
  void take_acquire(Task& task);
  void take_consume(Task& task);
  [[nodiscard]] std::vector<Row> fetch() const;
  [[nodiscard]] bool is_refused(const Task& task);
  // The record.
  [[nodiscard]] bool is_given_up();
  void end(Task& task, Ending ending);
  /// Of unknown end; it lands now, later or never.
  void give_up(Task& task, Ending ending);
  void land(std::size_t late);
  void drop(const Task& task);
  void survey(std::string_view sink, const std::vector<Row>& rows);
  void survey_broker();
  void survey_inbox(const Consumer& consumer);
  void drain();

  OutboxWorldOptions options_;
  Dice dice_;
  Timeline timeline_;
  std::int64_t now_ = 0;
  bool is_calm_ = false;  ///< no more faults
  std::int64_t next_value_ = 100;
  std::uint64_t next_id_ = 1;
  std::uint64_t next_position_ = 1;
  std::uint64_t next_token_ = 1;
  std::uint64_t next_lease_ = 1;
  std::vector<std::optional<Task>> clients_;
  std::vector<Relay> relays_;
  std::vector<Consumer> consumers_;
  std::vector<Task> late_;  ///< of unknown end, not landed
  std::set<std::string> locked_keys_;
  std::set<std::int64_t> poisoned_;
  std::map<std::uint64_t, Row> rows_;
  std::vector<Row> left_;
  std::map<std::int64_t, std::uint16_t> times_;  ///< applied, where it is not once
  std::vector<Sent> log_;
  std::uint64_t store_fence_ = 0;
  std::uint64_t broker_fence_ = 0;
  std::uint64_t lock_lease_ = 0;
  std::int64_t lock_ends_ = 0;
};

/// Drawn from the seed: all kinds of worlds.
[[nodiscard]] OutboxWorldOptions any_outbox_world(std::uint64_t seed);

}  // namespace lockstep::checkers
