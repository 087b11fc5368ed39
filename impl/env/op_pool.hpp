// Memory for suspended continuations: free lists by size class, so that a wait costs no malloc.
// One pool per thread of control; not thread-safe. Everything is returned to the system at its end.
#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <utility>

#include "impl/base/assert.hpp"

namespace lockstep::env {

class OpPool {
 public:
  OpPool() = default;
  OpPool(const OpPool&) = delete;
  OpPool& operator=(const OpPool&) = delete;
  ~OpPool() {
    ASSERT(in_use_ == 0);  // a block outlives its pool: a continuation leaked
    for (Free*& list : free_) {
      while (list != nullptr) ::operator delete(std::exchange(list, list->next));
    }
  }

  [[nodiscard]] void* allocate(std::size_t bytes) {
    ++in_use_;
    const std::size_t index = class_of(bytes);
    if (!pooled || index >= classes) return ::operator new(bytes);
    Free*& list = free_[index];
    if (list == nullptr) return ::operator new((index + 1) * granule_bytes);
    Free* block = list;
    list = block->next;
    return block;
  }

  void deallocate(void* memory, std::size_t bytes) {
    --in_use_;
    const std::size_t index = class_of(bytes);
    if (!pooled || index >= classes) return ::operator delete(memory);
    free_[index] = ::new (memory) Free{free_[index]};
  }

  /// Blocks handed out and not yet returned; a leak test reads it.
  [[nodiscard]] std::size_t in_use() const { return in_use_; }

 private:
  struct Free {
    Free* next;
  };
#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool pooled = false;  // so that AddressSanitizer sees every use after free
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  static constexpr bool pooled = false;
#else
  static constexpr bool pooled = true;
#endif
#else
  static constexpr bool pooled = true;
#endif
  static constexpr std::size_t granule_bytes = 32;
  static constexpr std::size_t classes = 16;  // up to 512 bytes; larger ones are rare
  static std::size_t class_of(std::size_t bytes) { return (bytes - 1) / granule_bytes; }

  std::array<Free*, classes> free_{};
  std::size_t in_use_ = 0;
};

}  // namespace lockstep::env
