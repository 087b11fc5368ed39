#include "impl/relay/requests.hpp"

#include <algorithm>
#include <utility>

#include "impl/relay/entry_format.hpp"

namespace lockstep::relay {

std::optional<EntryId> RocksOutbox::Requests::Taken::entry_of(const std::string& request) const {
  const auto found = known_.find(request);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void RocksOutbox::Requests::Taken::remember(const std::string& request, EntryId id,
                                            queue::Batch& batch) {
  known_.emplace(request, id);
  batch.put_data(name_of('r', request), encode_number(id.value));
  batch.put_data(name_of('q', id.value), request);
}

void RocksOutbox::Requests::Taken::forget_old(queue::Batch& batch) const {
  for (const queue::StoredData& one : old_) {
    batch.erase_data(one.name);
    batch.erase_data(name_of('r', one.value));
  }
}

void RocksOutbox::Requests::forgotten(const Taken& taken) {
  for (const queue::StoredData& one : taken.old_) {
    old_from_ = std::max(old_from_, id_in(one.name).value_or(0) + 1);
  }
}

bool RocksOutbox::Requests::is_free(const std::set<std::string>& names) const {
  return std::none_of(names.begin(), names.end(),
                      [this](const std::string& one) { return committing_->names.contains(one); });
}

Task<Result<std::shared_ptr<RocksOutbox::Requests::Taken>>> RocksOutbox::Requests::take(
    std::set<std::string> names) {
  while (!is_free(names)) {
    const env::Outcome woken = co_await committing_->left.wait();
    if (!woken) co_return fail(definite(woken.code, "a commit of the same request was waited for"));
  }
  auto taken = std::make_shared<Taken>(committing_, names);
  if (names.empty()) co_return taken;
  const std::uint64_t last = log_.written_id().value;
  const std::uint64_t bound = last > max_ ? last - max_ : 0;  // older ones go
  std::function<Result<Read>(queue::QueueStore&)> call =
      [names, bound, from = old_from_](queue::QueueStore& store) -> Result<Read> {
    Read read;
    for (const std::string& name : names) {
      auto id = store.get_data(name_of('r', name));
      if (!id) return fail(std::move(id.error()));
      const auto number = *id ? decode_number(**id) : std::nullopt;
      if (number) read.known.emplace(name, EntryId{*number});
    }
    if (bound <= from) return read;
    std::vector<std::string> damaged;  // nobody needs them
    auto old = store.scan_data("q", name_of('q', from), 2 * names.size(), &damaged);
    if (!old) return fail(std::move(old.error()));
    for (std::string& name : damaged) old->push_back({std::move(name), ""});
    std::erase_if(*old, [bound](const auto& one) { return id_in(one.name).value_or(0) >= bound; });
    read.old = std::move(*old);
    return read;
  };
  auto read = co_await log_.read<Read>(std::move(call));
  if (!read) co_return fail(std::move(read.error()));
  taken->known_ = std::move(read->known);
  taken->old_ = std::move(read->old);
  co_return taken;
}

}  // namespace lockstep::relay
