#include "impl/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace lockstep {

namespace {
thread_local AssertHook hook_of_thread = nullptr;  // not node code: only a dying process reads it
}

AssertHook set_assert_hook(AssertHook hook) noexcept {
  const AssertHook before = hook_of_thread;
  hook_of_thread = hook;
  return before;
}

void assert_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "lockstep: internal error: ASSERT(%s) failed at %s:%d\n", condition, file,
               line);
  const AssertHook hook = hook_of_thread;
  hook_of_thread = nullptr;  // an ASSERT inside the hook must not recurse
  if (hook != nullptr) hook(condition, file, line);
  std::fflush(nullptr);
  std::_Exit(70);
}

}  // namespace lockstep
