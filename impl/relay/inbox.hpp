// Inbox: applies messages of an at-least-once stream once each, on RocksDB: a message's effect on
// the consumer's data and its idempotency key are one write, so that a crash leaves both or
// neither. A message whose key is known changes nothing.
//
// Keys are forgotten when they are older than the retention and keys_min newer ones are known: by
// time alone a jump of the wall clock would empty the inbox, by count alone a burst would.
// Duplicates that come later than that are applied again: keys_min must cover what can still be on
// its way. A key that seems to come from the future, because the clock was set back, is kept by
// count alone.
//
// Not here: messages whose effect is outside this database; order (messages are applied as they are
// given).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/env/env.hpp"
#include "impl/queue/types.hpp"
#include "impl/relay/transaction.hpp"

namespace lockstep::queue {
class QueueStore;
}  // namespace lockstep::queue

namespace lockstep::relay {

class RocksLog;

struct InboxOptions {
  queue::Level level = queue::Level::sync;
  Nanos retention = seconds(7 * 24 * 3600);
  std::uint64_t keys_min = 100'000;
  std::uint64_t reserve_bytes = 64U << 20U;  ///< as queue::QueueOptions::reserve_bytes
};

enum class Applied : std::uint8_t {
  applied,
  duplicate,  ///< its key was known: nothing changed
};

class Inbox {
 public:
  using Options = InboxOptions;
  /// The consumer's data as it is before a message: nullopt where there is none.
  /// Errors as queue::QueueStore::get_data().
  using Read = std::function<Result<std::optional<std::string>>(const std::string& key)>;
  /// What a message changes. Runs on the storage thread, perhaps after its call was cancelled: it
  /// owns what it uses. An error leaves everything as it was.
  using Compute = std::function<Result<Effect>(const Read& read)>;
  struct Message {
    std::string idempotency_key;
    Compute effect;
  };

  /// Opens the inbox in folder `name` of the node's storage, made if it is not there.
  /// Errors as queue::QueueStore::open(); invalid_argument, definite: an option.
  [[nodiscard]] static Task<Result<std::unique_ptr<Inbox>>> open(env::Env& env, std::string name,
                                                                 Options options = {});
  /// Demands that no call is running, unless the node is dead.
  ~Inbox();

  /// Applies them in order, as one write, durable when it returns. Calls take turns.
  /// Errors, definite: invalid_argument - a key is empty; those of an effect; closed; disk_full -
  /// only the reserve is left; cancelled before it was written. Else as
  /// queue::QueueWriter::write().
  [[nodiscard]] Task<Result<std::vector<Applied>>> apply_many(std::vector<Message> messages);
  [[nodiscard]] Task<Result<Applied>> apply(std::string idempotency_key, Compute effect);

  [[nodiscard]] Task<Result<std::optional<std::string>>> get(std::string key);
  /// Data whose keys begin with `prefix`, from `from` on, in order.
  [[nodiscard]] Task<Result<std::vector<std::pair<std::string, std::string>>>> scan(
      std::string prefix, std::string from, std::size_t count_max);
  [[nodiscard]] std::uint64_t keys() const;
  /// Finishes what was begun and closes the files. Idempotent.
  [[nodiscard]] Task<Result<void>> close();

 private:
  struct Work;
  Inbox(env::Env& env, Options options, std::shared_ptr<RocksLog> log);
  struct Turns;
  struct Turn;
  [[nodiscard]] Task<Result<std::vector<Applied>>> apply_now(std::vector<Message> messages,
                                                             std::shared_ptr<Turn> turn);

  env::Env& env_;
  Options options_;
  std::shared_ptr<RocksLog> log_;
  std::shared_ptr<Turns> turns_;
};

}  // namespace lockstep::relay
