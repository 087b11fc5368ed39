// Settling, looking, and the dead letters of the Redis Streams queue.
#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "impl/queue/backoff.hpp"
#include "impl/queue/redis_stream_queue.hpp"
#include "impl/queue/redis_stream_words.hpp"

namespace lockstep::queue {

using env::Task;

namespace {

std::string words_of(EventId id) { return std::to_string(id.value); }

Error receipt_required() {
  return definite(Errc::receipt_required, "with leases a receipt says which delivery is meant");
}

Error no_event(EventId id) {
  return definite(Errc::not_found, "there is no event " + words_of(id));
}

Error stale_error(const Receipt& receipt) {
  return definite(Errc::stale, "the receipt of attempt " + std::to_string(receipt.attempt) +
                                   " of event " + words_of(receipt.id) + " is stale");
}

std::string_view name_of(NackTo to) {
  switch (to) {
    case NackTo::front: return "front";
    case NackTo::back: return "back";
    case NackTo::later: return "later";
  }
  return "front";
}

}  // namespace

Error RedisStreamQueue::stale(const Receipt& receipt) {
  ++metrics_.stale;
  env::observe(env_, env::Signal::receipt_stale, stream_, receipt.id.value);
  return stale_error(receipt);
}

Result<void> RedisStreamQueue::check(const Receipt& receipt) {
  if (closed_) return fail(closed_error());
  if (receipt.attempt == 0) return fail(receipt_required());
  if (receipt.generation != recovery_.generation) return fail(stale(receipt));
  return {};
}

Result<AckedMany> RedisStreamQueue::acked(Result<resp::Reply> reply,
                                          const std::vector<Receipt>& receipts) {
  const auto items = items_of(std::move(reply), 2);
  if (!items) return fail(items.error());
  AckedMany many;
  for (std::size_t i = 2; i < items->size(); ++i) {
    const auto place = number_of((*items)[i]);
    if (!place || *place >= receipts.size()) return fail(strange_answer((*items)[i]));
    many.stale.push_back(receipts[*place]);
    static_cast<void>(stale(receipts[*place]));
  }
  const auto acked = number_of((*items)[0]);
  const auto absent = number_of((*items)[1]);
  if (!acked || !absent) return fail(strange_answer((*items)[0]));
  if (!many.stale.empty()) return many;  // nothing was done
  many.acked = *acked;
  many.absent = *absent;
  metrics_.acked += many.acked;
  metrics_.absent += many.absent;
  return many;
}

Task<Result<Acked>> RedisStreamQueue::ack(Receipt receipt) {
  if (auto may = check(receipt); !may) co_return fail(std::move(may.error()));
  const std::string id = words_of(receipt.id);
  const std::string attempt = std::to_string(receipt.attempt);
  const std::array<std::string_view, 4> words{stream_, consumer_, id, attempt};
  redis::Call call(scripts_.ack, 1, words);
  co_await client_.run(call);
  const std::vector<Receipt> receipts(1, receipt);
  const auto many = acked(call.take(), receipts);
  if (!many) co_return fail(many.error());
  if (!many->stale.empty()) co_return fail(stale_error(receipt));
  co_return many->acked == 1 ? Acked::acked : Acked::absent;
}

Task<Result<Acked>> RedisStreamQueue::ack(EventId) { co_return fail(receipt_required()); }

Task<Result<AckedMany>> RedisStreamQueue::ack_many(std::vector<Receipt> receipts) {
  if (closed_) co_return fail(closed_error());
  AckedMany many;
  std::vector<std::string> words;
  words.push_back(consumer_);
  for (const Receipt& receipt : receipts) {
    auto may = check(receipt);
    if (!may && may.error().code != Errc::stale) co_return fail(std::move(may.error()));
    if (!may) many.stale.push_back(receipt);
    words.push_back(words_of(receipt.id));
    words.push_back(std::to_string(receipt.attempt));
  }
  if (!many.stale.empty() || receipts.empty()) co_return many;
  auto reply = co_await run(scripts_.ack, std::move(words));
  co_return acked(std::move(reply), receipts);
}

Task<Result<void>> RedisStreamQueue::nack(Receipt receipt, Nack how) {
  if (auto may = check(receipt); !may) co_return fail(std::move(may.error()));
  Nanos delay = how.to == NackTo::later ? how.delay : Nanos(0);
  if (how.to == NackTo::later && delay.count() <= 0) {
    delay = backoff_of(options_.backoff_base, options_.backoff_max, receipt.attempt,
                       env_.random.next());
  }
  // a moment of the server's clock in whole milliseconds may have just begun
  const auto ms = std::chrono::ceil<milliseconds>(delay) + milliseconds(1);
  std::vector<std::string> words{consumer_,
                                 words_of(receipt.id),
                                 std::to_string(receipt.attempt),
                                 std::to_string(options_.attempts_max),
                                 std::string(name_of(how.to)),
                                 std::to_string(ms.count())};
  auto reply = co_await run(scripts_.nack, std::move(words));
  const auto is = integer_of(std::move(reply));
  if (!is) co_return fail(is.error());
  if (*is == 0) co_return fail(no_event(receipt.id));
  if (*is < 0) co_return fail(stale(receipt));
  ++metrics_.nacked;
  if (*is == 2) {
    ++metrics_.buried;
    env::observe(env_, env::Signal::event_buried, stream_, receipt.id.value);
  } else if (how.to != NackTo::later) {
    changed_.notify_one();
  }
  co_return Result<void>{};
}

Task<Result<void>> RedisStreamQueue::nack(EventId, Nack) { co_return fail(receipt_required()); }

Task<Result<void>> RedisStreamQueue::extend(Receipt receipt, Nanos from_now) {
  if (auto may = check(receipt); !may) co_return fail(std::move(may.error()));
  if (from_now.count() <= 0) {
    co_return fail(definite(Errc::invalid_argument, "an extension must be above 0"));
  }
  if (from_now > options_.visibility) {
    co_return fail(definite(Errc::limit, "an extension cannot be above the visibility"));
  }
  const auto idle = std::chrono::floor<milliseconds>(options_.visibility - from_now);
  std::vector<std::string> words{consumer_, words_of(receipt.id), std::to_string(receipt.attempt),
                                 std::to_string(idle.count())};
  auto reply = co_await run(scripts_.extend, std::move(words));
  const auto is = integer_of(std::move(reply));
  if (!is) co_return fail(is.error());
  if (*is == 0) co_return fail(no_event(receipt.id));
  if (*is < 0) co_return fail(stale(receipt));
  ++metrics_.extended;
  co_return Result<void>{};
}

// ---- looking ------------------------------------------------------------------------------------

/// Pages from `next` to `last`, the greatest id when it was made.
class RedisStreamQueue::Snapshot final : public QueueSnapshot {
 public:
  Snapshot(RedisStreamQueue& queue, std::uint64_t last) : queue_(queue), last_(last) {}

  Task<Result<std::vector<Delivery>>> next(std::size_t count_max) override {
    std::vector<Delivery> page;
    while (page.empty() && next_ <= last_) {
      std::vector<std::string> words{std::to_string(next_), std::to_string(last_),
                                     std::to_string(std::max<std::size_t>(count_max, 1))};
      auto reply = co_await queue_.run(queue_.scripts_.page, std::move(words));
      auto items = items_of(std::move(reply), 1);
      if (!items) co_return fail(std::move(items.error()));
      const auto seen = number_of((*items)[0]);
      if (!seen) co_return fail(strange_answer((*items)[0]));
      next_ = *seen == 0 ? last_ + 1 : *seen + 1;
      for (std::size_t i = 1; i + 1 < items->size(); i += 2) {
        const auto id = number_of((*items)[i]);
        if (!id || !(*items)[i + 1].is_bulk()) co_return fail(strange_answer((*items)[i]));
        Delivery& event = page.emplace_back();
        event.receipt = {EventId{*id}, queue_.recovery_.generation, 0};
        event.payload = std::move((*items)[i + 1]).text();
      }
    }
    co_return page;
  }

 private:
  RedisStreamQueue& queue_;
  std::uint64_t next_ = 1;
  std::uint64_t last_;
};

Task<Result<std::unique_ptr<QueueSnapshot>>> RedisStreamQueue::snapshot() {
  std::vector<std::string> none;
  auto reply = co_await run(scripts_.count, std::move(none));
  const auto items = items_of(std::move(reply), 5);
  if (!items) co_return fail(items.error());
  const auto last = number_of((*items)[4]);
  if (!last) co_return fail(strange_answer((*items)[4]));
  co_return std::make_unique<Snapshot>(*this, *last);
}

Task<Result<std::optional<std::string>>> RedisStreamQueue::get(EventId id) {
  std::vector<std::string> words{words_of(id), words_of(id), "1"};
  auto reply = co_await run(scripts_.page, std::move(words));
  auto items = items_of(std::move(reply), 1);
  if (!items) co_return fail(std::move(items.error()));
  if (items->size() < 3) co_return std::optional<std::string>();
  if (!(*items)[2].is_bulk()) co_return fail(strange_answer((*items)[2]));
  co_return std::optional<std::string>(std::move((*items)[2]).text());
}

Task<Result<QueueCounts>> RedisStreamQueue::count() {
  std::vector<std::string> none;
  auto reply = co_await run(scripts_.count, std::move(none));
  const auto items = items_of(std::move(reply), 4);
  if (!items) co_return fail(items.error());
  std::array<std::uint64_t, 4> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = number_of((*items)[i]);
    if (!number) co_return fail(strange_answer((*items)[i]));
    numbers[i] = *number;
  }
  QueueCounts counts;
  counts.in_flight = numbers[1];
  counts.delayed = numbers[2];
  counts.dead = numbers[3];
  counts.ready = numbers[0] - numbers[1] - numbers[2] - numbers[3];
  co_return counts;
}

// ---- dead letters -------------------------------------------------------------------------------

Task<Result<std::vector<DeadLetter>>> RedisStreamQueue::dead_letters(EventId from,
                                                                     std::size_t count_max) {
  std::vector<std::string> words{words_of(from), std::to_string(count_max)};
  auto reply = co_await run(scripts_.letters, std::move(words));
  auto items = items_of(std::move(reply), 0);
  if (!items) co_return fail(std::move(items.error()));
  std::vector<DeadLetter> letters;
  for (std::size_t i = 0; i + 1 < items->size(); i += 2) {
    resp::Reply& payload = (*items)[i + 1];
    const bool is_pair = (*items)[i].is_bulk() && payload.is_bulk();
    auto letter = is_pair ? letter_of((*items)[i].text()) : std::nullopt;
    if (!letter) co_return fail(strange_answer((*items)[i]));
    letter->payload = std::move(payload).text();
    letters.push_back(std::move(*letter));
  }
  co_return letters;
}

Task<Result<void>> RedisStreamQueue::serve_letter(EventId id, std::string what) {
  std::vector<std::string> words{words_of(id), std::move(what)};
  auto reply = co_await run(scripts_.letter, std::move(words));
  const auto is = integer_of(std::move(reply));
  if (!is) co_return fail(is.error());
  if (*is == 1) co_return Result<void>{};
  co_return fail(definite(Errc::not_found, "there is no dead letter " + words_of(id)));
}

Task<Result<void>> RedisStreamQueue::redrive(EventId id) {
  const auto done = co_await serve_letter(id, "redrive");
  if (done) ++metrics_.redriven;
  if (done) changed_.notify_one();
  co_return done;
}

Task<Result<void>> RedisStreamQueue::purge(EventId id) { return serve_letter(id, "purge"); }

}  // namespace lockstep::queue
