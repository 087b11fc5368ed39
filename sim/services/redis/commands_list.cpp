// Handlers of lists.
// Not modelled: blocking, moving between lists, LSET, LINSERT, LREM, LPOS.
#include <algorithm>

#include "sim/services/redis/commands.hpp"
#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis::commands {

namespace {

enum class End : std::uint8_t { head, tail };

Reply push(const Call& call, End end) {
  const auto found = call.list(call.arg(1));
  if (!found) return found.error();
  List* list = *found;
  if (list == nullptr) {
    call.store(call.arg(1), std::make_unique<List>());
    list = *call.list(call.arg(1));
  }
  for (const std::string_view item : call.args.subspan(2)) {
    if (end == End::head) {
      list->emplace_front(item);
    } else {
      list->emplace_back(item);
    }
  }
  call.changed(call.arg(1));
  return replies::number(list->size());
}

Reply take(List& list, End end) {
  Reply item = Reply::bulk(end == End::head ? std::move(list.front()) : std::move(list.back()));
  if (end == End::head) {
    list.pop_front();
  } else {
    list.pop_back();
  }
  return item;
}

void left_behind(const Call& call, const List& list) {
  call.changed(call.arg(1));
  if (list.empty()) call.remove(call.arg(1));
}

Reply pop_many(const Call& call, End end, std::string_view number) {
  const auto count = parse_integer(number);
  if (!count || *count < 0) return replies::error("ERR value is out of range, must be positive");
  const auto list = call.list(call.arg(1));
  if (!list) return list.error();
  if (*list == nullptr) return Reply::nil();
  if (*count == 0) return Reply::array();
  std::vector<Reply> items;
  while (std::ssize(items) < *count && !(*list)->empty()) items.push_back(take(**list, end));
  left_behind(call, **list);
  return Reply::array(std::move(items));
}

Reply pop(const Call& call, End end, std::string_view name) {
  if (call.size() > 3) return replies::wrong_arity(name);
  if (call.size() == 3) return pop_many(call, end, call.arg(2));
  const auto list = call.list(call.arg(1));
  if (!list) return list.error();
  if (*list == nullptr) return Reply::nil();
  Reply item = take(**list, end);
  left_behind(call, **list);
  return item;
}

// Indexes as LRANGE and LTRIM take them, as [first, behind) of a list of `size`.
struct Slice {
  std::int64_t first = 0;
  std::int64_t behind = 0;
};

Slice slice_of(std::int64_t first, std::int64_t last, std::int64_t size) {
  if (first < 0) first = std::max<std::int64_t>(first + size, 0);
  if (last < 0) last += size;
  if (first > last || first >= size) return {};
  return {first, std::min(last, size - 1) + 1};
}

OrReply<std::pair<std::int64_t, std::int64_t>> parse_slice(const Call& call) {
  const auto first = parse_integer(call.arg(2));
  const auto last = parse_integer(call.arg(3));
  if (!first || !last) return refuse(replies::not_an_integer());
  return std::pair{*first, *last};
}

}  // namespace

Reply lpush(const Call& call) { return push(call, End::head); }
Reply rpush(const Call& call) { return push(call, End::tail); }
Reply lpop(const Call& call) { return pop(call, End::head, "lpop"); }
Reply rpop(const Call& call) { return pop(call, End::tail, "rpop"); }

Reply llen(const Call& call) {
  const auto list = call.list(call.arg(1));
  if (!list) return list.error();
  return replies::number(*list == nullptr ? 0 : (*list)->size());
}

Reply lindex(const Call& call) {
  const auto list = call.list(call.arg(1));
  if (!list) return list.error();
  if (*list == nullptr) return Reply::nil();
  const auto index = parse_integer(call.arg(2));
  if (!index) return replies::not_an_integer();
  const std::int64_t at = *index < 0 ? *index + std::ssize(**list) : *index;
  if (at < 0 || at >= std::ssize(**list)) return Reply::nil();
  return Reply::bulk((**list)[static_cast<std::size_t>(at)]);
}

Reply lrange(const Call& call) {
  const auto ends = parse_slice(call);
  if (!ends) return ends.error();
  const auto list = call.list(call.arg(1));
  if (!list) return list.error();
  if (*list == nullptr) return Reply::array();
  const Slice slice = slice_of(ends->first, ends->second, std::ssize(**list));
  std::vector<Reply> items;
  for (std::int64_t n = slice.first; n < slice.behind; ++n) {
    items.push_back(Reply::bulk((**list)[static_cast<std::size_t>(n)]));
  }
  return Reply::array(std::move(items));
}

Reply ltrim(const Call& call) {
  const auto ends = parse_slice(call);
  if (!ends) return ends.error();
  const auto found = call.list(call.arg(1));
  if (!found) return found.error();
  if (*found == nullptr) return replies::ok();
  List& list = **found;
  const std::int64_t size = std::ssize(list);
  const Slice slice = slice_of(ends->first, ends->second, size);
  list.erase(list.begin() + slice.behind, list.end());
  list.erase(list.begin(), list.begin() + slice.first);
  const bool removed = std::ssize(list) != size;
  left_behind(call, list);
  if (!removed) call.replicate_nothing();
  return replies::ok();
}

}  // namespace lockstep::sim::redis::commands
