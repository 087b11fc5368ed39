#include "bench/raw_window.hpp"

#include "bench/servers.hpp"
#include "impl/lock/redis_lock_scripts.hpp"
#include "impl/lock/redlock_scripts.hpp"

namespace lockstep::bench {
namespace {

constexpr const char* nonce = "00000000000000aa";
constexpr const char* ttl_ms = "30000";

constexpr std::string_view compare_delete_script =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

std::string digits_of(std::uint64_t number) {
  return std::to_string(10'000'000'000'000'000ULL + number).substr(1);
}

}  // namespace

RawWindow::RawWindow(const RawShape& shape) : shape_(shape) {
  for (std::size_t i = 0; i < shape.connections; ++i) {
    RawRedis& one = connections_.emplace_back(server(shape.scheme == RawScheme::redlock ? i : 0));
    scripts_ = {one.load(lock::acquire_script),      one.load(lock::renew_script),
                one.load(lock::release_script),      one.load(lock::node_acquire_script),
                one.load(lock::node_confirm_script), one.load(compare_delete_script)};
  }
  for (std::size_t i = 0; i < shape.depth; ++i) {
    const std::string key = "{raw" + std::to_string(i) + "}";
    Slot& slot = slots_.emplace_back();
    slot.lease = key_prefix() + "lease:" + key;
    slot.fence = key_prefix() + "fence:" + key;
  }
}

std::size_t RawWindow::steps() const { return shape_.scheme == RawScheme::redlock ? 3 : 2; }

std::vector<std::string> RawWindow::words_of(Slot& slot) {
  const std::string held = std::string(nonce) + ":" + slot.n + ":";
  const bool takes = slot.step == 0 && !slot.renewing;
  if (takes) slot.n = digits_of(++drawn_);
  switch (shape_.scheme) {
    case RawScheme::plain:
      if (takes) return {"SET", slot.lease, slot.n, "NX", "PX", ttl_ms};
      return {"EVALSHA", scripts_.compare_delete, "1", slot.lease, slot.n};
    case RawScheme::redlock:
      if (takes) {
        return {
            "EVALSHA", scripts_.node_acquire, "2", slot.lease, slot.fence, nonce, slot.n, "owner",
            ttl_ms};
      }
      if (slot.step == 1) {
        return {"EVALSHA",
                scripts_.node_confirm,
                "2",
                slot.lease,
                slot.fence,
                held,
                digits_of(static_cast<std::uint64_t>(++slot.token))};
      }
      return {"EVALSHA", scripts_.release, "1", slot.lease, held};
    case RawScheme::fenced:
    case RawScheme::renewed: break;
  }
  if (takes) {
    return {"EVALSHA", scripts_.acquire, "2",     slot.lease, slot.fence,
            nonce,     slot.n,           "owner", ttl_ms,     "0"};
  }
  if (shape_.scheme == RawScheme::renewed) {
    return {"EVALSHA", scripts_.renew, "1", slot.lease, held, ttl_ms};
  }
  return {"EVALSHA", scripts_.release, "1", slot.lease, held};
}

void RawWindow::send(std::size_t index) {
  Slot& slot = slots_[index];
  if (slot.step == 0) slot.began = Clock::now();
  const std::vector<std::string> words = words_of(slot);
  if (shape_.scheme != RawScheme::redlock) {
    return connections_[index % connections_.size()].send(words);
  }
  for (RawRedis& one : connections_) one.send(words);
}

void RawWindow::take_one(Slot& slot, RawRedis& from) {
  if (shape_.scheme == RawScheme::plain && slot.step == 0) {
    if (from.reply_text() != "OK") give_up("SET did not answer OK");
  } else if (shape_.scheme == RawScheme::redlock && slot.step == 0) {
    from.reply_any();  // {1, highest, fence}: the confirmation fails where it was not granted
  } else if (from.reply_integer() <= 0) {
    give_up("the raw lock was refused");
  }
}

void RawWindow::take(std::size_t index) {
  Slot& slot = slots_[index];
  if (shape_.scheme != RawScheme::redlock) {
    return take_one(slot, connections_[index % connections_.size()]);
  }
  for (RawRedis& one : connections_) take_one(slot, one);
}

void RawWindow::flush_all() {
  for (RawRedis& one : connections_) one.flush();
}

// Replies come in the order of the slots; a slot that is done leaves the window.
std::uint64_t RawWindow::run(std::uint64_t rounds, Latencies* ns) {
  std::uint64_t done = 0;
  std::vector<std::size_t> window;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    send(i);
    window.push_back(i);
  }
  while (!window.empty()) {
    // One connection slides by itself: it writes when it has nothing to read. Of several each would
    // wait for its turn.
    if (connections_.size() > 1) flush_all();
    std::vector<std::size_t> next;
    for (const std::size_t i : window) {
      Slot& slot = slots_[i];
      take(i);
      const bool renewing = shape_.scheme == RawScheme::renewed;
      const bool whole = renewing ? slot.renewing : slot.step + 1 == steps();
      slot.step = whole || renewing ? 0 : slot.step + 1;
      slot.renewing = renewing;
      if (whole) {
        ++done;
        ns->push_back(ns_since(slot.began));
        if (done >= rounds) continue;
      }
      send(i);
      next.push_back(i);
    }
    window = std::move(next);
  }
  return done;
}

}  // namespace lockstep::bench
