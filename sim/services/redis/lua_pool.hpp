// The memory of one Lua state: small blocks from free lists by size, the rest from malloc. A script
// makes and drops dozens of short strings per command, which is what a server mostly allocates.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace lockstep::sim::redis {

class LuaPool {
 public:
  LuaPool() = default;
  LuaPool(const LuaPool&) = delete;
  LuaPool& operator=(const LuaPool&) = delete;

  /// As realloc: `block` may be null, then `old_size` is 0. nullptr: out of memory, nothing
  /// changed. Requires new_size > 0.
  [[nodiscard]] void* resize(void* block, std::size_t old_size, std::size_t new_size);
  /// `block` may be null. Requires the size that it was last given.
  void release(void* block, std::size_t size);

 private:
  static constexpr std::size_t step = 16;  // also the alignment of every block
  static constexpr std::size_t small_max = 256;
  static constexpr std::size_t chunk_bytes = std::size_t{16} << 10U;
  struct Free {
    Free* next;
  };
  struct alignas(step) Chunk {
    std::array<std::byte, chunk_bytes> bytes;
  };

  [[nodiscard]] static std::size_t class_of(std::size_t size) { return (size - 1) / step; }
  [[nodiscard]] void* take(std::size_t size);

  std::array<Free*, small_max / step> free_{};
  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::size_t used_ = chunk_bytes;  // of the last chunk
};

}  // namespace lockstep::sim::redis
