#include "bench/queue_rig.hpp"

#include <rocksdb/env.h>

#include <algorithm>

#include "impl/queue/format.hpp"
#include "impl/queue/rocks.hpp"

namespace lockstep::bench {
namespace {

void check(const rocksdb::Status& status) {
  if (!status.ok()) give_up(status.ToString());
}

std::string key_of(std::uint64_t id) {
  return queue::key_of(queue::RecordKind::event, queue::EventId{id});
}

rocksdb::WriteOptions synced(bool sync) {
  rocksdb::WriteOptions how;
  how.sync = sync;
  return how;
}

}  // namespace

rig::ScratchFolder make_folder() {
  auto folder = rig::ScratchFolder::make("lockstep-bench");
  if (!folder) give_up(folder.error().detail);
  return std::move(*folder);
}

RawDb::RawDb(const std::string& folder) {
  queue::StoreOptions options;
  options.path = folder + "/raw";
  options.env = rocksdb::Env::Default();
  rocksdb::DB* opened = nullptr;
  check(rocksdb::DB::Open(queue::rocks_options(options), options.path, &opened));
  db_.reset(opened);
}

void RawDb::push(std::uint64_t first, std::uint64_t count, const std::string& payload, bool sync) {
  rocksdb::WriteBatch batch;
  for (std::uint64_t id = first; id < first + count; ++id) {
    const std::string name = key_of(id);
    check(batch.Put(name, queue::write_event(name, payload)));
  }
  check(db_->Write(synced(sync), &batch));
}

void RawDb::erase(std::uint64_t first, std::uint64_t count) {
  rocksdb::WriteBatch batch;
  for (std::uint64_t id = first; id < first + count; ++id) check(batch.Delete(key_of(id)));
  check(db_->Write(synced(true), &batch));
}

std::uint64_t RawDb::scan() const {
  std::uint64_t found = 0;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
  for (at->SeekToFirst(); at->Valid(); at->Next()) ++found;
  check(at->status());
  return found;
}

queue::QueueOptions at_level(queue::Level level) {
  queue::QueueOptions options;
  options.push_level = level;
  options.ack_level = level;
  return options;
}

LiveQueue::LiveQueue(queue::QueueOptions options) : node_(loop_, {.root = folder_.path()}) {
  open(options);
}

LiveQueue::~LiveQueue() {
  close();
  node_.end();
}

void LiveQueue::open(queue::QueueOptions options) {
  auto opened = run(ByteQueue::open(node_.env(), "queue", options));
  if (!opened) give_up(opened.error().detail);
  queue_ = std::move(*opened);
}

void LiveQueue::close() {
  if (queue_ != nullptr && !run(queue_->close())) give_up("cannot close");
  queue_.reset();
}

env::Task<void> push_some(queue::EventQueue* queue, std::uint64_t count, const std::string* payload,
                          Latencies* ns) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto start = Clock::now();
    const auto id = co_await queue->push(*payload);
    if (!id) give_up(id.error().detail);
    ns->push_back(ns_since(start));
  }
}

env::Task<void> pop_and_ack(ByteQueue* queue, std::uint64_t total, std::uint64_t batch,
                            std::string payload) {
  for (std::uint64_t done = 0; done < total;) {
    std::vector<queue::Receipt> receipts;
    while (receipts.size() < batch && done < total) {
      const auto event = co_await queue->pop();
      if (!event || !*event) give_up("nothing to pop");
      if ((*event)->payload != payload) give_up("another payload");
      receipts.push_back((*event)->receipt);
      ++done;
    }
    const std::size_t count = receipts.size();
    const auto acked = co_await queue->ack_many(std::move(receipts));
    if (!acked || acked->acked != count) give_up("not acked");
  }
}

env::Task<void> fill(ByteQueue* queue, std::uint64_t total, std::string payload) {
  constexpr std::uint64_t page = 1'024;
  for (std::uint64_t done = 0; done < total; done += page) {
    std::vector<std::string> some(std::min(page, total - done), payload);
    const auto pushed = co_await queue->push_many(std::move(some));
    if (!pushed) give_up(pushed.error().detail);
  }
}

}  // namespace lockstep::bench
