// BlockingEventQueue<T>: the durable queue for plain threads. Everything is as in
// queue/byte_queue.hpp and queue/durable_event_queue.hpp; calls block, and come from any thread.
// It has no thread of its own: see shared_loop.hpp. With `Level::group`, threads that push at the
// same time share an fsync.
//
// The same over Redis streams: BlockingEventQueue<T, queue::RedisStreamQueue>. Its connection is
// served inside calls alone.
//
//   auto queue = BlockingEventQueue<std::string>::open("/var/lib/jobs");
//   const auto id = queue->push("first");
//   while (auto event = *queue->poll()) { work(*event->value); queue->ack(event->receipt); }
#pragma once

#include <concepts>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "impl/facade/shared_loop.hpp"
#include "impl/queue/durable_event_queue.hpp"
#include "impl/queue/redis_stream_queue.hpp"

namespace lockstep::facade {

/// The queue's folder, split as ByteQueue::open() wants it; the folder above it exists afterwards.
/// Errors, definite: invalid_argument - there is no name in it; io_error - cannot make the folder.
struct QueueFolder {
  std::string root;
  std::string name;
  [[nodiscard]] static Result<QueueFolder> of(const std::filesystem::path& folder);
};

/// Unacked events in the order of ids, of one moment. Goes before its queue.
template <class T>
class BlockingIterator {
 public:
  BlockingIterator(SharedLoop& loop, std::unique_ptr<queue::DurableIterator<T>> inner)
      : loop_(loop), inner_(std::move(inner)) {}
  /// Up to `count_max` more; empty: that was all.
  [[nodiscard]] Result<std::vector<queue::DurableEvent<T>>> next(std::size_t count_max) {
    return loop_.call(inner_->next(count_max));
  }

 private:
  SharedLoop& loop_;
  std::unique_ptr<queue::DurableIterator<T>> inner_;
};

/// What one server's queue is reached by; shut down with the queue.
class QueueServer {
 public:
  /// Errors, definite: invalid_argument - as redis::parse_url().
  [[nodiscard]] static Result<QueueServer> of(env::Env& env, const std::string& url);
  [[nodiscard]] redis::Client& client() { return *client_; }
  [[nodiscard]] env::Task<Result<void>> shutdown();

 private:
  explicit QueueServer(std::unique_ptr<redis::Client> client) : client_(std::move(client)) {}
  std::unique_ptr<redis::Client> client_;
};

template <class T, class Bytes = queue::ByteQueue>
class BlockingEventQueue {
 public:
  using Event = queue::DurableEvent<T>;

  /// Opens the queue in `folder`, made if it is not there.
  /// Errors as queue::ByteQueue::open() and QueueFolder::of().
  [[nodiscard]] static Result<BlockingEventQueue> open(const std::filesystem::path& folder,
                                                       queue::QueueOptions options = {})
    requires std::same_as<Bytes, queue::ByteQueue>
  {
    auto place = QueueFolder::of(folder);
    if (!place) return fail(std::move(place.error()));
    auto loop = std::make_unique<SharedLoop>(place->root);
    auto bytes = loop->call(queue::ByteQueue::open(loop->env(), place->name, options));
    if (!bytes) return fail(std::move(bytes.error()));
    return BlockingEventQueue(std::move(loop), std::nullopt, std::move(*bytes));
  }
  /// Opens the queue on the server at `url`, as redis::parse_url() takes it.
  /// Errors as queue::RedisStreamQueue::open() and QueueServer::of().
  [[nodiscard]] static Result<BlockingEventQueue> open(const std::string& url,
                                                       queue::RedisStreamOptions options)
    requires std::same_as<Bytes, queue::RedisStreamQueue>
  {
    auto loop = std::make_unique<SharedLoop>("");
    auto server = QueueServer::of(loop->env(), url);
    if (!server) return fail(std::move(server.error()));
    auto bytes = loop->call(Bytes::open(loop->env(), server->client(), std::move(options)));
    if (!bytes) static_cast<void>(loop->call(server->shutdown()));
    if (!bytes) return fail(std::move(bytes.error()));
    return BlockingEventQueue(std::move(loop), std::move(*server), std::move(*bytes));
  }
  BlockingEventQueue(BlockingEventQueue&&) noexcept = default;
  BlockingEventQueue& operator=(BlockingEventQueue&&) = delete;
  /// close(), whose error is dropped. Demands that no call is running.
  ~BlockingEventQueue() {
    if (loop_ != nullptr) static_cast<void>(close());
  }

  [[nodiscard]] Result<queue::EventId> push(T value) {
    return loop_->call(queue_.push(std::move(value)));
  }
  [[nodiscard]] Result<queue::EventId> push_many(std::vector<T> values) {
    return loop_->call(queue_.push_many(std::move(values)));
  }
  [[nodiscard]] Result<std::optional<Event>> pop() { return loop_->call(queue_.pop()); }
  [[nodiscard]] Result<std::optional<Event>> poll(Nanos wait = milliseconds(100)) {
    return loop_->call(queue_.poll(wait));
  }
  [[nodiscard]] Result<std::optional<T>> get(queue::EventId id) {
    return loop_->call(queue_.get(id));
  }
  [[nodiscard]] Result<std::unique_ptr<BlockingIterator<T>>> iterator() {
    auto inner = loop_->call(queue_.iterator());
    if (!inner) return fail(std::move(inner.error()));
    return std::make_unique<BlockingIterator<T>>(*loop_, std::move(*inner));
  }

  [[nodiscard]] Result<queue::Acked> ack(queue::Receipt receipt) {
    return loop_->call(queue_.ack(receipt));
  }
  [[nodiscard]] Result<queue::Acked> ack(queue::EventId id) { return loop_->call(queue_.ack(id)); }
  [[nodiscard]] Result<queue::AckedMany> ack_many(std::vector<queue::Receipt> receipts) {
    return loop_->call(queue_.ack_many(std::move(receipts)));
  }
  [[nodiscard]] Result<void> nack(queue::Receipt receipt, queue::Nack how = {}) {
    return loop_->call(queue_.nack(receipt, how));
  }
  [[nodiscard]] Result<void> nack(queue::EventId id, queue::Nack how = {}) {
    return loop_->call(queue_.nack(id, how));
  }
  [[nodiscard]] Result<void> extend(queue::Receipt receipt, Nanos from_now) {
    return loop_->call(queue_.extend(receipt, from_now));
  }

  [[nodiscard]] Result<std::vector<queue::DeadLetter>> dead_letters(queue::EventId from,
                                                                    std::size_t count_max) {
    return loop_->call(queue_.bytes().dead_letters(from, count_max));
  }
  [[nodiscard]] Result<void> redrive(queue::EventId id) {
    return loop_->call(queue_.bytes().redrive(id));
  }
  [[nodiscard]] Result<void> purge(queue::EventId id) {
    return loop_->call(queue_.bytes().purge(id));
  }

  [[nodiscard]] Result<queue::QueueCounts> count() { return loop_->call(queue_.count()); }
  // Of ByteQueue, which need not ask.
  [[nodiscard]] std::uint64_t len() {
    return look<std::uint64_t>([this] { return queue_.len(); });
  }
  [[nodiscard]] bool is_empty() { return len() == 0; }
  [[nodiscard]] std::uint64_t ready_len() { return counts().ready; }
  [[nodiscard]] queue::QueueCounts counts() {
    return look<queue::QueueCounts>([this] { return queue_.bytes().counts(); });
  }
  [[nodiscard]] queue::QueueMetrics metrics() {
    return look<queue::QueueMetrics>([this] { return queue_.bytes().metrics(); });
  }
  [[nodiscard]] queue::Recovery recovery() {
    return look<queue::Recovery>([this] { return queue_.bytes().recovery(); });
  }

  [[nodiscard]] Result<void> close() {
    Result<void> closed = loop_->call(queue_.close());
    if (server_) static_cast<void>(loop_->call(server_->shutdown()));
    return closed;
  }
  /// What only this kind of queue has; to be called through call().
  [[nodiscard]] Bytes& bytes() { return queue_.bytes(); }
  template <class R>
  [[nodiscard]] R call(env::Task<R> task) {
    return loop_->call(std::move(task));
  }

 private:
  BlockingEventQueue(std::unique_ptr<SharedLoop> loop, std::optional<QueueServer> server,
                     std::unique_ptr<Bytes> bytes)
      : loop_(std::move(loop)), server_(std::move(server)), queue_(std::move(bytes)) {}

  /// What takes no time, where nothing else of the queue runs.
  template <class R, class F>
  static env::Task<R> in_turn(F look) {
    co_return look();
  }
  template <class R, class F>
  R look(F look) {
    return loop_->call(in_turn<R>(std::move(look)));
  }

  std::unique_ptr<SharedLoop> loop_;  ///< outlives the queue
  std::optional<QueueServer> server_;
  queue::DurableEventQueue<T, Bytes> queue_;
};

}  // namespace lockstep::facade
