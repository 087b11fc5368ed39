// The messages on their way in one direction of a connection: a ring that keeps its memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/base/assert.hpp"

namespace lockstep::sim {

struct Chunk {
  /// Part of the trace hash: append, never renumber.
  enum class Kind : std::uint8_t { data, accept, accept_tls, end, reset, bad_certificate };
  Kind kind = Kind::data;
  std::string bytes;
};

/// First in, first out. Grows with what a window, a cut and a service that does not wait for its
/// reader leave on the way; clear() gives the memory back.
class ChunkQueue {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const Chunk& front() const {
    ASSERT(size_ > 0);
    return ring_[head_];
  }

  void push(Chunk::Kind kind, std::string_view bytes) {
    if (size_ == ring_.size()) grow();
    Chunk& chunk = ring_[(head_ + size_++) & (ring_.size() - 1)];
    chunk.kind = kind;
    chunk.bytes.assign(bytes);
  }

  /// Takes the oldest out. Give its string back with reuse() when done.
  Chunk pop() {
    ASSERT(size_ > 0);
    Chunk chunk = std::move(ring_[head_]);
    head_ = (head_ + 1) & (ring_.size() - 1);
    --size_;
    return chunk;
  }

  /// Keeps the memory of a popped string for a later push().
  void reuse(std::string&& bytes) {
    if (size_ == ring_.size() || bytes.capacity() > reuse_max) return;
    ring_[(head_ + size_) & (ring_.size() - 1)].bytes = std::move(bytes);
  }

  /// Drops the newest `n`.
  void drop_back(std::size_t n) {
    ASSERT(n <= size_);
    size_ -= n;
  }

  void clear() { *this = ChunkQueue(); }

 private:
  static constexpr std::size_t reuse_max = 4096;  // larger ones are rare, and would add up

  void grow() {
    std::vector<Chunk> wider(ring_.empty() ? 1 : 2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) {
      wider[i] = std::move(ring_[(head_ + i) & (ring_.size() - 1)]);
    }
    ring_ = std::move(wider);
    head_ = 0;
  }

  std::vector<Chunk> ring_;  ///< a power of two, or empty
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace lockstep::sim
