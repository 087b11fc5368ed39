#include "sim/services/redis/lua_pool.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace lockstep::sim::redis {

void* LuaPool::take(std::size_t size) {
  if (size > small_max) return std::malloc(size);
  const std::size_t which = class_of(size);
  if (Free* const block = free_[which]; block != nullptr) {
    free_[which] = block->next;
    return block;
  }
  const std::size_t rounded = (which + 1) * step;
  if (used_ + rounded > chunk_bytes) {  // what is left of the last chunk is lost: below small_max
    chunks_.push_back(std::make_unique_for_overwrite<Chunk>());
    used_ = 0;
  }
  void* const block = chunks_.back()->bytes.data() + used_;
  used_ += rounded;
  return block;
}

void LuaPool::release(void* block, std::size_t size) {
  if (block == nullptr) return;
  if (size > small_max) return std::free(block);
  free_[class_of(size)] = ::new (block) Free{free_[class_of(size)]};
}

void* LuaPool::resize(void* block, std::size_t old_size, std::size_t new_size) {
  if (block == nullptr) return take(new_size);
  const bool both_small = old_size <= small_max && new_size <= small_max;
  if (both_small && class_of(old_size) == class_of(new_size)) return block;
  if (old_size > small_max && new_size > small_max) return std::realloc(block, new_size);
  void* const moved = take(new_size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, std::min(old_size, new_size));
  release(block, old_size);
  return moved;
}

}  // namespace lockstep::sim::redis
