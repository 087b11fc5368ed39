// Opening, pushing, handing out.
#include "impl/queue/redis_stream_queue.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include "impl/queue/redis_stream_scripts.hpp"
#include "impl/queue/redis_stream_settle_scripts.hpp"
#include "impl/queue/redis_stream_words.hpp"

namespace lockstep::queue {

using env::Task;

namespace {

constexpr std::size_t pop_max = 1'000;  // what one script hands out: the server does nothing else

std::string with_prelude(std::string_view script) {
  return std::string(stream_prelude_lua) + std::string(script);
}

Result<void> validate(const RedisStreamOptions& options) {
  const auto bad = [](std::string why) { return fail(definite(Errc::invalid_argument, why)); };
  if (options.name.empty()) return bad("name is empty");
  if (options.name.find_first_of("{}") != std::string::npos) return bad("name has braces");
  if (options.visibility < milliseconds(1)) return bad("visibility is below 1 ms");
  if (options.payload_max_bytes == 0) return bad("payload_max_bytes must be above 0");
  if (options.backoff_base.count() <= 0) return bad("backoff_base must be above 0");
  if (options.backoff_max < options.backoff_base) return bad("backoff_max is below backoff_base");
  if (options.poll_min.count() <= 0) return bad("poll_min must be above 0");
  if (options.poll_max < options.poll_min) return bad("poll_max is below poll_min");
  if (options.requests_max == 0) return bad("requests_max must be above 0");
  return {};
}

}  // namespace

RedisStreamQueue::RedisStreamQueue(env::Env& env, redis::Client& client, RedisStreamOptions options)
    : env_(env),
      client_(client),
      options_(std::move(options)),
      stream_("{" + options_.name + "}:events"),
      scripts_{.push = client.add_script("queue push", with_prelude(stream_push_lua)),
               .pop = client.add_script("queue pop", with_prelude(stream_pop_lua)),
               .ack = client.add_script("queue ack", with_prelude(stream_ack_lua)),
               .nack = client.add_script("queue nack", with_prelude(stream_nack_lua)),
               .extend = client.add_script("queue extend", with_prelude(stream_extend_lua)),
               .page = client.add_script("queue page", with_prelude(stream_page_lua)),
               .letters = client.add_script("queue letters", with_prelude(stream_letters_lua)),
               .letter = client.add_script("queue letter", with_prelude(stream_letter_lua)),
               .count = client.add_script("queue count", with_prelude(stream_count_lua)),
               .close = client.add_script("queue close", with_prelude(stream_close_lua))},
      changed_(env.waits) {}

Task<Result<std::unique_ptr<RedisStreamQueue>>> RedisStreamQueue::open(env::Env& env,
                                                                       redis::Client& client,
                                                                       RedisStreamOptions options) {
  if (auto checked = validate(options); !checked) co_return fail(std::move(checked.error()));
  std::unique_ptr<RedisStreamQueue> queue(new RedisStreamQueue(env, client, std::move(options)));
  const redis::ScriptId script = client.add_script("queue open", with_prelude(stream_open_lua));
  const std::string nonce = std::to_string(env.random.next());
  std::vector<std::string> words;
  words.push_back(nonce);
  auto reply = co_await queue->run(script, std::move(words));
  const auto items = items_of(std::move(reply), 2);
  if (!items) co_return fail(items.error());
  const auto generation = number_of((*items)[1]);
  if (!generation) co_return fail(strange_answer((*items)[1]));
  if (*generation == 0) {
    co_return fail(
        definite(Errc::newer_format,
                 "the queue " + queue->stream_ + " has a format that this version does not know"));
  }
  queue->recovery_.generation = *generation;
  queue->consumer_ = std::to_string(*generation) + "-" + nonce;
  env::observe(env, env::Signal::queue_opened, queue->stream_, *generation);
  co_return std::move(queue);
}

Task<Result<resp::Reply>> RedisStreamQueue::run(redis::ScriptId script,
                                                std::vector<std::string> words) {
  if (closed_) co_return fail(closed_error());
  std::vector<std::string_view> all{stream_};
  all.insert(all.end(), words.begin(), words.end());
  redis::Call call(script, 1, all);
  co_await client_.run(call);
  co_return call.take();
}

// ---- pushing ------------------------------------------------------------------------------------

Result<void> RedisStreamQueue::may_push(const std::vector<std::string>& payloads) {
  if (closed_) return fail(closed_error());
  if (payloads.empty()) {
    return fail(definite(Errc::invalid_argument, "there is nothing to push"));
  }
  const bool is_large = std::any_of(payloads.begin(), payloads.end(), [this](const auto& payload) {
    return payload.size() > options_.payload_max_bytes;
  });
  if (!is_large) return {};
  ++metrics_.refused;
  return fail(definite(Errc::limit, "a payload is above payload_max_bytes, " +
                                        std::to_string(options_.payload_max_bytes)));
}

Result<EventId> RedisStreamQueue::pushed(Result<resp::Reply> reply, std::size_t count) {
  if (!reply) return fail(told(std::move(reply.error())));
  if (reply->is_nil()) return fail(queue_lost());
  if (reply->is_integer() && reply->integer() == -1) {
    ++metrics_.refused;
    return fail(definite(Errc::limit, "len_max events are in the queue"));
  }
  const auto id = id_of(*reply);
  if (!id) return fail(strange_answer(*reply));
  metrics_.pushed += count;
  for (std::size_t i = 0; i < count && changed_.notify_one(); ++i) continue;
  return *id;
}

Task<Result<EventId>> RedisStreamQueue::push(std::string payload) {
  std::vector<std::string> payloads;
  payloads.push_back(std::move(payload));
  if (options_.len_max > 0) co_return co_await push_many(std::move(payloads));
  if (auto may = may_push(payloads); !may) co_return fail(std::move(may.error()));
  const std::array<std::string_view, 6> words{"XADD", stream_, "NOMKSTREAM",
                                              "0-*",  "d",     payloads.front()};
  redis::Call call(words);
  co_await client_.run(call);
  co_return pushed(call.take(), 1);
}

Task<Result<EventId>> RedisStreamQueue::push_many(std::vector<std::string> payloads) {
  return push_all({}, std::move(payloads));
}

Task<Result<EventId>> RedisStreamQueue::push_once(std::string request,
                                                  std::vector<std::string> payloads) {
  if (request.empty()) co_return fail(definite(Errc::invalid_argument, "the request is empty"));
  co_return co_await push_all(std::move(request), std::move(payloads));
}

Task<Result<EventId>> RedisStreamQueue::push_all(std::string request,
                                                 std::vector<std::string> payloads) {
  if (auto may = may_push(payloads); !may) co_return fail(std::move(may.error()));
  const std::size_t count = payloads.size();
  std::vector<std::string> words;
  words.push_back(std::move(request));
  words.push_back(std::to_string(options_.requests_max));
  words.push_back(std::to_string(options_.len_max));
  std::move(payloads.begin(), payloads.end(), std::back_inserter(words));
  auto reply = co_await run(scripts_.push, std::move(words));
  co_return pushed(std::move(reply), count);
}

// ---- handing out --------------------------------------------------------------------------------

std::string RedisStreamQueue::visibility_ms() const {
  // rounded up, and one more: the server cuts both ends of the time that it measures
  const auto ms = std::chrono::ceil<milliseconds>(options_.visibility) + milliseconds(1);
  return std::to_string(ms.count());
}

Task<Result<std::optional<Delivery>>> RedisStreamQueue::pop() {
  auto many = co_await pop_many(1);
  if (!many) co_return fail(std::move(many.error()));
  if (many->empty()) co_return std::optional<Delivery>();
  co_return std::move(many->front());
}

/// What timed out is looked for every eighth of the visibility; that costs the server time in
/// proportion to what is in flight.
Task<Result<std::vector<Delivery>>> RedisStreamQueue::pop_many(std::size_t count_max) {
  if (closed_) co_return fail(closed_error());
  const MonoTime now = env_.clock.now();
  const bool sweeps = now >= next_sweep_;
  if (sweeps) next_sweep_ = saturating_add(now, options_.visibility / 8);
  const std::string wanted = std::to_string(std::clamp<std::size_t>(count_max, 1, pop_max));
  const std::string attempts_max = std::to_string(options_.attempts_max);
  const std::string idle = sweeps ? visibility_ms() : "0";
  const std::array<std::string_view, 5> words{stream_, consumer_, idle, attempts_max, wanted};
  redis::Call call(scripts_.pop, 1, words);
  co_await client_.run(call);
  co_return delivered(call.take(), sweeps);
}

Result<std::vector<Delivery>> RedisStreamQueue::delivered(Result<resp::Reply> reply, bool swept) {
  if (!reply && swept) next_sweep_ = {};
  auto items = items_of(std::move(reply), 2);
  if (!items) return fail(std::move(items.error()));
  const auto more = number_of((*items)[0]);
  const auto buried = number_of((*items)[1]);
  if (!more || !buried) return fail(strange_answer((*items)[0]));
  if (*more > 0) next_sweep_ = {};  // there may be more of it
  metrics_.buried += *buried;
  if (*buried > 0) env::observe(env_, env::Signal::event_buried, stream_, *buried);
  std::vector<Delivery> deliveries;
  for (std::size_t i = 2; i + 2 < items->size(); i += 3) {
    const auto id = number_of((*items)[i]);
    const auto attempt = number_of((*items)[i + 1]);
    if (!id || !attempt || !(*items)[i + 2].is_bulk()) return fail(strange_answer((*items)[i]));
    Delivery& delivery = deliveries.emplace_back();
    delivery.receipt = {EventId{*id}, recovery_.generation, static_cast<std::uint32_t>(*attempt)};
    delivery.payload = std::move((*items)[i + 2]).text();
    if (*attempt > 1) ++metrics_.redelivered;
  }
  metrics_.delivered += deliveries.size();
  return deliveries;
}

/// Several that wait ask in turn: the more there are, the longer each waits.
Task<Result<std::optional<Delivery>>> RedisStreamQueue::poll(Nanos wait) {
  const MonoTime deadline = saturating_add(env_.clock.now(), std::max(wait, Nanos(0)));
  Nanos pause = options_.poll_min;
  while (true) {
    auto delivery = co_await pop();
    if (delivery && *delivery) changed_.notify_one();  // there may be one for another, too
    if (!delivery || *delivery) co_return delivery;
    const MonoTime now = env_.clock.now();
    if (now >= deadline) co_return std::optional<Delivery>();
    if (next_sweep_ == MonoTime{}) continue;  // something was buried: what is behind it?
    ++waiting_;
    const MonoTime turn = saturating_add(now, pause * waiting_);
    const env::Outcome woken = co_await changed_.wait(std::min(deadline, turn));
    --waiting_;
    if (woken.code == Errc::cancelled) co_return fail(definite(Errc::cancelled));
    pause = woken ? options_.poll_min : std::min(2 * pause, options_.poll_max);
  }
}

Task<Result<void>> RedisStreamQueue::close() {
  if (closed_) co_return Result<void>{};
  std::vector<std::string> words;
  words.push_back(consumer_);
  const auto forgotten = co_await run(scripts_.close, std::move(words));
  static_cast<void>(forgotten);  // else the next opening does it
  closed_ = true;
  changed_.notify_all();
  co_return Result<void>{};
}

}  // namespace lockstep::queue
