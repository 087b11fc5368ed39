#include "impl/relay/rocks_outbox.hpp"

#include <algorithm>
#include <utility>

#include "impl/relay/entry_format.hpp"
#include "impl/relay/requests.hpp"
#include "impl/relay/rocks_log.hpp"

namespace lockstep::relay {

using queue::Batch;
using queue::QueueStore;

namespace {

constexpr std::size_t page = 256;

/// All data whose names begin with `letter`.
Result<std::vector<queue::StoredData>> all_data(const QueueStore& store, char letter,
                                                std::vector<std::string>* damaged) {
  std::vector<queue::StoredData> all;
  const std::string prefix(1, letter);
  std::string from = prefix;
  while (true) {
    auto some = store.scan_data(prefix, from, page, damaged);
    if (!some || some->empty()) return some ? Result<std::vector<queue::StoredData>>(all) : some;
    from = some->back().name + '\0';
    for (queue::StoredData& one : *some) all.push_back(std::move(one));
  }
}

}  // namespace

Task<Result<std::unique_ptr<RocksOutbox>>> RocksOutbox::open(env::Env& env, std::string name,
                                                             Options options) {
  auto log = co_await RocksLog::open(env, name, options.reserve_bytes);
  if (!log) co_return fail(std::move(log.error()));
  std::unique_ptr<RocksOutbox> outbox(
      new RocksOutbox(env, std::move(name), options, std::move(*log)));
  auto loaded = co_await outbox->load_notes();
  if (!loaded) co_return fail(std::move(loaded.error()));
  co_return outbox;
}

RocksOutbox::RocksOutbox(env::Env& env, std::string name, Options options,
                         std::shared_ptr<RocksLog> log)
    : env_(env),
      name_(std::move(name)),
      options_(options),
      log_(std::move(log)),
      recovery_(log_->recovery()),
      requests_(std::make_unique<Requests>(env, *log_, options.requests_max)),
      committed_(env.waits) {}

RocksOutbox::~RocksOutbox() = default;

Task<Result<void>> RocksOutbox::load_notes() {
  struct Notes {
    std::vector<queue::StoredData> fences;
    std::vector<queue::StoredData> blocked;
    std::vector<queue::StoredData> failures;
    std::vector<std::string> damaged;
    std::optional<std::string> identity;
  };
  std::function<Result<Notes>(QueueStore&)> call = [](QueueStore& store) -> Result<Notes> {
    Notes notes;
    for (auto& [letter, list] : {std::pair{'f', &notes.fences}, std::pair{'k', &notes.blocked},
                                 std::pair{'n', &notes.failures}}) {
      // without its fence an old leader would be let in; the others are found out anew
      auto all = all_data(store, letter, letter == 'f' ? nullptr : &notes.damaged);
      if (!all) return fail(std::move(all.error()));
      *list = std::move(*all);
    }
    auto identity = store.get_data("i");
    if (!identity) return fail(std::move(identity.error()));
    notes.identity = std::move(*identity);
    return notes;
  };
  const auto notes = co_await log_->read<Notes>(std::move(call));
  if (!notes) co_return fail(notes.error());
  for (const auto& one : notes->fences) {
    const FencingToken token{decode_number(one.value).value_or(0)};
    seen_[one.name.substr(1)] = raised_[one.name.substr(1)] = token;
  }
  for (const auto& one : notes->blocked) {
    auto entry = decode_blocked(one.name.substr(1), one.value);
    if (entry) blocked_[one.name.substr(1)] = std::move(*entry);
  }
  for (const auto& one : notes->failures) {
    const auto id = id_in(one.name);
    const auto count = decode_number(one.value).value_or(0);
    if (id) failures_[EntryId{*id}] = static_cast<std::uint32_t>(count);
  }
  for (const std::string& damaged : notes->damaged) {
    const queue::IdRange none{queue::EventId{1}, queue::EventId{0}};
    recovery_.damage.push_back({none, "a note of the outbox is damaged: '" + damaged + "'"});
  }
  if (!notes->identity) co_return co_await draw_identity();
  identity_ = *notes->identity;
  co_return Result<void>{};
}

/// So that the entries of two outboxes of one name are never taken for the same.
Task<Result<void>> RocksOutbox::draw_identity() {
  constexpr std::string_view hex{"0123456789abcdef"};
  for (std::uint64_t bits = env_.random.next(); identity_.size() < 12; bits >>= 4U) {
    identity_.push_back(hex[bits & 15U]);
  }
  Batch batch;
  batch.put_data("i", identity_);
  co_return co_await log_->write(std::move(batch), queue::Level::group, nullptr);
}

queue::QueueWriter::Ended RocksOutbox::after_write(std::function<void()> done,
                                                   std::shared_ptr<void> owned) const {
  return [alive = std::weak_ptr<int>(alive_), done = std::move(done), owned = std::move(owned)](
             const Result<void>& written, Batch&) {
    if (written && !alive.expired()) done();
  };
}

std::optional<Refused> RocksOutbox::present(const Fence& fence) {
  if (fence.token.value == 0) return std::nullopt;
  FencingToken& seen = seen_[fence.key];
  if (fence.token < seen) return Refused{seen};
  seen = fence.token;
  return std::nullopt;
}

Task<Result<GuardedOutcome>> RocksOutbox::raise(const Fence& fence) {
  if (const auto refused = present(fence)) co_return GuardedOutcome(*refused);
  Batch batch;
  FencingToken& raised = raised_[fence.key];  // others only present it
  if (raised < fence.token) {
    batch.put_data(name_of('f', fence.key), encode_number(fence.token.value));
    raised = fence.token;
  }
  const bool is_lax = options_.mark_level == queue::Level::os;
  const queue::Level level = is_lax ? queue::Level::group : options_.mark_level;
  const auto written = co_await log_->write(std::move(batch), level, nullptr);
  if (!written) co_return fail(written.error());
  co_return GuardedOutcome(Accepted());
}

// ---- business transactions ----------------------------------------------------------------------

Task<Result<CommitOutcome>> RocksOutbox::commit(Transaction transaction) {
  if (auto checked = check(transaction); !checked) co_return fail(std::move(checked.error()));
  std::set<std::string> names;
  for (const NewEntry& entry : transaction.entries) {
    if (!entry.request_id.empty()) names.insert(entry.request_id);
  }
  // kept until the write has ended, also if this call is cancelled: who sends the same request
  // again must find what it left
  const auto taken = co_await requests_->take(std::move(names));
  if (!taken) co_return fail(taken.error());
  Requests::Taken& requests = **taken;
  if (const auto refused = present(transaction.fence)) co_return CommitOutcome(*refused);
  Batch batch;
  for (auto& [key, value] : transaction.effect.puts) {
    batch.put_data(name_of('b', key), std::move(value));
  }
  for (const std::string& key : transaction.effect.erases) batch.erase_data(name_of('b', key));
  requests.forget_old(batch);
  Committed committed;
  for (NewEntry& entry : transaction.entries) {
    const auto known = requests.entry_of(entry.request_id);
    committed.known += known ? 1 : 0;
    committed.ids.push_back(known.value_or(EntryId{}));
    if (known) continue;
    const queue::EventId id = log_->next_id();
    committed.ids.back() = EntryId{id.value};
    const std::string request = entry.request_id;
    batch.push(id, encode(StoredEntry{std::move(entry.aggregate), std::move(entry.request_id),
                                      std::move(entry.payload), env_.clock.wall()}));
    if (!request.empty()) requests.remember(request, EntryId{id.value}, batch);
  }
  batch.demand_space();
  auto ended = after_write(
      [this, taken = *taken] {
        requests_->forgotten(*taken);
        committed_.notify_all();
      },
      *taken);
  const auto written =
      co_await log_->write(std::move(batch), options_.commit_level, std::move(ended));
  if (!written) co_return fail(written.error());
  co_return CommitOutcome(std::move(committed));
}

Task<Result<std::optional<std::string>>> RocksOutbox::get(std::string key) {
  return log_->get(name_of('b', key));
}

Task<Result<std::vector<std::pair<std::string, std::string>>>> RocksOutbox::scan(
    std::string prefix, std::string from, std::size_t count_max) {
  return log_->scan(name_of('b', prefix), name_of('b', from), count_max);
}

}  // namespace lockstep::relay
