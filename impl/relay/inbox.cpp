#include "impl/relay/inbox.hpp"

#include <algorithm>
#include <utility>

#include "impl/env/event.hpp"
#include "impl/relay/entry_format.hpp"
#include "impl/relay/rocks_log.hpp"

namespace lockstep::relay {

using queue::Batch;
using queue::QueueStore;

// Records: an event per key, in the order in which they came (StoredEntry without a payload, the
// key in the place of the request); k<key>, the event's id; b<key>, the consumer's data.

struct Inbox::Turns {
  explicit Turns(env::Waits& waits) : over(waits) {}
  bool is_taken = false;
  env::Event over;
};

/// Of one call: kept until its write has ended, also if the call is cancelled.
struct Inbox::Turn {
  explicit Turn(std::shared_ptr<Turns> of) : turns(std::move(of)) { turns->is_taken = true; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    turns->is_taken = false;
    turns->over.notify_one();
  }
  std::shared_ptr<Turns> turns;
};

/// What one call does on the storage thread, and what is to be written for it.
struct Inbox::Work {
  std::vector<Message> messages;
  std::uint64_t first_id = 0;  ///< of keys that are kept
  std::uint64_t keys = 0;
  WallTime now{};
  Options options;

  std::vector<Applied> applied;
  std::vector<std::string> new_keys;
  std::map<std::string, std::optional<std::string>> data;  ///< as changed by these messages
  struct Old {
    std::uint64_t id = 0;
    std::uint64_t bytes = 0;
    std::string key;
  };
  std::vector<Old> old;

  Result<void> run(QueueStore& store);
  Result<void> apply(QueueStore& store, const Message& message);
  Result<void> find_old(QueueStore& store);
};

Result<void> Inbox::Work::run(QueueStore& store) {
  for (const Message& message : messages) {
    if (auto done = apply(store, message); !done) return done;
  }
  return find_old(store);
}

Result<void> Inbox::Work::apply(QueueStore& store, const Message& message) {
  const std::string& key = message.idempotency_key;
  const auto known = store.get_data(name_of('k', key));
  if (!known) return fail(known.error());
  const bool is_new = !*known && std::find(new_keys.begin(), new_keys.end(), key) == new_keys.end();
  applied.push_back(is_new ? Applied::applied : Applied::duplicate);
  if (!is_new) return {};
  const Read read = [&](const std::string& name) -> Result<std::optional<std::string>> {
    const auto changed = data.find(name);
    if (changed != data.end()) return changed->second;
    return store.get_data(name_of('b', name));
  };
  auto effect = message.effect(read);
  if (!effect) return fail(std::move(effect.error()));
  for (auto& [name, value] : effect->puts) data[name] = std::move(value);
  for (const std::string& name : effect->erases) data[name] = std::nullopt;
  new_keys.push_back(key);
  return {};
}

/// Two for each new one at most: bounds the work of one call.
Result<void> Inbox::Work::find_old(QueueStore& store) {
  const std::uint64_t most = 2 * new_keys.size();
  const std::uint64_t beyond = keys > options.keys_min ? keys - options.keys_min : 0;
  const std::uint64_t count = std::min(most, beyond);
  if (count == 0) return {};
  const queue::EventId last{store.meta().last_id};
  auto loaded = store.load(queue::EventId{first_id}, last, count, std::size_t{1} << 20U);
  if (!loaded) return fail(std::move(loaded.error()));
  for (const queue::StoredEvent& event : loaded->events) {
    const auto entry = decode_entry(event.payload);
    // one of the future has an unknown age: the clock was set back since
    const bool is_known_age = entry && entry->committed_at <= now;
    const bool is_old = !is_known_age || now - entry->committed_at > options.retention;
    if (!is_old) break;
    old.push_back({event.id.value, event.payload.size(), entry ? entry->request_id : ""});
  }
  return {};
}

Task<Result<std::unique_ptr<Inbox>>> Inbox::open(env::Env& env, std::string name, Options options) {
  if (options.retention.count() < 0 || options.keys_min == 0) {
    co_return fail(definite(Errc::invalid_argument,
                            "retention: expected 0 or more; keys_min: expected 1 or more"));
  }
  auto log = co_await RocksLog::open(env, std::move(name), options.reserve_bytes);
  if (!log) co_return fail(std::move(log.error()));
  co_return std::unique_ptr<Inbox>(new Inbox(env, options, std::move(*log)));
}

Inbox::Inbox(env::Env& env, Options options, std::shared_ptr<RocksLog> log)
    : env_(env),
      options_(options),
      log_(std::move(log)),
      turns_(std::make_shared<Turns>(env.waits)) {}

Inbox::~Inbox() = default;

Task<Result<Applied>> Inbox::apply(std::string idempotency_key, Compute effect) {
  std::vector<Message> messages;
  messages.push_back({std::move(idempotency_key), std::move(effect)});
  const auto applied = co_await apply_many(std::move(messages));
  if (!applied) co_return fail(applied.error());
  co_return applied->front();
}

Task<Result<std::vector<Applied>>> Inbox::apply_many(std::vector<Message> messages) {
  for (const Message& message : messages) {
    if (message.idempotency_key.empty()) {
      co_return fail(definite(Errc::invalid_argument, "a message needs an idempotency key"));
    }
  }
  while (turns_->is_taken) {
    const env::Outcome woken = co_await turns_->over.wait();
    if (!woken) co_return fail(definite(woken.code, "a call before was waited for"));
  }
  co_return co_await apply_now(std::move(messages), std::make_shared<Turn>(turns_));
}

Task<Result<std::vector<Applied>>> Inbox::apply_now(std::vector<Message> messages,
                                                    std::shared_ptr<Turn> turn) {
  struct Nothing {};
  auto work = std::make_shared<Work>();
  work->messages = std::move(messages);
  work->first_id = log_->first_id().value;
  work->keys = log_->len();
  work->now = env_.clock.wall();
  work->options = options_;
  std::function<Result<Nothing>(QueueStore&)> call = [work](QueueStore& store) -> Result<Nothing> {
    auto done = work->run(store);
    if (!done) return fail(std::move(done.error()));
    return Nothing{};
  };
  const auto done = co_await log_->read<Nothing>(std::move(call));
  if (!done) co_return fail(done.error());
  Batch batch;
  for (const auto& [name, value] : work->data) {
    value ? batch.put_data(name_of('b', name), *value) : batch.erase_data(name_of('b', name));
  }
  for (const Work::Old& one : work->old) {
    batch.erase(queue::EventId{one.id}, one.bytes, false);
    batch.erase_data(name_of('k', one.key));
  }
  for (const std::string& key : work->new_keys) {
    const queue::EventId id = log_->next_id();
    batch.push(id, encode(StoredEntry{"", key, "", work->now}));
    batch.put_data(name_of('k', key), encode_number(id.value));
  }
  batch.demand_space();
  queue::QueueWriter::Ended ended = [turn = std::move(turn), log = log_, work](
                                        const Result<void>& written, Batch&) {
    if (written && !work->old.empty()) log->set_first_id(queue::EventId{work->old.back().id + 1});
  };
  const auto written = co_await log_->write(std::move(batch), options_.level, std::move(ended));
  if (!written) co_return fail(written.error());
  co_return std::move(work->applied);
}

Task<Result<std::optional<std::string>>> Inbox::get(std::string key) {
  return log_->get(name_of('b', key));
}

Task<Result<std::vector<std::pair<std::string, std::string>>>> Inbox::scan(std::string prefix,
                                                                           std::string from,
                                                                           std::size_t count_max) {
  return log_->scan(name_of('b', prefix), name_of('b', from), count_max);
}

std::uint64_t Inbox::keys() const { return log_->len(); }
Task<Result<void>> Inbox::close() { return log_->close(); }

}  // namespace lockstep::relay
