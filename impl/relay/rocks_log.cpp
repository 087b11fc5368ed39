#include "impl/relay/rocks_log.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::relay {

using env::Task;
using queue::EventId;

Task<Result<std::shared_ptr<RocksLog>>> RocksLog::open(env::Env& env, std::string name,
                                                       std::uint64_t reserve_bytes) {
  auto store = co_await queue::open_store(env, std::move(name), reserve_bytes, false);
  if (!store) co_return fail(std::move(store.error()));
  auto log = std::make_shared<RocksLog>(env, std::move(*store));
  log->writer_.set_owner(log);
  co_return log;
}

RocksLog::RocksLog(env::Env& env, std::unique_ptr<queue::QueueStore> store)
    : env_(env),
      slot_(std::make_shared<queue::StoreSlot>()),
      recovery_(store->recovery()),
      last_id_{store->meta().last_id},
      written_id_(last_id_),
      first_id_{store->meta().first_id},
      len_(store->meta().live),
      writer_(env, slot_, [this] { return first_id_; }) {
  slot_->store = std::move(store);
}

Task<Result<void>> RocksLog::write(queue::Batch batch, queue::Level level,
                                   queue::QueueWriter::Ended ended) {
  if (is_closed_) co_return fail(closed_error());
  const EventId last = batch.last_id();
  const std::int64_t change = batch.deltas().live;
  queue::QueueWriter::Ended counted = [this, last, change, ended = std::move(ended)](
                                          const Result<void>& written, queue::Batch& done) {
    if (written) {
      written_id_ = std::max(written_id_, last);
      len_ += static_cast<std::uint64_t>(change);
    }
    if (ended) ended(written, done);
  };
  co_return co_await writer_.write(std::move(batch), level, std::move(counted));
}

Task<Result<std::optional<std::string>>> RocksLog::get(std::string name) {
  using Value = std::optional<std::string>;
  std::function<Result<Value>(queue::QueueStore&)> call =
      [name = std::move(name)](queue::QueueStore& store) { return store.get_data(name); };
  co_return co_await read<Value>(std::move(call));
}

Task<Result<std::vector<std::pair<std::string, std::string>>>> RocksLog::scan(
    std::string prefix, std::string from, std::size_t count_max) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  std::function<Result<Pairs>(queue::QueueStore&)> call =
      [prefix = std::move(prefix), from = std::move(from),
       count_max](queue::QueueStore& store) -> Result<Pairs> {
    auto found = store.scan_data(prefix, from, count_max);
    if (!found) return fail(std::move(found.error()));
    Pairs pairs;
    for (auto& one : *found) pairs.emplace_back(one.name.substr(1), std::move(one.value));
    return pairs;
  };
  co_return co_await read<Pairs>(std::move(call));
}

Task<Result<void>> RocksLog::close() {
  is_closed_ = true;
  co_await writer_.drained();
  co_return co_await queue::close_store(env_, slot_);
}

}  // namespace lockstep::relay
