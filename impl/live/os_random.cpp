#include "impl/live/os_random.hpp"

#include <sys/random.h>

#include <cerrno>
#include <utility>

#include "impl/base/assert.hpp"

namespace lockstep::live {

std::uint64_t OsRandom::next() {
  if (left_ == 0) refill();
  return std::exchange(words_[--left_], 0);
}

void OsRandom::refill() {
  static_assert(sizeof words_ > 256);  // getrandom may return less than that is asked for
  std::size_t have = 0;
  while (have < sizeof words_) {
    auto* to = reinterpret_cast<std::byte*>(words_.data()) + have;
    const ssize_t n = getrandom(to, sizeof words_ - have, 0);
    ASSERT(n > 0 || errno == EINTR);
    if (n > 0) have += static_cast<std::size_t>(n);
  }
  left_ = words_.size();
}

}  // namespace lockstep::live
